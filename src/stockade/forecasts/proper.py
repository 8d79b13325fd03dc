"""Scores beside the CRPS, month by month: log score, interval score, and a month's place in the forecast."""

from __future__ import annotations

import numpy as np
import scoringrules

from stockade.forecasts.predict import Seed

EDGES = (0.0, 1.0, 3.0, 6.0, 11.0, 26.0, 51.0, 101.0, 251.0, 501.0, 1001.0)
"""Lower ends of the classes of counts that the log score speaks of: 0, 1-2, 3-5, 6-10, ... 1001 and more.

As in Hegre et al. 2024, "The 2023/24 VIEWS prediction challenge", arXiv:2407.11045.
"""


def log_score(draws: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Minus the log of the probability that a forecast gave to the class that came.

    Draws of counts have no density; the share of draws in a class has. Each class is given one draw
    more, so that no forecast of finitely many draws calls anything impossible.

    Args:
        draws: ``(month, draw)``, 0 or above.
        truth: What came, ``(month,)``.

    Returns:
        ``(month,)``; lower is better.
    """
    classes = np.searchsorted(EDGES, draws, side="right")
    came = np.searchsorted(EDGES, truth, side="right")
    inside = (classes == came[:, None]).sum(axis=1)
    share = (inside + 1.0) / (draws.shape[1] + len(EDGES))
    return np.asarray(scoringrules.log_score(np.ones(len(truth)), share, backend="numpy"))


def interval_score(draws: np.ndarray, truth: np.ndarray, level: float) -> np.ndarray:
    """Width of the central interval, and 2 / (1 - level) times what came outside of it.

    Gneiting & Raftery 2007, "Strictly proper scoring rules, prediction, and estimation", J. American
    Statistical Association 102(477).

    Args:
        draws: ``(month, draw)``.
        truth: What came, ``(month,)``.
        level: 0.5 or 0.9, say.

    Returns:
        ``(month,)`` in the series' unit; lower is better.
    """
    ends = ((1 - level) / 2, (1 + level) / 2)
    low, high = np.quantile(draws, ends, axis=1, method="inverted_cdf")
    found = scoringrules.interval_score(truth, low, high, 1 - level, backend="numpy")
    return np.reshape(found, np.shape(truth))  # a single month comes back without its axis


def pit(draws: np.ndarray, truth: np.ndarray, seed: Seed) -> np.ndarray:
    """Where what came fell in the forecast, 0 to 1, at random among its ties.

    Uniform for a calibrated forecaster whatever the distribution and the number of draws: what came
    is one more draw, and its rank is taken at random among equals (the randomised probability integral
    transform of counts).

    Args:
        draws: ``(month, draw)``.
        truth: What came, ``(month,)``.
        seed: Same seed, same bits.

    Returns:
        ``(month,)``.
    """
    below = (draws < truth[:, None]).sum(axis=1)
    ties = (draws == truth[:, None]).sum(axis=1) + 1
    place = np.random.default_rng(seed).random(len(truth))
    return (below + place * ties) / (draws.shape[1] + 1)


def histogram(values: np.ndarray, bins: int = 10) -> tuple[int, ...]:
    """How many values in 0..1 fall into each of so many equal bins."""
    return tuple(int(one) for one in np.histogram(values, bins=bins, range=(0.0, 1.0))[0])
