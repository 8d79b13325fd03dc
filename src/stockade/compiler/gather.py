"""Functions over vectors: arrays whose first axes are elements of grouped variables, then comes the batch.

A vector always has all its batch axes, `Moment.axes` of them, some perhaps of length 1; a scalar has as many
or fewer. So an array with more axes than that is a vector, and the axes in excess are elements. Everything
broadcasts from the right, as in NumPy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.compiler.functions import Lowering, Moment, Value, number
from stockade.compiler.lookups import TableStack, stack_tables


class Stacked(NamedTuple):
    """Several arguments of a function over elements in one array, shape (argument, ...)."""

    values: Array


def _sizes(listed: Value) -> list[int]:
    return [int(one) for one in np.asarray(listed)]


def _spread(when: Moment, listed: Value, shape: Value) -> Value:
    """Returns literal numbers as a vector of a shape."""
    return np.asarray(listed).reshape(*_sizes(shape), *(1,) * when.axes)


def _tables(when: Moment, shape: Value, *tables: Value) -> TableStack:
    return stack_tables(tables, (*_sizes(shape), *(1,) * when.axes))


def _as_vector(when: Moment, value: Value) -> Array:
    """Returns a scalar as a vector of one element; a vector as it is."""
    value = jnp.asarray(number(value), dtype=jnp.float64)
    if value.ndim > when.axes:
        return value
    return value.reshape((1,) * (1 + when.axes - value.ndim) + value.shape)


def _take(when: Moment, listed: Value, shape: Value, *sources: Value) -> Array:
    """Returns elements of vectors and scalars, by their places in all of them side by side."""
    index = np.asarray(listed).astype(np.int64)
    sizes = _sizes(shape)
    parts = [_as_vector(when, one) for one in sources]
    if len(parts) == 1:
        whole = parts[0]
    else:
        batch = jnp.broadcast_shapes(*(one.shape[1:] for one in parts))
        whole = jnp.concatenate([jnp.broadcast_to(one, (one.shape[0], *batch)) for one in parts])
    return _at(whole, index).reshape(*sizes, *whole.shape[1:])


def _at(whole: Array, index: np.ndarray) -> Array:
    """Returns rows of an array; in regular patterns as slices, which are quicker than a gather."""
    steps = np.unique(np.diff(index))
    if len(steps) == 1 and steps[0] > 0:
        return whole[int(index[0]) : int(index[-1]) + 1 : int(steps[0])]
    return jnp.take(whole, index, axis=0)


def _row(_: Moment, listed: Value, source: Value) -> Array:
    """Returns one element of a vector as a scalar."""
    return source[int(np.asarray(listed)[0])]


def _full(when: Moment, size: Value, value: Value) -> Value:
    """Returns a value as a vector of all its elements, where it may have come out the same for all."""
    if not hasattr(value, "dtype") or value.ndim <= when.axes:
        value = jnp.asarray(value)
        value = value.reshape((1,) * (1 + when.axes - value.ndim) + value.shape)
    return value if value.shape[0] == int(size) else jnp.broadcast_to(value, (int(size), *value.shape[1:]))


def _along(when: Moment, value: Value, depth: Value) -> Array | None:
    """Returns a value that has an axis of terms behind `depth` axes of elements; None for a scalar."""
    value = jnp.asarray(number(value), dtype=jnp.float64)
    return value if value.ndim > when.axes + int(depth) else None


def _sum(when: Moment, value: Value, depth: Value, times: Value) -> Array:
    terms = _along(when, value, depth)
    if terms is None:
        return number(value) * float(times)
    missing = float(times) if terms.shape[int(depth)] == 1 else 1.0
    return jnp.sum(terms, axis=int(depth)) * missing if missing != 1.0 else jnp.sum(terms, axis=int(depth))


def _product(when: Moment, value: Value, depth: Value, times: Value) -> Array:
    terms = _along(when, value, depth)
    if terms is None:
        return jnp.asarray(number(value)) ** int(times)
    if terms.shape[int(depth)] == 1:
        return jnp.squeeze(terms, axis=int(depth)) ** int(times)
    return jnp.prod(terms, axis=int(depth))


def _least(when: Moment, value: Value, depth: Value, _times: Value) -> Array:
    terms = _along(when, value, depth)
    return number(value) if terms is None else jnp.min(terms, axis=int(depth))


def _greatest(when: Moment, value: Value, depth: Value, _times: Value) -> Array:
    terms = _along(when, value, depth)
    return number(value) if terms is None else jnp.max(terms, axis=int(depth))


def _stack(when: Moment, value: Value, depth: Value, times: Value) -> Stacked:
    """Returns the terms as arguments of a function over elements: their axis comes first."""
    terms = _along(when, value, depth)
    if terms is None:
        value = jnp.asarray(number(value), dtype=jnp.float64)
        return Stacked(jnp.broadcast_to(value, (int(times), *value.shape)))
    terms = jnp.moveaxis(terms, int(depth), 0)
    return Stacked(jnp.broadcast_to(terms, (int(times), *terms.shape[1:])))


GATHER_FUNCTIONS: Mapping[str, Lowering] = {
    "#spread": _spread,
    "#tables": _tables,
    "#take": _take,
    "#row": _row,
    "#full": _full,
    "#sum": _sum,
    "#product": _product,
    "#least": _least,
    "#greatest": _greatest,
    "#stack": _stack,
}
