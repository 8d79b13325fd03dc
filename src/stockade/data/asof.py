"""What could be known at a date: nothing that was published later passes through here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np

from stockade.data.ledger import Report
from stockade.data.months import last_day
from stockade.data.series import SeriesTable, with_values


def published_on(month: int, lag: int) -> date:
    """Returns the day on which a monthly figure is taken to be out.

    That is the last day of the month `lag` months on: end of month goes to end of month, so
    February's figure with a lag of one is out on 31 March.
    """
    return last_day(month + lag)


def visible_rows(first_month: int, count: int, as_of: date, lag: int) -> np.ndarray:
    """Returns (month,) booleans: whether the figure of each month was out by the as-of date."""
    return np.array([published_on(first_month + row, lag) <= as_of for row in range(count)], dtype=bool)


def visible_series(
    table: SeriesTable, as_of: date, lag_months: Mapping[str, int], *, otherwise: int = 1
) -> SeriesTable:
    """Takes out of a table what was not yet published.

    Args:
        table: All that is known today.
        as_of: The day to look from; what came out on that day itself is visible.
        lag_months: Months from the end of a month to its publication, by column.
        otherwise: The same for columns that `lag_months` does not name.

    Returns:
        The same rows and columns, NaN where the figure was not yet out.
    """
    values = {}
    for name, column in table.values.items():
        seen = visible_rows(table.first_month, len(column), as_of, lag_months.get(name, otherwise))
        values[name] = np.where(seen, column, np.nan)
    return with_values(table, values)


def visible_reports(reports: Iterable[Report], as_of: date) -> tuple[Report, ...]:
    """Returns the reports published on or before a day, in their order."""
    return tuple(one for one in reports if one.reported_on <= as_of)
