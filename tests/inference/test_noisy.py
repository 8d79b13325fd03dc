"""The likelihood under noise: without noise it is the likelihood, with it closed forms and enumerations."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from stockade.compiler.compile import compile
from stockade.formats.vensim.read import parse_mdl
from stockade.inference import likelihood
from stockade.inference.noisy import NoisyLayout, draw_paths, filter_problem, noisy_layout
from stockade.inference.observations import LEAST_MEAN
from stockade.inference.priors import Prior
from stockade.inference.problem import (
    CountObservation,
    Problem,
    ReportObservation,
    arrays_of,
    layout_of,
)
from stockade.simulation.process_noise import NoisyFlow, process_noise

MODEL = """{{UTF-8}}
people = INTEG(arrivals - leaving, 100) ~ person ~ |
arrivals = normal arrivals ~ person/Month ~ |
leaving = hazard * people ~ person/Month ~ |
normal arrivals = 10 ~ person/Month ~ |
hazard = 0.1 ~ 1/Month ~ |
INITIAL TIME = 0 ~ Month ~ |
FINAL TIME = {months} ~ Month ~ |
TIME STEP = {step} ~ Month ~ |
SAVEPER = 1 ~ Month ~ |
"""
NAMES = ("hazard", "dispersion", "scale", "bias")


def report(kind: str, first: int, last: int, **more: object) -> ReportObservation:
    about = {"output": "people", "statistic": "mean", "low": 90.0, "best": 100.0, "high": 110.0, "sigma": 0.3}
    given = {**about, **more, "report": f"{kind} {first} {last}", "kind": kind, "first": first, "last": last}
    return ReportObservation(**given)


def noisy_problem(
    kinds: dict[str, str],
    months: int,
    step: float,
    counts: dict[str, np.ndarray],
    reports: tuple[ReportObservation, ...] = (),
    scale: float = 0.3,
) -> tuple[Problem, NoisyLayout]:
    """A stock that arrivals fill and a hazard empties, all parameters but the hazard held."""
    model = parse_mdl(MODEL.format(months=months, step=step), "m.mdl")
    simulator = compile(
        model,
        outputs=["people", "arrivals", "leaving"],
        overridable=tuple(kinds),
        average=True,
        together=False,
    )
    problem = Problem(
        simulator=simulator, parameters=NAMES,
        priors=(Prior("hazard", "lognormal", 0.1, 0.5), None, None, None),
        free=np.array([True, False, False, False]), held=np.array([0.1, 4.0, scale, 0.2]),
        counts=tuple(CountObservation(name, name, "dispersion", one) for name, one in counts.items()),
        reports=reports,
    )  # fmt: skip
    declared = [NoisyFlow(name, "d" in kind, "e" in kind) for name, kind in kinds.items()]
    noise = process_noise(model, declared)
    return problem, noisy_layout(problem, noise, ("scale",) * len(noise.environmental))


def at_hazard(draws: int, value: float = 0.1) -> jax.Array:
    """Coordinates (D, draw): the log of a log-normal's parameter; held ones stay at 0."""
    return jnp.zeros((4, draws)).at[0].set(np.log(value / 0.1) / 0.5)


REPORTS = (
    report("point", 0, 0),
    report("point", 1, 3, bias="bias"),
    report("point", 2, 5, statistic="peak"),
    report("range", 3, 3, statistic="peak"),
    report("upper", 0, 2, bias="bias"),
    report("lower", 4, 4, output="arrivals", low=8.0),
    report("point", 3, 3, seen=False),
    report("point", 3, 3, best=120.0),
)


def test_with_next_to_no_noise_it_is_the_likelihood() -> None:
    seen = {
        "people": np.array([90.0, 110, np.nan, 80, 100, 95]),
        "leaving": np.array([9.0, 12, 8, 3, np.nan, 11]),
    }
    problem, noisy = noisy_problem({"arrivals": "e", "leaving": "e"}, 6, 0.25, seen, REPORTS, scale=1e-9)
    arrays, z = arrays_of(problem), jnp.concatenate([at_hazard(1, one) for one in (0.05, 0.1, 0.4)], axis=1)
    found = filter_problem(jax.random.key(1), z, arrays, noisy, 4)
    wanted = likelihood.log_likelihood(z, arrays, layout_of(problem))
    np.testing.assert_allclose(found.log_likelihood, wanted, rtol=1e-6)
    kept = filter_problem(jax.random.key(1), z, arrays, noisy, 4, keep=True)
    np.testing.assert_allclose(kept.log_likelihood, wanted, rtol=1e-6)
    paths, _ = draw_paths(jax.random.key(2), kept)
    theta = jnp.concatenate(
        [jnp.array([[0.05, 0.1, 0.4]]), jnp.asarray(problem.held)[1:, None] * jnp.ones((3, 3))]
    )
    np.testing.assert_allclose(paths, likelihood.simulate(theta, arrays, layout_of(problem)), rtol=1e-6)


def test_a_log_normal_flow_reported_with_log_normal_noise_is_in_closed_form() -> None:
    reports = (
        report("point", 0, 0, output="arrivals", best=14.0),
        report("point", 1, 1, output="arrivals", best=6.0),
    )
    problem, noisy = noisy_problem({"arrivals": "e"}, 2, 0.5, {}, reports, scale=0.5)
    found = filter_problem(jax.random.key(3), at_hazard(8), arrays_of(problem), noisy, 4000)
    law = stats.norm(np.log(10) - 0.125, np.hypot(0.5, 0.3))
    wanted = sum(law.logpdf(np.log(one)) - np.log(one) for one in (14.0, 6.0))
    np.testing.assert_allclose(np.mean(found.log_likelihood), wanted, atol=0.02)


def test_whole_persons_have_the_likelihood_of_enumeration() -> None:
    # Two months of one step each: B(100, 0.1) leave, then B(of those left, 0.1); counts scatter around both.
    seen = np.array([14.0, 7.0])
    problem, noisy = noisy_problem({"leaving": "d", "arrivals": "d"}, 2, 1.0, {"leaving": seen})
    found = filter_problem(jax.random.key(4), at_hazard(16), arrays_of(problem), noisy, 4000)

    def density(count: float, mean: np.ndarray) -> np.ndarray:
        mean = np.maximum(mean, LEAST_MEAN)
        return stats.nbinom(4.0, 4.0 / (4.0 + mean)).pmf(count)

    first, came = np.arange(101), np.arange(60)
    total = 0.0
    for left, chance in zip(first, stats.binom(100, 0.1).pmf(first), strict=True):
        for arrived, likely in zip(came, stats.poisson(10).pmf(came), strict=True):
            people = 100 - left + arrived
            second = np.arange(people + 1)
            inner = np.sum(stats.binom(people, 0.1).pmf(second) * density(7.0, second))
            total += chance * likely * density(14.0, np.array(float(left))) * inner
    mean = np.log(np.mean(np.exp(found.log_likelihood)))
    assert mean == pytest.approx(np.log(total), abs=0.01)


def test_noise_widens_what_is_expected_of_months_to_come() -> None:
    seen = np.where(np.arange(12) < 6, 100.0, np.nan)
    problem, noisy = noisy_problem({"arrivals": "de", "leaving": "d"}, 12, 0.5, {"people": seen})
    found = filter_problem(jax.random.key(5), at_hazard(200), arrays_of(problem), noisy, 32, keep=True)
    people = np.asarray(draw_paths(jax.random.key(6), found)[0])[:, 0]
    assert people[0].std() < people[6].std() < people[11].std()
    # After six months unseen: about the Poisson spread of a linear birth and death process, and more.
    assert 4 < people[11].std() < 20
    assert np.asarray(found.ess)[:6].min() > 0.3
