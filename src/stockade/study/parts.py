"""What of a study's data can be left out: each figure by itself, and all that has one origin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from stockade.briefing.influence import PartKind
from stockade.briefing.wording import figure_of, number
from stockade.data.asof import visible_reports
from stockade.data.ledger import Report
from stockade.data.months import format_month
from stockade.inference.problem import Problem
from stockade.study.folder import StudyFolder
from stockade.study.problems import fitted_counts, seen_series
from stockade.study.statements import statements


@dataclass(frozen=True)
class Part:
    """Data that are left out together.

    Attributes:
        kind: A month of a series, a report, a whole series, all reports of a kind, all of a source.
        what: What it is, for a reader.
        window: The month or months that a single figure is about; empty for several figures.
        figure: A single figure as it was stated; empty for several.
        source: Who gave a single report; empty otherwise.
        months: (column of series.csv, index of the month in the period) of every month.
        lines: Lines of the ledger.
        column: The series that is left out as a whole; empty otherwise.
    """

    kind: PartKind
    what: str
    window: str = ""
    figure: str = ""
    source: str = ""
    months: frozenset[tuple[str, int]] = frozenset()
    lines: frozenset[int] = frozenset()
    column: str = ""

    @property
    def figures(self) -> int:
        """How many figures it holds."""
        return len(self.months) + len(self.lines)

    @property
    def name(self) -> str:
        """Names what is left out, whatever it is called: equal for equal data."""
        months = ",".join(f"{column}:{month}" for column, month in sorted(self.months))
        return f"{months} {sorted(self.lines)}"


def parts(folder: StudyFolder, when: date) -> tuple[Part, ...]:
    """Returns all that can be left out as of a date: whole origins first, then figure by figure.

    Inputs over time are no data of the fit and cannot be left out.
    """
    months = _months(folder, when)
    reports = _reports(folder, when)
    singles = [part for _, part in (*months, *reports)]
    return (*_origins(folder, months, reports), *singles)


def masks(part: Part, problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Returns what a part hides of a problem: months (S, month) and reports (R,), both bool."""
    rows = {one.series: index for index, one in enumerate(problem.counts)}
    months = np.zeros((len(rows), len(problem.counts[0].values) if problem.counts else 0), dtype=bool)
    for column, month in part.months:
        months[rows[column], month] = True
    lines = [int(one.report.rpartition(":")[2]) for one in problem.reports]
    return months, np.array([line in part.lines for line in lines], dtype=bool)


def _months(folder: StudyFolder, when: date) -> list[tuple[str, Part]]:
    study, seen = folder.study, seen_series(folder, when)
    found = []
    for one in study.observes:
        values = fitted_counts(one, seen, study.period)
        for month in np.flatnonzero(np.isfinite(values)):
            text = format_month(study.period.first + int(month))
            part = Part(
                "month", one.label or one.column, window=text, figure=number(float(values[month])),
                months=frozenset({(one.column, int(month))}),
            )  # fmt: skip
            found.append((one.column, part))
    return found


def _reports(folder: StudyFolder, when: date) -> list[tuple[Report, Part]]:
    """Returns every visible report that a definition reads, those included that no variable speaks to."""
    study, visible = folder.study, visible_reports(folder.reports, when)
    found: dict[int, tuple[Report, Part]] = {}
    for definition in study.definitions:
        for one in statements(study, definition, visible):
            report = one.report
            figure = figure_of(one.kind, one.low, one.best, one.high)
            part = Part(
                "report", definition.label or definition.name, window=str(report.period), figure=figure,
                source=report.source, lines=frozenset({report.line}),
            )  # fmt: skip
            found.setdefault(report.line, (report, part))
    return [found[line] for line in sorted(found)]


def _origins(
    folder: StudyFolder, months: Sequence[tuple[str, Part]], reports: Sequence[tuple[Report, Part]]
) -> Iterator[Part]:
    """Yields whole series, kinds of report, and sources."""
    for one in folder.study.observes:
        mine = [part for column, part in months if column == one.column]
        if mine:
            together = frozenset().union(*(part.months for part in mine))
            yield Part("series", one.label or one.column, months=together, column=one.column)
    for series in dict.fromkeys(report.series for report, _ in reports):
        mine = [part for report, part in reports if report.series == series]
        labels = list(dict.fromkeys(part.what for part in mine))
        lines = frozenset().union(*(part.lines for part in mine))
        yield Part("reports", labels[0] if len(labels) == 1 else series, lines=lines)
    for source in dict.fromkeys(report.source for report, _ in reports):
        lines = frozenset().union(*(part.lines for report, part in reports if report.source == source))
        yield Part("source", source, lines=lines)
