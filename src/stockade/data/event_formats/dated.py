"""Days in three columns: year, month, day, with 0 for what is not known."""

from __future__ import annotations

import numpy as np

from stockade.data.event_formats.cells import choice, number
from stockade.data.event_formats.layout import Raw
from stockade.data.months import FIRST_YEAR, LAST_YEAR


def dated(raw: Raw) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Reads ``year``, ``month`` and ``day``, and notes what is wrong with them.

    Returns:
        First days and last days as datetime64[D] (those of the month where the day is not known, not-a-time
        where the month is not), and positions in `DATE_PRECISIONS`.
    """
    year = raw.parsed("year", number, np.nan, "float64")
    month = raw.parsed("month", choice(range(13), "month"), 0, "int64")
    day = raw.parsed("day", choice(range(32), "day of a month"), 0, "int64")
    sound = (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (year == np.floor(year))
    hint = "Write a year with four digits."
    raw.fault("event-date", "year", ~sound, "The event has no year that can be used.", hint)
    placed = sound & (month > 0)
    raw.remark("no-month", "without a month: no series can hold them.", sound & ~placed)
    months = np.where(placed, (np.where(sound, year, 1970) - 1970) * 12 + month - 1, 0).astype(np.int64)
    first = months.astype("datetime64[M]").astype("datetime64[D]")
    last = (months + 1).astype("datetime64[M]").astype("datetime64[D]") - 1
    start = first + np.maximum(day - 1, 0)
    raw.fault("event-date", "day", placed & (start > last), "The month has no such day.", "Correct the day.")
    never = np.datetime64("NaT", "D")
    end = np.where(day > 0, start, last)
    precision = np.where(placed, np.where(day > 0, 1, 3), 0).astype(np.int8)
    return np.where(placed, start, never), np.where(placed, end, never), precision
