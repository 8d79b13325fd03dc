"""Data over time: what a series says at a time, between its points and beyond them.

Source:
    Vensim reference manual, "Data Equations" and the GET DATA functions. Before its first point a series has
    the first value, after its last point the last, whatever holds between them; a raw series and the
    GET DATA functions have no value (:NA:) there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array, Floats
from stockade.compiler.functions import Lowering, Moment, Value, number
from stockade.model.expressions import Series

NOT_AVAILABLE = -(2.0**109)
_SAME_TIME = 1e-8
"""Steps add up to a time with an error in the last digits; this much of it, and of 1, is none."""

_MODES = {-1: "hold backward", 0: "interpolate", 1: "look forward"}


def series_at(series: Series, times: Any, xp: Any = np) -> Any:
    """Returns the values of a series.

    Args:
        series: Its points and what holds between them.
        times: Where, of any shape.
        xp: ``numpy`` or ``jax.numpy``.

    Returns:
        Values in the shape of `times`.
    """
    if not series.points:
        return xp.full(xp.shape(times), NOT_AVAILABLE)
    points = np.asarray(series.points, dtype=np.float64)
    xs, ys = xp.asarray(points[:, 0]), xp.asarray(points[:, 1])
    if series.between == "interpolate":
        return xp.interp(times, xs, ys)
    same = _SAME_TIME * xp.maximum(1.0, xp.abs(times))
    if series.between == "look forward":
        return ys[xp.clip(xp.searchsorted(xs, times - same), 0, len(points) - 1)]
    at = xp.clip(xp.searchsorted(xs, times + same, side="right") - 1, 0, len(points) - 1)
    if series.between == "hold backward":
        return ys[at]
    return xp.where(xp.abs(xs[at] - times) <= same, ys[at], NOT_AVAILABLE)


def paths(series: Sequence[Series], times: Floats) -> Floats:
    """Returns the values of several series at some times, shape (series, time)."""
    found = [series_at(one, times) for one in series]
    return np.stack(found) if found else np.zeros((0, len(times)))


def _data(_: Moment, series: Series, time: Value) -> Array:
    return series_at(series, jnp.asarray(number(time), dtype=jnp.float64), jnp)


def _between(_: Moment, series: Series, time: Value, mode: Value) -> Array:
    time = jnp.asarray(number(time), dtype=jnp.float64)
    if not series.points:
        return jnp.full(time.shape, NOT_AVAILABLE)
    same = _SAME_TIME * jnp.maximum(1.0, jnp.abs(time))
    inside = (time >= series.points[0][0] - same) & (time <= series.points[-1][0] + same)
    found = jnp.full(time.shape, NOT_AVAILABLE)
    for code, between in _MODES.items():
        value = series_at(Series(series.points, between), time, jnp)
        found = jnp.where(jnp.equal(number(mode), code), value, found)
    return jnp.where(inside, found, NOT_AVAILABLE)


def _over(reduce: Any) -> Lowering:
    """A statistic of the points between two times; :NA: where none lies there."""

    def lowering(_: Moment, series: Series, begins: Value, ends: Value) -> Array:
        begins, ends = (jnp.asarray(number(one), dtype=jnp.float64) for one in (begins, ends))
        shape = jnp.broadcast_shapes(begins.shape, ends.shape)
        points = np.asarray(series.points, dtype=np.float64).reshape((-1, 2))
        xs, ys = (points[:, i].reshape((-1,) + (1,) * len(shape)) for i in (0, 1))
        inside = (xs >= begins - _SAME_TIME) & (xs <= ends + _SAME_TIME)
        none = jnp.logical_not(inside.any(axis=0))
        found = reduce(jnp.where(inside | none, jnp.broadcast_to(ys, inside.shape), jnp.nan))
        return jnp.where(none, NOT_AVAILABLE, found)

    return lowering


SERIES_FUNCTIONS: dict[str, Lowering] = {
    "#data": _data,
    "#get data between times": _between,
    "#get data max": _over(lambda values: jnp.nanmax(values, axis=0, initial=-jnp.inf)),
    "#get data mean": _over(lambda values: jnp.nanmean(values, axis=0)),
    "#get data median": _over(lambda values: jnp.nanmedian(values, axis=0)),
    "#get data min": _over(lambda values: jnp.nanmin(values, axis=0, initial=jnp.inf)),
}
