"""Lookups: linear between points, flat outside, as sums of clipped lines.

Inside a batch a sum over the segments vectorises, where a search for the segment does not; it was measured
to be several times as fast up to some dozens of points. Long tables fall back to a search.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.model.expressions import Table

LONGEST_SUM = 48


def look_up(table: Table, x: Array | float, *, extrapolate: bool = False) -> Array:
    """Returns the table's value at `x`.

    Args:
        table: Points in ascending x; two points of one x are a jump.
        x: Where, of any shape.
        extrapolate: Go on along the first and last segment outside the points, instead of staying flat.

    Returns:
        Values in the shape of `x`.

    Source:
        Vensim reference manual, "Lookup Functions": linear interpolation, flat outside.
    """
    points = np.asarray(table.points, dtype=np.float64).reshape(-1, 2)
    xs, ys = points[:, 0], points[:, 1]
    x = jnp.asarray(x, dtype=jnp.float64)
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
