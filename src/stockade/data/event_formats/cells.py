"""Cells of event files: numbers and days as people and spreadsheets write them. A doubt is a fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime

import numpy as np

from stockade.data.months import FIRST_YEAR, LAST_YEAR
from stockade.data.series import parse_figure

_BLANK = frozenset({"", "na", "n/a", "nan", "null", "none", "-"})
_MONTHS = {
    name: at
    for at, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
         "aug august", "sep sept september", "oct october", "nov november", "dec december"), 1,
    )
    for name in names.split()
}  # fmt: skip
_CLOCK = r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?)?"
_ISO = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})" + _CLOCK)
_WORDED = re.compile(r"([0-9]{1,2})[ -]([A-Za-z]{3,9})\.?,?[ -]([0-9]{4})")
_SHORT_YEAR = re.compile(r"([0-9]{1,2})[ -]([A-Za-z]{3,9})\.?[ -]([0-9]{2})")
_CENTURY = 1930  # spreadsheets read two digits as 1930 to 2029
_WHOLE_WITH_COMMA = re.compile(r"(-?[0-9]+),0{1,2}")  # 3,0: never thousands, which take three digits
_AMERICAN = re.compile(r"([A-Za-z]{3,9})\.? ([0-9]{1,2}), ?([0-9]{4})")
_NUMBERS = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})" + _CLOCK)
_ORDER_HINT = "Write days as 2008-03-21, or say which comes first with --dates day-first or month-first."


def is_blank(text: str) -> bool:
    """Says whether a cell means that nothing is known: empty, or what R, Excel and SQL write for that."""
    return text.lower() in _BLANK


def number(text: str) -> float | None:
    """Reads a number; None where the cell is blank.

    Raises:
        ValueError: With code, message and hint, where it is anything else.
    """
    if is_blank(text):
        return None
    whole = _WHOLE_WITH_COMMA.fullmatch(text)
    value = parse_figure(whole[1] if whole else text)
    if value is None:
        raise ValueError(
            "event-figure", f"'{text}' is not a number.",
            "Write digits without separators; leave the cell empty where nothing is known.",
        )  # fmt: skip
    return value


def deaths(text: str) -> float | None:
    """Reads a number of deaths; None where the cell is blank. Raises as `number` does."""
    value = number(text)
    if value is not None and value < 0:
        raise ValueError(
            "event-figure", f"A number of deaths cannot be {text}.",
            "Leave the cell empty where the number is not known; some tables write -9 or -99 for that.",
        )  # fmt: skip
    return value


def deaths_or_unknown(text: str) -> float | None:
    """Reads a number of deaths in a table that writes -9 or -99 where nothing is known."""
    value = number(text)
    return None if value in (-9, -99) else deaths(text)


def choice(known: range, what: str) -> Callable[[str], int | None]:
    """Returns a parser of a code: a whole number out of a range, or blank."""
    allowed = frozenset(known)

    def parse(text: str) -> int | None:
        value = None if is_blank(text) else parse_figure(text)
        if value is None and is_blank(text):
            return None
        if value is None or value not in allowed:
            hint = f"It is a whole number from {min(allowed)} to {max(allowed)}."
            raise ValueError("event-code", f"'{text}' is no {what}.", hint)
        return int(value)

    return parse


def moment(text: str) -> np.datetime64 | None:
    """Reads the day of a moment in seconds since 1970, or a day. Raises as `days` says."""
    if is_blank(text):
        return None
    value = parse_figure(text)
    if value is None:
        return day(text, day_first=None)
    if not 0 <= value < 7e9:
        raise ValueError(
            "event-date", f"'{text}' is no moment in seconds since 1970.", "Write a day as 2008-03-21."
        )
    return np.datetime64(datetime.fromtimestamp(value, UTC).date(), "D")


def day(text: str, *, day_first: bool | None) -> np.datetime64 | None:
    """Reads a day; None where the cell is blank.

    Args:
        text: 2008-03-21, with or without a time of day; 21 March 2008; 21-Mar-2008; 21-Mar-08, as
            spreadsheets show it (1930 to 2029); or numbers with the year last.
        day_first: How numbers with the year last are meant; None where that is not known.

    Raises:
        ValueError: With code, message and hint, where it is no day or could be two.
    """
    if is_blank(text):
        return None
    year, month, day_ = _parts(text, day_first=day_first)
    try:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError
        found = date(year, month, day_)
    except ValueError:
        raise ValueError(
            "event-date", f"'{text}' is not a day.", "Write it as 2008-03-21 or 21 March 2008."
        ) from None
    return np.datetime64(found, "D")


def _parts(text: str, *, day_first: bool | None) -> tuple[int, int, int]:
    if match := _ISO.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _WORDED.fullmatch(text):
        return int(match[3]), _MONTHS.get(match[2].lower(), 0), int(match[1])
    if match := _SHORT_YEAR.fullmatch(text):
        short = int(match[3])
        year = short + 100 * ((_CENTURY + 99 - short) // 100)
        return year, _MONTHS.get(match[2].lower(), 0), int(match[1])
    if match := _AMERICAN.fullmatch(text):
        return int(match[3]), _MONTHS.get(match[1].lower(), 0), int(match[2])
    if match := _NUMBERS.fullmatch(text):
        first, second, year = int(match[1]), int(match[2]), int(match[3])
        if day_first is None:
            raise ValueError("event-date-order", f"'{text}' could be two days.", _ORDER_HINT)
        return (year, second, first) if day_first else (year, first, second)
    return 0, 0, 0


def has_short_year(text: str) -> bool:
    """Says whether a day's year has two digits only, as in 21-Mar-08."""
    return _SHORT_YEAR.fullmatch(text) is not None


def order_of(texts: Iterable[str]) -> bool | None:
    """Says whether days come first, as in 21/03/2008; None where no date shows it, or some differ."""
    found: set[bool] = set()
    for text in texts:
        match = _NUMBERS.fullmatch(text)
        if match and (int(match[1]) > 12) != (int(match[2]) > 12):
            found.add(int(match[1]) > 12)
    return found.pop() if len(found) == 1 else None
