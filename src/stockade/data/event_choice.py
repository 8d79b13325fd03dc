"""Which events of a file a selection counts, and on which side its actors stand in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from stockade.data.actors import Alias, near_names, plain_name, rows_of
from stockade.data.events import DATE_PRECISIONS, Events, Note, Release, Words, as_day, events_, months_of
from stockade.data.months import Window, last_day
from stockade.errors import Diagnostic, Place, StockadeError

DatePrecision = Literal["day", "week", "month", "longer"]


@dataclass(frozen=True)
class Selection:
    """Which events to count, and how.

    Attributes:
        actors: Names; events that name one of them. All events where there are none.
        countries: Names as in the file; all where there are none.
        region: A first-level region as in the file: the finest place there is.
        aliases: Other names of the actors.
        side: On which side an actor must stand: ``any``, ``a`` or ``b``.
        associates: Whether to count events where an actor was only associated with a side (ACLED).
        spread: Whether an event over many days is shared out over their months; else all of it counts in
            the month of its first day.
        coarsest_date: Events whose day is known less well than this are left out.
        covers: The months that the file covers; else those from its first event to its last.
        window: The months wanted; those that the file does not cover are missing, not 0.
        known_by: Only what had come out by a day; later months are missing.
        published_after: Months from the end of a month to its release, instead of the format's own rule.
    """

    actors: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    region: str | None = None
    aliases: tuple[Alias, ...] = ()
    side: Literal["any", "a", "b"] = "any"
    associates: bool = True
    spread: bool = False
    coarsest_date: DatePrecision = "longer"
    covers: Window | None = None
    window: Window | None = None
    known_by: date | None = None
    published_after: int | None = None


@dataclass(frozen=True, eq=False)
class Chosen:
    """What was chosen; arrays of booleans have shape (event,).

    Attributes:
        rows: The events.
        in_country: Whether an event lies in one of the countries; all where none was asked for.
        on_a: Whether an actor stands on the first side.
        on_b: Whether an actor stands on the second side.
        notes: What was left out.
    """

    rows: np.ndarray
    in_country: np.ndarray
    on_a: np.ndarray
    on_b: np.ndarray
    notes: tuple[Note, ...]


def choose(events: Events, wanted: Selection) -> Chosen:
    """Applies a selection.

    Raises:
        StockadeError: ``unknown-country``, ``unknown-region``, ``no-events``, ``no-release-rule``.
    """
    notes: list[Note] = []
    in_country = _place(events, events.country, wanted.countries, "country")
    rows = in_country.copy()
    on_a, on_b = _sides(events, wanted, rows, notes)
    if wanted.actors:
        rows &= {"any": on_a | on_b, "a": on_a, "b": on_b}[wanted.side]
    if wanted.region is not None:
        without = int((rows & events.region.has(np.array([one == "" for one in events.region.words]))).sum())
        if without:
            notes.append(
                Note("no-region", f"{events_(without)} without a first-level region: left out.", without)
            )
        rows &= _place(events, events.region, (wanted.region,), "region")
    rows &= _precise(events, wanted, rows, notes)
    rows &= _published(events, wanted, rows, notes)
    if wanted.actors:
        _on_both(on_a & on_b & rows, notes)
    if not rows.any():
        message = "No event of the file is what was asked for."
        hint = "Ask for less: each of actor, country, region, side and day leaves events out."
        raise StockadeError(Diagnostic("no-events", message, Place(events.file), hint=hint))
    return Chosen(rows, in_country, on_a, on_b, tuple(notes))


def _place(events: Events, column: Words, wanted: tuple[str, ...], what: str) -> np.ndarray:
    """Returns (event,) booleans: whether an event lies in one of some places."""
    if not wanted:
        return np.ones(len(events), dtype=bool)
    known = {plain_name(word): word for word in column.words if word}
    wrong = [one for one in wanted if plain_name(one) not in known]
    if wrong:
        raise StockadeError(_unknown(events, what, one, list(known.values())) for one in wrong)
    names = {plain_name(one) for one in wanted}
    return column.has(np.array([plain_name(word) in names for word in column.words], dtype=bool))


def _unknown(events: Events, what: str, name: str, known: list[str]) -> Diagnostic:
    near = near_names(name, known)[:3]
    listed = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(known[:10])}."
    code = "unknown-country" if what == "country" else "unknown-region"
    return Diagnostic(
        code, f"No event of the file lies in '{name}'.", Place(events.file, name=name), hint=listed
    )


def _sides(
    events: Events, wanted: Selection, rows: np.ndarray, notes: list[Note]
) -> tuple[np.ndarray, np.ndarray]:
    """Returns on which sides the actors stand, and notes where they are only associated with one."""
    if not wanted.actors:
        return np.ones(len(events), dtype=bool), np.ones(len(events), dtype=bool)
    sides = [
        (
            rows_of(events, (one for one in columns if one.main), wanted.actors, wanted.aliases),
            rows_of(events, (one for one in columns if not one.main), wanted.actors, wanted.aliases),
        )
        for columns in (events.side_a, events.side_b)
    ]
    (on_a, with_a), (on_b, with_b) = sides
    only = (with_a | with_b) & ~on_a & ~on_b & rows
    if count := int(only.sum()):
        how = "counted" if wanted.associates else "left out"
        told = f"{events_(count)} in which the actor is only associated with a side: {how}."
        notes.append(Note("only-associated", told, count))
    return (on_a | with_a, on_b | with_b) if wanted.associates else (on_a, on_b)


def _on_both(rows: np.ndarray, notes: list[Note]) -> None:
    if count := int(rows.sum()):
        told = f"{events_(count)} with chosen actors on both sides: all deaths of sides are their own."
        notes.append(Note("both-sides", told, count))


def _precise(events: Events, wanted: Selection, rows: np.ndarray, notes: list[Note]) -> np.ndarray:
    """Returns (event,) booleans: whether the day is known well enough; unknown precision passes."""
    coarse = events.date_precision > DATE_PRECISIONS.index(wanted.coarsest_date)
    left = coarse & rows
    if count := int(left.sum()):
        deaths = np.nansum(events.figures["best"][left])
        told = (
            f"{events_(count)} with {deaths:,.0f} deaths whose day is not known to the {wanted.coarsest_date}"
        )
        notes.append(Note("date-too-coarse", f"{told}: left out.", count))
    longer = rows & ~coarse & (events.date_precision == DATE_PRECISIONS.index("longer"))
    if count := int(longer.sum()):
        deaths = np.nansum(events.figures["best"][longer])
        told = f"{events_(count)} with {deaths:,.0f} deaths whose day is known to over a month only: counted."
        notes.append(Note("date-longer-than-month", told, count))
    return ~coarse


def _published(events: Events, wanted: Selection, rows: np.ndarray, notes: list[Note]) -> np.ndarray:
    """Returns (event,) booleans: whether an event had come out by a day."""
    everything = np.ones(len(events), dtype=bool)
    if wanted.known_by is None:
        return everything
    dated = bool((~np.isnat(events.released)).any())
    if wanted.published_after is None and not dated and events.release.rule == "unknown":
        message = f"A file of the format {events.format} does not say when its events came out."
        hint = "Say after how many months they did, with --published-after."
        raise StockadeError(Diagnostic("no-release-rule", message, Place(events.file), hint=hint))
    known = ~np.isnat(events.end)
    out = np.zeros(len(events), dtype=bool)
    months = months_of(events.end)
    for month in np.unique(months[known]).tolist():
        day = release_day(month, events.release, wanted.published_after)
        out[months == month] = day <= wanted.known_by
    if dated and wanted.published_after is None:
        out = (events.released <= as_day(wanted.known_by)) & ~np.isnat(events.released)
    if count := int((rows & ~out).sum()):
        notes.append(
            Note("not-yet-known", f"{events_(count)} that came out after {wanted.known_by}: left out.", count)
        )
    if not dated:
        told = "Corrections made since are in the figures: the file shows only how it is now."
        notes.append(Note("corrected-since", told))
    return out


def release_day(month: int, release: Release, published_after: int | None) -> date:
    """Returns the day by which a month's figures were out: by a given lag, or by the format's rule."""
    if published_after is not None:
        return last_day(month + published_after)
    if release.rule == "yearly":
        return date(month // 12 + 1, 6, 30)
    return last_day(month + release.lag[1])
