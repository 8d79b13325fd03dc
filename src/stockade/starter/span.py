"""Which months a first study scales its priors by, fits, and holds back to be scored on.

The yearly rhythm is that of the nulls: the twelve months before the study's period are what an
explanation without mechanism looks back on, and the same twelve scale the priors of the mechanisms. So
neither side has seen more than the other, and no month is used twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from stockade.data.asof import published_on
from stockade.data.months import Window, format_month
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.starter.record import EVENTS, Record

YEAR = 12
LAG = 1
"""Months from a month's end to its publication."""

FEWEST_HELD_BACK = 3
"""Fewer months than these are not held back: a score on them would say nothing."""

FEWEST_FITTED = 12
FEWEST_MONTHS = YEAR + FEWEST_FITTED
"""A year to scale by, and as many months to fit."""

LONGEST = 72
"""Months before the first date that a study looks back on, the scaling year included: constants of a group
do not stay constant for longer."""

SILENCE = 6
"""Months without an event that still count as a record of the group after its last one."""

FEWEST_EVENTS = 3
"""Months with an event that a series needs before it is fitted."""


@dataclass(frozen=True, slots=True)
class Span:
    """The months of a first study.

    Attributes:
        scaling: The twelve months that scale the priors; the nulls look back on them.
        fitted: From the month after them to the last one visible at the first date.
        held_back: Months after it that have come, and that the forecast is scored on; None where the
            record ends with the fitted months.
        ahead: Months that the forecast and the claims speak of: those held back, or else the next twelve.
        before: As many months, just before those.
        period: The model's time axis: fitted, held back, and a year more.
        as_of: The first date, and the day when the last month of the record was out.
    """

    scaling: Window
    fitted: Window
    held_back: Window | None
    ahead: Window
    before: Window
    period: Window
    as_of: tuple[date, ...]


def span_of(record: Record, as_of: date | None = None) -> Span:
    """Chooses the months of a first study.

    Args:
        record: The group's monthly record.
        as_of: The first date; where not given, the one that leaves the last twelve months of the record
            (fewer where it is short) to be scored on.

    Raises:
        StockadeError: ``as-of-after-record`` where months before the first date are missing from the record,
            ``too-few-months`` where fewer than 24 months lie between the group's first event
            and the first date, ``too-few-events`` where hardly any of them holds an event.
    """
    active = record.window.first + np.flatnonzero(record.events(record.window) > 0)
    if not active.size:
        raise StockadeError(_too_few_events(record, record.window, 0))
    end = _last_known(record, min(record.window.last, int(active[-1]) + SILENCE))
    if as_of is None:
        last = _default_last(record, active, end)
    else:
        last = _last_visible(as_of)
        if last > record.window.last:
            raise StockadeError(_after_record(record, as_of))
        end = max(end, last)
    if last - int(active[0]) + 1 < FEWEST_MONTHS:
        raise StockadeError(_too_few_months(record, active, last, as_of))
    first = _first_month(active, last)
    seen = Window(first, last)
    if (most := _most_active_months(record, seen)) < FEWEST_EVENTS:
        raise StockadeError(_too_few_events(record, seen, most))
    scaling, fitted = Window(first, first + YEAR - 1), Window(first + YEAR, last)
    held_back = Window(last + 1, min(end, last + YEAR)) if end > last else None
    ahead = held_back or Window(last + 1, last + YEAR)
    dates = [as_of or published_on(last, LAG)]
    if end > last:
        dates.append(published_on(end, LAG))
    return Span(
        scaling=scaling, fitted=fitted, held_back=held_back, ahead=ahead,
        before=Window(last + 1 - len(ahead), last), period=Window(fitted.first, max(end, last) + YEAR),
        as_of=tuple(dict.fromkeys(dates)),
    )  # fmt: skip


def fitted_columns(record: Record, span: Span, names: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the columns with enough to fit in what the first date sees."""
    seen = Window(span.scaling.first, span.fitted.last)
    return tuple(name for name in names if (record.over(name, seen) > 0).sum() >= FEWEST_EVENTS)


def _default_last(record: Record, active: np.ndarray, end: int) -> int:
    """Returns the last month that the first date sees: a year before the end, if enough is known by then."""
    last = min(max(end - YEAR, int(active[0]) + FEWEST_MONTHS - 1), end)
    if end - last < FEWEST_HELD_BACK:
        return end
    seen = Window(_first_month(active, last), last)
    return last if _most_active_months(record, seen) >= FEWEST_EVENTS else end


def _last_known(record: Record, last: int) -> int:
    """Returns the last month, up to one, whose events are known: months may be lost (1993 in GTD)."""
    months = Window(record.window.first, last)
    known = np.any([np.isfinite(record.over(name, months)) for name in EVENTS], axis=0)
    return record.window.first + int(np.flatnonzero(known)[-1])


def _first_month(active: np.ndarray, last: int) -> int:
    """Returns the first month of the scaling year: one with an event, within the last 72, if that can be."""
    near = active[(active > last - LONGEST) & (active <= last - FEWEST_MONTHS + 1)]
    if near.size:
        return int(near[0])
    return max(int(active[0]), last - LONGEST + 1)


def _last_visible(day: date) -> int:
    """Returns the last month whose figures were out on a day."""
    month = day.year * 12 + day.month - 1 - LAG
    return month if published_on(month, LAG) <= day else month - 1


def _most_active_months(record: Record, seen: Window) -> int:
    """Returns in how many months the kind of event that is recorded most often is recorded at all."""
    return max(int((record.over(name, seen) > 0).sum()) for name in EVENTS)


def _after_record(record: Record, as_of: date) -> Diagnostic:
    message = f"The record ends in {format_month(record.window.last)}; by {as_of} later months were out."
    hint = f"Look from {published_on(record.window.last, LAG)} or earlier, or take a newer file."
    return Diagnostic("as-of-after-record", message, Place(name=record.actor), hint=hint)


def _too_few_months(record: Record, active: np.ndarray, last: int, as_of: date | None) -> Diagnostic:
    first = int(active[0])
    months = max(last - first + 1, 0)
    seen = f"by {as_of}" if as_of else f"to the record's end, at most {SILENCE} after the last event"
    message = (
        f"The first event of '{record.actor}' lies in {format_month(first)}, and {months} months are known "
        f"{seen}; "
        f"a study needs {FEWEST_MONTHS}."
    )
    hint = (
        "Take a longer file; or count it together with the groups that it came from or became, as one, by a "
        "table of names (--aliases FILE)."
    )
    if as_of is not None:
        hint = f"Look from {published_on(first + FEWEST_MONTHS - 1, LAG)} or later, or leave --as-of out."
    return Diagnostic("too-few-months", message, Place(name=record.actor), hint=hint)


def _too_few_events(record: Record, seen: Window, most: int) -> Diagnostic:
    message = (
        f"'{record.actor}' has an event in {most} of the months {seen}; a study needs {FEWEST_EVENTS} such "
        "months of one kind (clashes, or attacks on civilians)."
    )
    place = "leave --country out, " if record.country else ""
    hint = (
        f"Take a longer file, {place}or count several groups together as one actor, by a table of names "
        "(--aliases FILE)."
    )
    return Diagnostic("too-few-events", message, Place(name=record.actor), hint=hint)
