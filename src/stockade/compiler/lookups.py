"""Lookups: linear between points, flat outside, as sums of clipped lines.

Inside a batch a sum over the segments vectorises, where a search for the segment does not; it was measured
to be several times as fast up to some dozens of points. Long tables fall back to a search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.model.expressions import Table

LONGEST_SUM = 48


@dataclass(frozen=True, eq=False)
class TableStack:
    """Several tables side by side, filled up to one length with their last point.

    Attributes:
        xs: Shape (point, *shape), the shape broadcasting against what is looked up.
        ys: Likewise.
        last: The place of each table's last point, of that shape.
    """

    xs: np.ndarray
    ys: np.ndarray
    last: np.ndarray


def stack_tables(tables: Sequence[Table], shape: tuple[int, ...]) -> TableStack:
    """Returns tables side by side, as an array of them of a shape."""
    points = [np.asarray(one.points, dtype=np.float64).reshape(-1, 2) for one in tables]
    most = max(len(one) for one in points)
    filled = np.stack([np.concatenate([one, np.repeat(one[-1:], most - len(one), axis=0)]) for one in points])
    xs, ys = (np.moveaxis(filled[..., at], 1, 0).reshape(most, *shape) for at in (0, 1))
    return TableStack(xs, ys, np.array([len(one) - 1 for one in points]).reshape(shape))


def look_up(table: Table | TableStack, x: Array | float, *, extrapolate: bool = False) -> Array:
    """Returns the table's value at `x`.

    Args:
        table: Points in ascending x; two points of one x are a jump. Or one for each element.
        x: Where, of any shape.
        extrapolate: Go on along the first and last segment outside the points, instead of staying flat.

    Returns:
        Values in the shape of `x`.

    Source:
        Vensim reference manual, "Lookup Functions": linear interpolation, flat outside.
    """
    x = jnp.asarray(x, dtype=jnp.float64)
    if isinstance(table, TableStack):
        return _look_up_each(table, x, extrapolate=extrapolate)
    points = np.asarray(table.points, dtype=np.float64).reshape(-1, 2)
    xs, ys = points[:, 0], points[:, 1]
    if len(xs) == 1:
        return jnp.full(x.shape, ys[0])
    if len(xs) > LONGEST_SUM and not extrapolate:
        return jnp.interp(x, xs, ys)
    total = jnp.full(x.shape, ys[0])
    last = len(xs) - 2
    for i in range(last + 1):
        width, rise = xs[i + 1] - xs[i], ys[i + 1] - ys[i]
        if rise == 0.0:
            continue
        if width == 0.0:
            total = total + jnp.where(x > xs[i], rise, 0.0)
            continue
        run = x - xs[i]
        if not (extrapolate and i == 0):
            run = jnp.maximum(run, 0.0)
        if not (extrapolate and i == last):
            run = jnp.minimum(run, width)
        total = total + (rise / width) * run
    return total


def _look_up_each(tables: TableStack, x: Array, *, extrapolate: bool) -> Array:
    """Returns the value of each table at its own `x`."""
    count = len(tables.xs)
    shape = jnp.broadcast_shapes(x.shape, tables.last.shape)
    if count > LONGEST_SUM:
        return _search_each(tables, jnp.broadcast_to(x, shape), extrapolate=extrapolate)
    total = jnp.broadcast_to(tables.ys[0], shape)
    for i in range(count - 1):
        width, rise = tables.xs[i + 1] - tables.xs[i], tables.ys[i + 1] - tables.ys[i]
        if not rise.any():
            continue
        jump = width == 0.0
        run = x - tables.xs[i]
        low, high = np.zeros(width.shape), np.where(jump, 1.0, width)
        if extrapolate:
            low = np.where(i == 0, -np.inf, low)
            high = np.where(tables.last == i + 1, np.inf, high)
        sloped = np.where(jump, 0.0, rise / np.where(jump, 1.0, width)) * jnp.clip(run, low, high)
        total = total + (jnp.where(jump, jnp.where(run > 0, rise, 0.0), sloped) if jump.any() else sloped)
    return total


def _search_each(tables: TableStack, x: Array, *, extrapolate: bool) -> Array:
    """Returns the value of each table, by a search for the segment."""
    count, kept = len(tables.xs), 1 + int(np.flatnonzero(np.array(tables.last.shape) > 1)[-1])
    elements = x.shape[x.ndim - tables.last.ndim :][:kept]
    spread = (count, *elements, *(1,) * (tables.last.ndim - kept))
    flat = [
        np.moveaxis(np.broadcast_to(one, spread), 0, -1).reshape(-1, count) for one in (tables.xs, tables.ys)
    ]
    many = len(flat[0])
    found = jax.vmap(jnp.interp)(x.reshape(many, x.size // many), *flat).reshape(x.shape)
    if not extrapolate:
        return found
    end = tables.last[None]
    last, before = (np.take_along_axis(tables.xs, np.maximum(end - back, 0), axis=0)[0] for back in (0, 1))
    top, below = (np.take_along_axis(tables.ys, np.maximum(end - back, 0), axis=0)[0] for back in (0, 1))
    first = _slope(tables.xs[1] - tables.xs[0], tables.ys[1] - tables.ys[0])
    found = jnp.where(x < tables.xs[0], tables.ys[0] + first * (x - tables.xs[0]), found)
    return jnp.where(x > last, top + _slope(last - before, top - below) * (x - last), found)


def _slope(width: np.ndarray, rise: np.ndarray) -> np.ndarray:
    return np.where(width > 0, rise / np.where(width > 0, width, 1.0), 0.0)
