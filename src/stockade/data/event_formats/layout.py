"""What a format of event files is, and what its own file works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from stockade.data.event_formats.cells import day, has_short_year, is_blank, order_of
from stockade.data.events import FIGURES, Note, Release, Side, Words, events_
from stockade.data.months import Window

MOST_LINES = 10
"""How many lines a note names."""


@dataclass(frozen=True)
class EventFormat:
    """A format: how it is recognised, what is read of it, and what that means.

    Attributes:
        name: What people call it.
        columns: Names that a column may have in a file, lower case with underscores, by our own name.
        required: Our names of columns without which a file is not of this format.
        build: Makes a `Draft` of what was read.
        id: Our name of the column that tells events apart; None where there is none.
        either: Groups of our names of which a file must have one each.
        personal: Further columns that could name or locate a person, beside those known by their name.
        harmless: Columns that look as if they named a person, and do not.
        headless: The columns of a file without a header, where such files were published; else empty.
    """

    name: str
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    build: Callable[[Raw], Draft]
    id: str | None = None
    either: tuple[tuple[str, ...], ...] = ()
    personal: frozenset[str] = frozenset()
    harmless: frozenset[str] = frozenset()
    headless: tuple[str, ...] = ()


@dataclass(eq=False)
class Draft:
    """What a format makes of a file; the attributes are those of `Events`."""

    name: str
    start: np.ndarray
    end: np.ndarray
    type: np.ndarray
    side_a: tuple[Side, ...]
    side_b: tuple[Side, ...]
    country: Words
    region: Words
    date_precision: np.ndarray
    place_precision: np.ndarray
    figures: dict[str, np.ndarray]
    released: np.ndarray
    release: Release
    gaps: tuple[Window, ...] = ()
    by_country: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be used, in all rows that hold it; `texts` by row where the column is not kept."""

    code: str
    column: str
    rows: np.ndarray
    message: str
    hint: str
    texts: Mapping[int, str] | None = None


class Raw:
    """The columns that were read, as text; their parsers note what is wrong with a cell.

    The lines of its notes are rows, from 0; the reader turns them into lines of the file.
    """

    def __init__(
        self, count: int, columns: Mapping[str, Words], names: Mapping[str, str], *, day_first: bool | None
    ) -> None:
        """Keeps columns by our name, and what they are called in the file."""
        self.count = count
        self.columns = columns
        self.names = names
        self.day_first = day_first
        self.faults: list[Fault] = []
        self.notes: list[Note] = []

    def has(self, name: str) -> bool:
        """Says whether the file has a column."""
        return name in self.columns

    def words(self, name: str) -> Words:
        """Returns a column of text; empty words where the file lacks it."""
        return self.columns.get(name) or Words(np.zeros(self.count, dtype=np.int64), ("",))

    def parsed(self, name: str, parse: Callable[[str], object], missing: object, dtype: str) -> np.ndarray:
        """Returns (event,) values of a column: `parse` of each different text.

        `parse` returns None for an empty cell, and raises ValueError(code, message, hint) for one that
        cannot be used.
        """
        column = self.words(name)
        values = np.full(len(column.words), missing, dtype=dtype)
        for at, word in enumerate(column.words):
            try:
                value = parse(word)
            except ValueError as error:
                code, message, hint = error.args
                self.fault(code, name, column.codes == at, message, hint)
                continue
            if value is not None:
                values[at] = value
        return values[column.codes]

    def fault(
        self,
        code: str,
        name: str,
        rows: np.ndarray,
        message: str,
        hint: str,
        texts: Mapping[int, str] | None = None,
    ) -> None:
        """Notes that (event,) booleans or positions of rows are wrong."""
        at = np.flatnonzero(rows) if rows.dtype == bool else rows
        if len(at):
            self.faults.append(Fault(code, self.names.get(name, name), at, message, hint, texts))

    def days(self, name: str, *, needed: bool = True) -> np.ndarray:
        """Returns (event,) days as datetime64[D]; where they are `needed`, a blank cell is a fault."""
        words = self.words(name)
        order = order_of(words.words) if self.day_first is None else self.day_first
        found = self.parsed(name, partial(day, day_first=order), np.datetime64("NaT"), "datetime64[D]")
        short = np.array([has_short_year(word) for word in words.words], dtype=bool)
        told = "whose year has two digits: taken for 1930 to 2029, as spreadsheets do."
        self.remark("short-year", told, words.has(short))
        if needed:
            blank = np.array([is_blank(word) for word in words.words], dtype=bool)
            hint = "Fill in the day, or take the row out."
            self.fault("event-date", name, words.has(blank), "The event has no day.", hint)
        return found

    def remark(self, kind: str, text: str, rows: np.ndarray) -> None:
        """Notes something about (event,) booleans, where there are any; `text` follows their number.

        `kind` is the note's code: it is no code of an error.
        """
        at = np.flatnonzero(rows)
        if len(at):
            told = f"{events_(len(at))} {text}"
            self.notes.append(Note(kind, told, len(at), tuple(at[:MOST_LINES].tolist())))

    def side(
        self, name: str, split: Callable[[str], tuple[str, ...]], *, main: bool = True, needed: bool = False
    ) -> Side:
        """Returns a column of actors; where it is `needed`, an empty cell is a fault."""
        names = self.words(name)
        members = tuple(tuple(one for one in split(word) if one) for word in names.words)
        if needed:
            empty = np.array([not one for one in members], dtype=bool)
            hint = "Fill in who it was, as the file's makers did, or take the row out."
            self.fault("event-without-actor", name, names.has(empty), "The event names no actor.", hint)
        return Side(self.names.get(name, name), names, members, main)

    def figures(self, **known: np.ndarray) -> dict[str, np.ndarray]:
        """Returns all `FIGURES`, those that are not given as unknown."""
        return {name: known.get(name, np.full(self.count, np.nan)) for name in FIGURES}


def alone(word: str) -> tuple[str, ...]:
    """Takes a cell for one actor."""
    return (word,)


def coded(table: Mapping[str, int], words: Words) -> np.ndarray:
    """Returns (event,) positions by a table of lower-case words; 0 for others."""
    values = np.array([table.get(one.lower(), 0) for one in words.words], dtype=np.int8)
    return values[words.codes]
