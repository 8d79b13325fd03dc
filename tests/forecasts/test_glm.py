"""The regression on the last months, against statsmodels, which shares no code with it."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from stockade.forecasts.glm import (
    LAGS,
    Regression,
    fit_regression,
    fit_weights,
    lag_design,
    simulate_regression,
)


def path(months: int, weights=(1.0, 0.4, 0.2, 0.05), alpha: float = 0.2, seed: int = 0) -> np.ndarray:
    """A series that obeys the regression, stepped by hand."""
    rng, counts = np.random.default_rng(seed), [5.0, 5.0, 5.0]
    for _ in range(months):
        eta = weights[0] + sum(
            w * np.log(counts[-lag] + 0.5) for w, lag in zip(weights[1:], LAGS, strict=True)
        )
        counts.append(float(rng.poisson(np.exp(eta) * rng.gamma(1 / alpha) * alpha)))
    return np.array(counts[3:])


@pytest.mark.parametrize("alpha", [0.01, 0.5, 4.0])
def test_weights_are_those_of_statsmodels(alpha):
    counts = path(150)
    design, later = lag_design(counts), counts[3:]
    family = sm.families.NegativeBinomial(alpha=alpha)
    want = sm.GLM(later, design, family=family).fit(tol=1e-12).params
    np.testing.assert_allclose(fit_weights(design, later, alpha), want, rtol=1e-6, atol=1e-8)


def test_spread_is_that_of_statsmodels_where_the_prior_hardly_counts():
    counts = path(4000)
    want = sm.NegativeBinomial(counts[3:], lag_design(counts)).fit(disp=0, method="bfgs", maxiter=500).params
    ours = fit_regression(counts)
    # The grid's points lie 59 % apart; the best one is the nearest in likelihood.
    assert ours.alpha == pytest.approx(want[-1], rel=0.4)
    np.testing.assert_allclose(ours.weights, want[:-1], atol=0.03)


def test_lags_are_those_of_the_months_before():
    design = lag_design(np.arange(6.0))
    np.testing.assert_allclose(np.exp(design[:, 1:]) - 0.5, [[2, 1, 0], [3, 2, 1], [4, 3, 2]], atol=1e-12)
    assert design[:, 0].tolist() == [1, 1, 1]


def test_paths_one_month_ahead_have_the_mean_and_spread_of_the_regression():
    fitted, counts = Regression(np.array([0.5, 0.5, 0.2, 0.1]), 0.3), np.array([8.0] * 10 + [3, 5, 9])
    mean = np.exp(0.5 + 0.5 * np.log(9.5) + 0.2 * np.log(5.5) + 0.1 * np.log(3.5))
    draws = simulate_regression(fitted, counts, 1, 200_000, np.random.SeedSequence(1))[0]
    assert draws.mean() == pytest.approx(mean, rel=0.01)
    assert draws.var() == pytest.approx(mean + 0.3 * mean**2, rel=0.03)


def test_an_explosive_regression_stays_within_ten_times_the_largest_seen():
    fitted = Regression(np.array([1.0, 2.0, 0.0, 0.0]), 1e-6)
    draws = simulate_regression(fitted, np.full(13, 10.0), 24, 200, np.random.SeedSequence(1))
    assert draws.max() < 1.5 * 10 * 10.5


@pytest.mark.parametrize("counts", [np.zeros(13), np.full(13, 7.0), np.r_[np.zeros(12), 5000.0]])
def test_dull_and_wild_histories_are_fitted(counts):
    fitted = fit_regression(counts)
    assert np.isfinite(fitted.weights).all()
    assert np.isfinite(simulate_regression(fitted, counts, 12, 50, np.random.SeedSequence(0))).all()
