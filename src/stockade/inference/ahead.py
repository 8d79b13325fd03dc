"""What weighted particles expect of figures before these are taken in: one-step-ahead predictive densities.

A count is negative binomial around a particle's mean with the particle's dispersion, so the prediction of
one month is a mixture of negative binomials with the particles' weights. Its probability of what came is
reckoned from all particles; `KEPT` of them, chosen systematically by their weights, are kept, from which
its distribution function and its quantiles follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import betainc

from stockade.arrays import Array, Floats
from stockade.inference.likelihood import figures, simulate
from stockade.inference.observations import LEAST_MEAN, confined
from stockade.inference.priors import to_natural
from stockade.inference.problem import Layout, ProblemArrays
from stockade.inference.tempering import systematic

KEPT = 256
"""Particles that are kept of each prediction."""

_DRAWS = 8
"""Counts drawn for each kept particle where quantiles are asked for."""


@dataclass(frozen=True, eq=False)
class Ahead:
    """What a run expected of every count before it became known.

    A cell is one month of one series. All cells that became known on a day are expected from what was
    known the day before.

    Attributes:
        cells: (cell, 3) numbers of the day, the series and the month.
        log_density: (cell,) log predictive probability of the count that came, by itself.
        means: (cell, KEPT) means of the kept particles; NaN where a particle's run is not finite.
        dispersions: (cell, KEPT) their dispersions r.
        together: (day,) log predictive density of all that became known on a day, taken together. It is
            the increment of the log evidence, unless the day brought more than data: other paths of inputs,
            or parameters that became free.
        parts: (day, S + 1) the same of what each series brought, by itself, and last of the reports; 0
            where nothing came. They do not add up to `together`, as series are told by the same draws.
    """

    cells: np.ndarray
    log_density: Floats
    means: Floats
    dispersions: Floats
    together: Floats
    parts: Floats


class Expected(NamedTuple):
    """One day's prediction, as arrays of one shape.

    Attributes:
        log_density: (S, month) log predictive probability of each count; meaningless where not fresh.
        means: (month, S, KEPT) means of the kept particles.
        dispersions: (S, KEPT) their dispersions.
        together: () log predictive density of all that is fresh.
        parts: (S + 1,) that of each series, and of the reports.
    """

    log_density: Array
    means: Array
    dispersions: Array
    together: Array
    parts: Array


@partial(jax.jit, static_argnames="layout")
def expected(
    z: Array,
    log_weights: Array,
    arrays: ProblemArrays,
    layout: Layout,
    fresh_counts: Array,
    fresh_reports: Array,
) -> Expected:
    """Returns what particles expect of the figures that have just become known.

    Args:
        z: (D, particle) coordinates, before the new figures.
        log_weights: (particle,) not normalised, before the new figures.
        arrays: The problem that sees the new figures.
        layout: What it shares with others.
        fresh_counts: (S, month) whether a count is new.
        fresh_reports: (R,) whether a report is new.
    """
    theta = to_natural(z, arrays.priors)
    paths = simulate(theta, arrays, layout, only_seen=True)
    counts, reports = figures(theta, paths, arrays, layout)
    counts = jnp.where(fresh_counts[..., None], counts, 0.0)
    reports = jnp.sum(jnp.where(fresh_reports[:, None], reports, 0.0), axis=0)
    by_part = jnp.concatenate([jnp.sum(counts, axis=1), reports[None]])
    total = jax.nn.logsumexp(log_weights)

    def density(terms: Array) -> Array:
        # A draw whose figures are not finite predicts nothing.
        weighted = log_weights + jnp.where(jnp.isfinite(terms), terms, -jnp.inf)
        return jax.nn.logsumexp(weighted, axis=-1) - total

    chosen = systematic(jnp.asarray(0.5), jax.nn.softmax(log_weights), KEPT)
    means = paths[:, np.array(layout.count_outputs, dtype=int)][..., chosen]
    dispersions = theta[np.array(layout.count_dispersions, dtype=int)][:, chosen]
    return Expected(
        density(counts), jnp.maximum(means, LEAST_MEAN), confined(dispersions),
        density(jnp.sum(by_part, axis=0)), density(by_part),
    )  # fmt: skip


def collected(days: Sequence[tuple[np.ndarray, Expected]]) -> Ahead:
    """Returns the predictions of all days together.

    Args:
        days: For each day which counts are fresh (S, month), and what was expected.
    """
    cells, density, means, dispersions = [], [], [], []
    for index, (fresh, one) in enumerate(days):
        series, month = np.nonzero(fresh)
        cells.append(np.stack([np.full_like(series, index), series, month], axis=1))
        density.append(np.asarray(one.log_density)[series, month])
        means.append(np.asarray(one.means)[month, series])
        dispersions.append(np.asarray(one.dispersions)[series])
    return Ahead(
        np.concatenate(cells), np.concatenate(density), np.concatenate(means), np.concatenate(dispersions),
        np.array([float(one.together) for _, one in days]),
        np.stack([np.asarray(one.parts) for _, one in days]),
    )  # fmt: skip


def probability_up_to(counts: np.ndarray, means: np.ndarray, dispersions: np.ndarray) -> np.ndarray:
    """Returns the predictive probability (cell,) of a count or fewer.

    Args:
        counts: (cell,) whole numbers; below zero the probability is 0.
        means: (cell, particle) means; those that are not finite are left out.
        dispersions: (cell, particle) dispersions r.
    """
    share = dispersions / (dispersions + means)
    below = betainc(dispersions, np.maximum(counts, 0.0)[:, None] + 1.0, share)
    alive = np.isfinite(below)
    mean = np.where(alive, below, 0.0).sum(axis=1) / np.maximum(alive.sum(axis=1), 1)
    return np.where(np.asarray(counts) < 0, 0.0, mean)


def drawn_counts(means: np.ndarray, dispersions: np.ndarray, seed: int) -> np.ndarray:
    """Returns predictive counts (cell, draw), as many from each particle; NaN where its mean is not finite.

    Args:
        means: (cell, particle) means.
        dispersions: (cell, particle) dispersions r.
        seed: Of NumPy's default generator.
    """
    random = np.random.default_rng(seed)
    alive = np.isfinite(means)
    shape = np.repeat(dispersions, _DRAWS, axis=1)
    # Poisson draws end at about 9.2e18; a mean beyond that is told from it by nobody.
    rate = np.repeat(np.where(alive, np.minimum(means, 1e15), 0.0), _DRAWS, axis=1) / shape
    counts = random.poisson(random.gamma(shape, 1.0) * rate).astype(float)
    return np.where(np.repeat(alive, _DRAWS, axis=1), counts, np.nan)
