"""What a reader of a series of events should know about it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from stockade.data.event_choice import Chosen, Selection
from stockade.data.events import NOT_VIOLENT, ONE_SIDED, Events, Note, events_, months_of
from stockade.data.months import Window


def remarks(
    events: Events,
    chosen: Chosen,
    wanted: Selection,
    window: Window,
    span: Window,
    values: Mapping[str, np.ndarray],
) -> list[Note]:
    """Returns what a reader of the series should know: what was assumed, and what the file does not say.

    Args:
        events: The file.
        chosen: The events that were counted.
        wanted: What was asked for.
        window: The months of the series.
        span: The months that the file covers.
        values: The columns of the series.
    """
    notes = []
    rows = chosen.rows & ~np.isnat(events.start)
    crossing = rows & (months_of(events.end) > months_of(events.start))
    if count := int(crossing.sum()):
        deaths = np.nansum(events.figures["best"][crossing])
        how = (
            "shared out over their days" if wanted.spread else "counted whole in the month of their first day"
        )
        notes.append(
            Note(
                "over-months",
                f"{events_(count)} with {deaths:,.0f} deaths that last beyond a month's end: {how}.",
                count,
            )
        )
    months = months_of(events.start)
    outside = rows & ~_within(months, window) | rows & ~_within(months, span)
    if count := int(outside.sum()):
        told = "of months that are not asked for, or that the file was said not to cover: not counted."
        notes.append(Note("outside-events", f"{events_(count)} {told}", count))
    one_sided = rows & (events.type == ONE_SIDED)
    best, civilians = events.figures["best"][one_sided], events.figures["deaths_civilians"][one_sided]
    known = ~np.isnan(best) & ~np.isnan(civilians)
    if rest := float((best[known] - civilians[known]).sum()):
        told = f"Of {best[known].sum():,.0f} deaths in one-sided violence {rest:,.0f} are not civilians'."
        notes.append(Note("one-sided-not-civilian", told, int(one_sided.sum())))
    unknown = rows & np.isnan(events.figures["best"]) & (events.type != NOT_VIOLENT)
    if count := int(unknown.sum()):
        told = "without a number of deaths: sums of deaths are of the others, and too low."
        notes.append(Note("deaths-not-known", f"{events_(count)} {told}", count))
    if "deaths_own" not in values and wanted.actors:
        told = (
            "The file does not say on which side people died: there are no deaths_own and deaths_opponents."
        )
        notes.append(Note("sides-not-told", told))
    if "deaths_civilians" not in values:
        notes.append(Note("civilians-not-told", "The file does not say how many of the dead were civilians."))
    notes.extend(
        Note("gap", f"{events.format} has no events of {gap}: these months are missing, not 0.")
        for gap in events.gaps
        if gap.first <= window.last and window.first <= gap.last
    )
    if wanted.covers is None:
        told = f"The file is taken to cover {span}, the months of its first and its last event"
        place = " in the countries chosen" if events.by_country and wanted.countries else ""
        notes.append(Note("span", f"{told}{place}; months in it without events are 0, others missing."))
    if not window.within(span):
        notes.append(Note("outside", f"Months outside {span} are missing: the file does not cover them."))
    return notes


def _within(months: np.ndarray, window: Window) -> np.ndarray:
    return (months >= window.first) & (months <= window.last)
