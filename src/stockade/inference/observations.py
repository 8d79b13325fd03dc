"""Observation models: how a count and a reported figure scatter around what the model says.

Counts are negative binomial with variance mu + mu^2 / r. Reported figures are log-normal around the
model's value: a point has a density, a range the mass between its ends, a bound the mass of its tail.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jax.scipy.special import log_ndtr

from stockade.arrays import Array
from stockade.simulation.log_gamma import log_gamma

LEAST_MEAN = 1e-8
"""Floor of a count's mean, so that a quantity of exactly zero does not forbid one stray event."""

LEAST_DISPERSION, MOST_DISPERSION = 1e-4, 1e6
_NODES = 2305
_LOG_LEAST = math.log(LEAST_DISPERSION)
_WIDTH = (math.log(MOST_DISPERSION) - _LOG_LEAST) / (_NODES - 1)

_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)


def log_factorial_ratio(count: Array, dispersion: Array) -> Array:
    """Returns log of gamma(y + r) / (gamma(r) y!), the part of a count's density without the mean.

    Args:
        count: y, integers as floats, broadcast against `dispersion`.
        dispersion: r > 0.
    """
    return log_gamma(count + dispersion) - log_gamma(dispersion) - log_gamma(count + 1.0)


def negative_binomial(count: Array, mean: Array, dispersion: Array) -> Array:
    """Returns the log probability of counts, elementwise.

    Args:
        count: y, integers as floats.
        mean: mu; raised to `LEAST_MEAN` where it is below.
        dispersion: r > 0; the variance is mu + mu^2 / r.
    """
    return log_factorial_ratio(count, dispersion) + mean_part(count, mean, dispersion)


def rising_table(counts: Array, seen: Array) -> Array:
    """Returns a table of what a series' log probability holds besides its means, by log dispersion.

    The sum over seen months of log gamma(y + r) - log gamma(r) - log y! depends on the dispersion alone,
    so it is tabulated once for a data set and read off with `read_rising`, in place of two log gammas
    for each month and particle, which took longer than the simulation.

    Args:
        counts: (month,) counts of a series.
        seen: (month,) 1 where seen, else 0.

    Returns:
        (node, 2): the sum and its derivative by node number, on `_NODES` even steps in log r.
    """

    def total(log_r: Array) -> Array:
        terms = log_factorial_ratio(counts[:, None], jnp.exp(log_r))
        return jnp.sum(seen[:, None] * terms, axis=0)

    nodes = _LOG_LEAST + _WIDTH * jnp.arange(_NODES)
    value, slope = jax.jvp(total, (nodes,), (jnp.full(_NODES, _WIDTH),))
    return jnp.stack([value, slope], axis=1)


def read_rising(table: Array, dispersion: Array) -> Array:
    """Returns the tabulated sum at dispersions (particle,), by cubic Hermite interpolation.

    The sum over some 60 months of hundreds is exact to 1e-8, of tens to 1e-9, in absolute terms.
    Dispersions are `confined` first.
    """
    place = (jnp.log(confined(dispersion)) - _LOG_LEAST) / _WIDTH
    node = jnp.clip(jnp.floor(place), 0, _NODES - 2)
    t = place - node
    index = node.astype(jnp.int32)
    (low, low_slope), (high, high_slope) = table[index].T, table[index + 1].T
    rest = 1.0 - t
    ends = low * (1.0 + 2.0 * t) * rest * rest + high * (3.0 - 2.0 * t) * t * t
    return ends + t * rest * (low_slope * rest - high_slope * t)


def confined(dispersion: Array) -> Array:
    """Returns dispersions inside 1e-4 to 1e6; beyond, a count is as good as never or Poisson."""
    return jnp.clip(dispersion, LEAST_DISPERSION, MOST_DISPERSION)


def means_part(counts: Array, seen: Array, means: Array, dispersion: Array) -> Array:
    """Returns the sum (particle,) over seen months of y log(mu / (mu + r)) + r log(r / (mu + r)).

    Two logarithms for each month and particle; `mean_part` is the elementwise form.

    Args:
        counts: (month,) counts, 0 where not seen.
        seen: (month,) 1 where seen, else 0.
        means: (month, particle).
        dispersion: (particle,).
    """
    r = confined(dispersion)
    y, mask = counts[:, None], seen[:, None]
    mu = jnp.maximum(means, LEAST_MEAN)
    monthly = y * jnp.log(mu) - (y + mask * r) * jnp.log(mu + r)
    # A mean that is not finite in a month that is not seen must not spoil the sum.
    total = jnp.sum(jnp.where(mask > 0, monthly, 0.0), axis=0)
    return total + jnp.sum(seen) * r * jnp.log(r)


def mean_part(count: Array, mean: Array, dispersion: Array) -> Array:
    """Returns y log(mu / (mu + r)) + r log(r / (mu + r)), elementwise."""
    mu = jnp.maximum(mean, LEAST_MEAN)
    total = jnp.log(mu + dispersion)
    # log1p keeps the second term exact where the dispersion is far above the mean.
    return count * (jnp.log(mu) - total) - dispersion * jnp.log1p(mu / dispersion)


def log_normal_point(log_value: Array, log_centre: Array, sigma: Array) -> Array:
    """Returns the log density of a reported value around exp(log_centre), per unit of the value."""
    u = (log_value - log_centre) / sigma
    return -0.5 * u * u - jnp.log(sigma) - _HALF_LOG_TWO_PI - log_value


def log_normal_below(log_bound: Array, log_centre: Array, sigma: Array) -> Array:
    """Returns the log probability of a value under an upper bound."""
    return log_ndtr((log_bound - log_centre) / sigma)


def log_normal_above(log_bound: Array, log_centre: Array, sigma: Array) -> Array:
    """Returns the log probability of a value over a lower bound."""
    return log_ndtr((log_centre - log_bound) / sigma)


def log_normal_between(log_low: Array, log_high: Array, log_centre: Array, sigma: Array) -> Array:
    """Returns the log probability of a value inside a range, elementwise; exact in both tails."""
    low = (log_low - log_centre) / sigma
    high = (log_high - log_centre) / sigma
    # A range in the upper tail is mirrored into the lower one, where the difference loses nothing.
    mirrored = low + high > 0
    lower = jnp.where(mirrored, -high, low)
    upper = jnp.where(mirrored, -low, high)
    gap = jnp.minimum(log_ndtr(lower) - log_ndtr(upper), -1e-300)
    return log_ndtr(upper) + jnp.log(-jnp.expm1(gap))
