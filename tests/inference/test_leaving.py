"""A fit without some of its data, against closed forms and against fits made without them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import lognorm, multivariate_normal

from stockade.inference.leaving import pointwise, reweigh, without_data
from stockade.inference.posterior import pool_repeats
from stockade.inference.priors import Prior
from stockade.inference.problem import Problem, arrays_of, layout_of
from stockade.inference.smc import SmcSettings, sample_one_repeat
from tests.inference.toys import Toy, decline_counts, decline_problem, echo, point

VALUES = np.array([1.6, 0.8, 2.1, 1.2, 3.4])
SIGMAS = np.array([0.5, 0.4, 0.6, 0.5, 0.7])
SCALE = 0.8


def shared_level() -> Problem:
    """One level of median 1, reported five times: conjugate in logs."""
    reports = [
        point("x", value, sigma, report=f"report {index}")
        for index, (value, sigma) in enumerate(zip(VALUES, SIGMAS, strict=True))
    ]
    return Problem(
        Toy(("x",), np.ones(1), ("x",), echo), ("x",), (Prior("x", "lognormal", 1.0, SCALE),),
        np.array([True]), np.ones(1), (), tuple(reports),
    )  # fmt: skip


def log_evidence(kept: np.ndarray) -> float:
    """Of the reports that are kept, by the normal law of their logs."""
    logs = np.log(VALUES[kept])
    covariance = SCALE**2 + np.diag(SIGMAS[kept] ** 2)
    return float(multivariate_normal(np.zeros(len(logs)), covariance).logpdf(logs) - logs.sum())


def exact_draws(count: int, seed: int) -> np.ndarray:
    """Draws of the level given all reports."""
    variance = 1.0 / (1.0 / SCALE**2 + np.sum(1.0 / SIGMAS**2))
    mean = variance * np.sum(np.log(VALUES) / SIGMAS**2)
    return np.exp(mean + np.sqrt(variance) * np.random.default_rng(seed).standard_normal(count))


@pytest.mark.parametrize("out", [[0], [1], [2], [3], [4], [0, 3]])
def test_evidence_without_figures_is_the_closed_form(out: list[int]) -> None:
    draws = exact_draws(4000, seed=1)
    each = np.array(
        [lognorm(s, scale=draws).logpdf(v) for v, s in zip(VALUES, SIGMAS, strict=True)]
    )  # (report, draw)
    found = reweigh(each[out].sum(axis=0), np.repeat(np.arange(4), 1000))
    kept = np.setdiff1d(np.arange(5), out)
    everything = log_evidence(np.arange(5))
    exact = everything - log_evidence(kept)
    assert found.sound
    np.testing.assert_allclose(found.log_predictive, exact, atol=max(5 * found.mc_error, 1e-3))
    assert found.mc_error < 0.05
    # The weighted draws are those of the level given the rest.
    variance = 1.0 / (1.0 / SCALE**2 + np.sum(1.0 / SIGMAS[kept] ** 2))
    mean = variance * np.sum(np.log(VALUES[kept]) / SIGMAS[kept] ** 2)
    np.testing.assert_allclose(np.exp(found.log_weights) @ np.log(draws), mean, atol=0.05)


def test_the_error_of_the_evidence_is_that_of_many_trials() -> None:
    found, exact = [], log_evidence(np.arange(5)) - log_evidence(np.arange(4))
    for seed in range(200):
        one = lognorm(SIGMAS[4], scale=exact_draws(1000, seed)).logpdf(VALUES[4])
        found.append(reweigh(one, np.zeros(1000, dtype=int)))
    errors = np.array([one.log_predictive for one in found]) - exact
    told = np.mean([one.mc_error for one in found])
    assert 0.6 < np.std(errors) / told < 1.6


def test_each_figure_alone_adds_up_to_the_likelihood() -> None:
    problem = decline_problem(decline_counts(1))
    both = replace(problem, reports=(point("stock", 30.0, 0.3, first=2, last=5),))
    fit = SmcSettings(particles=64, settle=1, rest=1.0)
    posterior = pool_repeats(
        both, [sample_one_repeat(both, seed=1, settings=fit)], explanation="a", as_of="2008-01-01", seed=1
    )
    found = pointwise(both, posterior)
    total = found.counts.sum(axis=(0, 1)) + found.reports.sum(axis=0)
    np.testing.assert_allclose(total, posterior.log_likelihood, atol=1e-6)


def test_a_problem_without_data_shares_what_is_compiled() -> None:
    problem = decline_problem(decline_counts(1))
    months = np.zeros((1, 36), dtype=bool)
    months[0, 4] = True
    without = without_data(problem, months, np.zeros(0, dtype=bool))
    assert np.isnan(without.counts[0].values[4])
    assert np.isfinite(problem.counts[0].values[4])
    assert layout_of(without) == layout_of(problem)
    assert float(arrays_of(without).counts_seen.sum()) == 35


@pytest.mark.slow
@pytest.mark.core
def test_weights_and_a_fit_without_the_month_agree() -> None:
    counts = decline_counts(2)
    counts[7] = 65.0  # a month that nobody expected
    problem = decline_problem(counts)
    settings = SmcSettings(particles=256)

    def fitted(one: Problem):
        runs = [sample_one_repeat(one, seed=3, repeat=index, settings=settings) for index in range(2)]
        return pool_repeats(one, runs, explanation="a", as_of="2008-01-01", seed=1)

    full = fitted(problem)
    each = pointwise(problem, full)
    shifts = []
    for months in ([7], [0, 1, 2]):
        hidden = np.zeros((1, 36), dtype=bool)
        hidden[0, months] = True
        again = fitted(without_data(problem, hidden, np.zeros(0, dtype=bool)))
        found = reweigh(each.counts[0, months].sum(axis=0), full.repeat)
        assert found.sound
        # The bridge's error is about 0.04 a run.
        np.testing.assert_allclose(found.log_predictive, full.log_evidence - again.log_evidence, atol=0.15)
        weighted = np.exp(found.log_weights) @ np.log(full.draws)
        spread = np.log(again.draws).std(axis=0)
        assert (np.abs(weighted - np.log(again.draws).mean(axis=0)) < 0.2 * spread).all()
        shifts.append((np.abs(weighted - np.log(full.draws).mean(axis=0)) / spread).max())
    # Leaving months out does something, or the agreement above would prove nothing.
    assert max(shifts) > 0.2
