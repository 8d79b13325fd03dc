"""Made-up figures come with the probabilities that the likelihood gives them."""

from __future__ import annotations

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from stockade.errors import StockadeError
from stockade.inference import likelihood
from stockade.inference.made_up import make_up, with_ranges
from stockade.inference.noise import stream
from stockade.inference.problem import Problem, arrays_of, layout_of
from tests.inference.toys import Toy, decline_counts, decline_problem, echo, point

HELD = {"free": np.zeros(1, dtype=bool), "held": np.array([2.0])}


def one_report(**kind: object) -> Problem:
    """A level that is held at 2, and one report of it."""
    return Problem(
        simulator=Toy(("x",), np.ones(1), ("x",), echo), parameters=("x",), priors=(None,), counts=(),
        reports=(point("x", 1.0, 0.4, **{"best": None, **kind}),), **HELD,
    )  # fmt: skip


def made_up(problem: Problem, times: int) -> list[Problem]:
    return [make_up(problem, stream(3, index)).problem for index in range(times)]


def likelihood_of(problem: Problem, z: np.ndarray) -> np.ndarray:
    return np.asarray(likelihood.log_likelihood(jnp.asarray(z), arrays_of(problem), layout_of(problem)))


def test_counts_are_negative_binomial_and_gaps_stay() -> None:
    counts = decline_counts(1)
    counts[[3, 30]] = np.nan
    problem = decline_problem(counts, free=(False,) * 4)
    found = np.array([one.counts[0].values for one in made_up(problem, 400)])
    assert np.isnan(found[:, [3, 30]]).all()
    seen = np.isfinite(counts)
    assert np.isfinite(found[:, seen]).all()
    level, stocks = 40.0, []
    for _ in range(36):
        stocks.append(level)
        level += 3.0 - 0.15 * level
    mean = np.array(stocks)[seen]
    variance = mean + mean**2 / 8.0
    z = (found[:, seen].mean(axis=0) - mean) / np.sqrt(variance / 400)
    assert np.abs(z).max() < 4.5
    assert found[:, seen].var(axis=0).sum() / variance.sum() == pytest.approx(1.0, abs=0.1)
    assert (found[:, seen] == np.rint(found[:, seen])).all()


def test_every_month_has_a_count_seen_or_not() -> None:
    counts = np.full(36, np.nan)
    counts[:5] = 40.0
    made = make_up(decline_problem(counts), stream(1))
    assert np.isfinite(made.counts["stock"]).all()
    np.testing.assert_array_equal(made.counts["stock"][:5], made.problem.counts[0].values[:5])


def test_points_are_log_normal() -> None:
    found = [one.reports[0].best for one in made_up(one_report(best=1.0), 400)]
    assert stats.kstest(np.log(found), stats.norm(np.log(2.0), 0.4).cdf).pvalue > 0.01


def test_ranges_are_cells_with_their_own_probability() -> None:
    problem = one_report(kind="range", low=1.5, high=2.5)
    found = [(one.reports[0].low, one.reports[0].high) for one in made_up(problem, 600)]
    widths = np.log([high / low for low, high in found])
    np.testing.assert_allclose(widths, np.log(2.5 / 1.5))
    starts, times = np.unique(np.round([low for low, _ in found], 9), return_counts=True)
    law = stats.norm(np.log(2.0), 0.4)
    for start, count in zip(starts, times, strict=True):
        share = law.cdf(np.log(start * 2.5 / 1.5)) - law.cdf(np.log(start))
        assert abs(count / 600 - share) < 4.5 * np.sqrt(share / 600)
    assert np.isclose(starts, 1.5).any()


@pytest.mark.parametrize(("kind", "ends"), [("upper", {"high": 1.8}), ("lower", {"low": 1.8})])
def test_bounds_fall_on_either_side_as_often_as_the_value_does(kind: str, ends: dict[str, float]) -> None:
    found = [one.reports[0] for one in made_up(one_report(kind=kind, **ends), 600)]
    below = np.mean([one.high == 1.8 for one in found])
    share = stats.norm.cdf(np.log(1.8 / 2.0) / 0.4)
    assert abs(below - share) < 4.5 * np.sqrt(share * (1 - share) / 600)
    assert all((one.high == 1.8) != (one.low == 1.8) for one in found)


def test_bounds_as_ranges_have_the_same_density() -> None:
    names = ("x", "y", "v")
    priors = tuple(replace(decline_problem(np.ones(36)).priors[0], name=one, a=2.0) for one in names)
    reports = (
        point("x", 1.0, 0.25, kind="upper", best=None, high=1.5),
        point("y", 1.0, 0.25, kind="lower", best=None, low=3.0),
        point("v", 1.0, 0.25, kind="range", best=None, low=1.0, high=3.0),
    )
    problem = Problem(
        simulator=Toy(names, np.ones(3), names, echo), parameters=names, priors=priors,
        free=np.ones(3, dtype=bool), held=np.ones(3), counts=(), reports=reports,
    )  # fmt: skip
    z = np.random.default_rng(0).normal(size=(3, 50)) * 3
    np.testing.assert_allclose(likelihood_of(with_ranges(problem), z), likelihood_of(problem, z), rtol=1e-12)


def test_truths_come_from_the_prior_and_held_ones_stay() -> None:
    problem = decline_problem(np.full(36, 40.0), free=(True, True, False, True))
    found = np.array([make_up(problem, stream(5, index)).truth for index in range(300)])
    assert (found[:, 2] == 0.15).all()
    assert stats.kstest(np.log(found[:, 0] / 40.0) / 0.5, "norm").pvalue > 0.01


def test_the_same_stream_gives_the_same_figures() -> None:
    problem = decline_problem(np.full(36, 40.0))
    first, second = (make_up(problem, stream(9, 4)).problem.counts[0].values for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_a_model_that_never_runs_is_told() -> None:
    def never(constants, inputs=None, overrides=None):
        return constants[None] * jnp.nan

    problem = one_report(best=1.0)
    broken = replace(problem, simulator=replace(problem.simulator, run=never))
    with pytest.raises(StockadeError, match="could have been recorded"):
        make_up(broken, stream(1))
