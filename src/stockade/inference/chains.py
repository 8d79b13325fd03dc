"""One stage of the sampler: reweight, fit the kernel's t, resample, and run the chains.

The loops over moves are Python around compiled programs of fixed shapes. Only one of them, `evaluate`,
holds the simulation, so it is compiled once; what a call costs is small beside a batch of simulations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.inference import likelihood
from stockade.inference.kernel import (
    Reference,
    Swarm,
    accept,
    fit_reference,
    gamma_shape,
    propose,
    widened,
)
from stockade.inference.noise import Stream
from stockade.inference.priors import sample_prior
from stockade.inference.problem import Layout, ProblemArrays
from stockade.inference.records import SmcSettings, Stage
from stockade.inference.tempering import next_step, systematic

_LEAST_STEP, _MOST_STEP = 0.02, 0.99


@dataclass(frozen=True, eq=False)
class Target:
    """What is sampled, and how.

    Attributes:
        arrays: The problem's arrays.
        layout: What it shares with others.
        how: The settings.
        estimate: In the likelihood's place an unbiased estimate of it: log likelihood (chain,) of coordinates
            (D, chain), with fresh chances at every call. None for the likelihood itself.
    """

    arrays: ProblemArrays
    layout: Layout
    how: SmcSettings
    estimate: Callable[[Array], Array] | None = None

    def at(self, z: Array) -> Swarm:
        """Returns particles at coordinates z (D, chain)."""
        if self.estimate is not None:
            return Swarm(z, _prior_density(z, self.arrays), self.estimate(z))
        return evaluate(z, self.arrays, self.layout)


class Start(NamedTuple):
    """How a stage begins.

    Attributes:
        chains: (..., particle) systematic draws from the weighted particles.
        reference: The t fitted to them.
        temperature: () exponent of the likelihood.
        log_ratio: () the step's part of the log evidence.
        ess: () effective sample size after the step, as a fraction.
    """

    chains: Swarm
    reference: Reference
    temperature: Array
    log_ratio: Array
    ess: Array


def prior_swarms(noise: Stream, target: Target) -> list[Swarm]:
    """Returns `states` swarms of prior draws, as many particles as a stage leaves."""
    how = target.how
    draws = [sample_prior(noise, target.arrays.priors, how.chains) for _ in range(how.states)]
    return [target.at(one) for one in draws]


def begin(noise: Stream, states: list[Swarm], temperature: Array, target: Target) -> Start:
    """Steps up in temperature from the states of the stage before, thinned to `states` of each chain."""
    thinned = tuple(spaced(states, target.how.states))
    free, how = target.arrays.priors.free, target.how
    return _begin(noise.random(), thinned, temperature, free, how.ess, how.widen)


def go_on(noise: Stream, states: list[Swarm], target: Target) -> Start:
    """Begins another stage at temperature 1: the t is fitted anew, and each chain goes on where it stands.

    Resampling would cost here: with equal weights it picks some chains several times and others never.
    """
    return begin(noise, states, jnp.asarray(1.0), target)._replace(chains=states[-1])


def run_chains(
    noise: Stream, start: Start, step: Array, target: Target, *, least: int, travel: float
) -> tuple[list[Swarm], Array, Stage]:
    """Runs the chains of one stage, a round of moves at a time.

    Args:
        noise: Random numbers.
        start: Where they start, and the kernel's t.
        step: () step size to begin with; it adapts after every move.
        target: What is sampled.
        least: At least so many rounds of `states` moves.
        travel: The rounds end once chains have forgotten their starts this often, or at `most_rounds`.

    Returns:
        Every state, the adapted step, and the record of the stage.
    """
    states: list[Swarm] = []
    accepted: list[float] = []
    travelled = 0.0
    chains = start.chains
    shape, size = gamma_shape(start.reference), chains.z.shape
    for turn in range(target.how.most_rounds):
        taken, forgotten = [], []
        for _ in range(target.how.states):
            normal, gamma = noise.standard_normal(size), noise.standard_gamma(shape, size[1])
            new = target.at(_propose(normal, gamma, chains.z, step, start.reference))
            chains, step, acceptance, share = _accept(
                noise.random(size[1]),
                chains,
                new,
                start.temperature,
                start.reference,
                step,
                target.how.acceptance,
            )
            states.append(chains)
            taken.append(acceptance)
            forgotten.append(share)
        accepted += [float(one) for one in taken]
        travelled += float(np.sum(forgotten))
        if travelled >= travel and turn + 1 >= least:
            break
    stage = Stage(
        temperature=float(start.temperature),
        ess=float(start.ess),
        acceptance=float(np.mean(accepted)),
        step=float(step),
        moves=len(states),
    )
    return states, step, stage


def spaced(states: list[Swarm], count: int) -> list[Swarm]:
    """Returns `count` of the states, evenly spaced, the last among them."""
    chosen = np.linspace(len(states), 0, count, endpoint=False).astype(int) - 1
    return [states[one] for one in chosen]


def joined(states: tuple[Swarm, ...]) -> Swarm:
    """Returns states side by side, the chain fastest."""
    return Swarm(*(jnp.concatenate(parts, axis=-1) for parts in zip(*states, strict=True)))


def _chain_by_chain(states: tuple[Swarm, ...]) -> Swarm:
    """Returns states with those of a chain side by side, so that systematic resampling spreads well."""
    parts = [jnp.stack(part, axis=-1) for part in zip(*states, strict=True)]
    return Swarm(*(one.reshape(*one.shape[:-2], -1) for one in parts))


@jax.jit
def _prior_density(z: Array, arrays: ProblemArrays) -> Array:
    return likelihood.log_prior(z, arrays)


@partial(jax.jit, static_argnames="layout")
def evaluate(z: Array, arrays: ProblemArrays, layout: Layout) -> Swarm:
    """Returns particles at coordinates z (D, particle): the one program that holds the simulation."""
    log_likelihood = likelihood.log_likelihood(z, arrays, layout, only_seen=True)
    return Swarm(z, likelihood.log_prior(z, arrays), log_likelihood)


@jax.jit
def _begin(
    uniform: Array, states: tuple[Swarm, ...], temperature: Array, free: Array, ess: Array, widen: Array
) -> Start:
    """Reweights states to the next temperature, fits the t and resamples the chains' starts."""
    swarm = _chain_by_chain(states)
    up = next_step(swarm.log_likelihood, temperature, ess)
    reference = widened(fit_reference(swarm.z, up.weights, free), widen)
    chosen = systematic(uniform, up.weights, states[0].log_prior.shape[0])
    chains = Swarm(*(one[..., chosen] for one in swarm))
    return Start(chains, reference, up.temperature, up.log_ratio, up.ess / up.weights.shape[0])


@jax.jit
def _propose(normal: Array, gamma: Array, z: Array, step: Array, reference: Reference) -> Array:
    return propose(normal, gamma, z, step, reference)


@jax.jit
def _accept(
    uniform: Array,
    chains: Swarm,
    new: Swarm,
    temperature: Array,
    reference: Reference,
    step: Array,
    wanted: Array,
) -> tuple[Swarm, Array, Array, Array]:
    """Takes or leaves proposals; steps longer or shorter by how many were taken.

    Returns:
        The chains, the next step, the mean acceptance, and how much of its start a chain has forgotten.
    """
    after, acceptance = accept(uniform, chains, new, temperature, reference)
    forgotten = acceptance * (1.0 - jnp.sqrt(1.0 - step * step))
    next_size = jnp.clip(step * jnp.exp(acceptance - wanted), _LEAST_STEP, _MOST_STEP)
    return after, next_size, acceptance, forgotten
