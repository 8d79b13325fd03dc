"""Noisy flows: nobody is lost or made, no stock falls below nothing, and the chances are the right ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockade.compiler.compile import compile
from stockade.errors import StockadeError
from stockade.formats.vensim.read import parse_mdl
from stockade.simulation.leaps import uniforms
from stockade.simulation.process_noise import NoisyFlow, factors, leaps_from, noisy_flows, process_noise

CONTROL = """
INITIAL TIME = 0 ~ Month ~ |
FINAL TIME = 6 ~ Month ~ |
TIME STEP = 0.25 ~ Month ~ |
SAVEPER = 1 ~ Month ~ |
"""
MODEL = (
    """{UTF-8}
abroad = INTEG(returns - calls, start abroad) ~ person ~ |
fighters = INTEG(arrivals + calls - returns - deaths - gone home, start) ~ person ~ |
dead = INTEG(deaths, 0) ~ person ~ |
home = INTEG(gone home, 0) ~ person ~ |
arrivals = normal arrivals ~ person/Month ~ |
calls = call * abroad ~ person/Month ~ |
returns = leave * fighters ~ person/Month ~ |
deaths = die * fighters ~ person/Month ~ |
gone home = tire * fighters ~ person/Month ~ |
start = 50 ~ person ~ |
start abroad = 20 ~ person ~ |
normal arrivals = 5 ~ person/Month ~ |
call = 0.1 ~ 1/Month ~ |
leave = 0.2 ~ 1/Month ~ |
die = 0.3 ~ 1/Month ~ |
tire = 0.1 ~ 1/Month ~ |
"""
    + CONTROL
)
FLOWS = ("arrivals", "calls", "returns", "deaths", "gone home")
STOCKS = ("abroad", "fighters", "dead", "home")


SIMULATOR = compile(parse_mdl(MODEL, "m.mdl"), overridable=FLOWS, average=True, together=False)


@cache
def walker(kinds: tuple[tuple[str, str], ...], batch: tuple[int, int]) -> Callable:
    """Returns a compiled run over two months of noise, all outputs at the beginning of each step."""
    declared = [NoisyFlow(name, "d" in kind, "e" in kind) for name, kind in kinds]
    noise = process_noise(SIMULATOR.model, declared)
    stepper = SIMULATOR.stepper
    assert stepper is not None
    scales = jnp.full((len(noise.environmental), 1, 1), 0.5)

    @jax.jit
    def run(key: jax.Array, constants: jax.Array) -> jax.Array:
        held = stepper.begin(constants[:, None, None], None, batch)

        def step(states: dict, k: jax.Array) -> tuple[dict, jax.Array]:
            month = jax.random.fold_in(key, k // stepper.every)
            drawn = factors(uniforms(month, (len(noise.environmental), *batch)), scales)
            factor = dict(zip(noise.environmental, drawn, strict=True))
            leaps = leaps_from(uniforms(jax.random.fold_in(key, 100 + k), (noise.draws, *batch)))

            def noisy(values: dict) -> dict:
                return noisy_flows(noise, leaps, values, factor, batch, stepper.length)

            return stepper.step(held, states, k, noisy)

        return jax.lax.scan(step, stepper.start(held), jnp.arange(2 * stepper.every))[1]

    return run


def walk(
    kinds: dict[str, str], seed: int, changes: dict[str, float], batch: tuple[int, int] = (1, 40)
) -> dict[str, np.ndarray]:
    """Runs the model with noise; returns everything at the beginning of each step (step, particle)."""
    constants = SIMULATOR.defaults.copy()
    for name, value in changes.items():
        constants[SIMULATOR.constants.index(name)] = value
    run = walker(tuple(kinds.items()), batch)
    found = np.asarray(run(jax.random.key(seed), jnp.asarray(constants)))
    return {name: found[:, SIMULATOR.outputs.index(name), 0] for name in (*STOCKS, *FLOWS)}


MIXTURES = (
    dict.fromkeys(FLOWS, "d"),
    {"arrivals": "e", "returns": "de", "deaths": "e", "gone home": "d"},
    {"deaths": "d"},
)
RATES = st.floats(0.0, 9.0)


@settings(max_examples=15, deadline=None)
@given(
    kinds=st.sampled_from(MIXTURES),
    seed=st.integers(0, 99),
    leave=RATES,
    die=RATES,
    start=st.floats(0.0, 60.0),
)
def test_mass_balances_and_nothing_is_negative(
    kinds: dict[str, str], seed: int, leave: float, die: float, start: float
) -> None:
    # Noise alone must not take more than there is: a model's own Euler step may, above 4 a month.
    rates = {"leave": leave if "returns" in kinds else min(leave, 3.5), "die": die, "start": start}
    found = walk(kinds, seed, rates)
    total = sum(found[name] for name in STOCKS)
    came = 0.25 * np.cumsum(found["arrivals"], axis=0)
    np.testing.assert_allclose(total[1:], total[:1] + came[:-1], rtol=1e-12, atol=1e-9)
    assert min(found[name].min() for name in STOCKS) > -1e-9
    for name, kind in kinds.items():
        assert found[name].min() >= 0
        if "d" in kind:
            persons = 0.25 * found[name]
            np.testing.assert_allclose(persons, np.rint(persons), atol=1e-9)


def test_means_and_variances_are_those_of_the_binomial_and_the_poisson() -> None:
    found = walk(dict.fromkeys(FLOWS, "d"), 3, {}, batch=(1, 20_000))
    first = {name: 0.25 * found[name][0] for name in FLOWS}
    for name, count, hazard in (("returns", 50, 0.2), ("deaths", 50, 0.3), ("calls", 20, 0.1)):
        chance = 0.25 * hazard
        # 4 standard errors of 20,000 draws.
        assert first[name].mean() == pytest.approx(count * chance, rel=0.04)
        assert first[name].var() == pytest.approx(count * chance * (1 - chance), rel=0.04)
    assert first["arrivals"].mean() == pytest.approx(1.25, rel=0.03)
    assert first["arrivals"].var() == pytest.approx(1.25, rel=0.05)
    # Two outflows of one stock are parts of a multinomial.
    together = np.cov(first["returns"], first["deaths"])[0, 1]
    assert together == pytest.approx(-50 * 0.05 * 0.075, abs=0.06)
    # The model is linear, so that the mean over particles is the run without noise, here after two months.
    plain = walk({"arrivals": "e"}, 3, {"normal arrivals": 0})["fighters"][-1, 0]
    without = walk(dict.fromkeys(FLOWS, "d"), 4, {"normal arrivals": 0}, batch=(1, 20_000))["fighters"][-1]
    assert without.mean() == pytest.approx(plain, abs=4 * without.std() / 141)


def test_an_environmental_factor_has_mean_one_and_holds_for_a_month() -> None:
    found = walk({"arrivals": "e"}, 5, {}, batch=(1, 20_000))["arrivals"]
    assert np.all(found[:4] == found[0])
    assert np.all(found[4] != found[0])
    assert found[0].mean() == pytest.approx(5.0, rel=0.012)
    assert np.log(found[0]).std() == pytest.approx(0.5, rel=0.02)


def test_environmental_outflows_are_cut_to_what_is_there() -> None:
    found = walk({"returns": "e", "deaths": "e"}, 6, {"leave": 3.0, "die": 2.0, "tire": 0.5})
    assert found["fighters"].min() > -1e-9
    out = 0.25 * (found["returns"] + found["deaths"] + found["gone home"])
    assert np.all(out <= found["fighters"] + 1e-9)
    assert np.any(out > 0.999 * found["fighters"])


def test_a_stock_of_whole_flows_alone_starts_whole() -> None:
    declared = [NoisyFlow(name, demographic=True, environmental=False) for name in FLOWS]
    assert process_noise(SIMULATOR.model, declared).whole == STOCKS
    assert process_noise(SIMULATOR.model, declared[1:]).whole == ("abroad", "dead", "home")


WRONG = {
    "noise-without-flow": ("x", "x = INTEG(y, 0) ~ ~ |\ny = 1 + Time ~ ~ |"),
    "noise-on-scaled-flow": ("y", "x = INTEG(3 * y, 0) ~ ~ |\ny = 1 + Time ~ ~ |"),
    "noise-shares-outflow": ("y", "x = INTEG(-y, 9) ~ ~ |\nz = INTEG(-y, 9) ~ ~ |\ny = x * z ~ ~ |"),
    "noise-beside-unnamed-outflow": ("y", "x = INTEG(-y - 0.1 * x * x, 9) ~ ~ |\ny = x ~ ~ |"),
    "noise-reaches-outflow": ("y", "x = INTEG(-y - w, 9) ~ ~ |\ny = x ~ ~ |\nv = y + 1 ~ ~ |\nw = v ~ ~ |"),
}


@pytest.mark.parametrize("code", WRONG)
def test_what_cannot_be_noisy_is_refused(code: str) -> None:
    name, text = WRONG[code]
    model = parse_mdl("{UTF-8}\n" + text + CONTROL, "m.mdl")
    with pytest.raises(StockadeError) as caught:
        process_noise(model, [NoisyFlow(name, demographic=True, environmental=False)])
    (found,) = caught.value.diagnostics
    assert (found.code, found.place.name) == (code, name)


def test_noise_needs_euler() -> None:
    model = replace(SIMULATOR.model, method="rk4")
    with pytest.raises(StockadeError) as caught:
        process_noise(model, [NoisyFlow("deaths", demographic=True, environmental=False)])
    assert caught.value.diagnostics[0].code == "noise-needs-euler"
