"""Explanations without mechanism: each series goes on as its last twelve months did.

A null predicts each seen month from the months seen before it: a negative binomial around the mean of
the last twelve seen months, or around the line through the logs of count + 1/2 over them, continued to
the month. Only the dispersion is unknown, one for each series; it is integrated out by quadrature, so
the evidence is exact and equals the sum of one-step-ahead log predictive densities. A reported figure
is log-normal around the geometric mean of the earlier ones of its kind, in order of publication.

The rows that enter are those of a mechanism's Problem: the same months and reports, no more, no less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.inference.observations import (
    log_normal_above,
    log_normal_below,
    log_normal_between,
    log_normal_point,
    negative_binomial,
)
from stockade.inference.priors import Prior, log_prior, natural_sd, prior_arrays, to_natural
from stockade.inference.problem import CountObservation, Problem, ReportObservation

NullKind = Literal["mean", "trend"]

MEMORY = 12
"""Months that a null looks back on."""

LEAST_LEVEL = 0.5 / MEMORY
"""Floor of a null's mean: half an event in the months it looks back on, so that zeros predict little, not
nothing."""

_NODES = 2001
_SPAN = {"lognormal": 10.0, "normal": 10.0, "beta": 40.0, "uniform": 40.0}


@dataclass(frozen=True, eq=False)
class SeriesNull:
    """A null's account of one series.

    Attributes:
        series: Its name.
        means: (month,) predicted mean of every month of the period: one month ahead while months are
            seen, then as many ahead as it takes.
        predictive: (month,) log predictive density of each seen month given those before it; NaN where
            not seen.
        log_evidence: Their sum.
        nodes: (node,) values of the dispersion in the quadrature.
        weights: (node,) its posterior probability at each; sums to one.
    """

    series: str
    means: np.ndarray
    predictive: np.ndarray
    log_evidence: float
    nodes: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True, eq=False)
class NullFit:
    """A null as of one date.

    Attributes:
        kind: Mean or trend.
        series: One account for each count series, in the order of the problem.
        reports: Log predictive density of each seen report by its id.
        log_evidence: Sum of all of them. It is exact: its Monte Carlo error is 0.
    """

    kind: NullKind
    series: tuple[SeriesNull, ...]
    reports: Mapping[str, float]
    log_evidence: float


def fit_null(problem: Problem, kind: NullKind, first_guess: Mapping[str, tuple[float, float]]) -> NullFit:
    """Fits a null to the rows that a problem sees.

    Args:
        problem: Any explanation's problem as of the date; of it only the data and the priors of
            dispersions and biases are used.
        kind: Mean or trend.
        first_guess: (median, sigma) that is expected of the first report, by kind of report.

    Raises:
        StockadeError: ``null-without-history`` if a seen month has none before it;
            ``null-without-first-guess`` if a kind of report has no first guess.
    """
    priors = dict(zip(problem.parameters, problem.priors, strict=True))
    held = dict(zip(problem.parameters, np.where(problem.free, np.nan, problem.held), strict=True))
    series = tuple(
        _fit_series(one, kind, priors[one.dispersion], held[one.dispersion]) for one in problem.counts
    )
    bias_sd = {one.bias: _bias_sd(priors, one.bias) for one in problem.reports}
    reports = _reports(problem.reports, bias_sd, first_guess)
    total = sum(one.log_evidence for one in series) + sum(reports.values())
    return NullFit(kind, series, reports, total)


def null_means(observation: CountObservation, kind: NullKind) -> np.ndarray:
    """Returns the predicted mean (month,) of every month of the period, each from those seen before it.

    Raises:
        StockadeError: ``null-without-history`` if a month has none before it.
    """
    counts = np.rint(np.concatenate([observation.history, observation.values]))
    start = len(observation.history)
    return np.array([_mean_at(month, counts, kind, observation) for month in range(start, len(counts))])


def next_report(problem: Problem, series: str, first_guess: tuple[float, float]) -> tuple[float, float]:
    """Returns what a null expects of the next report of a kind: its log, and the sd of what is not noise.

    Args:
        problem: Whose reports have been seen.
        series: Kind of report.
        first_guess: (median, sigma) that is expected of the first one.
    """
    levels = [_level(one) for one in problem.reports if one.seen and one.series == series]
    known = [one for one in levels if one is not None]
    if known:
        return float(np.mean(known)), 0.0
    return float(np.log(first_guess[0])), first_guess[1]


def draw_counts(fit: NullFit, *, seed: int, draws: int) -> dict[str, np.ndarray]:
    """Returns predictive counts (month, draw) of every series and month of the period.

    Each draw has one dispersion for all its months. Months that were seen are drawn too; who judges
    claims puts the seen counts in their place.

    Args:
        fit: The null.
        seed: Of NumPy's default generator.
        draws: How many.
    """
    generator = np.random.default_rng(seed)
    found = {}
    for one in fit.series:
        dispersion = generator.choice(one.nodes, size=draws, p=one.weights)
        rate = generator.gamma(dispersion, 1.0 / dispersion, size=(len(one.means), draws))
        found[one.series] = generator.poisson(one.means[:, None] * rate).astype(float)
    return found


def _mean_at(month: int, counts: np.ndarray, kind: NullKind, observation: CountObservation) -> float:
    """Returns the predicted mean of a month from the last seen months before it."""
    seen = np.flatnonzero(np.isfinite(counts[:month]))[-MEMORY:]
    if not seen.size:
        raise StockadeError(_without_history(observation.series))
    if kind == "mean" or seen.size < 2:
        return max(float(counts[seen].mean()), LEAST_LEVEL)
    slope, level = np.polyfit(seen - month, np.log(counts[seen] + 0.5), 1)
    del slope
    return max(float(np.exp(min(level, 20.0))) - 0.5, LEAST_LEVEL)


def _fit_series(
    observation: CountObservation, kind: NullKind, prior: Prior | None, held: float
) -> SeriesNull:
    """Integrates a series' dispersion out and returns its account."""
    means = null_means(observation, kind)
    nodes, log_weights = _quadrature(prior, held)
    counts = np.rint(observation.values)
    seen = np.isfinite(counts)
    # All months go in, seen or not: one shape for every series and date, compiled once.
    count, mean = jnp.asarray(np.nan_to_num(counts))[:, None], jnp.asarray(means)[:, None]
    terms = np.asarray(_monthly(count, mean, jnp.asarray(nodes)))[seen]
    # Row t is log of prior(r) times the probability of all months up to t, on the nodes.
    running = np.vstack([log_weights, log_weights + np.cumsum(terms, axis=0)])
    evidence = np.logaddexp.reduce(running, axis=1)
    predictive = np.full(len(counts), np.nan)
    predictive[seen] = np.diff(evidence)
    return SeriesNull(
        series=observation.series,
        means=means,
        predictive=predictive,
        log_evidence=float(evidence[-1] - evidence[0]),
        nodes=nodes,
        weights=np.exp(running[-1] - evidence[-1]),
    )


@jax.jit
def _monthly(count: Array, mean: Array, dispersion: Array) -> Array:
    """Log probabilities (month, node) of counts (month, 1) around means (month, 1)."""
    return negative_binomial(count, mean, dispersion)


def _quadrature(prior: Prior | None, held: float) -> tuple[np.ndarray, np.ndarray]:
    """Returns nodes and log weights of a prior by the trapezoid rule in its coordinate z.

    The integrand is smooth and vanishes at both ends, where that rule converges exponentially.
    """
    if prior is None or np.isfinite(held):
        return np.array([held]), np.zeros(1)
    arrays = prior_arrays([prior], np.array([True]), np.array([0.0]))
    z = jnp.linspace(-_SPAN[prior.family], _SPAN[prior.family], _NODES)[None]
    log_weights = np.asarray(log_prior(z, arrays))
    nodes = np.asarray(to_natural(z, arrays))[0]
    return nodes, log_weights - np.logaddexp.reduce(log_weights)


def _bias_sd(priors: Mapping[str, Prior | None], name: str | None) -> float:
    """Returns the prior sd of a source's log bias; 0 where it has none."""
    prior = priors[name] if name else None
    return natural_sd(prior) if prior else 0.0


def _reports(
    reports: tuple[ReportObservation, ...],
    bias_sd: Mapping[str | None, float],
    first_guess: Mapping[str, tuple[float, float]],
) -> dict[str, float]:
    """Returns the log predictive density of each seen report given the earlier ones of its kind."""
    earlier: dict[str, list[float]] = {}
    found = {}
    # Sorting keeps the order of the ledger among reports of one day.
    for one in sorted((one for one in reports if one.seen), key=lambda one: one.published):
        levels = earlier.setdefault(one.series, [])
        sigma = float(np.hypot(one.sigma, bias_sd[one.bias]))
        if levels:
            centre = float(np.mean(levels))
        elif one.series in first_guess:
            median, spread = first_guess[one.series]
            centre, sigma = float(np.log(median)), float(np.hypot(sigma, spread))
        else:
            raise StockadeError(_without_first_guess(one.series))
        found[one.report] = _report_density(one, centre, sigma)
        level = _level(one)
        if level is not None:
            levels.append(level)
    return found


def _level(report: ReportObservation) -> float | None:
    """Returns the log of a point, or of a range's middle; None for a bound, which tells no level."""
    if report.kind == "point":
        return float(np.log(report.best or 1.0))
    if report.kind == "range":
        return float(0.5 * (np.log(report.low or 1.0) + np.log(report.high or 1.0)))
    return None


def _report_density(report: ReportObservation, centre: float, sigma: float) -> float:
    """Returns the log probability of one figure around a centre, as a mechanism would reckon it."""
    low, best, high = (jnp.log(one or 1.0) for one in (report.low, report.best, report.high))
    c, s = jnp.asarray(centre), jnp.asarray(sigma)
    if report.kind == "point":
        return float(log_normal_point(best, c, s))
    if report.kind == "range":
        return float(log_normal_between(low, high, c, s))
    return float(log_normal_below(high, c, s) if report.kind == "upper" else log_normal_above(low, c, s))


def _without_history(series: str) -> Diagnostic:
    return Diagnostic(
        code="null-without-history",
        message="An explanation without mechanism predicts each month from earlier ones, and the first "
        "month has none.",
        place=Place(file="series.csv", name=series),
        hint="Give the series some months before the study's period, best twelve, or begin the period later.",
    )


def _without_first_guess(series: str) -> Diagnostic:
    return Diagnostic(
        code="null-without-first-guess",
        message="An explanation without mechanism cannot predict the first report of this kind.",
        place=Place(file="study.toml", name=series),
        hint="Add first_guess = { median = ..., sigma = ... } to the report's section.",
    )
