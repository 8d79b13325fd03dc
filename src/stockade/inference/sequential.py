"""The posterior and the evidence month by month, as the data became known.

One run follows an explanation through a sequence of Problems, each the same explanation as of a later
day. What became known in between (months of series, reports, paths of inputs, priors that could only
then be held) reweights the particles by the ratio of the two likelihoods; where the effective sample size
falls below half, chains start from the weighted particles and move as in `smc` (Chopin 2002, "A sequential
particle filter method for static models", Biometrika 89). A parameter that becomes free is drawn from its
prior. Where the new data leave few particles, the run starts anew from the prior, as a fit by itself does.

The log evidence of a day on which chains were moved is that of bridge sampling, from their states alone,
so that errors do not add up from day to day: the logs of the mean weights, summed, came out up to 9 off in
the founding study. On the days between, the log of the mean weight is added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array, Floats
from stockade.inference.ahead import Ahead, Expected, collected, expected
from stockade.inference.chains import Start, Target, joined, prior_swarms, run_chains, spaced
from stockade.inference.kernel import Swarm, fit_reference, widened
from stockade.inference.noise import Stream, stream
from stockade.inference.priors import sample_prior, to_natural
from stockade.inference.problem import Problem, arrays_of, layout_of
from stockade.inference.records import SmcSettings
from stockade.inference.smc import bridged, settle, walk
from stockade.inference.tempering import ess_fraction, systematic
from stockade.progress import Progress, silent

_FOLLOWING = 1
"""Purpose of the stream of random numbers: another than that of a fit."""

LEAST = 0.1
"""Share of the particles that must remain; below, the run starts anew from the prior."""

BRISK = {"settle": 3, "rest": 2.0}
"""Settings of a run that starts anew, where a fit by itself takes more: there are dozens of days to come."""

SETTLE = 1
"""Stages at a day's posterior once its chains have moved."""

INTERVAL = (0.05, 0.5, 0.95)


@dataclass(frozen=True, eq=False)
class Course:
    """What one run found, day by day.

    Attributes:
        log_evidence: Of all that was known by each day, shape (day,).
        ess: Effective sample size after each day's data, as a fraction, shape (day,).
        moved: Whether chains were moved, shape (day,).
        restarted: Whether the run started anew from the prior, shape (day,).
        quantiles: 5 %, 50 % and 95 % of each parameter, shape (3, day, D).
        names: Names of the parameters (D,).
        acceptance: Mean acceptance of each day's moves, shape (day,); NaN where chains were not moved.
        ahead: What was expected of each day's figures before they were taken in.
    """

    log_evidence: Floats
    ess: Floats
    moved: np.ndarray
    restarted: np.ndarray
    quantiles: Floats
    names: tuple[str, ...]
    acceptance: Floats
    ahead: Ahead


@dataclass(frozen=True)
class _Cloud:
    """Weighted particles.

    Attributes:
        states: Swarms of as many particles as there are chains.
        log_weights: (particle,) over all states, not normalised.
        log_evidence: Of all data so far.
        step: Step size of the kernel.
    """

    states: list[Swarm]
    log_weights: Array
    log_evidence: float
    step: Array


@dataclass(frozen=True)
class _Day:
    """What happened on a day.

    Attributes:
        ess: Effective sample size that its data left, as a fraction.
        moved: Whether chains were moved.
        restarted: Whether the run started anew from the prior.
        acceptance: Mean acceptance of the moves; NaN where there were none.
        expected: What was expected of its figures.
    """

    ess: float
    moved: bool
    restarted: bool
    acceptance: float
    expected: Expected


def follow(
    problems: Sequence[Problem],
    *,
    seed: int,
    repeat: int = 0,
    settings: SmcSettings | None = None,
    progress: Progress = silent,
) -> Course:
    """Follows an explanation through days of growing knowledge.

    Args:
        problems: The same explanation as of each day, earliest first, all of one layout.
        seed: The study's seed.
        repeat: Which of the independent repeats; the same seed and repeat give the same bits.
        settings: How chains move, as in `smc`.
        progress: Told how many days are done.

    Raises:
        StockadeError: ``impossible-everywhere``, ``too-many-stages`` as `smc` says.
        ValueError: No problems.
    """
    if not problems:
        raise ValueError("there is no day to follow")
    how, layout = replace(settings or SmcSettings(), **BRISK), layout_of(problems[0])
    noise = stream(seed, _FOLLOWING, repeat)
    target = Target(arrays_of(_without_data(problems[0])), layout, how)
    states = prior_swarms(noise, target)
    cloud = _Cloud(states, jnp.zeros(how.states * how.chains), 0.0, jnp.asarray(0.5))
    before = _without_data(problems[0])
    rows, aheads = [], []
    for index, problem in enumerate(problems):
        target = Target(arrays_of(problem), layout, how)
        news = _news(before, problem)
        cloud, day = _advance(noise, cloud, target, news)
        rows.append(
            (cloud.log_evidence, day.ess, day.moved, day.restarted, day.acceptance, _quantiles(cloud, target))
        )
        aheads.append((news.counts, day.expected))
        before = problem
        progress("following", index + 1, len(problems))
    evidence, ess, moved, restarted, acceptance, quantiles = zip(*rows, strict=True)
    return Course(
        np.array(evidence), np.array(ess), np.array(moved), np.array(restarted),
        np.stack(quantiles, axis=1), problems[0].parameters, np.array(acceptance), collected(aheads),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _News:
    """In what a day differs from the one before.

    Attributes:
        free: (D,) parameters that have become free.
        counts: (S, month) counts that have become known.
        reports: (R,) reports that have.
    """

    free: np.ndarray
    counts: np.ndarray
    reports: np.ndarray


def _news(before: Problem, after: Problem) -> _News:
    counts = [
        np.isfinite(new.values) & ~np.isfinite(old.values)
        for old, new in zip(before.counts, after.counts, strict=True)
    ]
    reports = [new.seen and not old.seen for old, new in zip(before.reports, after.reports, strict=True)]
    return _News(
        np.asarray(after.free) & ~np.asarray(before.free),
        np.array(counts, dtype=bool).reshape(len(counts), after.months),
        np.array(reports, dtype=bool),
    )


def _advance(noise: Stream, cloud: _Cloud, target: Target, news: _News) -> tuple[_Cloud, _Day]:
    """Takes in what became known; returns the particles, and what happened."""
    states = [target.at(_freed(noise, one.z, target, news.free)) for one in cloud.states]
    before = jnp.concatenate([one.log_likelihood for one in cloud.states])
    after = jnp.concatenate([one.log_likelihood for one in states])
    seen = expected(
        jnp.concatenate([one.z for one in states], axis=1), cloud.log_weights, target.arrays, target.layout,
        news.counts, news.reports,
    )  # fmt: skip
    log_weights, gain, ess = _reweighted(cloud.log_weights, before, after)
    fraction = float(ess)
    if fraction >= target.how.ess:
        day = _Day(fraction, False, False, np.nan, seen)
        return _Cloud(states, log_weights, cloud.log_evidence + float(gain), cloud.step), day
    if not fraction >= LEAST:
        walked, stages, step, _ = walk(noise, prior_swarms(noise, target), target, silent)
        settled, resting = settle(noise, walked, step, target)
        taken = min(one.acceptance for one in (*stages, *resting))
        day = _Day(fraction, True, True, taken, seen)
        return _moved(noise, settled, step, target), day
    free, widen = target.arrays.priors.free, target.how.widen
    start = _restart(noise.random(), tuple(states), log_weights, free, widen)
    moved, step, stage = run_chains(noise, start, cloud.step, target, least=1, travel=target.how.travel)
    settled, resting = settle(noise, moved, step, target, SETTLE)
    day = _Day(fraction, True, False, min(one.acceptance for one in (stage, *resting)), seen)
    return _moved(noise, settled, step, target), day


def _moved(noise: Stream, states: list[Swarm], step: Array, target: Target) -> _Cloud:
    """Returns the particles of chains that have moved, with the evidence that their states give."""
    kept = spaced(states, target.how.states)
    level = jnp.zeros(target.how.states * target.how.chains)
    return _Cloud(kept, level, bridged(noise, states, target), step)


def _freed(noise: Stream, z: Array, target: Target, fresh: np.ndarray) -> Array:
    """Returns coordinates (D, particle); those of parameters that have become free are drawn anew."""
    if not fresh.any():
        return z
    drawn = sample_prior(noise, target.arrays.priors, z.shape[1])
    return jnp.where(jnp.asarray(fresh)[:, None], drawn, z)


@jax.jit
def _reweighted(log_weights: Array, before: Array, after: Array) -> tuple[Array, Array, Array]:
    """Returns new log weights, the gain in log evidence, and the effective sample size as a fraction."""
    dead = jnp.isneginf(before) | jnp.isneginf(after) | jnp.isneginf(log_weights)
    new = jnp.where(dead, -jnp.inf, log_weights + jnp.where(dead, 0.0, after - before))
    gain = jax.nn.logsumexp(new) - jax.nn.logsumexp(log_weights)
    possible = jnp.isfinite(gain)
    return new, gain, jnp.where(possible, ess_fraction(jnp.where(possible, new, 0.0)), 0.0)


@jax.jit
def _restart(
    uniform: Array, states: tuple[Swarm, ...], log_weights: Array, free: Array, widen: Array
) -> Start:
    """Fits the kernel's t to weighted particles and resamples the chains' starts."""
    swarm = joined(states)
    weights = jax.nn.softmax(log_weights)
    reference = widened(fit_reference(swarm.z, weights, free), widen)
    chosen = systematic(uniform, weights, states[0].log_prior.shape[0])
    chains = Swarm(*(one[..., chosen] for one in swarm))
    return Start(chains, reference, jnp.asarray(1.0), jnp.asarray(0.0), ess_fraction(log_weights))


def _quantiles(cloud: _Cloud, target: Target) -> np.ndarray:
    """Returns weighted quantiles (3, D) of the parameters on their natural scale."""
    theta = np.asarray(to_natural(joined(tuple(cloud.states)).z, target.arrays.priors))
    weights = np.asarray(jax.nn.softmax(cloud.log_weights))
    order = np.argsort(theta, axis=1)
    sums = np.cumsum(weights[order], axis=1)
    found = [
        np.take_along_axis(
            theta, np.take_along_axis(order, np.argmax(sums >= one, axis=1)[:, None], axis=1), axis=1
        )[:, 0]
        for one in INTERVAL
    ]
    return np.array(found)


def _without_data(problem: Problem) -> Problem:
    """Returns the problem before anything was known of its data."""
    counts = tuple(replace(one, values=np.full_like(one.values, np.nan)) for one in problem.counts)
    return replace(problem, counts=counts, reports=tuple(replace(one, seen=False) for one in problem.reports))
