"""Whole persons moving in a step: Poisson and binomial draws for large batches, and their uniforms.

A draw is found from one uniform by inversion from the mode outwards: the chances of the mode, then of its
neighbours above and below in turn, are taken off the uniform until it runs out (Kemp 1986, Commun. Statist.
Theory Methods 15). It is exact to rounding, has no rejections, and takes as many rounds as the widest draw of
the batch has standard deviations' worth of values: for the tens of persons of a step a few times quicker than
`jax.random.binomial`. Where the variance is above 10,000 the search would be long, and the normal quantile
with its correction for skewness, rounded, is within a unit or two.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp

from stockade.arrays import Array
from stockade.simulation.log_gamma import log_gamma

_UNROLLED = 8
_LEAST_CHANCE = 1e-18
"""What two neighbours together must still have for the search to go on: less than a uniform can tell."""
_MOST_MEAN = 1e15
"""Means are cut here: beyond, a double no longer tells neighbouring counts apart."""
_MOST_VARIANCE = 1e4
"""Above, draws are rounded normals."""


def uniforms(key: Array, shape: tuple[int, ...]) -> Array:
    """Returns numbers between 0 and 1, both left out: splitmix64 from a seed of the key.

    A stream of Steele, Lea and Flood (2014), a few times as quick on a CPU as threefry's.
    """
    place = jnp.arange(1, math.prod(shape) + 1, dtype=jnp.uint64).reshape(shape)
    return _mixed(jax.random.bits(key, (), jnp.uint64), place)


def uniforms_at(key: Array, shape: tuple[int, ...], row: Array, column: Array) -> Array:
    """Returns what `uniforms(key, shape)` has at [..., row, column], of shape[:-2], without making the rest.

    Args:
        key: Of `jax.random`.
        shape: As it was given to `uniforms`, two axes at least.
        row: () index of the last axis but one.
        column: () index of the last axis.
    """
    before = jnp.arange(math.prod(shape[:-2]), dtype=jnp.uint64).reshape(shape[:-2])
    place = (before * shape[-2] + row.astype(jnp.uint64)) * shape[-1] + column.astype(jnp.uint64) + 1
    return _mixed(jax.random.bits(key, (), jnp.uint64), place)


def _mixed(seed: Array, place: Array) -> Array:
    """Returns the numbers of splitmix64 at places of a stream, counted from 1, as fractions."""
    x = seed + place * jnp.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> 30)) * jnp.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> 27)) * jnp.uint64(0x94D049BB133111EB)
    x = x ^ (x >> 31)
    return ((x >> jnp.uint64(11)).astype(jnp.float64) + 0.5) * 2.0**-53


def is_wide(variance: Array) -> Array:
    """Returns where draws are rounded normals."""
    return variance > _MOST_VARIANCE


def poisson(uniform: Array, mean: Array) -> Array:
    """Returns Poisson draws, as floats; 0 where the mean is not above 0, NaN where it is none.

    Args:
        uniform: Between 0 and 1.
        mean: Of the same shape, or what broadcasts to it.
    """
    mean = jnp.broadcast_to(mean, uniform.shape)
    positive = mean > 0.0
    wide = is_wide(mean)
    rate = jnp.where(positive & ~wide, mean, 1.0)
    mode = jnp.floor(rate)
    peak = jnp.exp(mode * jnp.log(rate) - rate - log_gamma(mode + 1.0))
    inverse = 1.0 / rate
    found = _outwards(uniform, mode, peak, lambda k: rate / (k + 1.0), lambda k: k * inverse)
    large = jnp.clip(mean, 1.0, _MOST_MEAN)
    found = jnp.where(wide, _rounded_normal(uniform, large, large, 1.0), found)
    return jnp.where(positive, found, jnp.where(jnp.isnan(mean), jnp.nan, 0.0))


def binomial(uniform: Array, count: Array, chance: Array) -> Array:
    """Returns binomial draws, as floats.

    Args:
        uniform: Between 0 and 1.
        count: Whole numbers as floats; 0 where not above 0.
        chance: Of each; below 0 it is taken as 0, above 1 as 1, NaN gives NaN.
    """
    count = jnp.minimum(jnp.broadcast_to(count, uniform.shape), _MOST_MEAN)
    chance = jnp.broadcast_to(chance, uniform.shape)
    open_ = (chance > 0.0) & (chance < 1.0) & (count > 0.0)
    variance = count * chance * (1.0 - chance)
    wide = open_ & is_wide(variance)
    n, p = jnp.where(open_ & ~wide, count, 1.0), jnp.where(open_ & ~wide, chance, 0.5)
    mode = jnp.floor((n + 1.0) * p)
    peak = jnp.exp(
        log_gamma(n + 1.0) - log_gamma(mode + 1.0) - log_gamma(n - mode + 1.0)
        + mode * jnp.log(p) + (n - mode) * jnp.log1p(-p)
    )  # fmt: skip
    odds = p / (1.0 - p)
    inverse = 1.0 / odds
    found = _outwards(
        uniform, mode, peak,
        lambda k: (n - k) * odds / (k + 1.0), lambda k: k * inverse / (n - k + 1.0),
    )  # fmt: skip
    large = _rounded_normal(
        uniform, count * chance, jnp.where(wide, variance, 1.0), 1.0 - 2.0 * chance, most=count
    )
    found = jnp.where(wide, large, found)
    whole = jnp.where((chance >= 1.0) & (count > 0.0), count, 0.0)
    wrong = jnp.isnan(chance) | jnp.isnan(count)
    return jnp.where(open_, found, jnp.where(wrong, jnp.nan, whole))


def _rounded_normal(
    uniform: Array, mean: Array, variance: Array, skew: Array | float, most: Array | float = jnp.inf
) -> Array:
    """Returns rounded quantiles by Cornish and Fisher's expansion; the skewness is `skew` / deviation."""
    z = jax.scipy.special.ndtri(uniform)
    return jnp.clip(jnp.round(mean + jnp.sqrt(variance) * z + skew * (z * z - 1.0) / 6.0), 0.0, most)


def _outwards(
    uniform: Array,
    mode: Array,
    peak: Array,
    up: Callable[[Array], Array],
    down: Callable[[Array], Array],
) -> Array:
    """Returns the value at which the chances from the mode outwards have used up the uniform.

    Args:
        uniform: Between 0 and 1.
        mode: The likeliest value.
        peak: Its chance.
        up: The chance of k + 1 over that of k.
        down: The chance of k - 1 over that of k; 0 at 0.
    """

    def search(carry: tuple[Array, ...]) -> tuple[Array, ...]:
        rest, above, of_above, below, of_below, found = carry
        for _ in range(_UNROLLED):
            of_above = of_above * up(above)
            above = above + 1.0
            left = rest - of_above
            found = jnp.where((rest >= 0.0) & (left < 0.0), above, found)
            of_below = of_below * down(below)
            below = below - 1.0
            rest = left - of_below
            found = jnp.where((left >= 0.0) & (rest < 0.0), below, found)
        return rest, above, of_above, below, of_below, found

    def going(carry: tuple[Array, ...]) -> Array:
        rest, _, of_above, _, of_below, _ = carry
        return jnp.any((rest >= 0.0) & (of_above + of_below > _LEAST_CHANCE))

    start = (uniform - peak, mode, peak, mode, peak, mode)
    return jax.lax.while_loop(going, search, start)[-1]
