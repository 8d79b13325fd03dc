"""The Iraq model against two oracles, and the properties that any run must have."""

from __future__ import annotations

import dataclasses
import warnings
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockade.compiler.compile import Overrides, Simulator, compile
from stockade.formats.load import load
from stockade.model.model import Model
from tests.compiler import iraq_by_hand
from tests.compiler.models import model

INF = np.inf


@pytest.fixture(scope="module")
def iraq(iraq_folder: Path) -> Model:
    return load(iraq_folder / "model.mdl")


@pytest.fixture(scope="module")
def simulator(iraq: Model) -> Simulator:
    return compile(
        iraq, outputs=iraq_by_hand.NAMES, overridable=["foreign fighters", "exit hazard", "force level"]
    )


@pytest.fixture(scope="module")
def draws(simulator: Simulator) -> np.ndarray:
    noise = np.random.default_rng(1).normal(size=(len(simulator.constants), 5))
    shares = [
        i
        for i, name in enumerate(simulator.constants)
        if name.startswith(("initial s", "initial a", "share"))
    ]
    noise[shares] = -np.abs(noise[shares])
    noise[simulator.index("one month")] = 0
    return simulator.defaults[:, None] * np.exp(0.3 * noise)


@pytest.fixture(scope="module")
def batch(simulator: Simulator, draws: np.ndarray) -> np.ndarray:
    return np.asarray(jax.jit(simulator.run)(draws))


def test_numpy_by_hand(simulator: Simulator, draws: np.ndarray, batch: np.ndarray) -> None:
    for i in range(draws.shape[1]):
        oracle = iraq_by_hand.run(dict(zip(simulator.constants, draws[:, i].tolist(), strict=True)))
        for j, name in enumerate(simulator.outputs):
            np.testing.assert_allclose(batch[:, j, i], oracle[name][::4], rtol=1e-8, err_msg=name)


def test_averages_are_means_of_the_steps(iraq: Model, draws: np.ndarray) -> None:
    averaging = compile(iraq, outputs=iraq_by_hand.NAMES, average=True)
    assert averaging.times.tolist() == list(range(60))
    found = np.asarray(jax.jit(averaging.run)(draws[:, :2]))
    alone = np.asarray(jax.jit(averaging.run)(draws[:, 1]))
    np.testing.assert_allclose(found[..., 1], alone, rtol=1e-12)
    oracle = iraq_by_hand.run(dict(zip(averaging.constants, draws[:, 0].tolist(), strict=True)))
    for j, name in enumerate(averaging.outputs):
        np.testing.assert_allclose(found[:, j, 0], oracle[name][:-1].reshape(60, 4).mean(axis=1), rtol=1e-8)


def test_pysd(iraq: Model, iraq_folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "model.mdl"
    copy.write_text((iraq_folder / "model.mdl").read_text(encoding="utf-8"), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PySD and what it imports warn of their own future
        import pysd

        table = pysd.read_vensim(str(copy)).run()
    everything = compile(iraq)
    found = np.asarray(jax.jit(everything.run)(everything.defaults))
    for j, name in enumerate(everything.outputs):
        theirs = np.asarray(table[iraq.by_name[name].name], dtype=float)
        np.testing.assert_allclose(found[:, j], theirs, rtol=1e-8, atol=1e-12, err_msg=name)


def test_a_batch_is_its_single_runs(simulator: Simulator, draws: np.ndarray, batch: np.ndarray) -> None:
    run = jax.jit(simulator.run)
    for i in range(2):
        np.testing.assert_allclose(run(draws[:, i]), batch[..., i], rtol=1e-11)


def test_only_what_was_asked_for_is_the_same_alone(iraq: Model, draws: np.ndarray, batch: np.ndarray) -> None:
    one = compile(iraq, outputs=["Foreign_Fighters"])
    assert one.outputs == ("foreign fighters",)
    np.testing.assert_allclose(jax.jit(one.run)(draws)[:, 0], batch[:, 5], rtol=1e-12)


@pytest.mark.slow
@given(order=st.permutations(range(70)))
@settings(max_examples=3, deadline=None)
def test_the_order_of_equations_does_not_matter(iraq: Model, order: list[int]) -> None:
    variables = iraq.variables
    mixed = [variables[i] for i in order if i < len(variables)] + list(variables[70:])
    shuffled = compile(dataclasses.replace(iraq, variables=tuple(mixed)), outputs=["clashes"])
    straight = compile(iraq, outputs=["clashes"])
    np.testing.assert_allclose(
        jax.jit(shuffled.run)(shuffled.defaults), jax.jit(straight.run)(straight.defaults), rtol=1e-12
    )


@given(order=st.permutations(range(6)))
@settings(max_examples=5, deadline=None)
def test_the_order_of_a_small_models_equations_does_not_matter(order: list[int]) -> None:
    lines = [
        "a = INTEG(b - c, d)",
        "b = c * e",
        "c = SMOOTH(a, e)",
        "d = e + f",
        "e = 2",
        "f = d2",
        "d2 = 1.5",
    ]
    mixed = model("\n".join([lines[i] for i in order] + lines[6:]), final=2)
    straight, shuffled = (
        compile(one, outputs=["a", "b"]) for one in (model("\n".join(lines), final=2), mixed)
    )
    defaults = dict(zip(straight.constants, straight.defaults, strict=True))
    point = np.array([defaults[name] for name in shuffled.constants])
    np.testing.assert_allclose(
        jax.jit(shuffled.run)(point), jax.jit(straight.run)(straight.defaults), rtol=1e-13
    )


def test_stocks_change_by_their_flows(iraq: Model) -> None:
    flows = ["foreign arrivals", "foreign departures", "removal of foreign fighters", "bombers spent"]
    averaging = compile(iraq, outputs=flows, average=True)
    stock = compile(iraq, outputs=["foreign fighters"])
    came, *gone = np.asarray(jax.jit(averaging.run)(averaging.defaults)).T
    fighters = np.asarray(jax.jit(stock.run)(stock.defaults))[:, 0]
    np.testing.assert_allclose(np.diff(fighters), came - np.sum(gone, axis=0), rtol=1e-9, atol=1e-9)


@pytest.mark.slow
@pytest.mark.core
def test_gradients_agree_with_differences(iraq: Model) -> None:
    few = compile(iraq, outputs=["suicide attacks", "members"], average=True)

    def total(constants):
        return few.run(constants)[24:36].sum(axis=0) @ jnp.asarray([1.0, 0.01])

    value = jax.jit(total)
    gradient = np.asarray(jax.jit(jax.grad(total))(jnp.asarray(few.defaults)))
    assert np.isfinite(gradient).all()
    for name in (
        "normal arrivals",
        "reputation delay",
        "elasticity of arrivals",
        "initial sanctuary",
        "recruitment rate",
    ):
        i = few.index(name)
        h = 1e-5 * few.defaults[i]
        up, down = few.defaults.copy(), few.defaults.copy()
        up[i], down[i] = up[i] + h, down[i] - h
        assert gradient[i] == pytest.approx(float(value(up) - value(down)) / (2 * h), rel=1e-5)


def test_gradients_through_a_batch() -> None:
    of = model(
        "x = INTEG(r*x^a*(1-x/cap), 10)\nr = 0.8\ncap = 500\na = 0.9\ny = MAX(x, SMOOTH(x, 2))", final=3
    )
    few = compile(of, outputs=["y"], average=True)
    gradient = jax.jit(jax.grad(lambda c: few.run(c).sum()))
    together = gradient(jnp.asarray(few.defaults[:, None] * np.array([1.0, 1.1])))
    np.testing.assert_allclose(together[:, 1], gradient(jnp.asarray(1.1 * few.defaults)), rtol=1e-10)


def test_inputs_replace_a_variable(
    iraq: Model, simulator: Simulator, draws: np.ndarray, batch: np.ndarray
) -> None:
    told = compile(iraq, outputs=iraq_by_hand.NAMES, inputs=["force level", "local guards"])
    force = np.interp(told.steps, *iraq_by_hand.FORCE)
    paths = np.stack([force, np.interp(told.steps, *iraq_by_hand.GUARDS)])
    run = jax.jit(told.run)
    np.testing.assert_allclose(run(draws, paths), batch, rtol=1e-10)
    own = np.repeat(paths[..., None], draws.shape[1], axis=-1)
    own[0, :, 0] = 0
    mixed = run(draws, own)
    np.testing.assert_allclose(mixed[..., 1:], batch[..., 1:], rtol=1e-10)
    assert not np.allclose(mixed[..., 0], batch[..., 0])


def overrides(simulator: Simulator, **values: tuple[float, float, float]) -> Overrides:
    start, stop, value = np.full(3, INF), np.full(3, INF), np.zeros(3)
    for name, (first, last, number) in values.items():
        i = simulator.overridable.index(name.replace("_", " "))
        start[i], stop[i], value[i] = first, last, number
    return Overrides(start, stop, value)


def test_overrides_switched_off_change_nothing(
    simulator: Simulator, draws: np.ndarray, batch: np.ndarray
) -> None:
    np.testing.assert_allclose(jax.jit(simulator.run)(draws, None, overrides(simulator)), batch, rtol=1e-11)


def test_a_held_stock_reads_and_is_carried_at_its_value(simulator: Simulator, draws, batch) -> None:
    held = np.asarray(
        jax.jit(simulator.run)(draws, None, overrides(simulator, foreign_fighters=(10, 20, 333)))
    )
    np.testing.assert_allclose(held[:10], batch[:10], rtol=1e-11)
    assert (held[10:20, 5] == 333).all()
    assert held[20, 5] == pytest.approx(np.full(5, 333))  # and goes on from there
    assert (abs(held[21, 5] - 333) > 1e-3).all()


def test_a_held_auxiliary_drives_what_depends_on_it(simulator: Simulator, draws, batch) -> None:
    held = np.asarray(jax.jit(simulator.run)(draws, None, overrides(simulator, exit_hazard=(10, INF, 0))))
    np.testing.assert_allclose(held[:10], batch[:10], rtol=1e-11)
    assert (held[10:, 7] == 0).all()
    assert (held[12:, 5] > batch[12:, 5]).all()


def test_a_held_path_differs_by_draw(simulator: Simulator, draws, batch) -> None:
    one = overrides(simulator, force_level=(12, INF, 0))
    values = np.zeros((3, 5))
    values[2] = np.linspace(0.5, 1.5, 5)
    found = np.asarray(jax.jit(simulator.run)(draws, None, one._replace(value=values)))
    np.testing.assert_allclose(found[:12], batch[:12], rtol=1e-11)
    assert len(set(np.round(found[-1, 8] / batch[-1, 8], 6))) == 5


def test_a_run_may_stop_early_in_the_same_program(iraq) -> None:
    averaging = compile(iraq, outputs=["suicide attacks", "members"], average=True)
    point = jnp.repeat(jnp.asarray(averaging.defaults)[:, None], 3, axis=1)
    run = jax.jit(averaging.run)
    whole = run(point)
    for months in (0, 1, 25, 60, 99):
        part = run(point, intervals=jnp.asarray(months))
        assert (part[:months] == whole[:months]).all()
        assert (part[months:] == 0).all()
