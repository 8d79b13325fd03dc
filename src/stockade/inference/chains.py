"""One stage of the sampler: reweight, fit the kernel's t, resample, and run the chains.

The loops over moves are Python around compiled programs of fixed shapes. Only one of them, `evaluate`,
holds the simulation, so it is compiled once; what a call costs is small beside a batch of simulations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.inference import likelihood
from stockade.inference.kernel import Reference, Swarm, accept, fit_reference, propose
from stockade.inference.priors import PriorArrays, sample_prior
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
    """

    arrays: ProblemArrays
    layout: Layout
    how: SmcSettings

    def at(self, z: Array) -> Swarm:
        """Returns particles at coordinates z (D, chain)."""
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


def prior_swarms(key: Array, target: Target) -> list[Swarm]:
    """Returns `states` swarms of prior draws, as many particles as a stage leaves."""
    how = target.how
    keys = jax.random.split(key, how.states)
    return [target.at(_draw_prior(one, target.arrays.priors, how.chains)) for one in keys]


def begin(key: Array, states: list[Swarm], temperature: Array, target: Target) -> Start:
    """Steps up in temperature from the states of the stage before, thinned to `states` of each chain."""
    thinned = tuple(spaced(states, target.how.states))
    return _begin(key, thinned, temperature, target.arrays.priors.free, target.how.ess)


def run_chains(
    key: Array, start: Start, step: Array, target: Target, rounds: int, travel: float
) -> tuple[list[Swarm], Array, Stage]:
    """Runs the chains of one stage, a round of moves at a time.

    Args:
        key: Random key.
        start: Where they start, and the kernel's t.
        step: () step size to begin with; it adapts after every move.
        target: What is sampled.
        rounds: At most so many rounds of `states` moves.
        travel: The rounds end once chains have forgotten their starts this often.

    Returns:
        Every state, the adapted step, and the record of the stage.
    """
    states: list[Swarm] = []
    accepted: list[float] = []
    travelled = 0.0
    chains = start.chains
    for turn in range(rounds):
        taken, forgotten = [], []
        for propose_key, accept_key in _keys(jax.random.fold_in(key, turn), target.how.states):
            new = target.at(_propose(propose_key, chains.z, step, start.reference))
            chains, step, acceptance, share = _accept(
                accept_key, chains, new, start.temperature, start.reference, step, target.how.acceptance
            )
            states.append(chains)
            taken.append(acceptance)
            forgotten.append(share)
        accepted += [float(one) for one in taken]
        travelled += float(np.sum(forgotten))
        if travelled >= travel:
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


@partial(jax.jit, static_argnames="layout")
def evaluate(z: Array, arrays: ProblemArrays, layout: Layout) -> Swarm:
    """Returns particles at coordinates z (D, particle): the one program that holds the simulation."""
    return Swarm(z, likelihood.log_prior(z, arrays), likelihood.log_likelihood(z, arrays, layout))


@partial(jax.jit, static_argnames="draws")
def _draw_prior(key: Array, priors: PriorArrays, draws: int) -> Array:
    return sample_prior(key, priors, draws)


@partial(jax.jit, static_argnames="moves")
def _keys(key: Array, moves: int) -> list[tuple[Array, Array]]:
    """Returns a pair of keys for each move, all at once: one by one they cost a tenth of a move."""
    keys = jax.random.split(key, (moves, 2))
    return [(keys[move, 0], keys[move, 1]) for move in range(moves)]


@jax.jit
def _begin(key: Array, states: tuple[Swarm, ...], temperature: Array, free: Array, ess: Array) -> Start:
    """Reweights states to the next temperature, fits the t and resamples the chains' starts."""
    swarm = joined(states)
    up = next_step(swarm.log_likelihood, temperature, ess)
    reference = fit_reference(swarm.z, up.weights, free)
    chosen = systematic(key, up.weights, states[0].log_prior.shape[0])
    chains = Swarm(*(one[..., chosen] for one in swarm))
    return Start(chains, reference, up.temperature, up.log_ratio, up.ess / up.weights.shape[0])


@jax.jit
def _propose(key: Array, z: Array, step: Array, reference: Reference) -> Array:
    return propose(key, z, step, reference)


@jax.jit
def _accept(
    key: Array,
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
    after, acceptance = accept(key, chains, new, temperature, reference)
    forgotten = acceptance * (1.0 - jnp.sqrt(1.0 - step * step))
    next_size = jnp.clip(step * jnp.exp(acceptance - wanted), _LEAST_STEP, _MOST_STEP)
    return after, next_size, acceptance, forgotten
