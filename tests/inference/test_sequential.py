"""Month by month: evidence and posterior against closed forms, and against a fit of all data at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import nbinom, norm

from stockade.inference.problem import Problem
from stockade.inference.sequential import follow
from stockade.inference.smc import SmcSettings, sample_one_repeat
from tests.inference.toys import conjugate, decline_counts, decline_problem, log_normals

VALUES, SIGMAS, SCALES = np.array([1.5, 0.7, 2.0]), np.array([0.4, 0.3, 0.5]), np.array([0.8, 1.0, 0.6])
SMALL = SmcSettings(particles=256)


def seen(problem: Problem, count: int) -> Problem:
    """Only the first reports are known."""
    reports = tuple(replace(one, seen=index < count) for index, one in enumerate(problem.reports))
    return replace(problem, reports=reports)


def months(problem: Problem, count: int) -> Problem:
    """Only the first months are known."""
    (series,) = problem.counts
    values = np.where(np.arange(len(series.values)) < count, series.values, np.nan)
    return replace(problem, counts=(replace(series, values=values),))


def test_a_conjugate_case_one_report_after_the_other() -> None:
    whole = log_normals(VALUES, SIGMAS, SCALES)
    found = follow([seen(whole, count) for count in range(4)], seed=1)
    expected = [0.0] + [conjugate(VALUES[:n], SIGMAS[:n], SCALES[:n])[2] for n in (1, 2, 3)]
    # The error of an increment is sqrt((1 / ess - 1) / particles), about 0.02 here; five of them.
    np.testing.assert_allclose(found.log_evidence, expected, atol=0.1)
    mean, sd, _ = conjugate(VALUES, SIGMAS, SCALES)
    for row, share in enumerate((0.05, 0.5, 0.95)):
        np.testing.assert_allclose(
            np.log(found.quantiles[row, -1]), norm(mean, sd).ppf(share), atol=0.12 * sd.max()
        )


def test_a_parameter_that_becomes_free_starts_from_its_prior() -> None:
    whole = log_normals(VALUES, SIGMAS, SCALES)
    held = replace(seen(whole, 1), free=np.array([True, True, False]))
    found = follow([held, seen(whole, 1), seen(whole, 3)], seed=2)
    assert found.quantiles[0, 0, 2] == found.quantiles[2, 0, 2] == 1.0
    np.testing.assert_allclose(np.log(found.quantiles[2, 1, 2]), 1.645 * SCALES[2], rtol=0.15)
    np.testing.assert_allclose(found.log_evidence[-1], conjugate(VALUES, SIGMAS, SCALES)[2], atol=0.1)


def test_the_end_is_that_of_a_fit_of_everything() -> None:
    counts = decline_counts(4)
    whole = decline_problem(counts)
    days = [months(whole, count) for count in range(1, 37)]
    found = [follow(days, seed=3, repeat=one, settings=SMALL) for one in range(2)]
    fit = sample_one_repeat(whole, seed=3, settings=SMALL)
    ends = [one.log_evidence[-1] for one in found]
    # Bridged on both sides: errors of a few hundredths, that do not add up over 36 days.
    np.testing.assert_allclose(ends, fit.log_evidence, atol=0.15)
    medians = np.array([one.quantiles[1, -1] for one in found])
    spread = np.std(np.log(fit.draws), axis=0)
    np.testing.assert_allclose(
        np.log(medians), np.tile(np.median(np.log(fit.draws), axis=0), (2, 1)), atol=0.4 * spread.max()
    )
    assert found[0].moved.any()
    assert not found[0].moved.all()


def test_the_first_month_is_predicted_from_the_prior() -> None:
    # The first month's stock is `start` itself: the evidence is an integral in two dimensions.
    counts = decline_counts(5)
    problem = decline_problem(counts, (True, False, False, True))
    found = follow([months(problem, 1)], seed=6)
    nodes = norm.ppf((np.arange(400) + 0.5) / 400)
    mean = 40.0 * np.exp(0.5 * nodes)[:, None]
    dispersion = 8.0 * np.exp(0.5 * nodes)[None]
    exact = np.log(nbinom.pmf(counts[0], dispersion, dispersion / (dispersion + mean)).mean())
    np.testing.assert_allclose(found.log_evidence[0], exact, atol=0.08)


def test_data_that_leave_no_particle_start_it_anew() -> None:
    values, sigmas = np.array([1.0, 300.0]), np.array([0.3, 0.01])
    whole = log_normals(values, sigmas, np.array([1.0, 1.5]))
    found = follow([seen(whole, 1), seen(whole, 2)], seed=7)
    assert found.restarted.tolist() == [False, True]
    np.testing.assert_allclose(
        found.log_evidence[-1], conjugate(values, sigmas, np.array([1.0, 1.5]))[2], atol=0.5
    )


def test_same_seed_same_bits() -> None:
    days = [seen(log_normals(VALUES, SIGMAS, SCALES), count) for count in (1, 3)]
    one, two, other = (follow(days, seed=seed, settings=SMALL) for seed in (1, 1, 2))
    assert one.log_evidence.tobytes() == two.log_evidence.tobytes()
    assert one.log_evidence.tobytes() != other.log_evidence.tobytes()


def test_there_must_be_a_day() -> None:
    with pytest.raises(ValueError, match="no day"):
        follow([], seed=1)
