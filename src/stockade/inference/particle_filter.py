"""A bootstrap particle filter: an unbiased estimate of a state-space model's likelihood.

Particles are moved by the model's own noise and weighted by what was seen; where the effective sample size
falls below a share of them they are resampled systematically (Gordon, Salmond and Smith 1993; adaptive:
Del Moral, Doucet and Jasra 2012, Bernoulli 18). The product over time of the mean weights is an unbiased
estimate of the likelihood, whatever the number of particles, so that chains that use it in the likelihood's
place sample the exact posterior (Andrieu, Doucet and Holenstein 2010, J. R. Statist. Soc. B 72).

All parameters are filtered at once: arrays end in the axes (draw, particle), shapes never change, and all
randomness comes from the key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from stockade.arrays import Array

State = Any
"""Arrays in any nest, the last two axes of each (draw, particle)."""

THRESHOLD = 0.5
"""Share of the particles below which the effective sample size has them resampled."""


@dataclass(frozen=True)
class StateSpace:
    """A model as the filter knows it: three pure functions, for all parameters and particles at once.

    Attributes:
        begin: ``begin(key)`` gives the particles before the first month.
        move: ``move(key, state, month)`` carries them through a month.
        weigh: ``weigh(state, month)`` gives the log density (draw, particle) of what was seen of a month;
            0 where nothing was seen, -inf or NaN where it cannot have been so.
    """

    begin: Callable[[Array], State]
    move: Callable[[Array, State, Array], State]
    weigh: Callable[[State, Array], Array]


class Filtered(NamedTuple):
    """What a filter leaves behind.

    Attributes:
        log_likelihood: (draw,) log of the unbiased estimate; -inf where no particle was possible.
        increments: (month, draw) what each month added to it.
        ess: (month, draw) effective sample size of the weights after each month, as a fraction, before any
            resampling: near 0 the particles have collapsed.
        state: The particles after the last month.
        log_weights: (draw, particle) their normalised log weights.
    """

    log_likelihood: Array
    increments: Array
    ess: Array
    state: State
    log_weights: Array


class _Carry(NamedTuple):
    state: State
    log_weights: Array
    increments: Array
    ess: Array


def run_filter(
    key: Array,
    model: StateSpace,
    months: int,
    size: tuple[int, int],
    *,
    stop: Array | None = None,
    threshold: float = THRESHOLD,
) -> Filtered:
    """Filters all draws at once; pure and traceable.

    Args:
        key: Of `jax.random`; the same key gives the same bits.
        model: What moves and is weighed.
        months: How many months there are.
        size: How many draws and particles.
        stop: () months to filter; it may be traced, so that runs of any length share one program. None for
            all. Later months add 0.
        threshold: Share of the particles below which the effective sample size has a draw's resampled;
            1 for always, 0 for never.
    """
    draws, particles = size
    first, _ = jax.random.split(key)
    begun = jax.tree.map(lambda one: jnp.broadcast_to(one, (*one.shape[:-2], *size)), model.begin(first))
    level = jnp.full(size, -jnp.log(particles))
    empty = jnp.zeros((months, draws))

    def month(m: Any, carry: _Carry) -> _Carry:
        shuffled, moved = month_keys(key, m)
        state, log_weights = resample_where_needed(shuffled, carry.state, carry.log_weights, threshold)
        state = model.move(moved, state, m)
        log_weights = log_weights + _possible(model.weigh(state, m))
        gain, log_weights = normalised(log_weights)
        spread = jnp.exp(-jax.nn.logsumexp(2.0 * log_weights, axis=-1)) / particles
        lost = jnp.isneginf(gain)
        return _Carry(
            state, log_weights, carry.increments.at[m].set(gain),
            carry.ess.at[m].set(jnp.where(lost, 0.0, spread)),
        )  # fmt: skip

    end = months if stop is None else jnp.minimum(stop, months)
    last = jax.lax.fori_loop(0, end, month, _Carry(begun, level, empty, empty))
    total = jnp.sum(last.increments, axis=0)
    return Filtered(total, last.increments, last.ess, last.state, last.log_weights)


def month_keys(key: Array, month: Any) -> tuple[Array, Array]:
    """Returns the keys with which a filter resamples before a month and moves particles through it."""
    _, rest = jax.random.split(key)
    resampling, moving = jax.random.split(jax.random.fold_in(rest, month))
    return resampling, moving


def _possible(log_density: Array) -> Array:
    """Returns log densities; what is not a number, or infinite, is impossible."""
    return jnp.where(log_density < jnp.inf, log_density, -jnp.inf)


def normalised(log_weights: Array) -> tuple[Array, Array]:
    """Returns the log sums (draw,) of log weights (draw, particle), and the weights with sum one.

    Where all are impossible the sum is -inf and the weights come back level, so that the rest can go on.
    """
    total = jax.nn.logsumexp(log_weights, axis=-1, keepdims=True)
    lost = jnp.isneginf(total)
    level = jnp.full_like(log_weights, -jnp.log(log_weights.shape[-1]))
    return total[..., 0], jnp.where(lost, level, log_weights - jnp.where(lost, 0.0, total))


def resample_where_needed(
    key: Array, state: State, log_weights: Array, threshold: float
) -> tuple[State, Array]:
    """Returns particles and normalised log weights (draw, particle), resampled where a draw needs it."""
    draws, particles = log_weights.shape
    ess = jnp.exp(-jax.nn.logsumexp(2.0 * log_weights, axis=-1)) / particles
    # Level weights have an effective size that rounding may put below 1.
    needed = (ess < threshold - 1e-12)[:, None]
    level = jnp.full_like(log_weights, -jnp.log(particles))

    def shuffle(given: tuple[State, Array]) -> tuple[State, Array]:
        state, weights = given
        chosen = ancestors(jax.random.uniform(key, (draws, 1)), jnp.exp(weights))
        chosen = jnp.where(needed, chosen, jnp.arange(particles))
        return pick(state, chosen), jnp.where(needed, level, weights)

    return jax.lax.cond(jnp.any(needed), shuffle, lambda given: given, (state, log_weights))


def ancestors(uniform: Array, weights: Array) -> Array:
    """Returns (draw, particle) indices by systematic resampling; uniform is (draw, 1).

    Counting how many offspring the particles up to each have costs one pass, a search costs ten.
    """
    draws, particles = weights.shape
    sums = jnp.cumsum(weights, axis=1)
    sums = sums / sums[:, -1:]
    # Offspring of all particles up to each: positions (j + u) / P below the sum of their weights.
    below = jnp.clip(jnp.ceil(particles * sums - uniform), 0, particles).astype(jnp.int32)
    below = below.at[:, -1].set(particles)
    rows = jnp.arange(draws)[:, None]
    starts = jnp.zeros((draws, particles + 1), jnp.int32).at[rows, below].add(1)
    return jnp.cumsum(starts, axis=1)[:, :particles]


def pick(state: State, chosen: Array) -> State:
    """Returns the particles at indices (draw, particle), of every array of a state."""

    def taken(one: Array) -> Array:
        index = jnp.broadcast_to(chosen, (*one.shape[:-2], *chosen.shape))
        return jnp.take_along_axis(one, index, axis=-1)

    return jax.tree.map(taken, state)
