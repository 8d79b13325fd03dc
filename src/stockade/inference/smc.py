"""Adaptive tempered sequential Monte Carlo: draws and log evidence of a Problem.

One repeat walks from the prior (temperature 0) to the posterior (1). At each stage the next temperature
is the one that keeps the effective sample size, chains start from systematic draws of the weighted
particles, and every state that the chains pass through becomes a particle of the next stage (waste-free
SMC: Dau and Chopin 2022, J. R. Statist. Soc. B 84). At temperature 1 a few more rounds of moves settle
the particles.

The log evidence comes twice: as the sum over stages of the log of the mean incremental weight (Del
Moral, Doucet and Jasra 2006), and by bridge sampling from the settled particles (`bridge`). The second
is far more exact and is what is used; the first must agree with it within its larger error.

The loop over stages and moves is Python around compiled programs of fixed shapes. Only one of them,
`evaluate`, holds the simulation, and all Problems with the same `Layout` share it. Repeats share
nothing, so they may run in threads, and their spread measures the Monte Carlo error.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.inference import likelihood
from stockade.inference.bridge import bridge, draw_reference, log_normalised
from stockade.inference.kernel import Reference, Swarm, accept, fit_reference, propose
from stockade.inference.priors import PriorArrays, sample_prior, to_natural
from stockade.inference.problem import Layout, Problem, ProblemArrays, arrays_of, layout_of
from stockade.inference.tempering import next_step, systematic
from stockade.progress import Progress, silent

_LEAST_STEP, _MOST_STEP = 0.02, 0.99


@dataclass(frozen=True)
class SmcSettings:
    """How a repeat is run.

    Attributes:
        particles: Chains of a stage, and draws of a repeat.
        moves: States of each chain that are kept as particles of the next stage.
        ess: Wanted effective sample size after a step, as a fraction.
        acceptance: Mean acceptance that the step size aims at.
        settle: Further rounds of `moves` at temperature 1; their states feed the bridge.
        references: Draws from each of the bridge's two t, in multiples of `particles`.
        most_stages: After this many the fit is given up.
    """

    particles: int = 512
    moves: int = 8
    ess: float = 0.5
    acceptance: float = 0.3
    settle: int = 2
    references: int = 4
    most_stages: int = 200

    def __post_init__(self) -> None:
        if self.particles % 2 or min(self.particles, self.moves, self.settle) < 1:
            raise ValueError("particles must be even; particles, moves and settle at least 1")


@dataclass(frozen=True)
class Stage:
    """What happened at one temperature.

    Attributes:
        temperature: Exponent of the likelihood.
        ess: Effective sample size of the weights that led here, as a fraction.
        acceptance: Mean acceptance probability of its moves.
        step: Step size at its end.
        moves: Moves of each chain.
    """

    temperature: float
    ess: float
    acceptance: float
    step: float
    moves: int


@dataclass(frozen=True, eq=False)
class Repeat:
    """One run of the sampler.

    Attributes:
        draws: (draw, D) parameters on their natural scale, held ones included; equally weighted.
        log_likelihood: (draw,).
        log_evidence: Log marginal likelihood, by the bridge.
        log_evidence_tempered: The same by tempering's own, noisier estimate.
        stages: One for each temperature above 0.
        prior_impossible: Fraction of prior draws whose likelihood was not finite.
    """

    draws: np.ndarray
    log_likelihood: np.ndarray
    log_evidence: float
    log_evidence_tempered: float
    stages: tuple[Stage, ...]
    prior_impossible: float


class _Start(NamedTuple):
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


def sample_one_repeat(
    problem: Problem,
    *,
    seed: int,
    repeat: int = 0,
    settings: SmcSettings | None = None,
    progress: Progress = silent,
) -> Repeat:
    """Runs the sampler once: the unit of work that can be cached and resumed.

    Args:
        problem: What to fit.
        seed: The study's seed.
        repeat: Which of the independent repeats; the same seed and repeat give the same bits.
        settings: How; the defaults are tuned on the Iraq study.
        progress: Called after every stage with the percentage of the way that is walked.

    Raises:
        StockadeError: ``impossible-everywhere`` if no prior draw has a finite likelihood;
            ``too-many-stages`` if temperature 1 is not reached and settled.
    """
    how = settings or SmcSettings()
    arrays, layout = arrays_of(problem), layout_of(problem)
    key = jax.random.fold_in(jax.random.key(seed), repeat)
    states = _prior_swarms(jax.random.fold_in(key, 0), arrays, layout, how)
    possible = float(np.mean([np.isfinite(one.log_likelihood) for one in states]))
    if possible == 0.0:
        raise StockadeError(_impossible_everywhere())
    temperature, step = jnp.asarray(0.0), jnp.asarray(0.5)
    stages: list[Stage] = []
    settled: list[Swarm] = []
    tempered = 0.0
    while len(settled) < how.settle * how.moves:
        if len(stages) == how.most_stages:
            raise StockadeError(_too_many_stages(how, stages[-1]))
        arrived = bool(stages) and stages[-1].temperature == 1.0
        start_key, moves_key = jax.random.split(jax.random.fold_in(key, len(stages) + 1))
        start = _begin(start_key, tuple(states), temperature, arrays.priors.free, how.ess)
        states, step, stage = _run_chains(moves_key, start, step, arrays, layout, how)
        temperature = start.temperature
        tempered += float(start.log_ratio)
        stages.append(stage)
        settled += states if arrived else []
        progress("fit", _percent(stage.temperature, len(settled), how), 100)
    bridge_key = jax.random.fold_in(key, how.most_stages + 1)
    return Repeat(
        draws=np.asarray(to_natural(states[-1].z, arrays.priors)).T,
        log_likelihood=np.asarray(states[-1].log_likelihood),
        log_evidence=_bridged(bridge_key, settled, arrays, layout, how),
        log_evidence_tempered=tempered,
        stages=tuple(stages),
        prior_impossible=1.0 - possible,
    )


def warm(problem: Problem, settings: SmcSettings | None = None) -> None:
    """Compiles what repeats of this problem and its like need, before threads share it."""
    how = settings or SmcSettings()
    arrays, layout = arrays_of(problem), layout_of(problem)
    states = _prior_swarms(jax.random.key(0), arrays, layout, how)
    start = _begin(jax.random.key(0), tuple(states), jnp.asarray(0.0), arrays.priors.free, how.ess)
    states, _, _ = _run_chains(jax.random.key(0), start, jnp.asarray(0.5), arrays, layout, how)
    _bridged(jax.random.key(0), states * how.settle, arrays, layout, how)


def _prior_swarms(key: Array, arrays: ProblemArrays, layout: Layout, how: SmcSettings) -> list[Swarm]:
    """Returns `moves` swarms of prior draws, as many particles as a stage leaves."""
    keys = jax.random.split(key, how.moves)
    drawn = [_draw_prior(one, arrays.priors, how.particles) for one in keys]
    return [evaluate(z, arrays, layout) for z in drawn]


def _run_chains(
    key: Array, start: _Start, step: Array, arrays: ProblemArrays, layout: Layout, how: SmcSettings
) -> tuple[list[Swarm], Array, Stage]:
    """Runs the chains of one stage; returns every state, the adapted step and the record.

    The loop is Python so that the simulation is compiled once, in `evaluate`; what a call costs is lost
    beside a batch of simulations.
    """
    states: list[Swarm] = []
    accepted: list[Array] = []
    chains = start.chains
    for move in range(how.moves):
        propose_key, accept_key = jax.random.split(jax.random.fold_in(key, move))
        new = evaluate(_propose(propose_key, chains.z, step, start.reference), arrays, layout)
        chains, step, acceptance = _accept(
            accept_key, chains, new, start.temperature, start.reference, step, how.acceptance
        )
        states.append(chains)
        accepted.append(acceptance)
    stage = Stage(
        temperature=float(start.temperature),
        ess=float(start.ess),
        acceptance=float(np.mean(accepted)),
        step=float(step),
        moves=how.moves,
    )
    return states, step, stage


def _bridged(
    key: Array, settled: list[Swarm], arrays: ProblemArrays, layout: Layout, how: SmcSettings
) -> float:
    """Returns the log evidence from settled states, each half of the chains bridged to the other's t."""
    estimates = []
    parts = _halves(tuple(settled))
    for side, (fitted, compared) in enumerate((parts, parts[::-1])):
        keys = jax.random.split(jax.random.fold_in(key, side), how.references)
        reference = _fit(fitted, arrays.priors.free)
        drawn = [evaluate(_draw(one, reference, how.particles), arrays, layout) for one in keys]
        estimates.append(float(_bridge(compared, tuple(drawn), reference)))
    return float(np.logaddexp(*estimates) - np.log(2.0))


@partial(jax.jit, static_argnames="layout")
def evaluate(z: Array, arrays: ProblemArrays, layout: Layout) -> Swarm:
    """Returns particles at coordinates z (D, particle): the one program that holds the simulation."""
    return Swarm(z, likelihood.log_prior(z, arrays), likelihood.log_likelihood(z, arrays, layout))


@partial(jax.jit, static_argnames="draws")
def _draw_prior(key: Array, priors: PriorArrays, draws: int) -> Array:
    return sample_prior(key, priors, draws)


@jax.jit
def _begin(key: Array, states: tuple[Swarm, ...], temperature: Array, free: Array, ess: Array) -> _Start:
    """Reweights all states to the next temperature, fits the t and resamples the chains' starts."""
    swarm = _joined(states)
    up = next_step(swarm.log_likelihood, temperature, ess)
    reference = fit_reference(swarm.z, up.weights, free)
    chosen = systematic(key, up.weights, states[0].log_prior.shape[0])
    chains = Swarm(*(one[..., chosen] for one in swarm))
    return _Start(chains, reference, up.temperature, up.log_ratio, up.ess / up.weights.shape[0])


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
    target: Array,
) -> tuple[Swarm, Array, Array]:
    """Takes or leaves proposals, and steps longer or shorter by how many were taken."""
    after, acceptance = accept(key, chains, new, temperature, reference)
    return after, jnp.clip(step * jnp.exp(acceptance - target), _LEAST_STEP, _MOST_STEP), acceptance


@jax.jit
def _halves(states: tuple[Swarm, ...]) -> tuple[Swarm, Swarm]:
    """Splits states into those of the first and of the second half of the chains."""
    middle = states[0].log_prior.shape[0] // 2
    return (
        _joined(tuple(Swarm(*(one[..., :middle] for one in state)) for state in states)),
        _joined(tuple(Swarm(*(one[..., middle:] for one in state)) for state in states)),
    )


@jax.jit
def _fit(states: Swarm, free: Array) -> Reference:
    size = states.z.shape[1]
    return fit_reference(states.z, jnp.full(size, 1.0 / size), free)


@partial(jax.jit, static_argnames="draws")
def _draw(key: Array, reference: Reference, draws: int) -> Array:
    return draw_reference(key, reference, draws)


@jax.jit
def _bridge(compared: Swarm, drawn: tuple[Swarm, ...], reference: Reference) -> Array:
    """Log evidence by bridging posterior states to a t fitted to others."""
    return bridge(*(_over_reference(one, reference) for one in (compared, _joined(drawn))))


def _over_reference(states: Swarm, reference: Reference) -> Array:
    """Log (particle,) of posterior, without its constant, over the t."""
    return states.log_prior + states.log_likelihood - log_normalised(states.z, reference)


def _joined(states: tuple[Swarm, ...]) -> Swarm:
    """Returns the states of all moves side by side, the chain fastest."""
    return Swarm(*(jnp.concatenate(parts, axis=-1) for parts in zip(*states, strict=True)))


def _percent(temperature: float, settled: int, how: SmcSettings) -> int:
    """Returns how much of the way is walked: 80 % by the log of the temperature from 1e-5 on."""
    way = min(1.0, max(0.0, 1.0 + float(np.log10(temperature)) / 5.0))
    return round(80 * way + 20 * settled / (how.settle * how.moves))


def _impossible_everywhere() -> Diagnostic:
    return Diagnostic(
        code="impossible-everywhere",
        message="No draw from the prior gives the data a probability above zero.",
        place=Place(file="study.toml"),
        hint="Run the model at the priors' medians (stockade simulate) and look for values that are not "
        "finite, or for a prior that excludes what was seen.",
    )


def _too_many_stages(how: SmcSettings, last: Stage) -> Diagnostic:
    return Diagnostic(
        code="too-many-stages",
        message=f"The sampler gave up after {how.most_stages} stages at temperature {last.temperature:.2g}.",
        place=Place(file="study.toml"),
        hint="The data and the priors are far apart: widen the priors, or the noise of what is observed.",
    )
