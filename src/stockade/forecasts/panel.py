"""Deaths in many countries, month by month, as one stochastic stock-and-flow with shared parameters.

Each country has three stocks, and all of them are fed by what is counted and drain at a constant rate:

- *tension*, a fast stock of the log of deaths, and *habit*, a slow one: together they set the level of the
  next month, which is counted as a zero-inflated negative binomial and feeds the stocks in turn;
- *surprise*, a stock of how far months have fallen from their level: it sets the spread.

Where a country stands decides how its flows work: a quiet regime and a violent one, blended smoothly by the
level of the stocks. All countries share the parameters; their priors are weak and centred
on plain persistence. A forecast is simulated: each draw is a path that feeds its own stocks.
docs/scores.md says how it did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.signal import lfilter
from scipy.special import digamma, expit, gammaln

from stockade.forecasts.predict import Seed

PARAMETERS = (
    "tension months", "habit months", "surprise months",
    "quiet level", "quiet tension", "quiet habit", "quiet last",
    "quiet spread", "quiet spread by level", "quiet spread by surprise",
    "quiet zeros", "quiet zeros by level",
    "violent level", "violent tension", "violent habit", "violent last",
    "violent spread", "violent spread by level", "violent spread by surprise", "violent zeros",
)  # fmt: skip
"""In the order of the parameter vector; the months are logs of a stock's mean residence time."""

CENTRE = np.array(
    [
        np.log(3), np.log(12), np.log(12), 0.1, 0.4, 0.2, 0.3, -0.5, 0.2, -0.5, -2, -0.5,
        0.0, 0.5, 0.4, 0.1, 0.5, 0.1, -0.5, -4,
    ]
)  # fmt: skip
SPREAD = np.array([0.1] * 3 + [1.0] * 9 + [1e-3] * 4 + [2.0, 1.0, 2.0, 1.0])
"""Means and sds of the parameters' normal priors.

The level of the violent regime is as good as fixed: the stocks' weights sum to 1, so that a war has no level
of its own to return to. Left free, the many quiet months bend it, and large wars are taken to fade.
"""

_HALF = 0.5
_BORDER, _BLEND = 3.0, 0.8  # log deaths a month between the two regimes, and how gradual the border is
_WARM = 24  # months in which the stocks fill, and that are not fitted
_FIRST = 12  # months whose mean fills the stocks at the start
_SURPRISE = 4.0  # a month surprises by no more than this
_HIGHEST = 20.0  # no level leaves so many times the highest month of the country and 50


@dataclass(frozen=True, slots=True, eq=False)
class Stocks:
    """The stocks of all countries before a month; arrays of one shape, countries on an axis.

    Attributes:
        tension: Fast stock of log(deaths + 1/2).
        habit: Slow stock of the same.
        surprise: Stock of |log(deaths + 1/2) - level|.
        last: log(deaths + 1/2) of the month before.
    """

    tension: np.ndarray
    habit: np.ndarray
    surprise: np.ndarray
    last: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class PanelFit:
    """A fitted panel.

    Attributes:
        theta: ``(parameter,)`` in the order of `PARAMETERS`.
        log_posterior: At its maximum, up to a constant.
    """

    theta: np.ndarray
    log_posterior: float


def fit_panel(deaths: np.ndarray, start: np.ndarray | None = None, steps: int = 60) -> PanelFit:
    """Finds the parameters of greatest posterior density, one step ahead, over all countries and months.

    Args:
        deaths: ``(month, country)``, without holes, at least 36 months.
        start: Where to begin; the prior's centre if not given.
        steps: Most steps of the search.

    Raises:
        ValueError: Too few months, or numbers that are no counts.
    """
    if deaths.ndim != 2 or len(deaths) < _WARM + _FIRST or not (np.isfinite(deaths) & (deaths >= 0)).all():
        raise ValueError("a panel is (month, country) of counts without holes, at least 36 months")
    factorial = gammaln(deaths + 1)
    scale = 1000.0  # the search's tolerances are meant for numbers of about 1

    def cost(z: np.ndarray) -> float:
        with np.errstate(all="ignore"):
            value = -log_posterior(CENTRE + SPREAD * z, deaths, factorial) / scale
        return value if np.isfinite(value) else 1e6

    first = CENTRE if start is None else start
    found = minimize(
        cost, (first - CENTRE) / SPREAD, method="L-BFGS-B",
        options={"maxiter": steps, "maxfun": 6000, "ftol": 1e-9},
    )  # fmt: skip
    return PanelFit(CENTRE + SPREAD * found.x, -float(found.fun) * scale)


def fit_panel_from(deaths: np.ndarray, starts: Sequence[np.ndarray], steps: int = 60) -> PanelFit:
    """Searches from the prior's centre and from each other start, and keeps the summit of most density.

    The surface is long and flat: from the centre alone, 60 steps end well below the summit. Parameters fitted
    to fewer months of the same panel are a good start, as each further year then climbs on.

    Args:
        deaths: ``(month, country)``, as for `fit_panel`.
        starts: Parameters to begin at, beside the centre; may be empty.
        steps: Most steps of each search.

    Raises:
        ValueError: As `fit_panel`.
    """
    fits = [fit_panel(deaths, start, steps) for start in (CENTRE, *starts)]
    return max(fits, key=lambda one: one.log_posterior)


def log_posterior(theta: np.ndarray, deaths: np.ndarray, factorial: np.ndarray) -> float:
    """Log posterior density of the parameters, up to a constant.

    Args:
        theta: ``(parameter,)``.
        deaths: ``(month, country)``.
        factorial: log(deaths!), ``(month, country)``.
    """
    stocks = stocks_of(theta, deaths)
    before = Stocks(*(getattr(stocks, one)[_WARM:-1] for one in ("tension", "habit", "surprise", "last")))
    mean, size, zero = observation(theta, before)[1:]
    count = deaths[_WARM:]
    density = (
        gammaln(count + size) - gammaln(size) - factorial[_WARM:]
        - size * np.log1p(mean / size) + count * np.log(mean / (size + mean))
    )  # fmt: skip
    density = np.where(
        count == 0, np.log(zero + (1 - zero) * np.exp(np.minimum(density, 0.0))), np.log1p(-zero) + density
    )
    return float(density.sum() - 0.5 * (((theta - CENTRE) / SPREAD) ** 2).sum())


def stocks_of(theta: np.ndarray, deaths: np.ndarray) -> Stocks:
    """Fills the stocks with what was counted.

    Returns:
        The stocks before each month and after the last, ``(month + 1, country)``.
    """
    log = np.log(deaths + _HALF)
    first = log[:_FIRST].mean(axis=0)
    tension, habit = (_fill(log, np.exp(-theta[row]), first) for row in (0, 1))
    last = np.concatenate([first[None], log])
    level, _ = _level(theta, tension, habit, last)
    missed = np.minimum(np.abs(log - level[:-1]), _SURPRISE)
    surprise = _fill(missed, np.exp(-theta[2]), np.ones(deaths.shape[1]))
    return Stocks(tension, habit, surprise, last)


def observation(
    theta: np.ndarray, stocks: Stocks, highest: np.ndarray | float = np.inf
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """How the next month is counted.

    Args:
        theta: ``(parameter,)``.
        stocks: Before the month.
        highest: Highest log level allowed.

    Returns:
        (level, mean, size, zero): expected log of the month; mean and dispersion r of the negative
        binomial; probability of a zero beside it.
    """
    level, violent = _level(theta, stocks.tension, stocks.habit, stocks.last)
    level = np.minimum(level, highest)
    more = stocks.surprise - 1.0
    quiet_size = theta[7] + theta[8] * level + theta[9] * more
    violent_size = theta[16] + theta[17] * level + theta[18] * more
    size = np.exp(np.clip((1 - violent) * quiet_size + violent * violent_size, -5.0, 6.0))
    zero = (1 - violent) * expit(theta[10] + theta[11] * level) + violent * expit(theta[19] - 0.5 * level)
    # A gamma factor of mean 1 has a log below 0 on average: without its return the level would leak away.
    lift = violent * np.clip(np.log(size) - digamma(size), 0.0, 1.5)
    return level, np.exp(np.clip(level + lift, -8.0, 13.0)), size, np.minimum(zero, 1 - 1e-9)


def forecast_panel(
    fit: PanelFit, deaths: np.ndarray, leads: tuple[int, ...], draws: int, seed: Seed
) -> np.ndarray:
    """Simulates what comes after the last month.

    Args:
        fit: The fitted panel.
        deaths: ``(month, country)``: all that is known.
        leads: Months after the last one, rising, from 1.
        draws: Paths for each country.
        seed: Same seed, same bits.

    Returns:
        ``(country, lead, draw)`` deaths. Countries are drawn independently.
    """
    theta, rng = fit.theta, np.random.default_rng(seed)
    full = stocks_of(theta, deaths)
    now = {
        one: np.repeat(getattr(full, one)[-1][:, None], draws, axis=1)
        for one in ("tension", "habit", "surprise", "last")
    }
    drains = dict(zip(("tension", "habit", "surprise"), np.exp(-theta[:3]), strict=True))
    highest = np.log(_HIGHEST * (deaths.max(axis=0) + 50.0))[:, None]
    found = np.empty((deaths.shape[1], len(leads), draws))
    for lead in range(1, max(leads) + 1):
        level, mean, size, zero = observation(theta, Stocks(**now), highest)
        rate = np.minimum(mean * rng.gamma(size) / size, 1e7)
        count = rng.poisson(rate) * (rng.random(rate.shape) > zero)
        log = np.log(count + _HALF)
        feeds = {"tension": log, "habit": log, "surprise": np.minimum(np.abs(log - level), _SURPRISE)}
        now = {one: now[one] + drains[one] * (feeds[one] - now[one]) for one in drains} | {"last": log}
        if lead in leads:
            found[:, leads.index(lead)] = count
    return found


def pool(model: np.ndarray, ensemble: np.ndarray) -> np.ndarray:
    """Half the draws of two forecasts: an equal-weight pool.

    Args:
        model: ``(..., draw)``.
        ensemble: The same shape.
    """
    half = model.shape[-1] // 2
    return np.concatenate([model[..., :half], ensemble[..., : model.shape[-1] - half]], axis=-1)


def _level(
    theta: np.ndarray, tension: np.ndarray, habit: np.ndarray, last: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Expected log of the next month, and how far a country is in the violent regime, 0 to 1."""
    violent = expit(((tension + habit) / 2 - _BORDER) / _BLEND)
    quiet_level = theta[3] + theta[4] * tension + theta[5] * habit + theta[6] * last
    violent_level = theta[12] + theta[13] * tension + theta[14] * habit + theta[15] * last
    return (1 - violent) * quiet_level + violent * violent_level, violent


def _fill(inflow: np.ndarray, rate: float, first: np.ndarray) -> np.ndarray:
    """A stock that takes in rate * inflow and loses rate * itself a month, ``(month + 1, country)``."""
    filled, _ = lfilter([rate], [1, -(1 - rate)], inflow, axis=0, zi=((1 - rate) * first)[None])
    return np.concatenate([first[None], np.asarray(filled)])
