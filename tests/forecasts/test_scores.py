from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from stockade.data.months import parse_month
from stockade.errors import Place
from stockade.forecasts.baselines import BASELINES, baseline_draws
from stockade.forecasts.predict import predict_counts
from stockade.forecasts.scores import Forecast, check_window, covered, crps, crps_error, score

MANY = 40_000


def unseen(truth: np.ndarray) -> np.ndarray:
    return np.full(truth.shape, np.nan)


def scored(draws: np.ndarray, truth: np.ndarray):
    return score(Forecast("s", "it", "explanation", draws), truth, unseen(truth))


# ------------------------------------------------------------- CRPS
@pytest.mark.parametrize("y", [0.0, 4.0, 9.0, 31.0])
@pytest.mark.parametrize("mu", [0.4, 9.0])
def test_crps_of_poisson_draws_is_the_closed_form(mu, y):
    # Wei & Held 2014, "Calibration tests for count data", TEST 23(4).
    pair = mu * (special.ive(0, 2 * mu) + special.ive(1, 2 * mu))  # exp(-2 mu) is in ive
    want = (y - mu) * (2 * stats.poisson.cdf(y, mu) - 1) + 2 * mu * stats.poisson.pmf(y, mu) - pair
    draws, truth = predict_counts(np.full((1, MANY), mu), np.inf, 8), np.array([y])
    assert abs(crps(draws, truth)[0] - want) < 4.5 * crps_error(draws, truth)  # 1 in 150,000


@pytest.mark.parametrize("y", [0.0, 12.0, 80.0, 12.5])
@pytest.mark.parametrize("r", [1.2, 8.0])
def test_crps_of_negative_binomial_draws_is_the_integral(r, y):
    mu, at = 15.0, np.arange(0, 2000)
    steps = (stats.nbinom.cdf(at, r, r / (r + mu)) - (at >= y)) ** 2
    below = stats.nbinom.cdf(np.floor(y), r, r / (r + mu))  # a count that is not whole: the rest of its step
    partial = (np.ceil(y) - y) * ((1 - below) ** 2 - below**2)
    draws, truth = predict_counts(np.full((1, MANY), mu), r, 2), np.array([y])
    assert abs(crps(draws, truth)[0] - (steps.sum() + partial)) < 4.5 * crps_error(draws, truth)


@given(st.lists(st.integers(0, 30), min_size=2, max_size=12), st.integers(0, 40))
def test_crps_is_the_mean_over_all_pairs(values, y):
    x = np.array(values, dtype=float)
    pairs = np.abs(x[:, None] - x[None, :]).sum() / (x.size * (x.size - 1))
    assert crps(x[None, :], np.array([float(y)]))[0] == pytest.approx(
        np.abs(x - y).mean() - pairs / 2, abs=1e-9
    )


def test_fair_crps_does_not_depend_on_the_number_of_draws():
    rng = np.random.default_rng(0)
    few = crps(rng.poisson(9.0, (20_000, 5)).astype(float), np.full(20_000, 11.0))
    many = crps(rng.poisson(9.0, (40, 10_000)).astype(float), np.full(40, 11.0))
    # 4.5 standard errors; the usual plug-in of 5 draws would be 0.34 too high, over 30 of them.
    assert abs(few.mean() - many.mean()) < 4.5 * few.std() / np.sqrt(few.size)


def test_monte_carlo_error_is_the_spread_over_repeats():
    rng = np.random.default_rng(5)
    truth = np.array([3.0, 18.0, 7.0])
    level = rng.gamma(6.0, 1.5, (400, 1, 200))  # a parameter that all months of a draw share
    repeats = rng.poisson(np.broadcast_to(level, (400, 3, 200))).astype(float)
    means = np.array([crps(draws, truth).mean() for draws in repeats])
    claimed = np.array([crps_error(draws, truth) for draws in repeats])
    assert np.sqrt((claimed**2).mean()) == pytest.approx(means.std(ddof=1), rel=0.16)  # sd of 400: 3.5 %


def test_monte_carlo_error_is_that_of_the_jackknife():
    # What came lies amid the draws, where the part of the pairs weighs most.
    n, truth = 300, np.array([9.0, 9.0, 8.0])
    draws = np.random.default_rng(2).poisson(9.0, (3, n)).astype(float)
    without = np.array([crps(np.delete(draws, i, axis=1), truth).mean() for i in range(n)])
    jackknife = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    assert crps_error(draws, truth) == pytest.approx(jackknife, rel=0.01)


# ------------------------------------------------------------- coverage
@given(st.lists(st.integers(0, 4), min_size=3, max_size=30), st.sampled_from([0.5, 0.9]))
def test_coverage_is_exact_where_what_came_is_one_of_the_same_kind(values, level):
    # Each value in turn is "what came" and the rest are the draws: the mean coverage is the level exactly.
    x = np.array(values, dtype=float)
    parts = [covered(np.delete(x, i)[None, :], x[[i]], level)[0] for i in range(x.size)]
    assert np.mean(parts) == pytest.approx(level, abs=1e-9)


def test_coverage_by_hand():
    draws = np.tile(np.arange(1.0, 100.0), (4, 1))
    inside = covered(draws, np.array([50.0, 0.0, 97.5, 5.0]), 0.9)
    # 5.0 is tied with one draw: its ranks fill 0.04..0.06, half of it above 0.05.
    np.testing.assert_allclose(inside, [1, 0, 0, 0.5], atol=1e-12)


@pytest.mark.parametrize(("mean", "r"), [(0.2, 1.0), (15.0, 8.0), (25.0, 1.2)])
def test_a_calibrated_forecaster_covers_its_levels(mean, r):
    months = 4000
    truth = predict_counts(np.full((months, 1), mean), r, 1)[:, 0]
    row = scored(predict_counts(np.full((months, 200), mean), r, 2), truth).row
    # Parts lie in 0..1, so their sd is at most that of a coin: 4.5 errors, 1 failure in 150,000.
    assert abs(row.coverage50 - 0.5) < 4.5 * np.sqrt(0.25 / months)
    assert abs(row.coverage90 - 0.9) < 4.5 * np.sqrt(0.09 / months)


def test_a_forecaster_too_sure_of_itself_is_found_out():
    truth = predict_counts(np.full((500, 1), 20.0), 1.5, 1)[:, 0]
    row = scored(predict_counts(np.full((500, 200), 20.0), np.inf, 2), truth).row
    assert row.coverage90 < 0.6


# ------------------------------------------------------------- scores as a whole
def test_the_row_sums_up_the_months_that_came():
    draws = predict_counts(np.full((4, 300), 10.0), 5.0, 0)
    truth = np.array([8.0, np.nan, 12.0, 30.0])
    result = scored(draws, truth)
    assert np.isnan(result.crps).tolist() == [False, True, False, False]
    assert result.row.n == 3
    assert result.row.crps == pytest.approx(np.nanmean(result.crps))
    assert result.row.mc_error == crps_error(draws[[0, 2, 3]], truth[[0, 2, 3]])


def test_the_truth_scores_best_on_average():
    truth = predict_counts(np.full((3000, 1), 12.0), 4.0, 1)[:, 0]
    by_guess = {
        guess: scored(predict_counts(np.full((3000, 200), guess[0]), guess[1], 2), truth).row.crps
        for guess in [(12.0, 4.0), (9.0, 4.0), (16.0, 4.0), (12.0, 0.8), (12.0, np.inf)]
    }
    assert min(by_guess, key=by_guess.__getitem__) == (12.0, 4.0)


def test_shuffled_futures_score_no_better_than_chance():
    rng = np.random.default_rng(6)
    level = np.exp(rng.normal(2.5, 0.7, 24))
    truth = rng.poisson(level).astype(float)
    knowing = predict_counts(np.broadcast_to(level[:, None], (24, 300)), np.inf, 1)
    # Chance: a forecaster that knows all levels but not which month has which.
    ignorant = np.tile(knowing.ravel()[rng.permutation(knowing.size)[:4000]], (24, 1))
    chance = scored(ignorant, truth).row.crps
    shuffled = [scored(knowing, rng.permutation(truth)).row.crps for _ in range(60)]
    assert scored(knowing, truth).row.crps < 0.7 * chance
    assert np.mean(shuffled) > chance  # sure of itself and at random: worse than knowing nothing
    assert np.mean(np.array(shuffled) < chance) < 0.05
    # Who says the same of every month does not care about their order.
    assert scored(ignorant, rng.permutation(truth)).row.crps == pytest.approx(chance)


@pytest.mark.parametrize("baseline", BASELINES, ids=lambda one: one.name)
def test_every_baseline_can_be_scored(baseline):
    counts = np.random.default_rng(1).poisson(15.0, 60).astype(float)
    draws = baseline_draws(baseline, counts[:46], np.arange(48, 60), 500, 0, series="s")
    row = score(Forecast("s", baseline.name, "baseline", draws), counts[48:], np.full(12, np.nan)).row
    assert (row.series, row.explanation_or_baseline, row.kind, row.n) == ("s", baseline.name, "baseline", 12)
    assert 0 < row.crps < 15
    assert 0 < row.mc_error < 0.1 * row.crps


# ------------------------------------------------------------- the leak guard
def test_a_month_visible_at_the_origin_is_a_leak():
    with pytest.raises(ValueError, match="leak"):
        score(Forecast("s", "it", "average", np.ones((2, 5))), np.ones(2), np.array([np.nan, 1.0]))


@pytest.mark.parametrize(
    ("draws", "truth"),
    [
        (np.ones((2, 5)), np.full(2, np.nan)),
        (np.ones((2, 1)), np.ones(2)),
        (np.full((2, 5), np.nan), np.ones(2)),
        (np.ones((2, 5)), np.ones(3)),
    ],
    ids=["nothing came", "one draw", "not finite", "other months"],
)
def test_what_cannot_be_scored_is_refused(draws, truth):
    with pytest.raises(ValueError, match=r"nothing to score|do not agree"):
        scored(draws, truth)


PLACE = Place("study.toml", 320, name="suicide_attacks")


def test_a_window_that_was_visible_is_told(snapshot):
    visible = np.array([5.0, 6, 7, 8, np.nan])
    (found,) = check_window(np.ones(5), visible, parse_month("2007-11"), PLACE)
    assert str(found) == snapshot


def test_a_window_without_counts_is_told(snapshot):
    (found,) = check_window(np.full(3, np.nan), np.full(3, np.nan), parse_month("2009-01"), PLACE)
    assert str(found) == snapshot


def test_a_good_window_has_nothing_wrong():
    assert check_window(np.array([np.nan, 1.0]), np.full(2, np.nan), 0, PLACE) == ()
