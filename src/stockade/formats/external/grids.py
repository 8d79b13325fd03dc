"""Cells by their place, and the addresses under which modellers know them: row 1 is row 0 here."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from stockade.formats.external.trouble import Trouble

Content = float | str
Numbers = list[tuple[int, float]]
MOST_ROWS, MOST_COLUMNS = 2**20, 2**14

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_COLUMN = re.compile(r"\$?([A-Za-z]{1,3})")
_ROW = re.compile(r"\$?([0-9]{1,7})")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, its ends included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.bottom - self.top + 1, self.right - self.left + 1

    def __str__(self) -> str:
        return f"{address(self.top, self.left)}:{address(self.bottom, self.right)}"


@dataclass(frozen=True)
class Grid:
    """The cells of one sheet that hold something: row -> column -> content."""

    rows: Mapping[int, Mapping[int, Content]] = field(default_factory=dict)

    def at(self, row: int, column: int) -> Content | None:
        """Returns what a cell holds; None where it is empty."""
        return self.rows.get(row, {}).get(column)

    def number(self, row: int, column: int) -> float | None:
        """Returns the number in a cell, one that is written as text too; None for all else."""
        return as_number(self.at(row, column))

    def numbers_in_row(self, row: int, first: int, last: int | None = None) -> Numbers:
        """Returns the columns, from `first` to `last`, in which a row holds a number, and the numbers."""
        if row not in self._rows:
            self._rows[row] = _numbers(sorted(self.rows.get(row, {}).items()))
        return _between(self._rows[row], first, last)

    def numbers_in_column(self, column: int, first: int, last: int | None = None) -> Numbers:
        """Returns the rows, from `first` to `last`, in which a column holds a number, and the numbers."""
        if column not in self._columns:
            cells = ((row, cells[column]) for row, cells in sorted(self.rows.items()) if column in cells)
            self._columns[column] = _numbers(cells)
        return _between(self._columns[column], first, last)

    # Hundreds of equations read the same times: they are sought out once.
    _rows: dict[int, Numbers] = field(default_factory=dict, init=False, repr=False, compare=False)
    _columns: dict[int, Numbers] = field(default_factory=dict, init=False, repr=False, compare=False)


def _numbers(cells: Iterable[tuple[int, Content]]) -> Numbers:
    found = ((at, as_number(content)) for at, content in cells)
    return [(at, value) for at, value in found if value is not None]


def _between(line: Numbers, first: int, last: int | None) -> Numbers:
    begin = bisect_left(line, (first, -float("inf")))
    end = len(line) if last is None else bisect_left(line, (last + 1, -float("inf")))
    return line[begin:end]


class Book(Protocol):
    """A file with sheets."""

    def sheet(self, tab: str) -> Grid:
        """Returns the cells of a sheet, by its name in any case."""
        ...

    def area(self, tab: str, name: str) -> Area | None:
        """Returns the cells of a sheet that bear a name; None where no such name is defined."""
        ...


@dataclass
class Budget:
    """What may still be read while one model is loaded: its spreadsheets count together."""

    cells: int = 2_000_000
    reads: int = 10_000_000
    bytes: int = 256 * 2**20

    def take_cells(self, count: int) -> None:
        """Counts cells.

        Raises:
            Trouble: `external-too-large`.
        """
        self.cells -= count
        if self.cells < 0:
            raise too_large("more than 2,000,000 cells")

    def take_bytes(self, count: int) -> None:
        """Counts unpacked bytes.

        Raises:
            Trouble: `external-too-large`.
        """
        self.bytes -= count
        if self.bytes < 0:
            raise too_large("more than 256 MiB when unpacked")

    def take_reads(self, count: int) -> None:
        """Counts cells that an equation asks for.

        Raises:
            Trouble: `external-too-large`.
        """
        self.reads -= count
        if self.reads < 0:
            said = "the equations of the model ask for more than 10,000,000 cells"
            raise Trouble("external-too-large", said, "Shorten the ranges of subscripts.")


def too_large(what: str) -> Trouble:
    """Returns the reason that the files of a model hold too much."""
    hint = "Keep what the model needs in files of its own."
    return Trouble("external-too-large", f"the files that the model reads hold {what}", hint)


def as_number(content: Content | None) -> float | None:
    """Returns the number that a cell holds, or spells; None for an empty cell and for any other text."""
    if isinstance(content, str):
        text = content.strip()
        if not _NUMBER.fullmatch(text):
            return None
        content = float(text)
    return content if content is not None and abs(content) < float("inf") else None


def cell(text: str) -> tuple[int, int] | None:
    """Returns row and column of an address such as ``B2`` or ``$b$2``; None for anything else."""
    found = _CELL.fullmatch(text.strip())
    if found is None:
        return None
    row, column = int(found.group(2)) - 1, column_number(found.group(1))
    return (row, column) if 0 <= row < MOST_ROWS and column < MOST_COLUMNS else None


def row(text: str) -> int | None:
    """Returns the row of a number such as ``4``; None for anything else."""
    found = _ROW.fullmatch(text.strip())
    at = int(found.group(1)) - 1 if found else -1
    return at if 0 <= at < MOST_ROWS else None


def column(text: str) -> int | None:
    """Returns the column of letters such as ``AB``; None for anything else."""
    found = _COLUMN.fullmatch(text.strip())
    at = column_number(found.group(1)) if found else MOST_COLUMNS
    return at if at < MOST_COLUMNS else None


def column_number(letters: str) -> int:
    """Returns the column of its letters: A is 0."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def address(row: int, column: int) -> str:
    """Returns the address of a cell: row 1, column 1 is ``B2``."""
    letters, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return f"{letters}{row + 1}"
