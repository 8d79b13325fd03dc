"""Reads a file of events of any known format, and checks every row of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from stockade.data.event_file import Encoding, Opened, open_events
from stockade.data.event_formats.layout import Draft, Fault, Raw
from stockade.data.event_rows import MOST_TOLD, lines_of, read_rows
from stockade.data.events import Events, Note
from stockade.errors import Diagnostic, Place, StockadeError

DateOrder = Literal["day-first", "month-first"]
_ROWS_TOLD = 5
_LONGEST = 30 * 366


def read_events(path: str | Path, *, encoding: Encoding = "utf-8", dates: DateOrder | None = None) -> Events:
    """Reads a file of events: UCDP GED, ACLED, GTD, or a table of attacks, recognised by its columns.

    Args:
        path: A CSV file; commas, semicolons or tabs between its cells.
        encoding: How letters are written: ``utf-8``, ``latin-1`` or ``utf-16``.
        dates: Which comes first in dates such as 3/4/2008. Needed only where no date of the file shows it.

    Returns:
        The events, in the order of the file. Columns that could name or locate a person are not read.

    Raises:
        StockadeError: With what is wrong, each with its line: codes ``event-...``, ``ragged-row``,
            ``not-utf-8``, ``not-csv``, ``unknown-event-format`` and those of any file.
    """
    opened = open_events(path, encoding)
    count, columns, twice = read_rows(opened, opened.format.id)
    names = {ours: opened.names[at] for ours, at in opened.wanted.items()}
    raw = Raw(count, columns, names, day_first=None if dates is None else dates == "day-first")
    draft = opened.format.build(raw)
    if twice:
        hint = "Keep one row of each: two releases, or a file with a row for each actor, count events twice."
        message = "The event stands in the file before."
        raw.fault("event-twice", opened.format.id or "", np.array(list(twice)), message, hint, twice)
    reversed_ = draft.end < draft.start
    too_long = draft.end - draft.start > np.timedelta64(_LONGEST, "D")
    hint = "Correct the days; an event is no war."
    raw.fault("event-too-long", "end", too_long, "The event lasts longer than thirty years.", hint)
    raw.fault("event-reversed", "end", reversed_, "The event ends before it begins.", "Swap the two days.")
    if raw.faults:
        raise StockadeError(_diagnostics(opened, raw, count))
    _notes_on_figures(raw, draft)
    return _finished(opened, draft, _with_lines(opened, raw, count))


def _diagnostics(opened: Opened, raw: Raw, count: int) -> list[Diagnostic]:
    """Returns the faults, a row each, the first rows of each kind in a column; in the order of the file."""
    kinds: dict[tuple[str, str], list[tuple[int, Fault]]] = {}
    for fault in raw.faults:
        kinds.setdefault((fault.code, fault.column), []).extend((int(row), fault) for row in fault.rows)
    told = [
        (*pair, len(rows))
        for rows in kinds.values()
        for pair in sorted(rows, key=lambda pair: pair[0])[:_ROWS_TOLD]
    ]
    told = sorted(told, key=lambda one: one[0])[:MOST_TOLD]
    lines = lines_of(opened, (row for row, _, _ in told), count)
    return [_diagnostic(opened, raw, row, fault, lines, rows) for row, fault, rows in told]


def _diagnostic(
    opened: Opened, raw: Raw, row: int, fault: Fault, lines: dict[int, int], rows: int
) -> Diagnostic:
    ours = next((name for name, theirs in raw.names.items() if theirs == fault.column), "")
    words = raw.columns.get(ours)
    excerpt = words.words[words.codes[row]] if words is not None else ""
    excerpt = excerpt if fault.texts is None else fault.texts.get(row, "")
    hint = fault.hint + (f" {rows:,} rows have such a fault." if rows > _ROWS_TOLD else "")
    return Diagnostic(
        fault.code, fault.message, Place(opened.file, lines.get(row), name=fault.column), excerpt, hint
    )


def _notes_on_figures(raw: Raw, draft: Draft) -> None:
    """Notes what is odd about numbers of deaths, and stays as it is."""
    known = draft.figures
    best, low, high = known["best"], known["low"], known["high"]
    raw.remark(
        "low-above-best", "with a lowest number of deaths above the best one: left as it is.", low > best
    )
    raw.remark(
        "high-below-best", "with a highest number of deaths below the best one: left as it is.", high < best
    )
    parts = sum(known[name] for name in ("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown"))
    told = (
        "whose deaths by side do not add up to the best number: totals are of the best one, sides of theirs."
    )
    raw.remark("parts-differ", told, np.abs(parts - best) > 0.5)
    raw.remark(
        "deaths-not-known", "without a number of deaths: counted as events, not as 0 deaths.", np.isnan(best)
    )


def _with_lines(opened: Opened, raw: Raw, count: int) -> tuple[Note, ...]:
    lines = lines_of(opened, (row for one in raw.notes for row in one.lines), count)
    return tuple(
        replace(one, lines=tuple(lines[row] for row in one.lines if row in lines)) for one in raw.notes
    )


def _finished(opened: Opened, draft: Draft, notes: tuple[Note, ...]) -> Events:
    if opened.tags:
        notes = (*notes, Note("tags", "The second line holds tags of a humanitarian copy: it is left out."))
    if not opened.header:
        told = "The file has no header: its columns are taken for those of the format, by number and content."
        notes = (*notes, Note("no-header", told))
    return Events(
        opened.file, draft.name, draft.start, draft.end, draft.type, draft.side_a, draft.side_b,
        draft.country, draft.region, draft.date_precision, draft.place_precision, draft.figures,
        draft.released, draft.release, draft.gaps, draft.by_country, opened.dropped, notes,
    )  # fmt: skip
