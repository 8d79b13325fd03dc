"""Functions over several elements at once: sorting, picking, selecting, allocating, inverting.

Their arguments are numbers first and then the elements, each a float or an array; they are stacked along a
new first axis, and what comes out is one element again. Where several calls are computed together, a place
that differs from call to call is a vector (see `gather`), and elements may come stacked already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.compiler.functions import NOT_AVAILABLE, Lowering, Moment, Value, is_literal, number
from stockade.compiler.gather import Stacked
from stockade.model.vectors import VECTOR_LOOKUPS

_HALVINGS = 70


def stack(values: Sequence[Value]) -> Array:
    """Returns values of whatever shapes as one array, shape (elements, *batch)."""
    arrays = [
        one.values if isinstance(one, Stacked) else jnp.asarray(number(one), dtype=jnp.float64)[None]
        for one in values
    ]
    shape = jnp.broadcast_shapes(*(one.shape[1:] for one in arrays))
    return jnp.concatenate([_to_shape(one, shape) for one in arrays])


def _to_shape(values: Array, shape: Sequence[Any]) -> Array:
    """Returns stacked values, each broadcast to a shape."""
    filled = (1,) * (len(shape) - values.ndim + 1)
    values = values.reshape(len(values), *filled, *values.shape[1:])
    return jnp.broadcast_to(values, (len(values), *shape))


def _at(values: Array, place: Value) -> Array:
    """Returns the value at a place of the first axis, which may differ from element to element."""
    if is_literal(place):
        return values[int(place)]
    index = np.asarray(place).astype(np.int32)
    shape = jnp.broadcast_shapes(values.shape[1:], index.shape)
    if values.ndim == index.ndim + 1 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim <= index.ndim:
        # The same values for all: one row each.
        return jnp.take(_to_shape(values, shape[1:]), index.reshape(-1), axis=0)
    found = jnp.take_along_axis(_to_shape(values, shape), jnp.broadcast_to(index, shape)[None], axis=0)
    return found[0]


def _order(direction: Value, values: Array) -> Array:
    """Returns which element comes first, second ..., from 0; equal ones as Vensim: later first downwards."""
    direction = jnp.asarray(number(direction))
    values = _to_shape(values, jnp.broadcast_shapes(values.shape[1:], direction.shape))
    up = jnp.argsort(values, axis=0, stable=True)
    return jnp.where(direction > 0, up, jnp.flip(up, axis=0))


def _sort_order(_: Moment, position: Value, direction: Value, *values: Value) -> Array:
    return _at(_order(direction, stack(values)), position).astype(jnp.float64)


def _rank(_: Moment, position: Value, direction: Value, *values: Value) -> Array:
    ranks = jnp.argsort(_order(direction, stack(values)), axis=0) + 1
    return _at(ranks, position).astype(jnp.float64)


def _pick(_: Moment, at: Value, *values: Value) -> Array:
    """Returns the element at a place from 0; what lies outside is not available."""
    every = stack(values)
    index = jnp.floor(jnp.asarray(number(at), dtype=jnp.float64) + 1e-6)
    shape = jnp.broadcast_shapes(index.shape, every.shape[1:])
    index, every = jnp.broadcast_to(index, shape), _to_shape(every, shape)
    inside = (index >= 0) & (index < len(every))
    safe = jnp.where(inside, index, 0).astype(jnp.int32)
    return jnp.where(inside, jnp.take_along_axis(every, safe[None], axis=0)[0], NOT_AVAILABLE)


_ACTIONS: Mapping[int, Callable[[Array, Array, Array], Array]] = {
    # x, weights, which are chosen
    0: lambda x, w, on: jnp.sum(jnp.where(on, x * w, 0.0), axis=0),
    1: lambda x, w, on: jnp.prod(jnp.where(on, x * w, 1.0), axis=0),
    2: lambda x, w, on: jnp.min(jnp.where(on, x * w, jnp.inf), axis=0),
    3: lambda x, w, on: jnp.max(jnp.where(on, x * w, -jnp.inf), axis=0),
    4: lambda x, w, on: jnp.sum(jnp.where(on, x * w, 0.0), axis=0) / jnp.maximum(jnp.sum(on, axis=0), 1),
    5: lambda x, w, on: jnp.prod(jnp.where(on, jnp.power(jnp.where(on, x, 1.0), w), 1.0), axis=0),
    6: lambda x, _, on: jnp.sum(jnp.where(on, x, 0.0), axis=0),
    7: lambda x, _, on: jnp.prod(jnp.where(on, x, 1.0), axis=0),
    8: lambda x, _, on: jnp.min(jnp.where(on, x, jnp.inf), axis=0),
    9: lambda x, _, on: jnp.max(jnp.where(on, x, -jnp.inf), axis=0),
    10: lambda x, _, on: jnp.sum(jnp.where(on, x, 0.0), axis=0) / jnp.maximum(jnp.sum(on, axis=0), 1),
}


def _select(_: Moment, missing: Value, action: Value, error: Value, *values: Value) -> Array:
    """Returns what an action makes of the chosen elements, or `missing` where none is chosen.

    Source:
        Vensim reference manual, VECTOR SELECT.
    """
    every = stack(values)
    half = len(every) // 2
    weights, x = every[:half], every[half:]
    chosen = weights != 0.0
    wanted = jnp.asarray(number(action), dtype=jnp.float64)
    found = jnp.full(x.shape[1:], jnp.nan)
    for code, act in _ACTIONS.items():
        found = jnp.where(wanted == code, act(x, weights, chosen), found)
    count = jnp.sum(chosen, axis=0)
    # The last argument says which counts are an error: 1 none chosen, 2 several chosen, 3 both.
    forbidden = ((count == 0) & ((error == 1) | (error == 3))) | ((count > 1) & ((error == 2) | (error == 3)))
    return jnp.where(forbidden, jnp.nan, jnp.where(count > 0, found, number(missing)))


def _vector_lookup(kind: str) -> Lowering:
    """Returns a lookup whose y are elements, at equal distances between a lowest and a highest x.

    Source:
        Vensim reference manual, VECTOR LOOKUP.
    """

    def lowering(_: Moment, x: Value, low: Value, high: Value, *values: Value) -> Array:
        ys = stack(values)
        last = len(ys) - 1
        x, low, high = (jnp.asarray(number(one), dtype=jnp.float64) for one in (x, low, high))
        width = (high - low) / last
        shape = jnp.broadcast_shapes(x.shape, width.shape, ys.shape[1:])
        ys, x, low, width = (_to_shape(ys, shape), *(jnp.broadcast_to(one, shape) for one in (x, low, width)))
        begins = [low + at * width for at in range(last + 1)]
        if kind == "backward":
            at = sum((x >= one).astype(jnp.int32) for one in begins) - 1
        elif kind == "forward":
            at = sum((x > one).astype(jnp.int32) for one in begins)
        else:
            at = sum((x >= one).astype(jnp.int32) for one in begins[1:-1])
        at = jnp.broadcast_to(jnp.clip(at, 0, last), shape)
        left = jnp.take_along_axis(ys, at[None], axis=0)[0]
        if kind in ("backward", "forward"):
            return left
        right = jnp.take_along_axis(ys, at[None] + 1, axis=0)[0]
        share = (x - low) / width - at
        return left + (share if kind == "extrapolate" else jnp.clip(share, 0.0, 1.0)) * (right - left)

    return lowering


def _upper_tail(z: Array) -> Array:
    """Returns about how much of a standard normal distribution lies above a z that is not negative.

    Source:
        Abramowitz & Stegun, 7.1.25. Vensim's own numbers show this approximation: with the exact integral
        those of the SDX suite differ by up to 1e-4 of themselves, with this one by at most 4e-5.
    """
    x = jnp.maximum(z, 0.0) / jnp.sqrt(2.0)
    t = 1.0 / (1.0 + 0.47047 * x)
    return 0.5 * t * (0.3480242 + t * (-0.0958798 + t * 0.7478556)) * jnp.exp(-x * x)


def _share_left(x: Array, shape: Array, priority: Array, width: Array) -> Array:
    """Returns the share of each request that is met where only priorities above `x` are served."""
    width = jnp.where(width > 0, width, 1.0)
    z = (x - priority) / width
    rectangle = jnp.clip(0.5 - z, 0.0, 1.0)
    below, above = (
        1.0 - 2.0 * jnp.square(jnp.clip(z + 0.5, 0.0, 0.5)),
        2.0 * jnp.square(jnp.clip(0.5 - z, 0, 0.5)),
    )
    triangle = jnp.where(z < 0, below, above)
    normal = jnp.where(z < 0, 1.0 - _upper_tail(-z), _upper_tail(z))
    tail = 0.5 * jnp.exp(-jnp.abs(z))
    exponential = jnp.where(z < 0, 1.0 - tail, tail)
    others = jnp.full(z.shape, jnp.nan)
    return jnp.select(
        [shape == 1, shape == 2, shape == 3, shape == 4], [rectangle, triangle, normal, exponential], others
    )


def _available(_: Moment, position: Value, supply: Value, *values: Value) -> Array:
    """Returns what one target receives where a price is found at which all requests take the supply.

    Profiles 1 to 4 (rectangular, triangular, normal, exponential) are known; any other gives NaN.

    Source:
        Vensim reference manual, ALLOCATE AVAILABLE.
    """
    every = stack(values)
    count = len(every) // 5
    supply = jnp.asarray(number(supply), dtype=jnp.float64)
    every = _to_shape(every, jnp.broadcast_shapes(every.shape[1:], supply.shape))
    request, shape, priority, width, _extra = (every[i * count : (i + 1) * count] for i in range(5))

    def taken(x: Array) -> Array:
        return jnp.where(request > 0, request * _share_left(x, shape, priority, width), 0.0)

    reach = 40.0 * jnp.max(jnp.abs(width), axis=0)
    low, high = jnp.min(priority, axis=0) - reach, jnp.max(priority, axis=0) + reach
    ends = jnp.broadcast_shapes(low.shape, supply.shape)
    low, high = jnp.broadcast_to(low, ends), jnp.broadcast_to(high, ends)

    def halve(_i: Value, ends: tuple[Array, Array]) -> tuple[Array, Array]:
        low, high = ends
        middle = 0.5 * (low + high)
        more = jnp.sum(taken(middle), axis=0) > supply
        return jnp.where(more, middle, low), jnp.where(more, high, middle)

    low, high = jax.lax.fori_loop(0, _HALVINGS, halve, (low, high))
    found = _at(taken(0.5 * (low + high)), position)
    found = jnp.where(supply >= jnp.sum(request, axis=0), _at(request, position), found)
    return jnp.where(supply <= 0, 0.0, found)


def _by_priority(_: Moment, position: Value, width: Value, supply: Value, *values: Value) -> Array:
    """Returns what one target receives: the higher priority first, equal ones in proportion to requests.

    A target begins to receive when the next higher one has received the share of its request that the
    distance of their priorities, measured in widths, is of one. The whole is found by following the
    supply from event to event; there are at most two for each target.

    Source:
        Vensim reference manual, ALLOCATE BY PRIORITY.
    """
    every = stack((*values, width, supply))
    count = (len(every) - 2) // 2
    request, priority, width, supply = every[:count], every[count : 2 * count], every[-2], every[-1]
    # Targets without a request take no part: they are put behind all others.
    order = jnp.argsort(jnp.where(request > 0, -priority, jnp.inf), axis=0, stable=True)
    wanted, rank = (jnp.take_along_axis(one, order, axis=0) for one in (request, priority))
    gaps = jnp.minimum((rank[:-1] - rank[1:]) / width, 1.0) * wanted[:-1]
    live = jnp.sum(request > 0, axis=0)
    gaps = jnp.concatenate([gaps, jnp.full((1, *width.shape), jnp.inf)])
    places = jnp.arange(count).reshape((-1,) + (1,) * width.ndim)

    def follow(_i: Value, now: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        given, last, left = now
        active = (places <= last) & (places < live) & (given < wanted)
        weights = jnp.where(active, wanted, 0.0)
        total = jnp.sum(weights, axis=0)
        slopes = weights / jnp.where(total > 0, total, 1.0)
        positive = slopes > 0
        room = jnp.where(positive, (wanted - given) / jnp.where(positive, slopes, 1.0), jnp.inf)
        is_last = places == last
        slope = jnp.sum(jnp.where(is_last, slopes, 0.0), axis=0)
        ahead = jnp.sum(jnp.where(is_last, jnp.where(jnp.isinf(gaps), 0.0, gaps) - given, 0.0), axis=0)
        can_start = last + 1 < live
        opens = jnp.where(
            ahead <= 0, 0.0, jnp.where(slope > 0, ahead / jnp.where(slope > 0, slope, 1.0), jnp.inf)
        )
        start = jnp.where(can_start, opens, jnp.inf)
        full = jnp.min(room, axis=0)
        dx = jnp.minimum(jnp.minimum(full, start), left)
        dx = jnp.where(jnp.isfinite(dx), dx, 0.0)
        reached = positive & (room <= dx * (1 + 1e-12))
        given = jnp.where(reached, wanted, given + slopes * dx)
        nothing = total <= 0
        last = jnp.where(can_start & ((start <= dx) | nothing), last + 1, last)
        return given, last, left - dx

    begun = (jnp.zeros_like(wanted), jnp.zeros(width.shape, dtype=jnp.int32), supply)
    given, _last, _left = jax.lax.fori_loop(0, 3 * count + 2, follow, begun)
    back = jnp.argsort(order, axis=0)
    found = _at(jnp.take_along_axis(given, back, axis=0), position)
    found = jnp.where(supply >= jnp.sum(request, axis=0), _at(request, position), found)
    return jnp.where(supply <= 0, 0.0, found)


def _invert(_: Moment, row: Value, column: Value, *values: Value) -> Array:
    every = jnp.moveaxis(stack(values), 0, -1)
    size = round(every.shape[-1] ** 0.5)
    inverse = jnp.linalg.inv(every.reshape((*every.shape[:-1], size, size)))
    flat = jnp.moveaxis(inverse.reshape(every.shape), -1, 0)
    return _at(flat, row * size + column)


VECTOR_FUNCTIONS: Mapping[str, Lowering] = {
    "#sort order": _sort_order,
    "#rank": _rank,
    "#pick": _pick,
    "#vector select": _select,
    **{name: _vector_lookup(name.rpartition(" ")[2]) for name in VECTOR_LOOKUPS.values()},
    "#allocate available": _available,
    "#allocate by priority": _by_priority,
    "#invert matrix": _invert,
}
