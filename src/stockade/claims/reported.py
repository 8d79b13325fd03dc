"""Pooling what sources stated of one quantity into a distribution of the truth.

Each statement is log-normal about the truth with its own sigma: a point contributes its density, a range
the mass between its ends, a bound the mass on its side. The truth is flat on the log scale beforehand
(between 0 and 1 for a share, cut off at 1). The posterior is summed on a grid, which is exact to a small
fraction of the narrowest sigma, so no sampler and no seed is involved but for the order of the draws.
Statements are taken as independent: two that repeat one source count twice, and confidence says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import log_ndtr

from stockade.claims.nodes import MonthWindow
from stockade.claims.worlds import Silence, Statement

GRID = 4001
TAILS = 8.0  # sigmas beyond the outermost figure; the mass left out is below 1e-14 of a single statement
SMALLEST_SIGMA = 1e-3


def inside(statements: Sequence[Statement], window: MonthWindow) -> tuple[Statement, ...]:
    """Returns the statements whose months all lie within the window: others are about something else."""
    return tuple(
        one for one in statements if window.first <= one.window.first and one.window.last <= window.last
    )


def pooled(statements: Sequence[Statement]) -> tuple[np.ndarray, np.ndarray] | Silence:
    """Returns the grid of the truth and the probability of each point, both (point,), or why there is none.

    Args:
        statements: All of one report, visible and within the window.
    """
    if not statements:
        return Silence("no statement of it was known")
    share = any(one.is_share for one in statements)
    kinds = {one.kind for one in statements}
    if not kinds & {"point", "range"} and not ({"upper", "lower"} <= kinds or (share and kinds == {"lower"})):
        return Silence("only bounds on one side of it were known")
    figures = [value for one in statements for value in (one.low, one.best, one.high) if value and value > 0]
    if not figures:
        return Silence("no statement of it gives a figure above zero")
    widest = max(max(one.sigma, SMALLEST_SIGMA) for one in statements)
    top = 0.0 if share else math.log(max(figures)) + TAILS * widest
    grid = np.linspace(min(math.log(min(figures)), top) - TAILS * widest, top, GRID)
    log_density = sum((_log_likelihood(one, grid) for one in statements), np.zeros(GRID))
    if not np.isfinite(log_density).any():
        return Silence("the statements of it exclude each other")
    density = np.exp(log_density - log_density.max())
    density[[0, -1]] *= 0.5  # trapezoid: it matters at the cut of a share
    return np.exp(grid), density / density.sum()


def draws(statements: Sequence[Statement], count: int, seed: int) -> np.ndarray | Silence:
    """Returns draws (count,) of the truth, evenly spaced in probability and shuffled, or why not."""
    pool = pooled(statements)
    if isinstance(pool, Silence):
        return pool
    grid, mass = pool
    levels = (np.arange(count) + 0.5) / count
    values = np.exp(np.interp(levels, np.cumsum(mass) - 0.5 * mass, np.log(grid)))
    return np.random.default_rng(seed).permutation(values)


def _log_likelihood(one: Statement, grid: np.ndarray) -> np.ndarray:
    """Returns the log probability of a statement (point,) for each truth of the grid (log scale)."""
    sigma = max(one.sigma, SMALLEST_SIGMA)
    if one.kind == "point":
        return -0.5 * ((math.log(_positive(one.best)) - grid) / sigma) ** 2
    if one.kind == "lower":
        return log_ndtr((grid - math.log(_positive(one.low))) / sigma)
    above = (math.log(_positive(one.high)) - grid) / sigma
    if one.kind == "upper" or not one.low:
        return log_ndtr(above)
    return _log_mass((math.log(one.low) - grid) / sigma, above)


def _positive(value: float | None) -> float:
    if value is None or value <= 0:
        raise ValueError("a statement's figure must be above zero on a log scale")
    return value


def _log_mass(below: np.ndarray, above: np.ndarray) -> np.ndarray:
    """Returns log(Phi(above) - Phi(below)), also far out in either tail."""
    flip = below + above > 0
    left, right = np.where(flip, -above, below), np.where(flip, -below, above)
    outer = log_ndtr(right)
    with np.errstate(divide="ignore"):
        return outer + np.log1p(-np.exp(np.minimum(log_ndtr(left) - outer, 0.0)))
