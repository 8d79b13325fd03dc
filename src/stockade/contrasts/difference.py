"""The difference between two histories of the same draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from stockade.arrays import Floats

Measure = Literal["end", "total", "mean"]
"""What is compared: the last month of the window, the sum over it, or the mean over it."""

INTERVAL = (0.05, 0.5, 0.95)
NOTHING = 1e-9
"""Relative difference below which two histories are the same: rounding of the order of additions."""

HEAVY, APART = 0.05, 0.5
"""Explanations of more weight than this that differ by more than this disagree."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A median and a 90 % interval."""

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Difference:
    """One variable under two histories.

    Attributes:
        base: As it was.
        under: Under the scenario.
        difference: Under the scenario less as it was, draw by draw.
        more: Probability that the scenario gives more; a draw without any difference counts as half.
        by_month: Quantiles of the difference month by month, shape (3, month).
    """

    base: Interval
    under: Interval
    difference: Interval
    more: float
    by_month: Floats


def measured(path: Floats, measure: Measure, rows: slice) -> Floats:
    """Returns one number a draw.

    Args:
        path: Shape (month, draw).
        measure: What is taken over the window.
        rows: The window's months.

    Returns:
        Shape (draw,).

    Raises:
        ValueError: The window is empty.
    """
    inside = path[rows]
    if not len(inside):
        raise ValueError("the window holds no month")
    if measure == "end":
        return inside[-1]
    return inside.sum(axis=0) if measure == "total" else inside.mean(axis=0)


def difference(base: Floats, under: Floats, measure: Measure, rows: slice) -> Difference:
    """Compares two histories of the same draws.

    Args:
        base: As it was, shape (month, draw).
        under: Under the scenario, the same draws, shape (month, draw).
        measure: What is compared.
        rows: The window's months.

    Raises:
        ValueError: The shapes differ, or the window is empty.
    """
    if base.shape != under.shape:
        raise ValueError(f"two histories of shapes {base.shape} and {under.shape}")
    was, would = measured(base, measure, rows), measured(under, measure, rows)
    change = np.where(
        np.abs(would - was) <= NOTHING * np.maximum(np.abs(was), np.abs(would)), 0.0, would - was
    )
    more = float(np.mean(change > 0) + 0.5 * np.mean(change == 0))
    by_month = np.quantile(under - base, INTERVAL, axis=1)
    return Difference(_interval(was), _interval(would), _interval(change), more, by_month)


def structure_dependent(more: Mapping[str, float], weights: Mapping[str, float]) -> bool:
    """Says whether explanations of weight disagree on the direction of a difference.

    Args:
        more: Explanation -> probability that the scenario gives more.
        weights: Explanation -> weight.
    """
    said = [value for name, value in more.items() if weights[name] > HEAVY]
    return bool(said) and max(said) - min(said) > APART


def _interval(values: Floats) -> Interval:
    low, median, high = (float(one) for one in np.quantile(values, INTERVAL))
    return Interval(low, median, high)
