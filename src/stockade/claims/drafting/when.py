"""Which months a sentence speaks of: dates as they stand in it, and words such as *last month*."""

from __future__ import annotations

import re
from calendar import month_abbr, month_name
from collections.abc import Callable
from datetime import date

from stockade.data.months import FIRST_YEAR, LAST_YEAR, Window, month_of

_NAMES = {name.lower(): index for index, name in enumerate(month_name) if name}
_NAMES |= {name.lower(): index for index, name in enumerate(month_abbr) if name} | {"sept": 9}
_MONTH = "(?:" + "|".join(sorted(_NAMES, key=len, reverse=True)) + r")\.?"
_YEAR = r"(?:1[89]|20|21)\d\d"
_COUNTS = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "few": 3, "several": 3, "couple of": 2,
}  # fmt: skip
_COUNT = r"(?:\d{1,3}|" + "|".join(_COUNTS) + ")"
_PART = r"(early|mid-?|late|(?:the )?end of|(?:the )?beginning of|(?:the )?start of)"
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11), "winter": (12, 14)}
_CAPITAL = r"[A-Z][\w.'’/-]*"
_TOWN = rf"(?-i:(?!(?:In|From|On|At|By|Since|After|Before|Near|Until)\b){_CAPITAL}(?:,? {_CAPITAL}){{0,3}})"
_DATELINE = (  # PORT CITY, 14 March 2019 (Agency) - : when it was written, not what it is about
    rf"^{_TOWN},\s+(?:\d{{1,2}}\s+{_MONTH}|{_MONTH}\s+\d{{1,2}}),?(?:\s+{_YEAR})?\s*"
    rf"(?:\([^)]{{1,40}}\)\s*)?[-–—]+\s+(?!\d|{_MONTH}\b)"
)

Rule = tuple[str, Callable[[re.Match[str], date], Window | None]]


def window_of_text(text: str, on: date) -> Window | None:
    """Returns the months that a sentence speaks of, or None where it names none.

    Where several are named, they are joined: from the first to the last. A month without a year is the
    latest one that had begun by the day of publication.

    Args:
        text: The sentence.
        on: Day of publication, from which *last month* is counted.
    """
    rest, found = re.sub(_DATELINE, "", text, flags=re.IGNORECASE), []
    for pattern, rule in _RULES:
        for match in re.finditer(pattern, rest, re.IGNORECASE):
            window = rule(match, on)
            if window is not None:
                found.append(window)
        rest = re.sub(pattern, " # ", rest, flags=re.IGNORECASE)
    if not found:
        return None
    return Window(min(one.first for one in found), max(one.last for one in found))


def first_day_named(text: str) -> date | None:
    """Returns the first whole date in a text, such as 21 March 2008; for a dateline."""
    match = re.search(
        rf"\b(?P<d>\d{{1,2}})\s+(?P<m>{_MONTH})\s+(?P<y>{_YEAR})\b|"
        rf"\b(?P<m2>{_MONTH})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>{_YEAR})\b|"
        rf"\b(?P<y3>{_YEAR})-(?P<m3>\d\d)-(?P<d3>\d\d)\b",
        text,
        re.IGNORECASE,
    )
    if match is None:
        return None
    day, month, year = (match[f"{one}"] or match[f"{one}2"] or match[f"{one}3"] for one in "dmy")
    try:
        return date(int(year), int(month) if month.isdigit() else _named(month), int(day))
    except ValueError:
        return None


def _named(word: str) -> int:
    return _NAMES[word.lower().rstrip(".")]


def _at(year: int, month: int) -> int | None:
    return year * 12 + month - 1 if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 else None


def _single(month: int | None) -> Window | None:
    return None if month is None else Window(month, month)


def _between(first: int | None, last: int | None) -> Window | None:
    return None if first is None or last is None or last < first else Window(first, last)


def _iso(match: re.Match[str], _: date) -> Window | None:
    return _single(_at(int(match[1]), int(match[2])))


def _month_year(match: re.Match[str], _: date) -> Window | None:
    return _single(_at(int(match[2]), _named(match[1])))


def _two_months(match: re.Match[str], _: date) -> Window | None:
    last = int(match[4])
    return _between(_at(int(match[2] or last), _named(match[1])), _at(last, _named(match[3])))


def _since_month(match: re.Match[str], on: date) -> Window | None:
    first = _at(int(match[2]), _named(match[1])) if match[2] else _latest(_named(match[1]), on)
    return _between(first, month_of(on))


def _since_year(match: re.Match[str], on: date) -> Window | None:
    return _between(_at(int(match[1]), 1), month_of(on))


def _part_of_year(match: re.Match[str], _: date) -> Window | None:
    word, what, year = match[1].lower(), match[2].lower(), int(match[3])
    length = {"half": 6, "quarter": 3}[what]
    place = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": 12 // length - 1}[word]
    first = _at(year, 1 + place * length) if place * length < 12 else None
    return None if first is None else Window(first, first + length - 1)


def _end_of_year(match: re.Match[str], _: date) -> Window | None:
    months = {"early": (1, 3), "mid": (5, 8), "late": (10, 12), "end of": (12, 12), "beginning of": (1, 1)}
    word = match[1].lower().rstrip("-").removeprefix("the ").replace("start of", "beginning of")
    first, last = months[word]
    return _between(_at(int(match[2]), first), _at(int(match[2]), last))


def _since_part(match: re.Match[str], on: date) -> Window | None:
    begun = _end_of_year(match, on)
    return None if begun is None else _between(begun.first, month_of(on))


def _season(match: re.Match[str], _: date) -> Window | None:
    first, last = _SEASONS[match[1].lower()]
    begin = _at(int(match[2]), first)
    return None if begin is None else Window(begin, begin + last - first)


def _years(match: re.Match[str], _: date) -> Window | None:
    return _between(_at(int(match[1]), 1), _at(int(match[2]), 12))


def _year(match: re.Match[str], _: date) -> Window | None:
    return _between(_at(int(match[1]), 1), _at(int(match[1]), 12))


def _past(match: re.Match[str], on: date) -> Window | None:
    return _span(match[1], match[2], on, ahead=False)


def _coming(match: re.Match[str], on: date) -> Window | None:
    return _span(match[1], match[2], on, ahead=True)


def _span(count: str | None, unit: str, on: date, *, ahead: bool) -> Window | None:
    many = 1 if not count else int(count) if count.isdigit() else _COUNTS[count.lower()]
    length = many * {"month": 1, "quarter": 3, "year": 12}[unit.lower().rstrip("s")]
    now = month_of(on)
    return Window(now + 1, now + length) if ahead else Window(now - length, now - 1)


def _calendar(match: re.Match[str], on: date) -> Window | None:
    word, unit = match[1].lower(), match[2].lower()
    shift = {"last": -1, "this": 0, "next": 1}[word]
    if unit == "month":
        return _single(month_of(on) + shift)
    return Window((on.year + shift) * 12, (on.year + shift) * 12 + 11)


def _recent(_: re.Match[str], on: date) -> Window | None:
    return Window(month_of(on) - 3, month_of(on))


def _bare_month(match: re.Match[str], on: date) -> Window | None:
    return _single(_latest(_named(match[1]), on))


def _latest(month: int, on: date) -> int:
    """Returns the latest month of a name that had begun by a day."""
    return _at(on.year if month <= on.month else on.year - 1, month) or month_of(on)


# Order matters: what one rule has read, the later ones do not see.
_RULES: tuple[Rule, ...] = (
    (rf"\b({_YEAR})-(\d\d)(?:-\d\d)?\b", _iso),
    (
        rf"\b(?:from|between)?\s*({_MONTH})(?:\s+({_YEAR}))?\s*(?:to|and|until|through|–|-)\s*({_MONTH})\s+({_YEAR})\b",
        _two_months,
    ),
    (
        rf"\bsince\s+(?:(?:[\w'’-]+\s+){{1,5}}?(?:of|in|on)\s+)?(?:\d{{1,2}}\s+)?({_MONTH})(?:\s+({_YEAR}))?\b",
        _since_month,
    ),
    (rf"\bsince\s+{_PART}\s*({_YEAR})\b", _since_part),
    (rf"\bsince\s+(?:\w+\s+){{0,3}}?({_YEAR})\b", _since_year),
    (rf"\b(first|second|third|fourth|last)\s+(half|quarter)\s+of\s+({_YEAR})\b", _part_of_year),
    (
        rf"\b({_MONTH})(?:\s+\d{{1,2}}(?:st|nd|rd|th)?(?:\s*[-–—]\s*\d{{1,2}})?,)?\s+(?:of\s+)?({_YEAR})\b",
        _month_year,
    ),
    (rf"\b{_PART}\s*({_YEAR})\b", _end_of_year),
    (rf"\b(spring|summer|autumn|fall|winter)\s+(?:of\s+)?({_YEAR})\b", _season),
    (rf"\b(?:between|from)?\s*({_YEAR})\s*(?:to|and|until|through|–|-)\s*({_YEAR})\b", _years),
    (rf"\b({_YEAR})\b", _year),
    (rf"\b(?:past|previous|last)\s+({_COUNT})\s+(months?|quarters?|years?)\b", _past),
    (r"\bpast\s+()?(month|quarter|year)\b", _past),
    (rf"\b(?:next|coming)\s+({_COUNT})\s+(months?|quarters?|years?)\b", _coming),
    (r"\bcoming\s+()?(month|quarter|year)\b", _coming),
    (r"\b(last|this|next)\s+(month|year)\b", _calendar),
    (r"\b(?:in recent months|recently|lately|of late)\b", _recent),
    (
        rf"\b(?:in|during|by|last|this|until)\s+(?:early |mid-?|late )?({_MONTH})(?=[\s,.;:]|$)",
        _bare_month,
    ),
)
