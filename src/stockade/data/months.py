"""Months as integers, windows of months, and the dates that people write.

A month is the number ``year * 12 + month - 1``, so that arithmetic on months is arithmetic.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from stockade.errors import NOWHERE, Diagnostic, Place, StockadeError

FIRST_YEAR, LAST_YEAR = 1800, 2199  # outside these a year is a slip of the pen

_YEAR = re.compile(r"([0-9]{4})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTHS = re.compile(r"([0-9]{4})-([0-9]{2})/(?:([0-9]{4})-)?([0-9]{2})")
_LAG = re.compile(r"([0-9]{1,3}) months?")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The months from `first` to `last`, both inside."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a window cannot end ({self.last}) before it begins ({self.first})")

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __contains__(self, month: int) -> bool:
        return self.first <= month <= self.last

    def __str__(self) -> str:
        if self.first == self.last:
            return format_month(self.first)
        return f"{format_month(self.first)}..{format_month(self.last)}"

    @property
    def middle(self) -> float:
        """The middle of the window in months since year 0: ``first + 0.5`` for a single month."""
        return (self.first + self.last + 1) / 2

    def within(self, other: Window) -> bool:
        """Says whether every month of this window lies in the other one."""
        return other.first <= self.first and self.last <= other.last

    def months(self) -> range:
        """Returns the months of the window in order."""
        return range(self.first, self.last + 1)


def month_of(day: date) -> int:
    """Returns the month that a day lies in."""
    return day.year * 12 + day.month - 1


def first_day(month: int) -> date:
    """Returns the first day of a month."""
    return date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> date:
    """Returns the last day of a month."""
    year, index = divmod(month, 12)
    return date(year, index + 1, monthrange(year, index + 1)[1])


def format_month(month: int) -> str:
    """Writes a month as ``2006-01``."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def parse_month(text: str, place: Place = NOWHERE) -> int:
    """Reads a month written as ``2006-01``.

    Raises:
        StockadeError: ``bad-month`` where it is anything else.
    """
    match = _MONTH.fullmatch(text)
    month = _month(match[1], match[2]) if match else None
    if month is None:
        raise _error("bad-month", f"'{text}' is not a month", place, text, "Write it as in 2006-01.")
    return month


def parse_window(text: str, place: Place = NOWHERE) -> Window:
    """Reads ``2006-01..2006-06``, a month ``2006-01`` or a year ``2006`` (also on either side of ``..``).

    Raises:
        StockadeError: ``bad-window`` where it is anything else, ``window-reversed`` where it ends
            before it begins.
    """
    parts = [_month_or_year(part.strip()) for part in text.split("..")]
    if len(parts) > 2 or any(part is None for part in parts):
        hint = "Write a month (2006-01), a year (2006) or two with dots between (2006-01..2006-06)."
        raise _error("bad-window", f"'{text}' is not a window of months", place, text, hint)
    known = [part for part in parts if part is not None]
    return window_of(known[0].first, known[-1].last, text, place)


def window_of(first: int, last: int, text: str = "", place: Place = NOWHERE) -> Window:
    """Makes a window, with a sentence for the user where it is reversed.

    Raises:
        StockadeError: ``window-reversed``.
    """
    if last < first:
        message = f"the window ends in {format_month(last)}, before it begins in {format_month(first)}"
        raise _error("window-reversed", message, place, text, "Swap the two months.")
    return Window(first, last)


def parse_day(text: str, place: Place = NOWHERE) -> date:
    """Reads a day written as ``2008-03-21``.

    Raises:
        StockadeError: ``bad-date`` where it is anything else.
    """
    match = _DAY.fullmatch(text)
    day = _day(match[1], match[2], match[3]) if match else None
    if day is None:
        raise _error("bad-date", f"'{text}' is not a day", place, text, "Write it as in 2008-03-21.")
    return day


def latest_date(text: str, place: Place = NOWHERE) -> date:
    """Returns the last day that a date of publication can mean.

    A day means itself, ``2008-07`` its last day, ``2005-05/06`` the last day of June, ``2010`` the
    last day of the year. Whoever did not write the day may have published on any of them, so only the
    latest is safe to reason from.

    Raises:
        StockadeError: ``bad-date`` where it is none of these.
    """
    if match := _DAY.fullmatch(text):
        day = _day(match[1], match[2], match[3])
        if day is not None:
            return day
    elif match := _MONTHS.fullmatch(text):
        first, last = _month(match[1], match[2]), _month(match[3] or match[1], match[4])
        if first is not None and last is not None and first <= last:
            return last_day(last)
    elif (window := _month_or_year(text)) is not None:
        return last_day(window.last)
    hint = "Write a day (2008-07-24), a month (2008-07), two months (2005-05/06) or a year (2010)."
    raise _error("bad-date", f"'{text}' is not a date", place, text, hint)


def parse_lag(text: str, place: Place = NOWHERE) -> int:
    """Reads a time to publication such as ``1 month`` or ``3 months``.

    Raises:
        StockadeError: ``bad-lag`` where it is anything else.
    """
    match = _LAG.fullmatch(text.strip())
    if match is None:
        message = f"'{text}' is not a number of months"
        raise _error("bad-lag", message, place, text, 'Write whole months, as in "1 month" or "0 months".')
    return int(match[1])


def format_lag(months: int) -> str:
    """Writes a time to publication as `parse_lag` reads it."""
    return f"{months} month" if months == 1 else f"{months} months"


def _month_or_year(text: str) -> Window | None:
    if match := _MONTH.fullmatch(text):
        month = _month(match[1], match[2])
        return None if month is None else Window(month, month)
    if (match := _YEAR.fullmatch(text)) and FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        return Window(int(match[1]) * 12, int(match[1]) * 12 + 11)
    return None


def _month(year: str, month: str) -> int | None:
    if FIRST_YEAR <= int(year) <= LAST_YEAR and 1 <= int(month) <= 12:
        return int(year) * 12 + int(month) - 1
    return None


def _day(year: str, month: str, day: str) -> date | None:
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _error(code: str, message: str, place: Place, excerpt: str, hint: str) -> StockadeError:
    return StockadeError(Diagnostic(code, message + ".", place, excerpt, hint))
