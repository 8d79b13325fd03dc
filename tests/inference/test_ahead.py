"""One-step-ahead prediction against a conjugate case: a beta prior on the chance of a negative binomial."""

from __future__ import annotations

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import betanbinom, nbinom

from stockade.inference.ahead import drawn_counts, probability_up_to
from stockade.inference.priors import Prior
from stockade.inference.problem import CountObservation, Problem
from stockade.inference.ranks import p_value
from stockade.inference.sequential import Course, follow
from tests.inference.test_sequential import SMALL, seen
from tests.inference.toys import Toy, conjugate, log_normals

MONTHS, SIZE, A, B = 14, 6.0, 4.0, 3.0
COUNTS = np.random.default_rng(11).negative_binomial(SIZE, 0.4, MONTHS).astype(float)


def level(constants, inputs=None, overrides=None):
    """A chance p gives the mean r (1 - p) / p of every month, so that the counts are NB(r, p)."""
    (chance,) = constants
    mean = SIZE * (1.0 - chance) / chance
    return jnp.broadcast_to(mean[None, None], (MONTHS, 1, chance.shape[0]))


def known(months: int, counts: np.ndarray = COUNTS) -> Problem:
    values = np.where(np.arange(MONTHS) < months, counts, np.nan)
    return Problem(
        simulator=Toy(("chance",), np.array([0.5]), ("events",), level),
        parameters=("chance", "dispersion"),
        priors=(Prior("chance", "beta", A, B), None),
        free=np.array([True, False]),
        held=np.array([0.5, SIZE]),
        counts=(CountObservation("events", "events", "dispersion", values),),
    )


@pytest.fixture(scope="module")
def course() -> Course:
    return follow([known(count) for count in (2, *range(3, MONTHS + 1))], seed=4)


def exact(month: int):
    """What a month is expected to be after all before it."""
    return betanbinom(SIZE, A + SIZE * month, B + COUNTS[:month].sum())


def test_every_month_is_predicted_as_the_conjugate_case_says(course: Course) -> None:
    cells, ahead = course.ahead.cells, course.ahead
    assert cells[:, 2].tolist() == list(range(MONTHS))
    assert cells[:, 0].tolist() == [0, 0, *range(1, MONTHS - 1)]
    later = cells[:, 2] >= 2
    wanted = [exact(month).logpmf(COUNTS[month]) for month in range(2, MONTHS)]
    np.testing.assert_allclose(ahead.log_density[later], wanted, atol=0.06)
    np.testing.assert_allclose(ahead.log_density[0], betanbinom(SIZE, A, B).logpmf(COUNTS[0]), atol=0.06)
    below = probability_up_to(COUNTS, ahead.means, ahead.dispersions)[later]
    np.testing.assert_allclose(
        below, [exact(month).cdf(COUNTS[month]) for month in range(2, MONTHS)], atol=0.03
    )
    drawn = drawn_counts(ahead.means, ahead.dispersions, 1)
    for share in (0.05, 0.5, 0.95):
        quantiles = np.quantile(drawn[later], share, axis=1)
        inside = np.array([exact(month).cdf(quantiles[month - 2]) for month in range(2, MONTHS)])
        outside = np.array([exact(month).cdf(quantiles[month - 2] - 1.0) for month in range(2, MONTHS)])
        assert ((outside - 0.02 <= share) & (share <= inside + 0.02)).all()


def test_increments_are_the_log_predictive_densities_and_add_up_to_the_evidence(course: Course) -> None:
    together, total = course.ahead.together, course.log_evidence
    # The evidence is bridged where chains were moved: the two ways agree within their errors.
    np.testing.assert_allclose(np.diff(total, prepend=0.0), together, atol=0.1)
    np.testing.assert_allclose(together.sum(), total[-1], atol=0.1)
    # With one series its part is the whole, and a day with one new month has that month's density.
    np.testing.assert_allclose(course.ahead.parts, np.stack([together, 0 * together], axis=1), atol=1e-6)
    np.testing.assert_allclose(course.ahead.log_density[2:], together[1:], atol=1e-6)


def test_two_months_of_a_day_are_taken_together(course: Course) -> None:
    first, second = (
        betanbinom(SIZE, A, B).logpmf(COUNTS[0]),
        betanbinom(SIZE, A + SIZE, B + COUNTS[0]).logpmf(COUNTS[1]),
    )
    np.testing.assert_allclose(course.ahead.together[0], first + second, atol=0.1)
    # By itself, the second month is expected without the first.
    np.testing.assert_allclose(
        course.ahead.log_density[1], betanbinom(SIZE, A, B).logpmf(COUNTS[1]), atol=0.06
    )


def test_reports_are_predicted_too() -> None:
    values, sigmas, scales = np.array([1.5, 0.7]), np.array([0.4, 0.3]), np.array([0.8, 1.0])
    found = follow([seen(log_normals(values, sigmas, scales), count) for count in (0, 1, 2)], seed=1)
    wanted = [0.0] + [conjugate(*(one[n : n + 1] for one in (values, sigmas, scales)))[2] for n in (0, 1)]
    np.testing.assert_allclose(found.ahead.together, wanted, atol=0.1)
    np.testing.assert_allclose(found.ahead.parts, found.ahead.together[:, None], atol=1e-9)
    assert found.ahead.cells.shape == (0, 3)


def test_a_parameter_that_becomes_free_is_no_predictive_density() -> None:
    held = replace(known(5), free=np.array([False, False]), held=np.array([0.4, SIZE]))
    found = follow([held, known(6)], seed=2)
    np.testing.assert_allclose(found.ahead.together[0], nbinom(SIZE, 0.4).logpmf(COUNTS[:5]).sum(), rtol=1e-7)
    # The sixth month is expected from the prior of what has become free; the evidence takes in all six anew.
    np.testing.assert_allclose(found.ahead.together[1], betanbinom(SIZE, A, B).logpmf(COUNTS[5]), atol=0.06)
    steps = [betanbinom(SIZE, A + SIZE * n, B + COUNTS[:n].sum()).logpmf(COUNTS[n]) for n in range(6)]
    np.testing.assert_allclose(found.log_evidence[-1], sum(steps), atol=0.2)


def test_draws_that_are_not_finite_predict_nothing() -> None:
    means, dispersions = np.array([[10.0, np.nan, np.nan]]), np.full((1, 3), 5.0)
    np.testing.assert_allclose(
        probability_up_to(np.array([8.0]), means, dispersions), nbinom(5, 5 / 15).cdf(8), rtol=1e-12
    )
    assert np.isnan(drawn_counts(means, dispersions, 1)).sum() == 16
    assert probability_up_to(np.array([-1.0]), means, dispersions) == 0.0


@pytest.mark.slow
def test_places_of_counts_from_the_prior_predictive_are_uniform() -> None:
    random, places = np.random.default_rng(9), []
    for seed in range(24):
        counts = random.negative_binomial(SIZE, random.beta(A, B), MONTHS).astype(float)
        found = follow([known(count, counts) for count in range(1, 9)], seed=seed, settings=SMALL)
        months = found.ahead.cells[:, 2]
        below, up_to = (
            probability_up_to(counts[months] - less, found.ahead.means, found.ahead.dispersions)
            for less in (1.0, 0.0)
        )
        places += list(below + random.random(len(months)) * (up_to - below))
    assert len(places) == 24 * 8
    assert p_value((np.array(places) * 128).astype(int), 127) > 0.01


def test_exploded_means_are_left_out_alike() -> None:
    dispersions = np.full((1, 2), 3.0)
    alone = probability_up_to(np.array([3.0]), np.array([[2.0, 2.0]]), dispersions)
    for broken in (np.inf, np.nan):
        means = np.array([[broken, 2.0]])
        np.testing.assert_allclose(probability_up_to(np.array([3.0]), means, dispersions), alone)
        drawn = drawn_counts(means, dispersions, 1)
        assert np.isnan(drawn).mean() == 0.5
        assert np.isfinite(drawn).mean() == 0.5


def test_counts_of_huge_means_are_drawn() -> None:
    found = [drawn_counts(np.full((1, 64), 1e15), np.full((1, 64), 1e-4), seed) for seed in range(5)]
    assert np.isfinite(found).all()
