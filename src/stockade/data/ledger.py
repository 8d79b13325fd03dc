"""The ledger: dated figures that somebody gave about a period, with their source and grade."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Literal

from stockade.data.months import Window, latest_date, parse_window, window_of
from stockade.data.series import parse_figure
from stockade.data.table import Row, read_table
from stockade.errors import Diagnostic, Place, StockadeError

COLUMNS = (
    "series", "period_from", "period_to", "low", "best", "high", "unit", "reported_on", "source",
    "seen_at_url", "note", "reliability", "credibility",
)  # fmt: skip
RELIABILITY = "ABCDEF"
CREDIBILITY = "123456"
Kind = Literal["point", "range", "upper", "lower"]


@dataclass(frozen=True, slots=True)
class Report:
    """One statement: a figure about a period, published on a day.

    Attributes:
        series: What it is about, e.g. ``ff_inflow_iraq``.
        period: The months that the figure speaks of.
        low: Lower end of a range, or a lower bound; in `unit`. None where not given.
        best: The figure itself; None where not given.
        high: Upper end of a range, or an upper bound; None where not given.
        unit: Unit of the figures, in the source's words.
        reported_on: The latest day that the date of publication can mean.
        reported_text: The date of publication as written.
        source: Who said it, and where it was read.
        url: Page on which it was seen.
        note: What was said, in the words of the ledger.
        reliability: Admiralty grade of the source, A to F.
        credibility: Admiralty grade of the statement, 1 to 6.
        line: Line of the ledger.
        file: The ledger.
    """

    series: str
    period: Window
    low: float | None
    best: float | None
    high: float | None
    unit: str
    reported_on: date
    reported_text: str
    source: str
    url: str
    note: str
    reliability: str
    credibility: str
    line: int
    file: str = ""

    @property
    def id(self) -> str:
        """Names the statement within its ledger, e.g. ``ff_inflow_iraq:12`` (series and line)."""
        return f"{self.series}:{self.line}"

    @property
    def grade(self) -> str:
        """Both grades in the usual form, e.g. ``C2``."""
        return self.reliability + self.credibility

    @property
    def kind(self) -> Kind | None:
        """What sort of statement it is; None where it gives no figure."""
        if self.best is not None:
            return "point"
        if self.low is not None:
            return "lower" if self.high is None else "range"
        return "upper" if self.high is not None else None


def read_ledger(path: str | Path) -> tuple[Report, ...]:
    """Reads a ledger of reported figures, in the order of the file.

    Raises:
        StockadeError: With everything that is wrong: a missing column or series, a bad period or date,
            text or a negative number as a figure, low above high, best outside them, an unknown grade.
    """
    table = read_table(path, required=COLUMNS)
    problems: list[Diagnostic] = []
    reports = [_report(table.file, row, problems) for row in table.rows]
    if problems:
        raise StockadeError(problems)
    return tuple(one for one in reports if one is not None)


def _report(file: str, row: Row, problems: list[Diagnostic]) -> Report | None:
    cells = row.cells

    def at(column: str) -> Place:
        return Place(file, row.line, name=column)

    before = len(problems)
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", cells["series"]):
        hint = "Write letters, digits and underscores, e.g. ff_inflow_iraq."
        message = f"'{cells['series']}' does not name a series."
        problems.append(Diagnostic("report-series", message, at("series"), cells["series"], hint))
    period = _period(cells, at, problems)
    reported_on = _collect(problems, latest_date, cells["reported_on"], at("reported_on"))
    low, best, high = (_figure(cells[name], at(name), problems) for name in ("low", "best", "high"))
    problems += _order_problems(low, best, high, at)
    problems += _grade_problems(cells, at)
    if len(problems) > before or period is None or reported_on is None:
        return None
    return Report(
        cells["series"], period, low, best, high, cells["unit"], reported_on, cells["reported_on"],
        cells["source"], cells["seen_at_url"], cells["note"], cells["reliability"], cells["credibility"],
        row.line, file,
    )  # fmt: skip


def _collect(problems, parse, text, place):
    """Calls a parser and notes its complaint; None where it complained."""
    try:
        return parse(text, place)
    except StockadeError as error:
        problems += error.diagnostics
        return None


def _period(cells, at, problems: list[Diagnostic]) -> Window | None:
    first = _collect(problems, parse_window, cells["period_from"], at("period_from"))
    last = _collect(problems, parse_window, cells["period_to"], at("period_to"))
    if first is None or last is None:
        return None
    text = f"{cells['period_from']}..{cells['period_to']}"
    return _collect(problems, partial(window_of, first.first, last.last), text, at("period_to"))


def _figure(text: str, place: Place, problems: list[Diagnostic]) -> float | None:
    if text == "":
        return None
    value = parse_figure(text)
    if value is None or value < 0:
        what = "negative" if value is not None else "not a number"
        hint = "Write a number such as 110, no separators; leave the cell empty where none was given."
        problems.append(Diagnostic("report-figure", f"'{text}' is {what}.", place, text, hint))
        return None
    return value


def _order_problems(low, best, high, at) -> list[Diagnostic]:
    if low is not None and high is not None and low > high:
        message = f"low ({low:g}) is above high ({high:g})."
        hint = "Swap the two figures."
        return [Diagnostic("report-low-above-high", message, at("low"), f"{low:g}..{high:g}", hint)]
    if best is not None and not (low or 0) <= best <= (best if high is None else high):
        excerpt = ", ".join(
            f"{word} {figure:g}"
            for word, figure in (("low", low), ("best", best), ("high", high))
            if figure is not None
        )
        message = f"best ({best:g}) lies outside low and high."
        hint = "The best figure lies between the low and the high one; leave out those that were not given."
        return [Diagnostic("report-best-outside", message, at("best"), excerpt, hint)]
    return []


def _grade_problems(cells: dict[str, str], at) -> list[Diagnostic]:
    out = []
    for column, known in (("reliability", RELIABILITY), ("credibility", CREDIBILITY)):
        if cells[column] == "" or cells[column] not in known or len(cells[column]) != 1:
            message = f"'{cells[column]}' is no {column} of the Admiralty grading."
            hint = f"Write one of {', '.join(known)}; {known[-1]} where it cannot be judged."
            out.append(Diagnostic("report-grade", message, at(column), cells[column], hint))
    return out
