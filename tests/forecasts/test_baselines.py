from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from stockade.errors import StockadeError
from stockade.forecasts.baselines import (
    BASELINES,
    History,
    baseline_draws,
    expected,
    history_of,
    last_value,
    mean_of_year,
    past_errors,
    same_month,
    trend_of_year,
)
from stockade.forecasts.spread import Errors, Spread, dispersions, fit_spread, log_density

each = pytest.mark.parametrize("baseline", BASELINES, ids=lambda one: one.name)
ruled = pytest.mark.parametrize("baseline", [one for one in BASELINES if one.rule], ids=lambda one: one.name)


def series(*counts: float) -> History:
    return History(np.arange(len(counts)), np.array(counts, dtype=float))


def noisy(months: int = 48, seed: int = 0, mean: float = 12.0) -> np.ndarray:
    return np.random.default_rng(seed).negative_binomial(6, 6 / (6 + mean), months).astype(float)


# ------------------------------------------------------------- what each rule expects, by hand
YEARS = series(*range(100, 112), *range(200, 212), 7)


def test_last_value():
    assert last_value(YEARS, np.array([25, 40])).tolist() == [7, 7]


def test_mean_of_the_last_twelve():
    assert mean_of_year(YEARS, np.array([25, 40])).tolist() == [(sum(range(201, 212)) + 7) / 12] * 2


def test_same_month_last_year():
    # Row 25 is 12 after row 13; row 36 is 12 after row 24, the last one; rows 37 and 49 take row 13.
    assert same_month(YEARS, np.array([25, 36, 37, 49])).tolist() == [201, 7, 201, 201]


def test_same_month_goes_further_back_over_a_hole_and_else_to_the_last():
    holed = History(np.array([0, 1, 2, 3, 14]), np.array([10.0, 11, 12, 13, 5]))
    assert same_month(holed, np.array([15, 17, 24, 26])).tolist() == [13, 5, 10, 5]


def test_trend_goes_on_exactly_where_it_is_exact():
    rows = np.arange(20)
    line = History(rows, np.exp(1.0 + 0.1 * rows) - 0.5)
    np.testing.assert_allclose(trend_of_year(line, np.array([20, 25])), np.exp([3.0, 3.5]) - 0.5, rtol=1e-12)


def test_trend_agrees_with_polyfit_on_holed_months():
    rows = np.array([0, 1, 2, 4, 5, 7, 8, 9, 10, 13, 14, 15, 16])
    counts = noisy(13, 3)
    slope, level = np.polyfit(rows[-12:], np.log(counts[-12:] + 0.5), 1)
    want = np.exp(level + slope * np.array([18, 20])) - 0.5
    np.testing.assert_allclose(trend_of_year(History(rows, counts), np.array([18, 20])), want, rtol=1e-10)


def test_trend_is_bounded_by_ten_times_the_largest_seen():
    steep = series(*[2.0**i for i in range(14)])
    assert trend_of_year(steep, np.array([100]))[0] == pytest.approx(10 * (2.0**13 + 0.5) - 0.5)


def test_no_expectation_is_zero_and_a_rarer_history_allows_a_lower_one():
    assert expected(last_value, series(*[8] * 20, 0), np.array([30]))[0] == 0.5
    assert expected(last_value, series(*[0] * 20), np.array([30]))[0] == pytest.approx(0.5 / 20)


# ------------------------------------------------------------- the spread
def test_density_agrees_with_scipy_and_tends_to_poisson():
    counts, mean = np.arange(0.0, 60.0, 7), 14.0
    for alpha in (0.05, 1.0, 10.0):
        want = stats.nbinom.logpmf(counts, 1 / alpha, 1 / (1 + alpha * mean))
        np.testing.assert_allclose(log_density(counts, np.array(mean), np.array(alpha)), want, rtol=1e-9)
    poisson = stats.poisson.logpmf(counts, mean)
    np.testing.assert_allclose(log_density(counts, np.array(mean), np.array(1e-6)), poisson, atol=2e-3)


def test_past_errors_are_the_rule_at_earlier_origins():
    counts = noisy(20)
    errors = past_errors(last_value, History(np.arange(20), counts), 3)
    want = [
        (lead, max(counts[n - 1], 0.5), counts[n - 1 + lead])
        for n in range(12, 20)
        for lead in (1, 2, 3)
        if n - 1 + lead < 20
    ]
    assert list(zip(errors.lead, errors.mean, errors.count, strict=True)) == want


def test_fitted_spread_is_the_maximum_of_the_likelihood():
    rng = np.random.default_rng(1)
    lead = np.tile(np.arange(1, 13), 60)
    mean = rng.gamma(4.0, 5.0, lead.size)
    r = 1 / (0.1 + 0.05 * (lead - 1))
    errors = Errors(lead, mean, rng.poisson(mean * rng.gamma(r) / r).astype(float))

    def cost(p):
        size = 1 / (p[0] + p[1] * (lead - 1))
        return -stats.nbinom.logpmf(errors.count, size, size / (size + mean)).sum()

    best = optimize.minimize(cost, [0.2, 0.02], bounds=[(1e-3, 10), (1e-4, 1)])
    ours = fit_spread(errors)
    assert cost([ours.at_once, ours.a_month]) < best.fun + 0.5  # the grid is finer than the data can tell
    assert ours.a_month == pytest.approx(0.05, rel=0.4)


def test_poisson_errors_leave_little_excess_and_wild_errors_meet_the_bound():
    rng = np.random.default_rng(2)
    lead, mean = np.ones(400, dtype=int), np.full(400, 20.0)
    assert fit_spread(Errors(lead, mean, rng.poisson(mean).astype(float))).at_once < 0.02
    assert (
        fit_spread(Errors(lead, np.full(400, 1.0), np.where(lead.cumsum() % 40 == 0, 1e4, 0.0))).at_once == 10
    )
    assert dispersions(Spread(0.0, 0.0), np.array([1, 5])).tolist() == [np.inf, np.inf]
    assert dispersions(Spread(0.5, 0.25), np.array([1, 3, 999])).tolist() == [2, 1, 0.1]


# ------------------------------------------------------------- what all share
@each
def test_same_seed_same_bits(baseline):
    rows = np.arange(50, 60)
    one, same, other = (baseline_draws(baseline, noisy(), rows, 100, s, series="s") for s in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@each
def test_draws_are_counts_of_the_right_shape(baseline):
    draws = baseline_draws(baseline, noisy(), np.arange(49, 72), 300, 0)
    assert draws.shape == (23, 300)
    assert np.all((draws >= 0) & (draws == np.round(draws)))


@each
def test_months_that_were_not_visible_do_not_matter(baseline):
    counts = noisy(60)
    visible = np.where(np.arange(60) < 46, counts, np.nan)  # two months of lag before row 48
    rows = np.arange(48, 60)
    longer = baseline_draws(baseline, visible, rows, 50, 3)
    assert np.array_equal(longer, baseline_draws(baseline, visible[:46], rows, 50, 3))


@each
def test_a_month_already_visible_is_not_forecast(baseline):
    with pytest.raises(ValueError, match="after the last visible"):
        baseline_draws(baseline, noisy(48), np.array([47, 48]), 10, 0)


@ruled
def test_draws_centre_on_what_the_rule_expects(baseline):
    visible, rows, n = noisy(60, 4), np.array([61, 66]), 40_000
    draws = baseline_draws(baseline, visible, rows, n, 0)
    want = expected(baseline.rule, history_of(visible), rows)
    assert np.all(np.abs(draws.mean(axis=1) - want) < 4.5 * draws.std(axis=1) / np.sqrt(n))


def test_leads_count_from_the_last_visible_month():
    walk = np.round(100 * np.exp(np.random.default_rng(3).normal(0, 0.4, 60).cumsum())).clip(1)
    rows = np.array([63])  # lead 4, though the first month forecast
    spread = fit_spread(past_errors(last_value, history_of(walk), 4))
    assert spread.a_month > 0.01
    draws, mean = baseline_draws(BASELINES[0], walk, rows, 100_000, 0)[0], walk[-1]
    variance = mean + mean**2 / dispersions(spread, np.array([4]))[0]
    assert draws.var() == pytest.approx(variance, rel=0.03)


def test_the_ensemble_is_the_last_twelve_each_as_probable():
    visible = np.arange(30.0)
    draws = baseline_draws(BASELINES[-1], visible, np.array([31]), 60_000, 0)[0]
    values, times = np.unique(draws, return_counts=True)
    assert values.tolist() == list(range(18, 30))
    assert stats.chisquare(times).pvalue > 1e-6


def test_spread_makes_the_mean_of_a_steady_series_calibrated():
    inside = []
    for seed in range(60):
        counts = noisy(66, 100 + seed)
        draws = baseline_draws(BASELINES[1], counts[:60], np.arange(60, 66), 400, 0)
        low, high = np.quantile(draws, [0.05, 0.95], axis=1)
        inside.append(((counts[60:] >= low) & (counts[60:] <= high)).mean())
    # True rate about 0.9 (ends included); 60 series with sd about 0.14 each: 0.82 lies over 4 errors below.
    assert 0.82 < np.mean(inside) < 0.98


@given(st.integers(13, 40), st.integers(0, 1000), st.integers(1, 5))
def test_any_history_of_thirteen_months_can_be_forecast(months, seed, lag):
    rng = np.random.default_rng(seed)
    counts = np.round(rng.gamma(0.3, 30.0, months), 1)  # bursts, zeros and counts that are not whole
    for baseline in BASELINES:
        draws = baseline_draws(baseline, counts, np.arange(months + lag, months + lag + 3), 5, 0)
        assert np.isfinite(draws).all()


def test_too_short_a_history_is_told(snapshot):
    with pytest.raises(StockadeError) as caught:
        history_of(np.r_[np.ones(12), np.full(9, np.nan)], "suicide_attacks", "series.csv")
    assert str(caught.value) == snapshot
