"""Numbers and dates as a reader sees them. A printed probability is never 0 % or 100 %."""

from __future__ import annotations

import math
from datetime import date

from stockade.briefing.curves import Number

MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NOTHING = "–"
MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"


def percent(share: Number) -> str:
    """Returns a fraction of 1 in whole per cent, ``<1 %`` and ``>99 %`` at the ends, a dash for None."""
    if share is None:
        return NOTHING
    if share < 0.01:
        return f"<1{SPACE}%"
    if share > 0.99:
        return f">99{SPACE}%"
    return f"{round(100 * share)}{SPACE}%"


def percent_range(low: Number, high: Number) -> str:
    """Returns ``20 % to 60 %``, or one figure where both ends print the same."""
    first, last = percent(low), percent(high)
    return first if first == last else f"{first} to {last}"


def coverage(share: Number) -> str:
    """Returns a share of months, which can be none or all of them: ``0 %`` and ``100 %`` are honest here."""
    return NOTHING if share is None else f"{round(100 * share)}{SPACE}%"


def margin(error: Number) -> str:
    """Returns a probability's Monte Carlo error in percentage points, e.g. ``±0.8``."""
    if error is None:
        return ""
    points = 100 * error
    if points < 0.1:
        return "±<0.1"
    return f"±{points:.1f}" if points < 9.95 else f"±{points:.0f}"


def number(value: Number) -> str:
    """Returns a number with about three significant digits and no exponent unless it is tiny or huge."""
    if value is None:
        return NOTHING
    size = abs(value)
    if size >= 1e7:
        return f"{value:.3g}"
    if size >= 100:
        return f"{value:,.0f}".replace("-", MINUS)
    if size == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(size)))
    if digits > 5:
        return f"{value:.2g}"
    shown = f"{value:.{digits}f}"
    return (shown.rstrip("0").rstrip(".") if "." in shown else shown).replace("-", MINUS)


def evidence(value: Number, error: Number) -> str:
    """Returns a log evidence with its Monte Carlo error, e.g. ``−512.3 ±0.12``."""
    if value is None:
        return NOTHING
    shown = f"{value:.1f}".replace("-", MINUS)
    return shown if not error else f"{shown} ±{error:.2f}"


def day(text: str) -> str:
    """Returns ``21 March 2008`` for ``2008-03-21``; anything else as it stands."""
    try:
        when = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{when.day} {MONTH_NAMES[when.month - 1]} {when.year}"


def month(text: str) -> str:
    """Returns ``Mar 2008`` for ``2008-03``; anything else as it stands."""
    parts = text.split("-")
    if len(parts) == 2 and all(part.isdigit() for part in parts) and 1 <= int(parts[1]) <= 12:
        return f"{MONTH_NAMES[int(parts[1]) - 1][:3]} {parts[0]}"
    return text


def window(text: str) -> str:
    """Returns ``Jan 2007 to Jun 2007`` for ``2007-01..2007-06``, one month where both ends agree."""
    first, _, last = text.partition("..")
    return month(first) if last in ("", first) else f"{month(first)} to {month(last)}"


def year_fraction(text: str) -> float | None:
    """Returns a month's middle, or a day, in years, e.g. 2008.208 for ``2008-03``; None if neither."""
    parts = text.split("-")
    if not all(part.isdigit() for part in parts) or len(parts) > 3:
        return None
    year, rest = int(parts[0]), [int(part) for part in parts[1:]]
    if not rest:
        return year + 0.5
    within = (rest[1] - 0.5) / 31 if len(rest) == 2 else 0.5
    return year + (rest[0] - 1 + within) / 12


def several(words: list[str], most: int | None = None) -> str:
    """Returns ``a``, ``a and b``, ``a, b and c``; with more than so many, ``a, b and 7 more``."""
    if most is not None and len(words) > most + 1:
        words = [*words[:most], f"{len(words) - most} more"]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else "none"


def count(n: int, noun: str) -> str:
    """Returns ``1 claim``, ``3 claims``."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def figure_of(kind: str, low: Number, best: Number, high: Number) -> str:
    """Returns a reported figure as it was meant: ``80 to 110``, ``at most 40``, ``at least 1,000``."""
    if kind == "range":
        return f"{number(low)} to {number(high)}"
    if kind == "upper":
        return f"at most {number(high)}"
    if kind == "lower":
        return f"at least {number(low)}"
    return number(best)
