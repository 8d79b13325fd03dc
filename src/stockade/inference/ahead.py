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
from stockade.inference.likelihood import report_terms, simulate
from stockade.inference.observations import LEAST_MEAN, confined, negative_binomial
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


def expected(
    z: Array,
    log_weights: Array,
    arrays: ProblemArrays,
    layout: Layout,
    fresh_counts: np.ndarray,
    fresh_reports: np.ndarray,
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
    means, dispersions, reports = _figures(z, arrays, layout, jnp.asarray(fresh_reports))
    series, months = np.nonzero(fresh_counts)
    if not fresh_counts.size:
        return _reports_alone(log_weights, reports, fresh_counts.shape)
    # Filled up to a power of two with cells that do not count, so that few shapes are compiled.
    kept = np.arange(1 << max(len(series) - 1, 0).bit_length()) < len(series)
    cells = np.zeros((2, len(kept)), dtype=int)
    cells[:, : len(series)] = series, months
    return _expected(
        log_weights, arrays, means, dispersions, reports,
        jnp.asarray(cells[0]), jnp.asarray(cells[1]), jnp.asarray(kept),
    )  # fmt: skip


@partial(jax.jit, static_argnames="layout")
def _figures(
    z: Array, arrays: ProblemArrays, layout: Layout, fresh_reports: Array
) -> tuple[Array, Array, Array]:
    """Returns means (month, S, particle), dispersions (S, particle), density (particle,) of new reports."""
    theta = to_natural(z, arrays.priors)
    paths = simulate(theta, arrays, layout, only_seen=True)
    reports = report_terms(theta, paths, arrays, layout)
    means = paths[:, np.array(layout.count_outputs, dtype=int)]
    dispersions = confined(theta[np.array(layout.count_dispersions, dtype=int)])
    return (
        jnp.maximum(means, LEAST_MEAN),
        dispersions,
        jnp.sum(jnp.where(fresh_reports[:, None], reports, 0.0), axis=0),
    )


@jax.jit
def _expected(
    log_weights: Array,
    arrays: ProblemArrays,
    means: Array,
    dispersions: Array,
    reports: Array,
    series: Array,
    months: Array,
    kept: Array,
) -> Expected:
    """Weighs the densities of the cells (cell,) at which `kept` holds, and of the reports."""
    counts = arrays.counts[series, months][:, None]
    terms = negative_binomial(counts, means[months, series], dispersions[series])
    terms = jnp.where(kept[:, None], terms, 0.0)
    by_series = jnp.zeros_like(dispersions).at[series].add(terms)
    by_part = jnp.concatenate([by_series, reports[None]])
    densities = jnp.where(kept, _density(log_weights, terms), 0.0)
    density = jnp.zeros(arrays.counts.shape).at[series, months].add(densities)
    chosen = systematic(jnp.asarray(0.5), jax.nn.softmax(log_weights), KEPT)
    return Expected(
        density, means[..., chosen], dispersions[:, chosen],
        _density(log_weights, jnp.sum(by_part, axis=0)), _density(log_weights, by_part),
    )  # fmt: skip


def _reports_alone(log_weights: Array, reports: Array, shape: tuple[int, ...]) -> Expected:
    together = _density(log_weights, reports)
    none = jnp.zeros((0, KEPT))
    return Expected(jnp.zeros(shape), jnp.zeros((shape[1], 0, KEPT)), none, together, together[None])


def _density(log_weights: Array, terms: Array) -> Array:
    """Returns the log of the weighted mean of exp(terms) (..., particle)."""
    # A draw whose figures are not finite predicts nothing.
    weighted = log_weights + jnp.where(jnp.isfinite(terms), terms, -jnp.inf)
    return jax.nn.logsumexp(weighted, axis=-1) - jax.nn.logsumexp(log_weights)


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
        means: (cell, particle) means; those that are not finite are left out, as in `drawn_counts`. (The log
            predictive density, a score, counts them as particles that expected nothing of what came.)
        dispersions: (cell, particle) dispersions r.
    """
    alive = np.isfinite(means)
    share = dispersions / (dispersions + np.where(alive, means, 1.0))
    below = betainc(dispersions, np.maximum(counts, 0.0)[:, None] + 1.0, share)
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
    rate = np.repeat(np.where(alive, means, 0.0), _DRAWS, axis=1) / shape
    # Poisson draws end at about 9.2e18; a mean beyond that is told from it by nobody.
    counts = random.poisson(np.minimum(random.gamma(shape, 1.0) * rate, 1e18)).astype(float)
    return np.where(np.repeat(alive, _DRAWS, axis=1), counts, np.nan)
