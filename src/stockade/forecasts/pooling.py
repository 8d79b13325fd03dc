"""A pool of forecasts whose weights are those that would have scored best on what is already known.

The CRPS of a linear pool is a quadratic form: with weights w, ``w.a - w.B.w / 2``, where a is each
forecast's mean distance to what came and B the mean distance between draws of each two (Gneiting &
Raftery 2007, "Strictly proper scoring rules, prediction, and estimation", J. American Statistical
Association 102(477), eq. 21). So the best weights over a record of earlier forecasts are found without
drawing the pool. docs/scores.md says how such a pool did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from stockade.forecasts.mixture import mix, pick
from stockade.forecasts.predict import Seed


@dataclass(frozen=True, slots=True, eq=False)
class Distances:
    """How far several forecasts of the same months were from what came, and from one another.

    Attributes:
        missed: ``(country, lead, forecast)`` mean distance of the draws to what came.
        apart: ``(country, lead, forecast, forecast)`` mean distance between a draw of one and a draw of the
            other; on the diagonal between two different draws.
    """

    missed: np.ndarray
    apart: np.ndarray

    def first(self, leads: int) -> Distances:
        """Returns the first so many leads alone: what was known when the later months had not come."""
        return Distances(self.missed[:, :leads], self.apart[:, :leads])


def distances(forecasts: Sequence[np.ndarray], truth: np.ndarray) -> Distances:
    """Measures forecasts against what came and against one another.

    Args:
        forecasts: ``(country, lead, draw)`` each, all of one shape, at least 2 draws.
        truth: What came, ``(country, lead)``.

    Raises:
        ValueError: Shapes disagree, there are fewer than 2 draws, or a number is not finite.
    """
    if not forecasts or any(one.shape != forecasts[0].shape for one in forecasts):
        raise ValueError("forecasts that are pooled have one shape")
    draws = forecasts[0].shape[-1]
    if forecasts[0].shape[:-1] != truth.shape or draws < 2:
        raise ValueError("a forecast is (country, lead, draw) of at least 2 draws, what came (country, lead)")
    if not all(np.isfinite(one).all() for one in (*forecasts, truth)):
        raise ValueError("forecasts and what came must be finite")
    missed = np.stack([np.abs(one - truth[..., None]).mean(axis=-1) for one in forecasts], axis=-1)
    within = [_pairs(one) for one in forecasts]
    apart = np.empty((*truth.shape, len(forecasts), len(forecasts)))
    for i, one in enumerate(forecasts):
        apart[..., i, i] = within[i] / (draws * (draws - 1))
        for j, other in enumerate(forecasts[:i]):
            across = (_pairs(np.concatenate([one, other], axis=-1)) - within[i] - within[j]) / (2 * draws**2)
            apart[..., i, j] = apart[..., j, i] = across
    return Distances(missed, apart)


def pooled_crps(found: Distances, weights: np.ndarray) -> np.ndarray:
    """CRPS of the pool with these weights, fair to the number of draws, ``(country, lead)``.

    Args:
        found: Of the forecasts.
        weights: ``(forecast,)``, 0 or above, sum 1.
    """
    return found.missed @ weights - 0.5 * np.einsum("...ij,i,j->...", found.apart, weights, weights)


def fit_weights(record: Sequence[Distances]) -> np.ndarray:
    """The weights of least mean CRPS over a record of earlier forecasts, all country-months alike.

    Args:
        record: One or more years of forecasts, with the months alone that are known.

    Returns:
        ``(forecast,)``, 0 or above, sum 1. Never worse on the record than any one of the forecasts.

    Raises:
        ValueError: An empty record.
    """
    cases = sum(one.missed[..., 0].size for one in record)
    if not cases:
        raise ValueError("weights need a record of at least one month")
    missed = np.sum([one.missed.sum(axis=(0, 1)) for one in record], axis=0) / cases
    apart = np.sum([one.apart.sum(axis=(0, 1)) for one in record], axis=0) / cases
    scale = max(float(np.mean(missed)), 1e-12)  # the search's tolerances are meant for numbers of about 1
    missed, apart = missed / scale, apart / scale

    def cost(weights: np.ndarray) -> float:
        return float(weights @ missed - 0.5 * weights @ apart @ weights)

    n = len(missed)
    result = minimize(
        cost, np.full(n, 1 / n), jac=lambda w: missed - apart @ w, method="SLSQP", bounds=[(0.0, 1.0)] * n,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda _: np.ones(n)},
        options={"ftol": 1e-12, "maxiter": 500},
    )  # fmt: skip
    inner = np.clip(result.x, 0.0, 1.0)
    # Fair estimates of distances need not be quite convex: the corners are looked at too.
    return min([inner / inner.sum(), *np.eye(n)], key=cost)


def weighted_pool(forecasts: Sequence[np.ndarray], weights: np.ndarray, draws: int, seed: Seed) -> np.ndarray:
    """Draws of a linear pool, each forecast's share of them in proportion to its weight.

    Args:
        forecasts: ``(..., draw)`` each; only the last axis may differ.
        weights: ``(forecast,)``, 0 or above.
        draws: How many draws the pool shall have.
        seed: Same seed, same bits.

    Returns:
        ``(..., draw)``.
    """
    return mix(
        forecasts, pick([one.shape[-1] for one in forecasts], [float(w) for w in weights], draws, seed)
    )


def _pairs(draws: np.ndarray) -> np.ndarray:
    """Sum of |x - x'| over all ordered pairs, by ranks."""
    n = draws.shape[-1]
    return 2 * (np.sort(draws, axis=-1) @ (2.0 * np.arange(1, n + 1) - n - 1))
