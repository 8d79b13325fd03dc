"""Draws from distributions without a closed inverse, found by halving: gamma, beta, counts, a drawn curve.

Every one takes a number between 0 and 1 and the arguments of the function; `low` and `high` cut the
distribution off after it is stretched and shifted, as if draws outside were thrown away. A gradient passes
through the shift and the stretch, and not through the shape.

Source:
    Vensim reference manual, RANDOM Number Functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import betainc, gammainc, gammaincc

from stockade.arrays import Array
from stockade.compiler.functions import Lowering, Moment, Value, number
from stockade.model.expressions import Table

_HALVINGS = 60
_MOST = 1e12


def _arrays(*values: Value) -> list[Array]:
    return [jnp.asarray(number(one), dtype=jnp.float64) for one in values]


def _ends(low: Array, high: Array, shift: Array, stretch: Array) -> tuple[Array, Array]:
    """Returns the two cuts before stretching and shifting."""
    safe = jnp.where(stretch == 0, 1.0, stretch)
    one, other = (low - shift) / safe, (high - shift) / safe
    return jnp.minimum(one, other), jnp.maximum(one, other)


def _halve(below: Callable[[Array], Array], wanted: Array, first: Array, last: Array) -> Array:
    """Returns where a growing function reaches a value, between two ends."""
    shape = jnp.broadcast_shapes(wanted.shape, first.shape, last.shape)
    ends = (jnp.broadcast_to(first, shape), jnp.broadcast_to(last, shape))

    def step(_: Value, now: tuple[Array, Array]) -> tuple[Array, Array]:
        left, right = now
        middle = 0.5 * (left + right)
        short = below(middle) < wanted
        return jnp.where(short, middle, left), jnp.where(short, right, middle)

    left, right = jax.lax.fori_loop(0, _HALVINGS, step, ends)
    return 0.5 * (left + right)


def _continuous(
    below: Callable[[Array], Array], u: Array, first: Array, last: Array, least: Array, most: Array
) -> Array:
    """Returns a draw: `least` and `most` bound the distribution, `first` and `last` cut it off."""
    begin, end = jnp.clip(first, least, most), jnp.clip(last, least, most)
    low, high = below(begin), below(end)
    return jax.lax.stop_gradient(_halve(below, low + u * (high - low), begin, end))


def _count(
    below: Callable[[Array], Array], u: Array, first: Array, last: Array, least: Array, most: Array
) -> Array:
    """Returns a whole number drawn; `below` gives the probability of at most a number."""
    begin = jnp.clip(jnp.ceil(first), least, most)
    end = jnp.maximum(jnp.clip(jnp.floor(last), least, most), begin)
    low = jnp.where(begin > least, below(begin - 1.0), 0.0)
    wanted = low + u * (below(end) - low)
    found = _halve(lambda x: below(jnp.floor(x)), wanted, begin - 1.0, end)
    return jax.lax.stop_gradient(jnp.clip(jnp.round(found), begin, end))


def _gamma(_: Moment, u: Value, *arguments: Value) -> Array:
    low, high, order, shift, stretch, u = _arrays(*arguments, u)
    order = jax.lax.stop_gradient(jnp.maximum(order, 1.0))
    most = order + 40.0 * jnp.sqrt(order) + 60.0
    first, last = _ends(low, high, shift, stretch)
    nothing = jnp.zeros_like(order)
    drawn = _continuous(lambda x: gammainc(order, jnp.maximum(x, 0.0)), u, first, last, nothing, most)
    return shift + stretch * drawn


def _beta(_: Moment, u: Value, *arguments: Value) -> Array:
    low, high, a, b, shift, stretch, u = _arrays(*arguments, u)
    a, b = jax.lax.stop_gradient((a, b))
    first, last = _ends(low, high, shift, stretch)
    drawn = _continuous(lambda x: betainc(a, b, x), u, first, last, jnp.zeros_like(a), jnp.ones_like(a))
    return shift + stretch * drawn


def _poisson(_: Moment, u: Value, *arguments: Value) -> Array:
    low, high, mean, shift, stretch, u = _arrays(*arguments, u)
    mean = jax.lax.stop_gradient(jnp.maximum(mean, 0.0))
    first, last = _ends(low, high, shift, stretch)
    most = jnp.floor(mean + 40.0 * jnp.sqrt(mean) + 60.0)
    safe = jnp.maximum(mean, 1e-300)
    drawn = _count(lambda k: gammaincc(k + 1.0, safe), u, first, last, jnp.zeros_like(mean), most)
    return shift + stretch * drawn


def _binomial(_: Moment, u: Value, *arguments: Value) -> Array:
    low, high, chance, trials, shift, stretch, u = _arrays(*arguments, u)
    chance = jax.lax.stop_gradient(jnp.clip(chance, 0.0, 1.0))
    trials = jax.lax.stop_gradient(jnp.maximum(jnp.round(trials), 0.0))

    def below(k: Array) -> Array:
        inside = betainc(jnp.maximum(trials - k, 1e-9), k + 1.0, 1.0 - chance)
        return jnp.where(k >= trials, 1.0, inside)

    first, last = _ends(low, high, shift, stretch)
    drawn = _count(below, u, first, last, jnp.zeros_like(trials), trials)
    return shift + stretch * drawn


def _negative_binomial(_: Moment, u: Value, *arguments: Value) -> Array:
    """How many trials it takes until there are N successes, each of a chance P."""
    low, high, chance, wins, shift, stretch, u = _arrays(*arguments, u)
    chance = jax.lax.stop_gradient(jnp.clip(chance, 1e-9, 1.0))
    wins = jax.lax.stop_gradient(jnp.maximum(jnp.round(wins), 1.0))

    def below(k: Array) -> Array:
        return jnp.where(k < wins, 0.0, betainc(wins, jnp.maximum(k - wins, 0.0) + 1.0, chance))

    first, last = _ends(low, high, shift, stretch)
    spread = jnp.sqrt(wins * (1.0 - chance)) / chance
    most = jnp.minimum(jnp.floor(wins / chance + 60.0 * spread + 60.0), _MOST)
    return shift + stretch * _count(below, u, first, last, wins, most)


def _curve(_: Moment, u: Value, table: Table, *arguments: Value) -> Array:
    """A draw with a probability density that is proportional to a lookup."""
    low, high, shift, stretch, u = _arrays(*arguments, u)
    points = np.asarray(table.points, dtype=np.float64).reshape(-1, 2)
    xs, ys = points[:, 0], np.maximum(points[:, 1], 0.0)
    areas = np.concatenate([[0.0], np.cumsum(np.diff(xs) * 0.5 * (ys[1:] + ys[:-1]))])
    whole = areas[-1] if areas[-1] > 0 else 1.0

    def below(x: Array) -> Array:
        at = jnp.clip(jnp.searchsorted(jnp.asarray(xs), x, side="right") - 1, 0, max(len(xs) - 2, 0))
        left, width = jnp.asarray(xs)[at], jnp.asarray(np.append(np.diff(xs), 1.0))[at]
        height, rise = jnp.asarray(ys)[at], jnp.asarray(np.append(np.diff(ys), 0.0))[at]
        run = x - left
        slope = rise / jnp.where(width > 0, width, 1.0)
        return (jnp.asarray(areas)[at] + run * (height + 0.5 * slope * run)) / whole

    first, last = _ends(low, high, shift, stretch)
    least, most = jnp.asarray(xs[0]), jnp.asarray(xs[-1])
    return shift + stretch * _continuous(below, u, first, last, least, most)


DISTRIBUTIONS: Mapping[str, Lowering] = {
    "#random gamma": _gamma,
    "#random beta": _beta,
    "#random poisson": _poisson,
    "#random binomial": _binomial,
    "#random negative binomial": _negative_binomial,
    "#random lookup": _curve,
}
