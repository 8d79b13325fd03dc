from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockade.data import months
from stockade.errors import Place, StockadeError

MONTHS = st.integers(months.FIRST_YEAR * 12, months.LAST_YEAR * 12 + 11)


@given(MONTHS)
def test_a_month_is_read_as_it_was_written(month):
    assert months.parse_month(months.format_month(month)) == month


@given(MONTHS)
def test_the_days_of_a_month_meet_those_of_the_next(month):
    assert months.last_day(month) + timedelta(days=1) == months.first_day(month + 1)
    assert months.month_of(months.first_day(month)) == months.month_of(months.last_day(month)) == month


@given(MONTHS, st.integers(0, 60))
def test_a_window_is_read_as_it_was_written(first, length):
    window = months.Window(first, min(first + length, months.LAST_YEAR * 12 + 11))
    assert months.parse_window(str(window)) == window
    assert list(window.months()) == [month for month in range(first, first + 61) if month in window]
    assert len(window) == len(window.months())


@given(MONTHS, MONTHS)
def test_a_window_never_runs_backwards(a, b):
    text = f"{months.format_month(a)}..{months.format_month(b)}"
    if a <= b:
        assert months.parse_window(text) == months.Window(a, b)
    else:
        with pytest.raises(StockadeError) as caught:
            months.parse_window(text)
        assert caught.value.diagnostics[0].code == "window-reversed"


@given(st.dates(date(1800, 1, 1), date(2199, 12, 31)))
def test_a_day_is_never_later_than_what_a_vaguer_date_can_mean(day):
    exact = months.latest_date(day.isoformat())
    month = months.latest_date(f"{day:%Y-%m}")
    year = months.latest_date(f"{day:%Y}")
    assert day == exact == months.parse_day(day.isoformat())
    assert exact <= month <= year
    assert (month + timedelta(days=1)).month != day.month
    assert (year + timedelta(days=1)).year == day.year + 1


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2008-07", date(2008, 7, 31)),
        ("2008-02", date(2008, 2, 29)),
        ("2010", date(2010, 12, 31)),
        ("2005-05/06", date(2005, 6, 30)),
        ("2005-12/2006-02", date(2006, 2, 28)),
        ("2008-07-24", date(2008, 7, 24)),
    ],
)
def test_a_date_means_the_latest_it_can(text, day):
    assert months.latest_date(text) == day


@pytest.mark.parametrize(
    "text",
    ["", "2008-13", "2008-00", "2008-7", "08-07", "2007-02-29", "2005-06/05",
     "soon", "٢٠٠٨-٠٧", "0008-01", "2008-07\n"],
)  # fmt: skip
def test_what_is_no_date_is_refused_with_its_place(text):
    with pytest.raises(StockadeError) as caught:
        months.latest_date(text, Place("reports.csv", 7, name="reported_on"))
    assert caught.value.diagnostics[0].code == "bad-date"
    assert caught.value.diagnostics[0].place == Place("reports.csv", 7, name="reported_on")


@pytest.mark.parametrize("text", ["2006-01..", "..", "2006-01..2006-02..2006-03", "2006-1", "", "2006-01-01"])
def test_what_is_no_window_is_refused(text):
    with pytest.raises(StockadeError) as caught:
        months.parse_window(text)
    assert caught.value.diagnostics[0].code == "bad-window"


def test_a_year_is_its_twelve_months():
    assert months.parse_window("2006") == months.parse_window("2006-01..2006-12")
    assert months.parse_window("2006 .. 2007") == months.parse_window("2006-01..2007-12")


def test_the_middle_of_a_month_and_of_a_period():
    assert months.parse_window("2006-01").middle == months.parse_month("2006-01") + 0.5
    assert months.parse_window("2009-08..2009-11").middle == months.parse_month("2009-10")


@given(st.integers(0, 999))
def test_a_lag_is_read_as_it_was_written(lag):
    assert months.parse_lag(months.format_lag(lag)) == lag


@pytest.mark.parametrize("text", ["1", "-1 month", "one month", "1.5 months", "30 days"])
def test_what_is_no_lag_is_refused(text):
    with pytest.raises(StockadeError):
        months.parse_lag(text)
