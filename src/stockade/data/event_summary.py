"""What a file of events holds: who, where, from when to when, with which gaps, and how well it is known."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from stockade.data.events import (
    DATE_PRECISIONS,
    NOT_VIOLENT,
    PLACE_PRECISIONS,
    TYPE_NAMES,
    UNTYPED,
    Events,
    Side,
    Words,
    months_of,
)
from stockade.data.months import Window, format_month

_TYPES = {**TYPE_NAMES, UNTYPED: "untyped", NOT_VIOLENT: "not_violent"}


@dataclass(frozen=True, slots=True)
class Line:
    """An actor or a country.

    Attributes:
        name: As the file writes it.
        events: How many events name it.
        months: In how many months.
        first: The first of these.
        last: The last.
        deaths: The best numbers of deaths of these events together, of all sides; None where none is known.
        side_a: On which side: how many events on the first. None for a country.
        side_b: How many on the second; events on both count for both.
    """

    name: str
    events: int
    months: int
    first: str
    last: str
    deaths: float | None
    side_a: int | None = None
    side_b: int | None = None


@dataclass(frozen=True)
class Summary:
    """What a file holds, as plain data.

    Attributes:
        file: Path as given.
        format: What it was recognised as.
        events: How many there are.
        without_month: How many of them lie in no known month.
        first: First month.
        last: Last month.
        last_day: The last day on which an event began: the last month may not be complete.
        gaps: Windows of months without any event, the longest first, at most `MOST_GAPS`.
        types: Number of events by type.
        date_precision: Number of events by how well their day is known.
        place_precision: Number of events by how well their place is known.
        over_months: How many events last beyond a month's end.
        without_deaths: How many have no number of deaths.
        actors: The most frequent first.
        countries: The most frequent first.
        regions: How many first-level regions are named.
        release: When such figures come out, in words.
        dropped: Columns left at the door.
        notes: What a reader should know: code, text, count and lines each.
    """

    file: str
    format: str
    events: int
    without_month: int
    first: str
    last: str
    last_day: str
    gaps: tuple[str, ...]
    types: dict[str, int]
    date_precision: dict[str, int]
    place_precision: dict[str, int]
    over_months: int
    without_deaths: int
    actors: tuple[Line, ...]
    countries: tuple[Line, ...]
    regions: int
    release: str
    dropped: tuple[str, ...]
    notes: tuple[dict[str, Any], ...]


MOST_GAPS = 12


def summarise(events: Events) -> Summary:
    """Returns what a file of events holds."""
    dated = ~np.isnat(events.start)
    months = months_of(events.start)
    ends = months_of(events.end)
    known = months[dated]
    first, last = (int(known.min()), int(known.max())) if len(known) else (0, 0)
    return Summary(
        events.file,
        events.format,
        len(events),
        int((~dated).sum()),
        format_month(first) if len(known) else "",
        format_month(last) if len(known) else "",
        str(events.start[dated].max()) if len(known) else "",
        _gaps(months[dated], ends[dated]),
        _counts(events.type, _TYPES),
        _counts(events.date_precision, dict(enumerate(DATE_PRECISIONS))),
        _counts(events.place_precision, dict(enumerate(PLACE_PRECISIONS))),
        int((ends[dated] > months[dated]).sum()),
        int((np.isnan(events.figures["best"]) & (events.type != NOT_VIOLENT)).sum()),
        _actors(events, months),
        _lines(events, _pairs_of_words(events.country), months),
        sum(1 for one in events.region.words if one),
        events.release.says,
        events.dropped,
        tuple(asdict(one) for one in events.notes),
    )


def _counts(codes: np.ndarray, names: dict[int, str]) -> dict[str, int]:
    return {name: count for code, name in names.items() if (count := int((codes == code).sum()))}


def _gaps(starts: np.ndarray, ends: np.ndarray) -> tuple[str, ...]:
    """Returns windows of months in which no event was going on."""
    if not len(starts):
        return ()
    first, last = int(starts.min()), int(ends.max())
    change = np.bincount(starts - first, minlength=last - first + 2)
    change -= np.bincount(ends - first + 1, minlength=last - first + 2)
    quiet = np.flatnonzero(np.cumsum(change)[:-1] == 0)
    if not len(quiet):
        return ()
    runs = np.split(quiet, np.flatnonzero(np.diff(quiet) > 1) + 1)
    windows = [Window(first + int(run[0]), first + int(run[-1])) for run in runs]
    windows.sort(key=lambda one: (-len(one), one.first))
    return tuple(str(one) for one in windows[:MOST_GAPS])


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Names with the rows that hold them: (pair,) positions of each, a pair once."""

    names: tuple[str, ...]
    at: np.ndarray
    rows: np.ndarray


def _pairs_of_words(column: Words) -> _Pairs:
    rows = np.arange(len(column.codes))
    return _Pairs(column.words, column.codes, rows)


def _pairs_of_sides(sides: tuple[Side, ...], names: tuple[str, ...]) -> _Pairs:
    """Returns which row names which actor, on any of some columns, each pair once."""
    position = {name: at for at, name in enumerate(names)}
    pieces = []
    for side in sides:
        members = [sorted({position[one] for one in word}) for word in side.members]
        sizes = np.array([len(one) for one in members], dtype=np.int64)
        flat = np.array([at for one in members for at in one], dtype=np.int64)
        if not len(flat):
            continue
        begins = np.cumsum(sizes) - sizes
        lengths = sizes[side.names.codes]
        rows = np.repeat(np.arange(len(lengths)), lengths)
        offset = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        pieces.append(rows * len(names) + flat[begins[side.names.codes][rows] + offset])
    both = np.unique(np.concatenate(pieces)) if pieces else np.array([], dtype=np.int64)
    return _Pairs(names, both % len(names), both // len(names))


def _actors(events: Events, months: np.ndarray) -> tuple[Line, ...]:
    names = tuple(sorted({one for side in events.sides for word in side.members for one in word}))
    if not names:
        return ()
    on_a, on_b = (
        np.bincount(_pairs_of_sides(sides, names).at, minlength=len(names))
        for sides in (events.side_a, events.side_b)
    )
    return _lines(events, _pairs_of_sides(events.sides, names), months, on_a, on_b)


def _lines(
    events: Events,
    pairs: _Pairs,
    months: np.ndarray,
    on_a: np.ndarray | None = None,
    on_b: np.ndarray | None = None,
) -> tuple[Line, ...]:
    """Returns a line for each name, of the pairs of a name and a row."""
    size = len(pairs.names)
    counts = np.bincount(pairs.at, minlength=size)
    best = events.figures["best"][pairs.rows]
    deaths = np.bincount(pairs.at, np.nan_to_num(best), minlength=size)
    with_deaths = np.bincount(pairs.at, ~np.isnan(best), minlength=size)
    when = months[pairs.rows]
    placed = when >= 0
    first, last = np.full(size, np.iinfo(np.int64).max), np.full(size, -1)
    np.minimum.at(first, pairs.at[placed], when[placed])
    np.maximum.at(last, pairs.at[placed], when[placed])
    longest = int(last.max(initial=0)) + 1
    distinct = np.unique(pairs.at[placed].astype(np.int64) * longest + when[placed]) // longest
    active = np.bincount(distinct, minlength=size)
    order = sorted(range(size), key=lambda at: (-counts[at], pairs.names[at]))
    return tuple(
        Line(
            pairs.names[at],
            int(counts[at]),
            int(active[at]),
            format_month(int(first[at])) if last[at] >= 0 else "",
            format_month(int(last[at])) if last[at] >= 0 else "",
            float(deaths[at]) if with_deaths[at] else None,
            None if on_a is None else int(on_a[at]),
            None if on_b is None else int(on_b[at]),
        )
        for at in order
        if counts[at]
    )
