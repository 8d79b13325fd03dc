"""The panel's stock-and-flow against loops by hand, closed forms, and a truth that it made itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import digamma, expit, gammaln

from stockade.forecasts.panel import (
    CENTRE,
    PARAMETERS,
    SPREAD,
    PanelFit,
    Stocks,
    fit_panel,
    fit_panel_from,
    forecast_panel,
    log_posterior,
    observation,
    pool,
    stocks_of,
)


def counts(months: int = 60, countries: int = 6, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    level = rng.lognormal(2.0, 2.0, countries)
    return rng.negative_binomial(1.5, 1.5 / (1.5 + level), (months, countries)).astype(float)


def by_hand(theta: np.ndarray, deaths: np.ndarray) -> float:
    """The log posterior density, month by month and country by country, in plain words."""
    p, total = dict(zip(PARAMETERS, theta, strict=True)), 0.0
    for column in deaths.T:
        log = np.log(column + 0.5)
        tension = habit = last = log[:12].mean()
        surprise = 1.0
        for month, count in enumerate(column):
            v = 1 / (1 + np.exp(-((tension + habit) / 2 - 3.0) / 0.8))
            quiet, violent = (
                p[f"{one} level"] + p[f"{one} tension"] * tension + p[f"{one} habit"] * habit
                + p[f"{one} last"] * last
                for one in ("quiet", "violent")
            )  # fmt: skip
            level = (1 - v) * quiet + v * violent
            sizes = [
                p[f"{one} spread"] + p[f"{one} spread by level"] * level
                + p[f"{one} spread by surprise"] * (surprise - 1)
                for one in ("quiet", "violent")
            ]  # fmt: skip
            r = np.exp(np.clip((1 - v) * sizes[0] + v * sizes[1], -5, 6))
            zero = (1 - v) * expit(p["quiet zeros"] + p["quiet zeros by level"] * level)
            zero += v * expit(p["violent zeros"] - 0.5 * level)
            mean = np.exp(level + v * np.clip(np.log(r) - digamma(r), 0, 1.5))
            if month >= 24:
                mass = (1 - zero) * stats.nbinom.pmf(count, r, r / (r + mean)) + zero * (count == 0)
                total += np.log(mass)
            surprise += np.exp(-p["surprise months"]) * (min(abs(log[month] - level), 4.0) - surprise)
            tension += np.exp(-p["tension months"]) * (log[month] - tension)
            habit += np.exp(-p["habit months"]) * (log[month] - habit)
            last = log[month]
    return total - 0.5 * (((theta - CENTRE) / SPREAD) ** 2).sum()


@pytest.mark.parametrize("seed", [0, 1])
def test_the_posterior_is_that_of_a_loop_by_hand(seed):
    deaths = counts(seed=seed)
    theta = CENTRE + 0.2 * np.minimum(SPREAD, 1) * np.random.default_rng(seed).standard_normal(CENTRE.size)
    assert log_posterior(theta, deaths, gammaln(deaths + 1)) == pytest.approx(
        by_hand(theta, deaths), rel=1e-9
    )


def test_the_search_climbs_and_ends_on_a_summit():
    deaths = counts(120, 12)
    factorial = gammaln(deaths + 1)
    fit = fit_panel(deaths)
    assert fit.log_posterior > log_posterior(CENTRE, deaths, factorial)
    assert fit.log_posterior == pytest.approx(log_posterior(fit.theta, deaths, factorial))
    rng = np.random.default_rng(0)
    near = [
        log_posterior(fit.theta + 0.05 * SPREAD * rng.standard_normal(20), deaths, factorial)
        for _ in range(40)
    ]
    assert max(near) < fit.log_posterior + 0.05


def test_one_month_ahead_has_the_closed_forms_mean_and_share_of_zeros():
    deaths = counts(60, 3)
    fit = PanelFit(CENTRE, 0.0)
    draws = forecast_panel(fit, deaths, (1,), 200_000, 1)[:, 0]
    full = stocks_of(CENTRE, deaths)
    last = Stocks(*(getattr(full, one)[-1] for one in ("tension", "habit", "surprise", "last")))
    _, mean, size, zero = observation(CENTRE, last)
    np.testing.assert_allclose(
        (draws == 0).mean(axis=1), zero + (1 - zero) * (1 + mean / size) ** -size, atol=0.006
    )
    spread = draws.std(axis=1) / np.sqrt(draws.shape[1])
    assert (np.abs(draws.mean(axis=1) - (1 - zero) * mean) < 5 * spread).all()


def test_a_stock_holds_what_flowed_in_and_did_not_drain():
    deaths = np.zeros((40, 1))
    deaths[20] = 99.5
    found = stocks_of(CENTRE, deaths).tension[:, 0]
    before, rate = np.log(0.5), np.exp(-CENTRE[0])
    assert found[20] == pytest.approx(before)
    peak = before + rate * (np.log(100.0) - before)
    assert found[21] == pytest.approx(peak)
    assert found[25] == pytest.approx(before + (peak - before) * (1 - rate) ** 4)


def test_later_months_change_nothing_and_seeds_decide_the_bits():
    deaths = counts(80)
    fit = fit_panel(deaths[:60], steps=3)
    one, same, other = (forecast_panel(fit, deaths[:60], (3, 14), 50, seed) for seed in (1, 1, 2))
    assert one.shape == (6, 2, 50)
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert ((one >= 0) & (one == np.round(one))).all()


def test_forecasts_of_its_own_world_are_calibrated():
    theta = CENTRE.copy()
    start = np.repeat(np.exp(np.random.default_rng(5).uniform(1.0, 6.0, 300))[None], 36, axis=0).round()
    world = forecast_panel(PanelFit(theta, 0.0), start, tuple(range(1, 31)), 1, 3)[:, :, 0].T
    history, truth = np.concatenate([start, world[:24]]), world[26]
    draws = forecast_panel(PanelFit(theta, 0.0), history, (3,), 400, 4)[:, 0]
    low, high = np.quantile(draws, [0.05, 0.95], axis=1)
    # 300 countries: sd 0.017 around 0.9 or, as ends are included, a little more.
    assert 0.84 < ((truth >= low) & (truth <= high)).mean() < 0.98


def test_a_pool_takes_half_of_each():
    mixed = pool(np.ones((2, 3, 11)), np.zeros((2, 3, 11)))
    assert mixed.shape == (2, 3, 11)
    assert mixed.sum(axis=-1).tolist() == [[5.0] * 3] * 2


@pytest.mark.parametrize(
    "deaths", [np.zeros((20, 2)), np.full((60, 2), np.nan), -np.ones((60, 2)), np.ones(60)]
)
def test_what_is_no_panel_is_refused(deaths):
    with pytest.raises(ValueError, match="panel"):
        fit_panel(deaths)


def test_of_several_starts_the_highest_summit_is_kept():
    deaths = counts(80)
    alone = fit_panel(deaths, steps=4)
    starts = [alone.theta, CENTRE + 0.3 * SPREAD]
    fits = [alone, *(fit_panel(deaths, start, steps=4) for start in starts)]
    found = fit_panel_from(deaths, starts, steps=4)
    assert found.log_posterior == max(one.log_posterior for one in fits)
    assert found.log_posterior > alone.log_posterior
