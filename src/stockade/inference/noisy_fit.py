"""Fits a problem with noisy flows: the tempered sampler with the particle filter's likelihood in its place.

The filter's chances are part of what is sampled: a chain keeps the estimate with which it was taken, and a
proposal brings fresh ones. At temperature t the law of parameters and chances is the prior of both times the
estimate to the power t; as the estimate is unbiased, at temperature 1 the parameters follow the exact
posterior and the constant is the exact evidence (particle marginal Metropolis-Hastings within tempered SMC:
Andrieu, Doucet and Holenstein 2010; Duan and Fulop 2015, J. Bus. Econ. Stat. 33). The bridge holds for the
same reason: the law of the chances stands on both of its sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.errors import Diagnostic, Place
from stockade.inference.chains import Target
from stockade.inference.noise import stream
from stockade.inference.noisy import NoisyLayout, draw_paths, drawn_of, filter_problem
from stockade.inference.particle_filter import Filtered
from stockade.inference.priors import to_natural
from stockade.inference.problem import Problem, ProblemArrays, arrays_of
from stockade.inference.records import Repeat, SmcSettings
from stockade.inference.replay import Lineage, Luck, join_luck, luck_of
from stockade.inference.smc import sample_target
from stockade.progress import Progress, silent

NOISY_SETTINGS = SmcSettings(particles=256, acceptance=0.25, settle=3, rest=4.0, references=4)
"""Half of the draws of a fit without noise, because an estimate costs as many runs as it has particles; and
moves that are taken more seldom, because the scatter of the estimate alone turns down many, however short.
With 128 draws and one stage at the end, posteriors of the Iraq study came out a quarter too narrow and log
evidences 3 too low."""

LEAST_PARTICLES, FIRST_PARTICLES, MOST_PARTICLES = 32, 64, 1024
MOST_REFITTED = 128
"""Particles of a fit that is done again."""

TIMES = 16
MOST_VARIANCE = 1.0
"""Variance of the log likelihood's estimate up to which chains move well (Pitt et al. 2012; Doucet et al.
2015, Biometrika 102)."""

TOLERATED_VARIANCE = 1.5
"""Variance up to which a fit is not done again with more particles."""

TOO_MUCH_VARIANCE = 3.0
LEAST_ESS = 0.02
_FITTING, _SHOWING = 5, 6
"""Purposes of streams of random numbers."""


@dataclass(frozen=True)
class FilterQuality:
    """How well the particle filter did at draws of parameters.

    Attributes:
        particles: For each draw.
        variance: Median over the draws of the variance of the log likelihood's estimate.
        ess: Median over the draws of the lowest effective sample size of a month, as a fraction.
    """

    particles: int
    variance: float
    ess: float


def sample_noisy_repeat(
    problem: Problem,
    noisy: NoisyLayout,
    particles: int,
    *,
    seed: int,
    repeat: int = 0,
    settings: SmcSettings = NOISY_SETTINGS,
    progress: Progress = silent,
) -> Repeat:
    """Runs the sampler once with the filter's likelihood; see `smc.sample_one_repeat`.

    Args:
        problem: What to fit, the scales of its noise among the parameters.
        noisy: What it shares with others.
        particles: Of a filter.
        seed: The study's seed.
        repeat: Which of the independent repeats; the same seed and repeat give the same bits.
        settings: How chains move.
        progress: Told how far it is.

    Raises:
        StockadeError: ``impossible-everywhere``, ``too-many-stages``.
    """
    noise = stream(seed, _FITTING, repeat)
    arrays = arrays_of(problem)

    def estimate(z: Array) -> Array:
        return filter_problem(_key(noise), z, arrays, noisy, particles).log_likelihood

    return sample_target(Target(arrays, noisy.layout, settings, estimate), noise, progress)


def quality(
    z: np.ndarray, arrays: ProblemArrays, noisy: NoisyLayout, particles: int, chains: int, *, seed: int
) -> FilterQuality:
    """Returns how the filter does at coordinates z (D, draw), each filtered sixteen times or more.

    Args:
        z: Coordinates (D, draw).
        arrays: The problem.
        noisy: What it shares with others.
        particles: Of a filter.
        chains: Filters that run at once, as many as in a fit, so that they share its program; at least as
            many as draws.
        seed: Of the filters.
    """
    noise = stream(seed, _SHOWING, particles)
    draws = z.shape[1]
    copies = chains // draws
    row = np.arange(chains) % draws
    calls = -(-TIMES // copies)
    found = [filter_problem(_key(noise), z[:, row], arrays, noisy, particles) for _ in range(calls)]
    logs, lowest = (
        np.concatenate([np.reshape(one[: copies * draws], (copies, draws)) for one in rows])
        for rows in ([np.asarray(one.log_likelihood) for one in found], [_lowest(one) for one in found])
    )
    possible = np.isfinite(logs).all(axis=0)
    variance = logs[:, possible].var(axis=0, ddof=1) if possible.any() else np.array([np.inf])
    return FilterQuality(particles, float(np.median(variance)), float(np.median(lowest)))


def enough_particles(
    z: np.ndarray, arrays: ProblemArrays, noisy: NoisyLayout, chains: int, *, seed: int
) -> FilterQuality:
    """Returns how many particles, a power of two, bring the variance to about 1, and how they do.

    The variance falls as one over the particles, so one look tells how many; a second one checks it.
    """
    found = quality(z, arrays, noisy, FIRST_PARTICLES, chains, seed=seed)
    wanted = FIRST_PARTICLES * min(found.variance / MOST_VARIANCE, MOST_PARTICLES / FIRST_PARTICLES)
    # Up to a tenth above 1 passes: what lies below the next power of two costs twice as much.
    power = int(np.ceil(np.log2(max(wanted / 1.1, LEAST_PARTICLES))))
    if 2**power == FIRST_PARTICLES:
        return found
    return quality(z, arrays, noisy, 2**power, chains, seed=seed)


def more_particles(found: FilterQuality) -> int:
    """Returns how many particles a fit needs, by the filter at its own draws; no fewer than it had."""
    if found.variance <= TOLERATED_VARIANCE:
        return found.particles
    wanted = found.particles * min(found.variance / MOST_VARIANCE, float(MOST_REFITTED))
    return max(found.particles, min(MOST_REFITTED, 2 ** int(np.ceil(np.log2(wanted / 1.1)))))


def noisy_paths(
    z: np.ndarray, arrays: ProblemArrays, noisy: NoisyLayout, particles: int, *, seed: int
) -> tuple[np.ndarray, Luck]:
    """Returns paths (month, output, draw), one for each draw of coordinates z (D, draw), and their luck.

    What was seen draws the path by way of the filter; after it the path runs on by chance alone.
    """
    noise = stream(seed, _SHOWING, 0)
    size = min(32, z.shape[1])
    parts, luck = [], []
    theta = to_natural(jnp.asarray(z), arrays.priors)
    for first in range(0, z.shape[1], size):
        # The last piece is filled up, so that one program serves all.
        rows = np.minimum(np.arange(first, first + size), z.shape[1] - 1)
        key = _key(noise)
        found = filter_problem(key, z[:, rows], arrays, noisy, particles, keep=True)
        paths, places = (np.asarray(one) for one in draw_paths(_key(noise), found))
        parts.append(paths)
        lineage = Lineage(key, np.arange(len(rows)), places, (size, particles))
        drawn = drawn_of(theta[:, rows], arrays, noisy)
        luck.append(luck_of(noisy.stepper, noisy.noise, lineage, drawn))
    return np.concatenate(parts, axis=-1)[..., : z.shape[1]], join_luck(luck, z.shape[1])


def collapse(explanation: str, found: FilterQuality) -> Diagnostic | None:
    """Returns what a reader must know where the particles collapsed; None where they did not."""
    if found.variance <= TOO_MUCH_VARIANCE and found.ess >= LEAST_ESS:
        return None
    message = (
        f"With {found.particles} particles the log likelihood has a variance of {found.variance:.1f}, and in "
        f"its worst month {100 * found.ess:.1f} % of them carry the weight."
    )
    hint = "Do not lean on this explanation's evidence under noise; ask which figure no path comes near to."
    place = Place(name=explanation)
    return Diagnostic("particles-collapsed", message, place, hint=hint, severity="warning")


def _lowest(found: Filtered) -> np.ndarray:
    """Returns the lowest effective sample size (draw,) of the months that were filtered."""
    ess = np.asarray(found.ess)
    return np.min(ess[np.any(ess > 0, axis=1)], axis=0, initial=1.0)


def _key(noise: np.random.Generator) -> Array:
    return jax.random.key(int(noise.integers(2**63)))
