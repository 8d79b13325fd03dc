"""The log density of a Problem over a batch of particles: simulate, then compare with the data.

All functions are pure, differentiable, and take the static `Layout` beside the `ProblemArrays`.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.inference.observations import (
    log_factorial_ratio,
    log_normal_above,
    log_normal_below,
    log_normal_between,
    log_normal_point,
    mean_part,
    means_part,
    read_rising,
)
from stockade.inference.priors import log_prior as prior_density
from stockade.inference.priors import to_natural
from stockade.inference.problem import Layout, ProblemArrays

LEAST_LEVEL = 1e-12
"""Floor of a reported quantity before its log."""


def log_prior(z: Array, arrays: ProblemArrays) -> Array:
    """Returns the log prior density (particle,) of coordinates z (D, particle)."""
    return prior_density(z, arrays.priors)


def log_likelihood(z: Array, arrays: ProblemArrays, layout: Layout, *, only_seen: bool = False) -> Array:
    """Returns the log likelihood (particle,) of coordinates z (D, particle).

    A likelihood that is not finite becomes -inf: such a particle is impossible, not an error.

    Args:
        z: Coordinates.
        arrays: The problem.
        layout: What it shares with others.
        only_seen: Run the model no further than the data reach, which saves time on an early date and
            costs the reverse derivative.
    """
    counts, reports = contributions(z, arrays, layout, only_seen=only_seen)
    total = jnp.sum(counts, axis=0) + jnp.sum(reports, axis=0)
    return jnp.where(jnp.isfinite(total), total, -jnp.inf)


def contributions(
    z: Array, arrays: ProblemArrays, layout: Layout, *, only_seen: bool = False
) -> tuple[Array, Array]:
    """Returns what each series (S, particle) and each report (R, particle) adds to the likelihood."""
    theta = to_natural(z, arrays.priors)
    paths = simulate(theta, arrays, layout, only_seen=only_seen)
    return _counts(theta, paths, arrays, layout), report_terms(theta, paths, arrays, layout)


def simulate(theta: Array, arrays: ProblemArrays, layout: Layout, *, only_seen: bool = False) -> Array:
    """Returns the outputs (month, output, particle) at parameters theta (D, particle)."""
    defaults = jnp.broadcast_to(arrays.defaults[:, None], (arrays.defaults.shape[0], theta.shape[1]))
    rows = np.array(layout.constants, dtype=int)
    constants = jnp.concatenate([theta, defaults])[rows]
    inputs = arrays.inputs if arrays.inputs.shape[0] else None
    if only_seen and layout.stoppable:
        return layout.run(constants, inputs, intervals=months_seen(arrays))
    return layout.run(constants, inputs)


def months_seen(arrays: ProblemArrays) -> Array:
    """Returns () how many months from the start hold all that is seen; later ones cannot matter."""
    seen = jnp.any(arrays.counts_seen > 0, axis=0)
    reported = jnp.any((arrays.window > 0) & arrays.reports_seen[:, None], axis=0)
    months = jnp.arange(1, arrays.counts.shape[1] + 1)
    return jnp.max(jnp.where(seen | reported, months, 0))


def _counts(theta: Array, paths: Array, arrays: ProblemArrays, layout: Layout) -> Array:
    """Negative binomial log probabilities summed over the months of each series: (S, particle)."""
    sums = [
        means_part(arrays.counts[series], arrays.counts_seen[series], paths[:, output], theta[row])
        + read_rising(arrays.rising[series], theta[row])
        for series, (output, row) in enumerate(
            zip(layout.count_outputs, layout.count_dispersions, strict=True)
        )
    ]
    return jnp.stack(sums) if sums else jnp.zeros((0, theta.shape[1]))


def monthly_counts(z: Array, arrays: ProblemArrays, layout: Layout) -> Array:
    """Returns log probabilities (S, month, particle) of each month's count; 0 where not seen."""
    theta = to_natural(z, arrays.priors)
    return _monthly(theta, simulate(theta, arrays, layout), arrays, layout)


def pointwise(theta: Array, arrays: ProblemArrays, layout: Layout) -> tuple[Array, Array]:
    """Returns log probabilities of every single figure at parameters theta (D, particle).

    Returns:
        (S, month, particle) of each month's count and (R, particle) of each report; 0 where not seen.
    """
    paths = simulate(theta, arrays, layout)
    return _monthly(theta, paths, arrays, layout), report_terms(theta, paths, arrays, layout)


def _monthly(theta: Array, paths: Array, arrays: ProblemArrays, layout: Layout) -> Array:
    rows = []
    for series, (output, row) in enumerate(zip(layout.count_outputs, layout.count_dispersions, strict=True)):
        count = arrays.counts[series][:, None]
        value = log_factorial_ratio(count, theta[row]) + mean_part(count, paths[:, output], theta[row])
        rows.append(jnp.where(arrays.counts_seen[series][:, None] > 0, value, 0.0))
    return jnp.stack(rows) if rows else jnp.zeros((0, *arrays.counts.shape[1:], theta.shape[1]))


def report_terms(theta: Array, paths: Array, arrays: ProblemArrays, layout: Layout) -> Array:
    """Log probabilities (R, particle) of the reported figures; 0 where not seen.

    Reports are taken together by kind, so that each density is compiled once, not once a report.
    """
    kinds = np.array(layout.report_kinds)
    if not kinds.size:
        return jnp.zeros((0, theta.shape[1]))
    centres = report_centres(theta, paths, arrays, layout)
    parts, order = [], []
    for kind, density in _DENSITIES.items():
        rows = np.flatnonzero(kinds == kind)
        if rows.size:
            parts.append(density(arrays, rows, centres[rows], arrays.sigma[rows, None]))
            order.append(rows)
    values = jnp.concatenate(parts)[np.argsort(np.concatenate(order))]
    return jnp.where(arrays.reports_seen[:, None], values, 0.0)


def _point(arrays: ProblemArrays, rows: np.ndarray, centre: Array, sigma: Array) -> Array:
    return log_normal_point(arrays.log_best[rows, None], centre, sigma)


def _range(arrays: ProblemArrays, rows: np.ndarray, centre: Array, sigma: Array) -> Array:
    return log_normal_between(arrays.log_low[rows, None], arrays.log_high[rows, None], centre, sigma)


def _upper(arrays: ProblemArrays, rows: np.ndarray, centre: Array, sigma: Array) -> Array:
    return log_normal_below(arrays.log_high[rows, None], centre, sigma)


def _lower(arrays: ProblemArrays, rows: np.ndarray, centre: Array, sigma: Array) -> Array:
    return log_normal_above(arrays.log_low[rows, None], centre, sigma)


_DENSITIES = {"point": _point, "range": _range, "upper": _upper, "lower": _lower}


def report_centres(theta: Array, paths: Array, arrays: ProblemArrays, layout: Layout) -> Array:
    """Returns logs (R, particle) of the mean or peak of each report's output over its period, bias added."""
    levels = _levels(paths, arrays.window, layout)
    log_levels = jnp.log(jnp.maximum(levels, LEAST_LEVEL))
    # Row -1, where there is no bias, is the row of zeros put behind the parameters.
    biases = jnp.concatenate([theta, jnp.zeros_like(theta[:1])])[np.array(layout.report_biases)]
    return log_levels + biases


def _levels(paths: Array, window: Array, layout: Layout) -> Array:
    """Means or peaks (R, particle) of the reports' outputs over their windows (R, month).

    Means of one output are one small matrix product.
    """
    statistics, outputs = np.array(layout.report_statistics), np.array(layout.report_outputs)
    share = window / jnp.sum(window, axis=1, keepdims=True)
    parts, order = [], []
    for output in dict.fromkeys(layout.report_outputs):
        path = paths[:, output]
        means = np.flatnonzero((outputs == output) & (statistics == "mean"))
        peaks = np.flatnonzero((outputs == output) & (statistics == "peak"))
        parts.append(share[means] @ path)
        parts += [jnp.max(jnp.where(window[one][:, None] > 0, path, 0.0), axis=0)[None] for one in peaks]
        order += [means, peaks]
    return jnp.concatenate(parts)[np.argsort(np.concatenate(order))]
