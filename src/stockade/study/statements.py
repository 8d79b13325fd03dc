"""The ledger as the [report] tables of a study read it: which rows speak, how, and which are left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stockade.data.ledger import Kind, Report
from stockade.data.months import Window
from stockade.study.study import Grades, ReportDefinition, Study


@dataclass(frozen=True, slots=True)
class Statement:
    """One row of the ledger as a definition reads it.

    Attributes:
        report: The row.
        definition: Name of the definition.
        window: Months that the figure speaks of.
        kind: What sort of statement it is.
        low: Lower end of a range, or a lower bound; else None.
        best: The figure of a point; else None.
        high: Upper end of a range, or an upper bound; else None.
        sigma: Sd of the log of the figure, its grade's factors included.
        bias: Parameter that is the source's own log bias; None where sources have none.
    """

    report: Report
    definition: str
    window: Window
    kind: Kind
    low: float | None
    best: float | None
    high: float | None
    sigma: float
    bias: str | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row of the ledger that a definition asks for and cannot use, and why."""

    report: Report
    definition: str
    reason: str


def matches(definition: ReportDefinition, report: Report) -> bool:
    """Says whether a definition speaks of a row: its series, and its unit where units are named."""
    return report.series == definition.series and (not definition.units or report.unit in definition.units)


def statements(
    study: Study, definition: ReportDefinition, reports: Iterable[Report]
) -> tuple[Statement, ...]:
    """Returns what a definition can use of the ledger, in its order.

    Args:
        study: Gives the period and the factors of grades.
        definition: One of its [report] tables.
        reports: The ledger, or what is visible of it as of a date.
    """
    return tuple(
        _statement(definition, one, study.grades)
        for one in reports
        if matches(definition, one) and not _reason(study, one)
    )


def left_out(study: Study, reports: Sequence[Report]) -> tuple[LeftOut, ...]:
    """Returns every row that a definition of the study asks for and cannot use, with the reason."""
    return tuple(
        LeftOut(one, definition.name, reason)
        for definition in study.definitions
        for one in reports
        if matches(definition, one) and (reason := _reason(study, one))
    )


def biases(study: Study, reports: Sequence[Report]) -> dict[str, float]:
    """Returns the prior sd of every bias parameter that the study's statements use, by its name."""
    return {
        one.bias: definition.bias_per_source
        for definition in study.definitions
        if definition.bias_per_source is not None
        for one in statements(study, definition, reports)
        if one.bias is not None
    }


def _reason(study: Study, report: Report) -> str:
    """Returns why a row cannot be used; empty where it can."""
    if report.kind is None:
        return "it gives no figure"
    if not report.period.within(study.period):
        return f"its period {report.period} is not all inside {study.period}"
    if report.best == 0 or report.high == 0:
        return "a figure of 0 has no logarithm"
    if report.kind == "lower" and report.low == 0:
        return "a lower bound of 0 says nothing"
    return ""


def _statement(definition: ReportDefinition, report: Report, grades: Grades) -> Statement:
    kind, low = report.kind, report.low
    if kind is None:
        raise ValueError(f"{report.id} gives no figure")
    if kind == "range" and low == 0:  # a range from 0 bounds from above only
        kind, low = "upper", None
    sigma = definition.sigma * grades.reliability[report.reliability] * grades.credibility[report.credibility]
    bias = None if definition.bias_per_source is None else f"bias of {report.source}"
    if kind == "point":
        return Statement(report, definition.name, report.period, kind, None, report.best, None, sigma, bias)
    return Statement(report, definition.name, report.period, kind, low, None, report.high, sigma, bias)
