"""From events to monthly series: what is counted, by which rule, and what was left out or assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from stockade.data.actors import as_written
from stockade.data.event_choice import Chosen, Selection, choose, release_day
from stockade.data.event_remarks import remarks
from stockade.data.events import NOT_VIOLENT, TYPE_NAMES, UNTYPED, Events, Note, Release, months_of
from stockade.data.months import Window
from stockade.data.series import SeriesTable
from stockade.errors import Diagnostic, Place, StockadeError


@dataclass(frozen=True, eq=False)
class EventSeries:
    """Monthly series made of events.

    Attributes:
        file: The file of events.
        format: Its format.
        selection: What was counted, its actors as the file writes them.
        first_month: Month of row 0.
        values: (month,) arrays by column, read-only; 0 where nothing happened, not-a-number where nobody
            looked, or nothing had come out yet.
        release: When such figures come out.
        notes: What was left out or assumed.
    """

    file: str
    format: str
    selection: Selection
    first_month: int
    values: Mapping[str, np.ndarray]
    release: Release
    notes: tuple[Note, ...]

    @property
    def window(self) -> Window:
        """The months of the rows."""
        return Window(self.first_month, self.first_month + len(next(iter(self.values.values()))) - 1)

    def table(self) -> SeriesTable:
        """Returns the same as the series of a study; its lines are those that `series_csv` writes."""
        lines = tuple(range(2, 2 + len(self.window)))
        return SeriesTable(self.file, self.first_month, self.values, lines)


def monthly(events: Events, selection: Selection | None = None) -> EventSeries:
    """Counts events and deaths by month.

    Columns: ``events`` and ``deaths_best``, ``_low``, ``_high``, each also by type (``_state_based``,
    ``_non_state``, ``_one_sided``); ``deaths_civilians``; with an actor ``deaths_own`` and
    ``deaths_opponents``; ``deaths_unknown`` of which the side is not known. Events that are no organised
    violence (protests) stand in ``events_not_violent`` only; ``events_untyped`` and
    ``events_without_deaths`` are there where there are any. A column about which the file says nothing is
    left out, and a note says so.

    Raises:
        StockadeError: ``unknown-actor``, ``unknown-country``, ``unknown-region``, ``no-events``,
            ``no-release-rule``.
    """
    wanted = selection or Selection()
    wanted = replace(wanted, actors=as_written(events, wanted.actors, wanted.aliases))
    chosen = choose(events, wanted)
    span = _span(events, chosen, wanted)
    window = wanted.window or span
    values = _columns(events, chosen, wanted, window)
    seen = _seen(events, wanted, window, span)
    frozen = {}
    for name, column in values.items():
        frozen[name] = np.where(seen, column, np.nan)
        frozen[name].setflags(write=False)
    notes = (*chosen.notes, *remarks(events, chosen, wanted, window, span, frozen))
    return EventSeries(
        events.file, events.format, wanted, window.first, MappingProxyType(frozen), events.release, notes
    )


def _span(events: Events, chosen: Chosen, wanted: Selection) -> Window:
    """Returns the months that the file covers: what was said, or from its first event to its last.

    Where a format began to look at countries at different times, it is that of the countries asked for.
    """
    if wanted.covers is not None:
        return wanted.covers
    rows = ~np.isnat(events.start)
    if events.by_country and wanted.countries:
        rows &= chosen.in_country
    if not rows.any():
        hint = "Without a month no event can be counted."
        raise StockadeError(Diagnostic("no-events", "No event has a month.", Place(events.file), hint=hint))
    return Window(int(months_of(events.start[rows]).min()), int(months_of(events.end[rows]).max()))


def _seen(events: Events, wanted: Selection, window: Window, span: Window) -> np.ndarray:
    """Returns (month,) booleans: whether the file could have shown an event of the month."""
    months = np.arange(window.first, window.last + 1)
    seen = (months >= span.first) & (months <= span.last)
    for gap in events.gaps:
        seen &= (months < gap.first) | (months > gap.last)
    if wanted.known_by is not None:
        out = [
            release_day(month, events.release, wanted.published_after) <= wanted.known_by
            for month in months.tolist()
        ]
        seen &= np.array(out, dtype=bool)
    return seen


def _columns(events: Events, chosen: Chosen, wanted: Selection, window: Window) -> dict[str, np.ndarray]:
    rows, months, weights = _placed(events, chosen.rows, spread=wanted.spread)
    inside = (months >= window.first) & (months <= window.last)
    rows, at, weights = rows[inside], months[inside] - window.first, weights[inside]

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(at, weights * np.nan_to_num(values[rows]), minlength=len(window))

    violent = events.type != NOT_VIOLENT
    ones = violent.astype(float)
    out = {"events": total(ones)}
    out |= {f"events_{name}": total(ones * (events.type == kind)) for kind, name in TYPE_NAMES.items()}
    for kind, name in ((UNTYPED, "events_untyped"), (NOT_VIOLENT, "events_not_violent")):
        if (events.type[chosen.rows] == kind).any():
            out[name] = total((events.type == kind).astype(float))
    figures = {name: np.where(violent, values, 0.0) for name, values in events.figures.items()}
    for level in ("best", "low", "high"):
        values = figures[level]
        if _told(values, violent, chosen):
            out[f"deaths_{level}"] = total(values)
            for kind, name in TYPE_NAMES.items():
                out[f"deaths_{level}_{name}"] = total(np.where(events.type == kind, values, 0.0))
    for name, values in _sides(figures, chosen, with_actor=bool(wanted.actors)).items():
        if _told(values, violent, chosen):
            out[name] = total(values)
    without = np.isnan(events.figures["best"]) & violent
    if without[chosen.rows].any():
        out["events_without_deaths"] = total(without.astype(float))
    return out


def _told(values: np.ndarray, violent: np.ndarray, chosen: Chosen) -> bool:
    """Says whether the file knows such a figure of any chosen event; also where there is no event to know."""
    rows = chosen.rows & violent
    return bool((~np.isnan(values[rows])).any()) if rows.any() else bool((~np.isnan(values)).any())


def _sides(figures: Mapping[str, np.ndarray], chosen: Chosen, *, with_actor: bool) -> dict[str, np.ndarray]:
    """Returns whose deaths they were, from where the actors stand."""
    out = {"deaths_civilians": figures["deaths_civilians"]}
    if with_actor:
        first, second = figures["deaths_a"], figures["deaths_b"]
        out["deaths_own"] = _both(np.where(chosen.on_a, first, 0.0), np.where(chosen.on_b, second, 0.0))
        out["deaths_opponents"] = _both(np.where(chosen.on_a, 0.0, first), np.where(chosen.on_b, 0.0, second))
    out["deaths_unknown"] = figures["deaths_unknown"]
    return out


def _both(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Adds two figures; one that is not known is not known."""
    return first + second


def _placed(events: Events, chosen: np.ndarray, *, spread: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns rows, months and weights: a row stands once, or once for each month that it lasted."""
    rows = np.flatnonzero(chosen & ~np.isnat(events.start))
    first = months_of(events.start[rows])
    if not spread:
        return rows, first, np.ones(len(rows))
    lasting = months_of(events.end[rows]) - first + 1
    repeated = np.repeat(np.arange(len(rows)), lasting)
    offset = np.arange(len(repeated)) - np.repeat(np.cumsum(lasting) - lasting, lasting)
    months = first[repeated] + offset
    begins = (months - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]")
    ends = (months - 1970 * 12 + 1).astype("datetime64[M]").astype("datetime64[D]") - 1
    start, end = events.start[rows][repeated], events.end[rows][repeated]
    days = (np.minimum(end, ends) - np.maximum(start, begins)).astype(float) + 1
    return rows[repeated], months, days / ((end - start).astype(float) + 1)
