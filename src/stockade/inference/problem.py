"""A Problem: what one explanation is fitted to, as of one date; and its log density as arrays.

Everything in which explanations and dates differ (what is free, held values, priors, data with masks,
input paths) is an array in `ProblemArrays`. What they share (the simulator, which output a series
observes) is a `Layout`, static and hashable. Problems with equal layouts and shapes therefore run in
one compiled program. To keep shapes equal give every problem of a study the same parameters, series
and reports, and mark what an as-of date may not see: NaN for a month, `seen=False` for a report.

Parameters and particles are laid out (D, particle): a parameter is a contiguous vector.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.inference.observations import rising_table
from stockade.inference.priors import Prior, PriorArrays, prior_arrays

Statistic = Literal["mean", "peak"]
ReportKind = Literal["point", "range", "upper", "lower"]


class Runnable(Protocol):
    """The part of a compiled simulator that inference needs."""

    @property
    def constants(self) -> tuple[str, ...]:
        """Canonical names, the order of the constants' vector."""
        ...

    @property
    def defaults(self) -> np.ndarray:
        """(constants,) the model's own values."""
        ...

    @property
    def outputs(self) -> tuple[str, ...]:
        """Canonical names of what `run` returns."""
        ...

    @property
    def run(self) -> Callable[..., Array]:
        """Runs the model: constants (C, *batch) and inputs (input, step) give (month, output, *batch)."""
        ...


@dataclass(frozen=True, eq=False)
class CountObservation:
    """A monthly count and the output it scatters around.

    Attributes:
        series: Name of the series.
        output: Canonical name of the simulator's output that is its mean.
        dispersion: Name of the parameter r; the variance is mu + mu^2 / r.
        values: (month,) counts, one for each saved time of the simulator; NaN where not seen.
        history: (month,) counts of the months just before the period, oldest first, NaN where not
            seen. Only the nulls look at them, as the first months to condition on.
    """

    series: str
    output: str
    dispersion: str
    values: np.ndarray
    history: np.ndarray = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True)
class ReportObservation:
    """One reported figure about an output.

    Attributes:
        report: Id of the report, unique in the study.
        output: Canonical name of the simulator's output it is about.
        first: Index of the first month of its period.
        last: Index of the last month, inclusive.
        statistic: Whether it speaks of the mean or of the peak over the period.
        kind: A point (`best`), a range (`low`..`high`), an upper bound (`high`) or a lower one (`low`).
        low: Lower end or bound.
        best: The figure of a point.
        high: Upper end or bound.
        sigma: Sd of the log of the figure around the truth, grade included.
        bias: Name of the parameter that is the source's log bias; None where it has none.
        seen: Whether the as-of date may see it. An unseen report keeps its place and counts nothing.
        series: Kind of report, such as ``ff_inflow_iraq``; the nulls average within it.
        published: Day of publication as `date.toordinal()`; the nulls go by this order.
    """

    report: str
    output: str
    first: int
    last: int
    statistic: Statistic
    kind: ReportKind
    low: float | None
    best: float | None
    high: float | None
    sigma: float
    bias: str | None = None
    seen: bool = True
    series: str = ""
    published: int = 0

    def __post_init__(self) -> None:
        needed = {"point": ("best",), "range": ("low", "high"), "upper": ("high",), "lower": ("low",)}
        if any(not (getattr(self, name) or 0.0) > 0.0 for name in needed[self.kind]):
            raise ValueError(f"report {self.report}: a {self.kind} needs positive {needed[self.kind]}")
        if not (0 <= self.first <= self.last and self.sigma > 0.0):
            raise ValueError(f"report {self.report}: empty period or sigma that is not positive")


@dataclass(frozen=True, eq=False)
class Problem:
    """One explanation as of one date, ready to be fitted.

    Attributes:
        simulator: Runs the model; only its constants, defaults, outputs and `run` are used.
        parameters: (D,) names of all parameters of the study: constants of the model, dispersions and
            biases. Constants that are no parameters keep the simulator's defaults.
        priors: (D,) one for each; None where a parameter is free in no explanation.
        free: (D,) bool; what this explanation samples.
        held: (D,) the values of the rest.
        counts: Monthly series, the same in all problems of a study.
        reports: Reported figures, the same in all problems of a study.
        inputs: (input, step) paths of the simulator's inputs; None where it has none.
    """

    simulator: Runnable
    parameters: tuple[str, ...]
    priors: tuple[Prior | None, ...]
    free: np.ndarray
    held: np.ndarray
    counts: tuple[CountObservation, ...]
    reports: tuple[ReportObservation, ...] = ()
    inputs: np.ndarray | None = None

    def __post_init__(self) -> None:
        size = len(self.parameters)
        if len(set(self.parameters)) != size:
            raise ValueError("parameters are not unique")
        if len(self.priors) != size or np.shape(self.free) != (size,) or np.shape(self.held) != (size,):
            raise ValueError("priors, free and held need one entry for each parameter")
        known = set(self.parameters)
        wanted = {one.dispersion for one in self.counts} | {one.bias for one in self.reports if one.bias}
        missing = sorted(wanted - known)
        missing += sorted({one.output for one in (*self.counts, *self.reports)} - set(self.simulator.outputs))
        if missing:
            raise ValueError(f"not among the parameters and outputs: {missing}")

    @property
    def free_names(self) -> tuple[str, ...]:
        """Names of the parameters that this explanation samples."""
        return tuple(name for name, one in zip(self.parameters, self.free, strict=True) if one)

    @property
    def months(self) -> int:
        """How many months a run has: those of the series, or where there is none those of the simulator."""
        if self.counts:
            return len(self.counts[0].values)
        times = getattr(self.simulator, "times", None)
        return 1 + max((one.last for one in self.reports), default=0) if times is None else len(times)


@dataclass(frozen=True)
class Layout:
    """What all problems of a study share; static in every compiled function.

    Attributes:
        run: The simulator's function.
        constants: (C,) for each constant of the model its row in [parameters; defaults].
        count_outputs: (S,) output of each series.
        count_dispersions: (S,) parameter row of each series' dispersion.
        report_outputs: (R,) output of each report.
        report_biases: (R,) parameter row of its bias; -1 where it has none.
        report_statistics: (R,) mean or peak.
        report_kinds: (R,) point, range, upper or lower.
        stoppable: Whether `run` takes the number of months to run.
    """

    run: Callable[..., Array]
    constants: tuple[int, ...]
    count_outputs: tuple[int, ...]
    count_dispersions: tuple[int, ...]
    report_outputs: tuple[int, ...]
    report_biases: tuple[int, ...]
    report_statistics: tuple[Statistic, ...]
    report_kinds: tuple[ReportKind, ...]
    stoppable: bool = False


class ProblemArrays(NamedTuple):
    """All in which problems of a study differ, as arrays of one shape.

    Attributes:
        priors: The priors, and what is free and held.
        defaults: (C,) defaults of the model's constants.
        counts: (S, month) counts, 0 where not seen.
        counts_seen: (S, month) 1 where seen, else 0.
        rising: (S, node, 2) tables of `observations.rising_table`.
        window: (R, month) 1 inside a report's period, else 0.
        log_low: (R,) log of the lower end, or of 1 where there is none.
        log_best: (R,) log of the figure, likewise.
        log_high: (R,) log of the upper end, likewise.
        sigma: (R,) sd of the log.
        reports_seen: (R,) bool.
        inputs: (input, step) paths.
    """

    priors: PriorArrays
    defaults: Array
    counts: Array
    counts_seen: Array
    rising: Array
    window: Array
    log_low: Array
    log_best: Array
    log_high: Array
    sigma: Array
    reports_seen: Array
    inputs: Array


def layout_of(problem: Problem) -> Layout:
    """Returns what the problem shares with the others of its study."""
    row = {name: index for index, name in enumerate(problem.parameters)}
    output = {name: index for index, name in enumerate(problem.simulator.outputs)}
    size = len(problem.parameters)
    return Layout(
        run=problem.simulator.run,
        constants=tuple(row.get(name, size + k) for k, name in enumerate(problem.simulator.constants)),
        count_outputs=tuple(output[one.output] for one in problem.counts),
        count_dispersions=tuple(row[one.dispersion] for one in problem.counts),
        report_outputs=tuple(output[one.output] for one in problem.reports),
        report_biases=tuple(-1 if one.bias is None else row[one.bias] for one in problem.reports),
        report_statistics=tuple(one.statistic for one in problem.reports),
        report_kinds=tuple(one.kind for one in problem.reports),
        stoppable=bool(getattr(problem.simulator, "average", False)),
    )


def arrays_of(problem: Problem) -> ProblemArrays:
    """Returns the problem's arrays.

    Raises:
        ValueError: If a free parameter has no prior, or series differ in length.
    """
    months = problem.months
    values = np.array([np.rint(one.values) for one in problem.counts], dtype=float)
    values = values.reshape(len(problem.counts), months)
    index = np.arange(months)
    window = [(index >= one.first) & (index <= one.last) for one in problem.reports]
    ends = [[one.low or 1.0, one.best or 1.0, one.high or 1.0] for one in problem.reports]
    logs = np.log(np.array(ends, dtype=float).reshape(-1, 3))
    inputs = np.zeros((0, 1)) if problem.inputs is None else problem.inputs
    counts, seen = jnp.asarray(np.nan_to_num(values)), jnp.asarray(np.isfinite(values), dtype=float)
    return ProblemArrays(
        priors=prior_arrays(problem.priors, np.asarray(problem.free), np.asarray(problem.held, float)),
        defaults=jnp.asarray(problem.simulator.defaults, dtype=float),
        counts=counts,
        counts_seen=seen,
        rising=_rising_tables(counts, seen),
        window=jnp.asarray(np.array(window, dtype=float).reshape(-1, months)),
        log_low=jnp.asarray(logs[:, 0]),
        log_best=jnp.asarray(logs[:, 1]),
        log_high=jnp.asarray(logs[:, 2]),
        sigma=jnp.asarray([one.sigma for one in problem.reports], dtype=float),
        reports_seen=jnp.asarray([one.seen for one in problem.reports], dtype=bool),
        inputs=jnp.asarray(inputs, dtype=float),
    )


@jax.jit
def _rising_tables(counts: Array, seen: Array) -> Array:
    """Returns the tables (S, node, 2) of all series (S, month)."""
    return jax.vmap(rising_table)(counts, seen)


def data_count(problem: Problem) -> int:
    """Returns how many months and reports the problem sees."""
    months = sum(int(np.isfinite(one.values).sum()) for one in problem.counts)
    return months + sum(one.seen for one in problem.reports)
