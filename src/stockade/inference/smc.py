"""Adaptive tempered sequential Monte Carlo: draws and log evidence of a Problem.

One repeat walks from the prior (temperature 0) to the posterior (1). At each stage the next temperature
is the one that keeps the effective sample size, chains start from systematic draws of the weighted
particles, and every state that the chains pass through becomes a particle of the next stage (waste-free
SMC: Dau and Chopin 2022, J. R. Statist. Soc. B 84). At temperature 1 a few more rounds of moves settle
the particles.

The log evidence comes twice: as the sum over stages of the log of the mean incremental weight (Del
Moral, Doucet and Jasra 2006), and by bridge sampling from the settled particles (`bridge`). The second
is far more exact and is what is used; the first must agree with it within its larger error.

Repeats share nothing, so they may run in threads, and their spread measures the Monte Carlo error. All
Problems with the same `Layout` share what is compiled.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.inference.bridge import bridge, draw_reference, log_normalised
from stockade.inference.chains import Target, begin, go_on, joined, prior_swarms, run_chains, spaced
from stockade.inference.kernel import Reference, Swarm, fit_reference
from stockade.inference.noise import Stream, stream
from stockade.inference.priors import to_natural
from stockade.inference.problem import Problem, arrays_of, layout_of
from stockade.inference.records import STATES_KEPT, Repeat, SmcSettings, Stage
from stockade.progress import Progress, silent

__all__ = ["Repeat", "SmcSettings", "Stage", "sample_one_repeat", "warm"]


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
            ``too-many-stages`` if temperature 1 is not reached.
    """
    target = Target(arrays_of(problem), layout_of(problem), settings or SmcSettings())
    return sample_target(target, stream(seed, 0, repeat), progress)


def sample_target(target: Target, noise: Stream, progress: Progress = silent) -> Repeat:
    """Runs the sampler once on a target, which may hold an estimate of the likelihood; as above."""
    states = prior_swarms(noise, target)
    possible = float(np.mean([np.isfinite(one.log_likelihood) for one in states]))
    if possible == 0.0:
        raise StockadeError(_impossible_everywhere())
    states, stages, step, tempered = walk(noise, states, target, progress)
    settled, resting = settle(noise, states, step, target)
    kept = joined(tuple(spaced(settled, STATES_KEPT)))
    log_evidence = bridged(noise, settled, target)
    progress("fit", 100, 100)
    return Repeat(
        draws=np.asarray(to_natural(kept.z, target.arrays.priors)).T,
        log_likelihood=np.asarray(kept.log_likelihood),
        log_evidence=log_evidence,
        log_evidence_tempered=tempered,
        stages=(*stages, *resting),
        prior_impossible=1.0 - possible,
    )


def warm(problem: Problem, settings: SmcSettings | None = None) -> None:
    """Compiles what repeats of this problem and its like need, before threads share it."""
    target = Target(arrays_of(problem), layout_of(problem), settings or SmcSettings())
    noise = stream(0)
    start = begin(noise, prior_swarms(noise, target), jnp.asarray(0.0), target)
    states, _, _ = run_chains(noise, start, jnp.asarray(0.5), target, least=2, travel=0.0)
    bridged(noise, states, target)
    jax.block_until_ready(to_natural(joined(tuple(spaced(states, STATES_KEPT))).z, target.arrays.priors))


def walk(
    noise: Stream, states: list[Swarm], target: Target, progress: Progress
) -> tuple[list[Swarm], list[Stage], Array, float]:
    """Walks from temperature 0 to 1.

    Returns:
        The states of the last stage, the records, the step size, and tempering's log evidence.
    """
    how = target.how
    temperature, step = jnp.asarray(0.0), jnp.asarray(0.5)
    stages: list[Stage] = []
    tempered = 0.0
    while temperature < 1.0:
        if len(stages) == how.most_stages:
            raise StockadeError(_too_many_stages(how, stages[-1]))
        start = begin(noise, states, temperature, target)
        states, step, stage = run_chains(noise, start, step, target, least=1, travel=how.travel)
        temperature = start.temperature
        tempered += float(start.log_ratio)
        stages.append(stage)
        progress("fit", _percent(stage.temperature), 100)
    return states, stages, step, tempered


def settle(
    noise: Stream, states: list[Swarm], step: Array, target: Target, count: int | None = None
) -> tuple[list[Swarm], list[Stage]]:
    """Runs stages at temperature 1, the t fitted anew for each.

    Args:
        noise: Where chance comes from.
        states: Of chains at temperature 1.
        step: Step size of the kernel.
        target: What is sampled.
        count: How many stages; None for as many as the settings say.

    Returns:
        The last stage's states, and all records.
    """
    stages: list[Stage] = []
    for _ in range(target.how.settle if count is None else count):
        start = go_on(noise, states, target)
        states, step, stage = run_chains(noise, start, step, target, least=2, travel=target.how.rest)
        stages.append(stage)
    # Thinned to a number that does not depend on how long the stage was, so that nothing recompiles.
    return spaced(states, 2 * target.how.states), stages


def bridged(noise: Stream, settled: list[Swarm], target: Target) -> float:
    """Returns the log evidence from settled states, each half of the chains bridged to the other's t.

    Args:
        noise: Where chance comes from.
        settled: States of chains at temperature 1.
        target: What they sample.
    """
    estimates = []
    parts = _halves(tuple(settled))
    size = settled[0].z.shape
    for fitted, compared in (parts, parts[::-1]):
        reference = _fit(fitted, target.arrays.priors.free)
        shape = 0.5 * float(reference.df)
        drawn = [
            target.at(_draw(noise.standard_normal(size), noise.standard_gamma(shape, size[1]), reference))
            for _ in range(target.how.references)
        ]
        estimates.append(float(_bridge(compared, tuple(drawn), reference)))
    return float(np.logaddexp(*estimates) - np.log(2.0))


@jax.jit
def _halves(states: tuple[Swarm, ...]) -> tuple[Swarm, Swarm]:
    """Splits states into those of the first and of the second half of the chains."""
    middle = states[0].log_prior.shape[0] // 2
    return (
        joined(tuple(Swarm(*(one[..., :middle] for one in state)) for state in states)),
        joined(tuple(Swarm(*(one[..., middle:] for one in state)) for state in states)),
    )


@jax.jit
def _fit(states: Swarm, free: Array) -> Reference:
    size = states.z.shape[1]
    return fit_reference(states.z, jnp.full(size, 1.0 / size), free)


@jax.jit
def _draw(normal: Array, gamma: Array, reference: Reference) -> Array:
    return draw_reference(normal, gamma, reference)


@jax.jit
def _bridge(compared: Swarm, drawn: tuple[Swarm, ...], reference: Reference) -> Array:
    """Log evidence by bridging posterior states to a t fitted to others."""
    return bridge(*(_over_reference(one, reference) for one in (compared, joined(drawn))))


def _over_reference(states: Swarm, reference: Reference) -> Array:
    """Log (particle,) of posterior, without its constant, over the t."""
    return states.log_prior + states.log_likelihood - log_normalised(states.z, reference)


def _percent(temperature: float) -> int:
    """Returns how much of the way is walked: 90 % by the log of the temperature from 1e-5 on."""
    return round(90 * min(1.0, max(0.0, 1.0 + float(np.log10(temperature)) / 5.0)))


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
