"""Log score, interval score and PIT against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from stockade.forecasts.proper import EDGES, histogram, interval_score, log_score, pit
from stockade.forecasts.scores import crps


def test_crps_of_poisson_draws_is_the_closed_form():
    import scoringrules

    draws = np.random.default_rng(0).poisson(7.0, (1, 400_000)).astype(float)
    for truth in (0.0, 6.0, 20.0):
        want = float(scoringrules.crps_poisson(truth, 7.0, backend="numpy"))
        assert crps(draws, np.array([truth]))[0] == pytest.approx(want, abs=0.02)


@pytest.mark.parametrize(
    ("truth", "low", "high"), [(0, 0, 0), (2, 1, 2), (4, 3, 5), (7, 6, 10), (30, 26, 50)]
)
def test_log_score_is_minus_the_log_of_the_class(truth, low, high):
    draws = np.random.default_rng(1).poisson(5.0, (1, 500_000)).astype(float)
    share = stats.poisson.cdf(high, 5.0) - stats.poisson.cdf(low - 1, 5.0)
    want = -np.log(max(share, 1 / 500_011))
    assert log_score(draws, np.array([float(truth)]))[0] == pytest.approx(
        want, abs=0.02 if share > 1e-3 else 1.0
    )


def test_log_score_of_what_no_draw_foresaw_is_finite_and_known():
    score = log_score(np.zeros((1, 1000)), np.array([5000.0]))[0]
    assert score == pytest.approx(np.log(1000 + len(EDGES)))


@pytest.mark.parametrize(("truth", "want"), [(50.0, 80.0), (5.0, 130.0), (97.0, 150.0)])
def test_interval_score_by_hand(truth, want):
    # Draws 0 to 100: the central 80 % is 10 to 90, and each unit outside costs 2 / (1 - 0.8) = 10.
    assert interval_score(np.arange(101.0)[None, :], np.array([truth]), 0.8)[0] == pytest.approx(want)


def test_pit_of_a_calibrated_forecast_of_rare_counts_is_uniform():
    rng = np.random.default_rng(2)
    draws = rng.poisson(0.3, (4000, 60)).astype(float)
    truth = rng.poisson(0.3, 4000).astype(float)
    assert stats.kstest(pit(draws, truth, 5), "uniform").pvalue > 1e-4


def test_pit_of_a_forecast_that_is_too_narrow_is_not():
    rng = np.random.default_rng(3)
    values = pit(
        rng.poisson(10, (800, 60)).astype(float), rng.negative_binomial(2, 1 / 6, 800).astype(float), 5
    )
    assert stats.kstest(values, "uniform").pvalue < 1e-6
    assert sum(histogram(values)) == 800
    assert min(histogram(values)[0], histogram(values)[-1]) > 2 * histogram(values)[5]
