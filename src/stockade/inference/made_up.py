"""Made-up figures in the places of the real ones: a truth from the prior, and what would have been recorded.

This is the data's side of the likelihood, in NumPy and without its code, so that calibration can tell
when the two do not say the same.

- A month that was seen gets a negative binomial count, a whole number; a month that was not stays unseen.
- A reported point is log-normal around the truth. It is not rounded: the likelihood takes it as it stands.
- A range is a cell of a grid on the log scale that the real range is a cell of; a bound is one of two
  cells, below and above. The reported cell is the one that the source's value falls into, so that its
  probability is just what the likelihood reckons. A bound can so come out on the other side: bounds are
  handed on as ranges with a far end, which have the same density.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import jax
import numpy as np

from stockade.arrays import Array
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.inference import likelihood
from stockade.inference.noise import Stream
from stockade.inference.observations import LEAST_DISPERSION, LEAST_MEAN, MOST_DISPERSION
from stockade.inference.priors import sample_prior, to_natural
from stockade.inference.problem import (
    CountObservation,
    Layout,
    Problem,
    ProblemArrays,
    ReportObservation,
    arrays_of,
    layout_of,
)

FAR = 1e300
"""The far end of a bound that is written as a range."""

LARGEST_MEAN = 1e12
"""Expected monthly counts above it cannot be told from one another by a double; such a truth is redrawn."""

MOST_TRIES = 1000
_LEAST_LEVEL = 1e-12


@dataclass(frozen=True, eq=False)
class MadeUp:
    """A truth, and the figures that it gave.

    Attributes:
        problem: The problem with the made-up figures in the places of the real ones.
        z: (D,) coordinates of the truth.
        truth: (D,) its parameters on their natural scale, held ones included.
        counts: Series -> (month,) the made-up count of every month, seen or not.
        redrawn: Draws of the prior before it that the model could not run, or ran beyond all counting.
    """

    problem: Problem
    z: np.ndarray
    truth: np.ndarray
    counts: Mapping[str, np.ndarray]
    redrawn: int


def make_up(problem: Problem, noise: Stream) -> MadeUp:
    """Draws a truth from the prior and makes up all that the problem would see under it.

    Args:
        problem: Gives priors, places, noise and what is unseen; its figures are replaced.
        noise: Random numbers.

    Raises:
        StockadeError: ``no-truth-to-draw`` if no draw of the prior can be run.
    """
    pattern = with_ranges(problem)
    arrays, layout = arrays_of(pattern), layout_of(pattern)
    for tried in range(MOST_TRIES):
        z = sample_prior(noise, arrays.priors, 1)
        truth, paths = (np.asarray(one)[..., 0] for one in _run(z, arrays, layout))
        made = _figures(pattern, truth, paths, noise)
        if made is not None:
            counts, told = made
            return MadeUp(_told(pattern, counts, told), np.asarray(z)[:, 0], truth, counts, tried)
    raise StockadeError(_no_truth())


def with_ranges(problem: Problem) -> Problem:
    """Returns the problem with its bounds written as ranges with a far end: the same densities."""
    ends = {"upper": {"low": 1.0 / FAR}, "lower": {"high": FAR}}
    reports = tuple(
        replace(one, kind="range", **ends[one.kind]) if one.kind in ends else one for one in problem.reports
    )
    return replace(problem, reports=reports)


@partial(jax.jit, static_argnames="layout")
def _run(z: Array, arrays: ProblemArrays, layout: Layout) -> tuple[Array, Array]:
    """Returns parameters (D, 1) and outputs (month, output, 1) at coordinates z (D, 1)."""
    theta = to_natural(z, arrays.priors)
    return theta, likelihood.simulate(theta, arrays, layout)


def _figures(
    problem: Problem, truth: np.ndarray, paths: np.ndarray, noise: Stream
) -> tuple[dict[str, np.ndarray], list[float]] | None:
    """Returns every month's counts and each source's value; None where they cannot be drawn.

    Args:
        problem: Whose figures.
        truth: (D,) parameters.
        paths: (month, output).
        noise: Random numbers.
    """
    value = dict(zip(problem.parameters, truth, strict=True))
    path = dict(zip(problem.simulator.outputs, paths.T, strict=True))
    wanted = {one.output for one in (*problem.counts, *problem.reports)}
    if not all(np.isfinite(path[name]).all() for name in wanted):
        return None
    counts = {}
    for one in problem.counts:
        mean = np.maximum(path[one.output], LEAST_MEAN)
        if mean.max() > LARGEST_MEAN:
            return None
        shape = float(np.clip(value[one.dispersion], LEAST_DISPERSION, MOST_DISPERSION))
        counts[one.series] = noise.poisson(noise.gamma(shape, mean / shape)).astype(float)
    logs = [
        math.log(max(_level(one, path[one.output]), _LEAST_LEVEL))
        + (value[one.bias] if one.bias else 0.0)
        + one.sigma * noise.standard_normal()
        for one in problem.reports
    ]
    return (counts, logs) if all(abs(one) < 600.0 for one in logs) else None


def _level(report: ReportObservation, path: np.ndarray) -> float:
    inside = path[report.first : report.last + 1]
    return float(inside.max() if report.statistic == "peak" else inside.mean())


def _told(problem: Problem, counts: Mapping[str, np.ndarray], logs: list[float]) -> Problem:
    """Returns the problem with made-up figures where real ones are seen."""
    return replace(
        problem,
        counts=tuple(_seen(one, counts[one.series]) for one in problem.counts),
        reports=tuple(_reported(one, value) for one, value in zip(problem.reports, logs, strict=True)),
    )


def _seen(observation: CountObservation, made: np.ndarray) -> CountObservation:
    return replace(observation, values=np.where(np.isfinite(observation.values), made, np.nan))


def _reported(report: ReportObservation, log_value: float) -> ReportObservation:
    """Returns the report as a source would make it whose value is exp(log_value)."""
    if report.kind == "point":
        return replace(report, best=math.exp(log_value))
    low, high = report.low or 1.0 / FAR, report.high or FAR
    if low <= 1.0 / FAR or high >= FAR:
        bound = high if low <= 1.0 / FAR else low
        below = log_value < math.log(bound)
        return replace(report, low=1.0 / FAR if below else bound, high=bound if below else FAR)
    width = math.log(high / low)
    cell = math.floor((log_value - math.log(low)) / width)
    start = math.log(low) + cell * width
    return replace(report, low=math.exp(start), high=math.exp(start + width))


def _no_truth() -> Diagnostic:
    return Diagnostic(
        code="no-truth-to-draw",
        message=f"None of {MOST_TRIES} draws of the prior gives figures that could have been recorded.",
        place=Place(file="study.toml"),
        hint="Run the model at the priors' medians (stockade simulate) and look for values that are not "
        "finite; narrow the priors.",
    )
