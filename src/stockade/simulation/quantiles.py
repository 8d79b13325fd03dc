"""Poisson and binomial quantiles, and where a number stands in its distribution: for the same luck twice.

A draw of `leaps` does not grow with its uniform, so that the uniform says little of what would have come of
it with another mean. Its place does: v = P(X < k) + r P(X = k), with r between 0 and 1, is uniform whatever
the distribution (Rüschendorf 2009, J. Statist. Plann. Inference 139), its quantile is k again, and the
quantile of another distribution at v is as high in that one as k was in its own.

Where `leaps.is_wide` says so, draws are rounded normals, which grow with their uniform: it is the place.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax.scipy.special import betainc, gammaincc

from stockade.arrays import Array
from stockade.simulation import leaps
from stockade.simulation.log_gamma import log_gamma

_LEAST_CHANCE = 1e-18


def poisson_place(uniform: Array, number: Array, mean: Array, within: Array) -> Array:
    """Returns where a Poisson draw stands in its distribution, between 0 and 1.

    Args:
        uniform: What `leaps.poisson` drew it from.
        number: The draw.
        mean: Its mean.
        within: Uniform between 0 and 1: where within the draw's own chance.
    """
    below, chance = _poisson_below(number, _positive(mean))
    return _place(jnp.where(mean > 0.0, below + within * chance, within), uniform, leaps.is_wide(mean))


def poisson_quantile(place: Array, mean: Array) -> Array:
    """Returns the Poisson number that stands at a place; it grows with the place and with the mean."""
    mean = jnp.broadcast_to(mean, place.shape)
    rate = jnp.where((mean > 0.0) & ~leaps.is_wide(mean), mean, 1.0)
    start = jnp.floor(rate)
    below, chance = _poisson_below(start, rate)
    found = _search(place, start, below, chance, lambda k: rate / (k + 1.0), lambda k: k / rate)
    # Everything that is not found by searching is as `leaps.poisson` has it, and grows with its uniform.
    return jnp.where((mean > 0.0) & ~leaps.is_wide(mean), found, leaps.poisson(place, mean))


def binomial_place(uniform: Array, number: Array, count: Array, chance: Array, within: Array) -> Array:
    """Returns where a binomial draw stands in its distribution, between 0 and 1; see `poisson_place`."""
    open_ = (chance > 0.0) & (chance < 1.0) & (count > 0.0)
    n, p = jnp.where(open_, count, 1.0), jnp.where(open_, chance, 0.5)
    below, likely = _binomial_below(jnp.where(open_, number, 0.0), n, p)
    wide = open_ & leaps.is_wide(count * chance * (1.0 - chance))
    return _place(jnp.where(open_, below + within * likely, within), uniform, wide)


def binomial_quantile(place: Array, count: Array, chance: Array) -> Array:
    """Returns the binomial number that stands at a place; it grows with place, count and chance."""
    count, chance = jnp.broadcast_to(count, place.shape), jnp.broadcast_to(chance, place.shape)
    searched = (chance > 0.0) & (chance < 1.0) & (count > 0.0)
    searched &= ~leaps.is_wide(count * chance * (1.0 - chance))
    n, p = jnp.where(searched, count, 1.0), jnp.where(searched, chance, 0.5)
    start, odds = jnp.floor((n + 1.0) * p), p / (1.0 - p)
    below, likely = _binomial_below(start, n, p)
    found = _search(
        place, start, below, likely, lambda k: (n - k) * odds / (k + 1.0), lambda k: k / odds / (n - k + 1.0)
    )
    return jnp.where(searched, found, leaps.binomial(place, count, chance))


def _positive(mean: Array) -> Array:
    return jnp.where(mean > 0.0, mean, 1.0)


def _place(found: Array, uniform: Array, wide: Array) -> Array:
    # Not 0 and not 1, whatever rounding does: a quantile there would be without bound.
    return jnp.where(wide, uniform, jnp.clip(found, 2.0**-54, 1.0 - 2.0**-53))


def _poisson_below(number: Array, mean: Array) -> tuple[Array, Array]:
    """Returns P(X < number) and P(X = number)."""
    some = number > 0.0
    below = jnp.where(some, gammaincc(jnp.where(some, number, 1.0), mean), 0.0)
    return below, jnp.exp(number * jnp.log(mean) - mean - log_gamma(number + 1.0))


def _binomial_below(number: Array, n: Array, p: Array) -> tuple[Array, Array]:
    """Returns P(X < number) and P(X = number)."""
    some = number > 0.0
    k = jnp.where(some, number, 1.0)
    below = jnp.where(some, betainc(n - k + 1.0, k, 1.0 - p), 0.0)
    logs = log_gamma(n + 1.0) - log_gamma(number + 1.0) - log_gamma(n - number + 1.0)
    return below, jnp.exp(logs + number * jnp.log(p) + (n - number) * jnp.log1p(-p))


def _search(
    place: Array,
    start: Array,
    below: Array,
    chance: Array,
    up: Callable[[Array], Array],
    down: Callable[[Array], Array],
) -> Array:
    """Returns the least k with P(X <= k) at or above the place, stepping from `start`.

    Args:
        place: Between 0 and 1.
        start: Where to begin.
        below: P(X < start).
        chance: P(X = start).
        up: The chance of k + 1 over that of k.
        down: The chance of k - 1 over that of k; 0 at 0.
    """

    def rising(carry: tuple[Array, Array, Array]) -> Array:
        _, low, likely = carry
        return (place > low + likely) & (likely > _LEAST_CHANCE)

    def rise(carry: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        number, low, likely = carry
        move = rising(carry)
        next_ = (number + 1.0, low + likely, likely * up(number))
        return tuple(jnp.where(move, new, old) for new, old in zip(next_, carry, strict=True))  # type: ignore[return-value]

    def falling(carry: tuple[Array, Array, Array]) -> Array:
        number, low, _ = carry
        return (place <= low) & (number > 0.0)

    def fall(carry: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        number, low, likely = carry
        move, before = falling(carry), likely * down(number)
        next_ = (number - 1.0, low - before, before)
        return tuple(jnp.where(move, new, old) for new, old in zip(next_, carry, strict=True))  # type: ignore[return-value]

    first = (start, below, chance)
    first = jax.lax.while_loop(lambda carry: jnp.any(rising(carry)), rise, first)
    return jax.lax.while_loop(lambda carry: jnp.any(falling(carry)), fall, first)[0]
