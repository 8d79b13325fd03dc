"""Monthly series: one row a month without gaps, one column a series, an empty cell where nobody looked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from stockade.data.months import Window, format_month, parse_month
from stockade.data.table import Row, Table, read_table
from stockade.errors import Diagnostic, Place, StockadeError

MONTH = "month"


@dataclass(frozen=True, eq=False)
class SeriesTable:
    """Monthly series.

    Attributes:
        file: Path as given.
        first_month: Month of row 0.
        values: (month,) float arrays by column, read-only; NaN where the cell is empty or not visible.
        lines: (month,) line of the file that each row stands on.
        dropped: Columns left at the door because they could name or locate a private person.
    """

    file: str
    first_month: int
    values: Mapping[str, np.ndarray]
    lines: tuple[int, ...]
    dropped: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the series, in the order of the file."""
        return tuple(self.values)

    @property
    def window(self) -> Window:
        """The months that the rows cover."""
        return Window(self.first_month, self.first_month + len(self.lines) - 1)

    def over(self, column: str, window: Window) -> np.ndarray:
        """Returns (month,) values of a column over a window; NaN outside the table."""
        out = np.full(len(window), np.nan)
        first = max(window.first, self.window.first)
        last = min(window.last, self.window.last)
        if first <= last:
            source = self.values[column][first - self.first_month : last + 1 - self.first_month]
            out[first - window.first : last + 1 - window.first] = source
        return out


def read_series(path: str | Path) -> SeriesTable:
    """Reads monthly series from a CSV file with a column ``month`` and a column for each series.

    Raises:
        StockadeError: With everything that is wrong: a missing or unknown month, months that repeat,
            go backwards or leave gaps, text where a number belongs, negative or infinite numbers.
    """
    table = read_table(path, required=(MONTH,))
    if not table.rows:
        hint = "Add a line for each month."
        raise StockadeError(
            Diagnostic("empty-file", "There is no row below the header.", Place(table.file), hint=hint)
        )
    problems: list[Diagnostic] = []
    months = _months(table, problems)
    columns = [name for name in table.columns if name != MONTH]
    values = {name: np.array([_number(table, row, name, problems) for row in table.rows]) for name in columns}
    if problems:
        raise StockadeError(sorted(problems, key=lambda one: one.place.line or 0))
    return SeriesTable(
        table.file, months[0], _frozen(values), tuple(row.line for row in table.rows), table.dropped
    )


def with_values(table: SeriesTable, values: Mapping[str, np.ndarray]) -> SeriesTable:
    """Returns the same rows with other values, e.g. with what is not yet visible taken out."""
    return SeriesTable(table.file, table.first_month, _frozen(values), table.lines, table.dropped)


def series_csv(table: SeriesTable) -> str:
    """Writes monthly series as `read_series` reads them; whole numbers get no point, missing ones no cell."""
    lines = [",".join((MONTH, *table.columns))]
    for row, month in enumerate(table.window.months()):
        cells = (_cell(float(column[row])) for column in table.values.values())
        lines.append(",".join((format_month(month), *cells)))
    return "\n".join(lines) + "\n"


def _cell(value: float) -> str:
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() else repr(value)


def _frozen(values: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
    out = {}
    for name, array in values.items():
        out[name] = np.array(array, dtype=float)
        out[name].setflags(write=False)
    return MappingProxyType(out)


def _months(table: Table, problems: list[Diagnostic]) -> list[int]:
    """Reads the month of every row and notes each one that does not follow the one before."""
    months: list[int] = []
    for row in table.rows:
        place = Place(table.file, row.line, name=MONTH)
        try:
            month = parse_month(row.cells[MONTH], place)
        except StockadeError as error:
            problems += error.diagnostics
            continue
        if months and (problem := _step_problem(months[-1], month, row, place)):
            problems.append(problem)
        months.append(month)
    return months


def _step_problem(before: int, month: int, row: Row, place: Place) -> Diagnostic | None:
    excerpt = row.cells[MONTH]
    hint = "Write one row a month, in order; leave cells empty where nobody looked."
    if month == before:
        message = f"{excerpt} stands there twice."
        return Diagnostic("series-not-monthly", message, place, excerpt, hint)
    if month < before:
        message = f"{excerpt} comes after {format_month(before)}."
        return Diagnostic("series-not-monthly", message, place, excerpt, hint)
    if month > before + 1:
        missing = Window(before + 1, month - 1)
        verb = "is" if len(missing) == 1 else "are"
        return Diagnostic("series-gap", f"{missing} {verb} missing before {excerpt}.", place, excerpt, hint)
    return None


def _number(table: Table, row: Row, column: str, problems: list[Diagnostic]) -> float:
    text = row.cells[column]
    if text == "":
        return math.nan
    place = Place(table.file, row.line, name=column)
    value = parse_figure(text)
    if value is None:
        hint = "Write a number such as 12 or 0.5, no separators; an empty cell means not observed."
        problems.append(Diagnostic("series-text", f"'{text}' is not a number.", place, text, hint))
        return math.nan
    if value < 0:
        hint = "A monthly count cannot be below 0; an empty cell means not observed."
        problems.append(Diagnostic("series-negative", f"{text} is negative.", place, text, hint))
    return value


def parse_figure(text: str) -> float | None:
    """Reads a finite decimal number in ASCII; None where it is anything else."""
    if not text.isascii() or "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
