"""The steps of tempering that know no kernel: the next temperature, weights, resampling.

They do what `blackjax.smc.solver`, `.ess` and `.resampling` do, in a dozen lines: importing BlackJAX
costs more than a second, because its face imports every sampler and optax. A test holds them to it.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from stockade.arrays import Array

_BISECTIONS = 50


class Step(NamedTuple):
    """One step up in temperature.

    Attributes:
        temperature: () the next exponent of the likelihood, at most 1.
        weights: (particle,) normalised weights of the particles at it.
        log_ratio: () log of the mean incremental weight: the step's part of the log evidence.
        ess: () effective sample size of the weights, in particles.
    """

    temperature: Array
    weights: Array
    log_ratio: Array
    ess: Array


def incremental(log_likelihood: Array, increment: Array) -> Array:
    """Returns log weights (particle,); an impossible particle's is -inf at any increment above 0."""
    impossible = jnp.isneginf(log_likelihood)
    return jnp.where(impossible, -jnp.inf, increment * jnp.where(impossible, 0.0, log_likelihood))


def ess_fraction(log_weights: Array) -> Array:
    """Returns the effective sample size of log weights (particle,) over their number."""
    log_sum = jax.nn.logsumexp(log_weights)
    return jnp.exp(2.0 * log_sum - jax.nn.logsumexp(2.0 * log_weights)) / log_weights.shape[0]


def next_step(log_likelihood: Array, temperature: Array, target: Array) -> Step:
    """Returns the step that keeps the effective sample size at `target` of the possible particles.

    Args:
        log_likelihood: (particle,) of equally weighted particles.
        temperature: () where they stand.
        target: () wanted effective sample size, as a fraction.
    """
    possible = jnp.mean(~jnp.isneginf(log_likelihood))
    wanted = target * possible
    room = 1.0 - temperature

    def enough(increment: Array) -> Array:
        return ess_fraction(incremental(log_likelihood, increment)) >= wanted

    def halve(_: int, ends: tuple[Array, Array]) -> tuple[Array, Array]:
        low, high = ends
        # Half way in the logarithm: the first steps are ten thousand times shorter than the last.
        middle = jnp.sqrt(low * high)
        fits = enough(middle)
        return jnp.where(fits, middle, low), jnp.where(fits, high, middle)

    low, _ = jax.lax.fori_loop(0, _BISECTIONS, halve, (1e-12 * room, room))
    whole = enough(room)
    increment = jnp.where(whole, room, low)
    log_weights = incremental(log_likelihood, increment)
    log_sum = jax.nn.logsumexp(log_weights)
    count = log_weights.shape[0]
    return Step(
        temperature=jnp.where(whole, 1.0, temperature + increment),
        weights=jnp.exp(log_weights - log_sum),
        log_ratio=log_sum - jnp.log(count),
        ess=ess_fraction(log_weights) * count,
    )


def systematic(uniform: Array, weights: Array, count: int) -> Array:
    """Returns (count,) indices by systematic resampling, each in proportion to its weight; uniform is ()."""
    positions = (uniform + jnp.arange(count)) / count
    return jnp.minimum(jnp.searchsorted(jnp.cumsum(weights), positions), weights.shape[0] - 1)
