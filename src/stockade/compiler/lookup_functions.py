"""Other ways to read a lookup: the point before or behind, the area below, the slope, the inverse.

Source:
    Vensim reference manual, LOOKUP AREA, BACKWARD, FORWARD, INVERT and SLOPE.
"""

from __future__ import annotations

from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array, Floats
from stockade.compiler.functions import NOT_AVAILABLE, Lowering, Moment, Value, number
from stockade.model.expressions import Table


def _points(table: Table) -> tuple[Floats, Floats]:
    points = np.asarray(table.points, dtype=np.float64).reshape(-1, 2)
    return points[:, 0], points[:, 1]


def _number(value: Value) -> Array:
    return jnp.asarray(number(value), dtype=jnp.float64)


def _backward(_: Moment, table: Table, x: Value) -> Array:
    """Returns the y of the last point that is not beyond x; before the first one, its y."""
    xs, ys = _points(table)
    at = jnp.searchsorted(jnp.asarray(xs), _number(x), side="right") - 1
    return jnp.asarray(ys)[jnp.clip(at, 0, len(xs) - 1)]


def _forward(_: Moment, table: Table, x: Value) -> Array:
    """Returns the y of the first point that is not before x; beyond the last one, its y."""
    xs, ys = _points(table)
    at = jnp.searchsorted(jnp.asarray(xs), _number(x), side="left")
    return jnp.asarray(ys)[jnp.clip(at, 0, len(xs) - 1)]


def _area(_: Moment, table: Table, start: Value, end: Value) -> Array:
    """Returns the area from `start` to `end`; outside of its points the lookup stays flat."""
    xs, ys = _points(table)

    def up_to(x: Array) -> Array:
        total = ys[0] * jnp.minimum(x - xs[0], 0.0) + ys[-1] * jnp.maximum(x - xs[-1], 0.0)
        for i in range(len(xs) - 1):
            width = xs[i + 1] - xs[i]
            if width > 0:
                run = jnp.clip(x - xs[i], 0.0, width)
                total = total + run * (ys[i] + 0.5 * (ys[i + 1] - ys[i]) / width * run)
        return total

    return up_to(_number(end)) - up_to(_number(start))


def _invert(_: Moment, table: Table, y: Value) -> Array:
    """Returns the smallest x at which the lookup gives y; where none does, the x of the nearest y."""
    xs, ys = _points(table)
    y = _number(y)
    found = jnp.where(y > ys.max(), xs[int(np.argmax(ys))], xs[int(np.argmin(ys))])
    for i in reversed(range(len(xs) - 1)):
        low, high, rise = min(ys[i], ys[i + 1]), max(ys[i], ys[i + 1]), ys[i + 1] - ys[i]
        here = xs[i] if rise == 0 else xs[i] + (y - ys[i]) * (xs[i + 1] - xs[i]) / rise
        found = jnp.where((y >= low) & (y <= high), here, found)
    return found


def _slope(_: Moment, table: Table, x: Value, mode: Value) -> Array:
    """Returns the slope at x: at a point the mean of both sides, :NA: where the lookup jumps.

    Outside of the points it is 0 for a mode of 0, that of the nearest segment for 1, :NA: for -1.
    """
    xs, ys = _points(table)
    x, mode = _number(x), _number(mode)
    if len(xs) < 2:
        return jnp.where(mode < 0, NOT_AVAILABLE, 0.0) + 0.0 * x
    widths = np.diff(xs)
    slopes = np.diff(ys) / np.where(widths > 0, widths, 1.0)
    last = len(slopes) - 1
    before = jnp.asarray(slopes)[jnp.clip(jnp.searchsorted(jnp.asarray(xs), x, side="left") - 1, 0, last)]
    behind = jnp.asarray(slopes)[jnp.clip(jnp.searchsorted(jnp.asarray(xs), x, side="right") - 1, 0, last)]
    inside = 0.5 * (before + behind)
    beyond = jnp.where(mode > 0, jnp.where(x < xs[0], slopes[0], slopes[-1]), 0.0)
    beyond = jnp.where(mode < 0, NOT_AVAILABLE, beyond)
    jumps = xs[:-1][widths == 0]
    found = jnp.where((x < xs[0]) | (x > xs[-1]), beyond, inside)
    for jump in jumps:
        found = jnp.where(x == jump, NOT_AVAILABLE, found)
    return found


LOOKUP_FUNCTIONS: Mapping[str, Lowering] = {
    "lookup area": _area,
    "lookup backward": _backward,
    "lookup forward": _forward,
    "lookup invert": _invert,
    "lookup slope": _slope,
}
