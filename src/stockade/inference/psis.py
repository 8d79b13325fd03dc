"""Pareto-smoothed importance sampling: weights that do not hang on a few draws, and how far to trust them.

The largest fifth of the ratios (or 3 sqrt(n), whichever is less) is replaced by the quantiles of a
generalised Pareto distribution fitted to them. Its shape k tells how heavy their tail is: above about 0.7
no number of draws that anybody would wait for makes the weights fit to use. Vehtari, Simpson, Gelman, Yao
and Gabry 2024, "Pareto smoothed importance sampling", J. Mach. Learn. Res. 25; the fit is that of Zhang
and Stephens 2009, Technometrics 51.
"""

from __future__ import annotations

import math

import numpy as np

from stockade.arrays import Floats

_LEAST_TAIL = 5
_FLAT = 1e-9
"""Ratios that spread less than this, in logs, need no smoothing and have no tail."""
_PRIOR_DRAWS, _PRIOR_SHAPE = 10.0, 0.5
"""The shape is drawn towards one half with the weight of ten draws, which steadies it in a short tail."""


def smooth(log_ratios: Floats) -> tuple[Floats, float]:
    """Returns importance weights and how far they can be trusted.

    Args:
        log_ratios: (draw,) logs of the ratios of the wanted density to that of the draws, up to a constant.

    Returns:
        (draw,) logs of the smoothed weights, which sum to one; and k, the shape of their tail: minus
        infinity where all ratios are equal, infinity where there are too few to tell.

    Raises:
        ValueError: Ratios that are not finite numbers in one row.
    """
    ratios = np.asarray(log_ratios, dtype=float)
    if ratios.ndim != 1 or not ratios.size or not np.isfinite(ratios).all():
        raise ValueError("log ratios must be a row of finite numbers")
    shifted = ratios - ratios.max()
    if -shifted.min() < _FLAT:
        return normalised(shifted), -math.inf
    size = math.ceil(min(0.2 * len(shifted), 3.0 * math.sqrt(len(shifted))))
    order = np.argsort(shifted, kind="stable")
    cut = max(float(shifted[order[-size - 1]]), math.log(np.finfo(float).tiny))
    tail = order[-size:][shifted[order[-size:]] > cut]
    if len(tail) < _LEAST_TAIL:
        return normalised(shifted), math.inf
    excess = np.exp(shifted[tail]) - math.exp(cut)
    shape, scale = pareto_fit(excess)
    if math.isfinite(shape):
        probabilities = (np.arange(len(tail)) + 0.5) / len(tail)
        quantiles = _quantiles(probabilities, shape, scale)
        # No smoothed weight above the largest ratio: the fit may not invent what no draw showed.
        shifted[tail] = np.minimum(np.log(quantiles + math.exp(cut)), 0.0)
    return normalised(shifted), shape


def trusted(shape: float, draws: int) -> bool:
    """Says whether weights of this Pareto shape can be used with so many draws."""
    return shape <= min(0.7, 1.0 - 1.0 / math.log10(max(draws, 11)))


def normalised(logs: Floats) -> Floats:
    """Returns logs of weights that sum to one."""
    return logs - np.logaddexp.reduce(logs)


def pareto_fit(excess: Floats) -> tuple[float, float]:
    """Returns shape and scale of a generalised Pareto distribution, by Zhang and Stephens' posterior mean.

    Args:
        excess: (draw,) amounts above the cut, positive, ascending.
    """
    count = len(excess)
    grid = 30 + int(math.sqrt(count))
    quartile = excess[int(count / 4 + 0.5) - 1]
    steps = 1.0 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))
    inverse = steps / (3.0 * quartile) + 1.0 / excess[-1]
    shapes = np.log1p(-inverse[:, None] * excess).mean(axis=1)
    fit = count * (np.log(-inverse / shapes) - shapes - 1.0)
    weights = np.exp(normalised(fit))
    middle = float(weights @ inverse)
    shape = float(np.log1p(-middle * excess).mean())
    scale = -shape / middle
    return (count * shape + _PRIOR_DRAWS * _PRIOR_SHAPE) / (count + _PRIOR_DRAWS), scale


def _quantiles(probabilities: Floats, shape: float, scale: float) -> Floats:
    """Returns quantiles of the generalised Pareto distribution."""
    logs = np.log1p(-probabilities)
    if abs(shape) < 1e-12:
        return -scale * logs
    return scale * np.expm1(-shape * logs) / shape
