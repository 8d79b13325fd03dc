"""A file of events as columns: who, where, when, how many deaths, and how sure its makers were of it.

An event never leaves this room as one: what goes out is counted by month, in a country or in a first-level
region. Coordinates, places and what could name a person are not read at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from stockade.data.months import Window

STATE_BASED, NON_STATE, ONE_SIDED = 1, 2, 3
UNTYPED, NOT_VIOLENT = 0, 9
TYPE_NAMES = {STATE_BASED: "state_based", NON_STATE: "non_state", ONE_SIDED: "one_sided"}
"""UCDP's three types of organised violence, under the names that columns of a series carry."""

DATE_PRECISIONS = ("unknown", "day", "week", "month", "longer")
"""How well the day is known: to the day, within a week, within a month, within more than a month."""
PLACE_PRECISIONS = ("unknown", "place", "near", "district", "region", "vague", "country", "international")
"""How well the place is known; `region` is a first-level one, `vague` a line or an area without borders."""

FIGURES = ("best", "low", "high", "deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown")
"""Numbers of deaths that an event may have."""

_EPOCH = 1970 * 12


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a file that a reader of its numbers should know; stated, never hidden.

    Attributes:
        code: Short kebab-case name, explained in docs/events.md.
        text: One sentence.
        count: How many events it is about; 0 where it is about the file.
        lines: Lines of the file, at most the first ten.
    """

    code: str
    text: str
    count: int = 0
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Words:
    """A column of text, each different text kept once.

    Attributes:
        codes: (event,) position in `words`.
        words: The different texts.
    """

    codes: np.ndarray
    words: tuple[str, ...]

    def has(self, wanted: np.ndarray) -> np.ndarray:
        """Returns (event,) booleans from (word,) booleans."""
        return wanted[self.codes]


@dataclass(frozen=True, eq=False)
class Side:
    """Who stands on one side of each event.

    Attributes:
        label: Name of the file's column.
        names: What the file says.
        members: The actors that each of the words names: most often one, more in a list of governments.
        main: False for a column of those who were only associated with an actor.
    """

    label: str
    names: Words
    members: tuple[tuple[str, ...], ...]
    main: bool = True


@dataclass(frozen=True, slots=True)
class Release:
    """When the figures of such a file came out.

    Attributes:
        rule: ``each`` where every event has its date, ``yearly`` for a release in the middle of the next
            year, ``monthly`` for a release in the next month, ``unknown`` where none of these is so.
        lag: Least and greatest number of months from the end of a month to its release.
        says: The same in words.
    """

    rule: str
    lag: tuple[int, int]
    says: str


@dataclass(frozen=True, eq=False)
class Events:
    """What a file of events holds. Arrays have shape (event,), in the order of the file.

    Attributes:
        file: Path as given.
        format: Which kind of file it is, e.g. ``UCDP GED``.
        start: First day, as datetime64[D]; not-a-time where the month is not known.
        end: Last day.
        type: One of UCDP's three types; `UNTYPED`, or `NOT_VIOLENT` for protests and the like.
        side_a: Columns of who stands on the first side (who attacks, in one-sided violence).
        side_b: Columns of who stands on the second side.
        country: Countries.
        region: First-level regions; an empty word where none is given.
        date_precision: Position in `DATE_PRECISIONS`.
        place_precision: Position in `PLACE_PRECISIONS`.
        figures: Deaths by name of `FIGURES`; not-a-number where unknown. All names are there.
        released: Day on which the event's entry came out or was last changed; not-a-time where not given.
        release: When such files come out.
        gaps: Months that the format is known to lack altogether.
        by_country: Whether the format began to look at different countries at different times.
        dropped: Columns left at the door because they could name or locate a private person.
        notes: What a reader should know.
    """

    file: str
    format: str
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
    dropped: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    def __len__(self) -> int:
        return len(self.start)

    @property
    def sides(self) -> tuple[Side, ...]:
        """All columns of actors."""
        return (*self.side_a, *self.side_b)


def months_of(days: np.ndarray) -> np.ndarray:
    """Returns (event,) months as integers, as in `stockade.data.months`; -1 for not-a-time."""
    known = ~np.isnat(days)
    out = np.full(len(days), -1, dtype=np.int64)
    out[known] = days[known].astype("datetime64[M]").astype(np.int64) + _EPOCH
    return out


def events_(count: int) -> str:
    """Returns a number of events in words."""
    return f"{count:,} {'event' if count == 1 else 'events'}"


def as_day(day: date) -> np.datetime64:
    """Returns a date as NumPy's."""
    return np.datetime64(day, "D")
