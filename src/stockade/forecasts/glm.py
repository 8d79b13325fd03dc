"""A negative binomial regression of a series on its own last months: the strongest of the simple forecasts.

The log of a month's mean is linear in the log of the last three counts; the excess spread alpha is that
of greatest likelihood on a fixed grid. Later months are simulated one by one, each draw on its own past.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockade.forecasts.spread import ALPHAS, log_density

LAGS = (1, 2, 3)
"""Months back, counted over the months that were seen."""

SLOPE_SD = 0.5
"""Sd of the normal prior of each slope around 0: thirteen months cannot carry three free slopes."""

_HALF = 0.5  # half an event: the logarithm of an empty month stays finite
_HIGHEST = 10.0  # a path may not leave ten times the largest count seen
_STEPS = 100
_SMALL = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """A fitted regression.

    Attributes:
        weights: ``(1 + lag,)`` intercept, then the slope of each lag.
        alpha: Excess spread: variance is mean + alpha * mean**2.
    """

    weights: np.ndarray
    alpha: float


def fit_weights(
    design: np.ndarray, counts: np.ndarray, alpha: float, precision: np.ndarray | float = 0.0
) -> np.ndarray:
    """Weights of greatest (penalised) likelihood of a negative binomial with log link, for a given alpha.

    Newton's method with the observed information, halved where a step would overshoot; the
    log-likelihood is concave in the weights, so there is one summit.

    Args:
        design: ``(case, weight)``.
        counts: ``(case,)``.
        alpha: Excess spread, above 0.
        precision: ``(weight,)`` precision of a normal prior around 0; 0 for none.

    Returns:
        ``(weight,)``.
    """
    penalty = np.broadcast_to(np.asarray(precision, dtype=float), design.shape[1])

    def height(weights: np.ndarray) -> float:
        mean = np.exp(np.clip(design @ weights, -30.0, 30.0))
        return float(log_density(counts, mean, np.asarray(alpha)).sum() - 0.5 * penalty @ weights**2)

    weights = np.zeros(design.shape[1])
    weights[0] = np.log(counts.mean() + _HALF)
    now = height(weights)
    for _ in range(_STEPS):
        mean = np.exp(np.clip(design @ weights, -30.0, 30.0))
        slope = design.T @ ((counts - mean) / (1 + alpha * mean)) - penalty * weights
        bend = mean * (1 + alpha * counts) / (1 + alpha * mean) ** 2
        information = design.T @ (bend[:, None] * design) + np.diag(penalty + _SMALL)
        step = np.linalg.solve(information, slope)
        while (then := height(weights + step)) < now and np.abs(step).max() > _SMALL:
            step = step / 2
        weights, gain, now = weights + step, then - now, then
        if np.abs(step).max() < _SMALL or 0 <= gain < _SMALL:
            break
    return weights


def lag_design(counts: np.ndarray, lags: Sequence[int] = LAGS) -> np.ndarray:
    """The regression's rows: 1, then log(count + 1/2) of each lag.

    Args:
        counts: ``(month,)`` counts seen, in order.
        lags: Months back.

    Returns:
        ``(month - furthest lag, 1 + lag)``.
    """
    furthest, level = max(lags), np.log(counts + _HALF)
    columns = [level[furthest - lag : level.size - lag] for lag in lags]
    return np.column_stack([np.ones(level.size - furthest), *columns])


def fit_regression(counts: np.ndarray) -> Regression:
    """Fits weights and spread together: the best alpha of the grid, each with its own best weights.

    Args:
        counts: ``(month,)`` counts seen, at least 13, in order.
    """
    design, later = lag_design(counts), counts[max(LAGS) :]
    # The slopes' prior pulls to 0 around the mean level: columns are centred, and the intercept put back.
    centre = np.concatenate([[0.0], design[:, 1:].mean(axis=0)])
    precision = np.concatenate([[0.0], np.full(len(LAGS), SLOPE_SD**-2)])
    best, found = -np.inf, Regression(np.zeros(1 + len(LAGS)), 1.0)
    for alpha in ALPHAS[::8]:
        weights = fit_weights(design - centre, later, float(alpha), precision)
        mean = np.exp(np.clip((design - centre) @ weights, -30.0, 30.0))
        likelihood = float(log_density(later, mean, alpha).sum() - 0.5 * precision @ weights**2)
        if likelihood > best:
            weights[0] -= centre @ weights
            best, found = likelihood, Regression(weights, float(alpha))
    return found


def simulate_regression(
    fitted: Regression, counts: np.ndarray, months: int, draws: int, seed: np.random.SeedSequence
) -> np.ndarray:
    """Paths of later months: each month drawn around the mean that its own path's last months give.

    Args:
        fitted: The regression.
        counts: ``(month,)`` counts seen, in order.
        months: How many months after the last one seen.
        draws: How many paths.
        seed: Same seed, same bits.

    Returns:
        ``(month, draw)``. No mean leaves ten times the largest count seen, or falls to 0.
    """
    rng = np.random.default_rng(seed)
    highest = _HIGHEST * (counts.max() + _HALF)
    lowest = min(_HALF, (counts.sum() + _HALF) / counts.size)
    paths = np.empty((max(LAGS) + months, draws))
    paths[: max(LAGS)] = counts[-max(LAGS) :, None]
    shape = 1.0 / fitted.alpha
    for row in range(max(LAGS), len(paths)):
        level = [np.log(paths[row - lag] + _HALF) for lag in LAGS]
        eta = fitted.weights[0] + fitted.weights[1:] @ np.array(level)
        mean = np.clip(np.exp(np.minimum(eta, 30.0)), lowest, highest)
        paths[row] = rng.poisson(mean * rng.gamma(shape, size=draws) / shape)
    return paths[max(LAGS) :]
