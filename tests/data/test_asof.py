from __future__ import annotations

from datetime import date
from types import MappingProxyType

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stockade.data.asof import published_on, visible_reports, visible_rows, visible_series
from stockade.data.ledger import Report
from stockade.data.months import Window, last_day, month_of, parse_month
from stockade.data.series import SeriesTable

FIRST = parse_month("2004-01")
DAYS = st.dates(date(2003, 11, 1), date(2006, 3, 1))
LAGS = st.fixed_dictionaries({"a": st.integers(0, 4), "b": st.integers(0, 4)})
VALUES = st.lists(st.floats(0, 1e6), min_size=20, max_size=20)


def table(a, b) -> SeriesTable:
    values = {"a": np.array(a), "b": np.array(b)}
    return SeriesTable("series.csv", FIRST, MappingProxyType(values), tuple(range(2, 22)))


def report(month: int, reported_on: date, best: float) -> Report:
    return Report(
        "s",
        Window(month, month),
        None,
        best,
        None,
        "",
        reported_on,
        str(reported_on),
        "",
        "",
        "",
        "B",
        "2",
        2,
    )


def test_a_figure_is_out_at_the_end_of_the_month_after():
    january = parse_month("2008-01")
    assert published_on(january, 1) == date(2008, 2, 29)
    assert published_on(january, 0) == date(2008, 1, 31)
    assert published_on(parse_month("2007-11"), 2) == date(2008, 1, 31)
    np.testing.assert_array_equal(visible_rows(january, 3, date(2008, 3, 31), 1), [True, True, False])
    np.testing.assert_array_equal(visible_rows(january, 3, date(2008, 3, 30), 1), [True, False, False])


@given(VALUES, VALUES, DAYS, LAGS)
def test_what_is_seen_was_published_and_what_was_published_is_seen(a, b, as_of, lags):
    whole = table(a, b)
    seen = visible_series(whole, as_of, lags)
    for name, lag in lags.items():
        for row, value in enumerate(seen.values[name]):
            out = last_day(FIRST + row + lag)
            assert (value == whole.values[name][row]) if out <= as_of else np.isnan(value)


@given(
    VALUES,
    VALUES,
    DAYS,
    LAGS,
    st.integers(0, 19),
    st.sampled_from(["a", "b"]),
    st.floats(0, 1e6) | st.just(np.nan),
)
def test_no_cell_leaks(a, b, as_of, lags, row, column, changed):
    """Changing a cell changes what is seen only if it was out."""
    whole = table(a, b)
    values = {name: np.array(one) for name, one in whole.values.items()}
    values[column][row] = changed
    other = SeriesTable(whole.file, whole.first_month, values, whole.lines)
    if last_day(FIRST + row + lags[column]) > as_of:
        for name in values:
            one, two = (visible_series(each, as_of, lags).values[name] for each in (whole, other))
            np.testing.assert_array_equal(one, two)


@given(VALUES, DAYS)
def test_a_column_without_a_lag_of_its_own_takes_the_other(a, as_of):
    whole = table(a, a)
    one = visible_series(whole, as_of, {"a": 3}, otherwise=3)
    np.testing.assert_array_equal(one.values["a"], one.values["b"])


@given(
    st.lists(st.builds(report, st.integers(FIRST, FIRST + 30), DAYS, st.floats(0, 1e6)), max_size=12),
    DAYS,
    DAYS,
)
def test_reports_appear_with_time_and_never_go(reports, one, two):
    early, late = min(one, two), max(one, two)
    seen = visible_reports(reports, early)
    assert all(each.reported_on <= early for each in seen)
    assert [each for each in visible_reports(reports, late) if each.reported_on <= early] == list(seen)
    assert len(visible_reports(reports, date.max)) == len(reports)


def test_the_article_s_day_saw_january_and_not_february(iraq_folder):
    from stockade.data.series import read_series

    whole = read_series(iraq_folder / "series.csv")
    seen = visible_series(whole, date(2008, 3, 21), {"suicide_attacks": 1})
    last = np.flatnonzero(np.isfinite(seen.values["suicide_attacks"]))[-1]
    assert whole.first_month + last == parse_month("2008-01") < month_of(date(2008, 3, 21))
