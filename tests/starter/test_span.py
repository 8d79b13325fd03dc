from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockade.data.asof import published_on
from stockade.data.months import Window, parse_month
from stockade.errors import StockadeError
from stockade.starter.span import LONGEST, SILENCE, span_of
from tests.starter.records import START, record


def counts(months, *active):
    found = np.zeros(months)
    found[list(active)] = 1
    return found


def months(text):
    first, last = text.split("..")
    return Window(parse_month(first), parse_month(last))


def refused(given, as_of=None):
    with pytest.raises(StockadeError) as error:
        span_of(given, as_of)
    (found,) = error.value.diagnostics
    return found


def test_a_year_scales_a_year_is_held_back_and_the_rest_is_fitted():
    span = span_of(record(np.ones(60)))
    assert span.scaling == months("2010-01..2010-12")
    assert span.fitted == months("2011-01..2013-12")
    assert span.held_back == span.ahead == months("2014-01..2014-12")
    assert span.before == months("2013-01..2013-12")
    assert span.period == months("2011-01..2015-12")
    assert span.as_of == (date(2014, 1, 31), date(2015, 1, 31))


def test_the_scaling_year_begins_with_an_event():
    span = span_of(record(counts(60, 5, 20, 30, 40, 50, 59)))
    assert span.scaling.first == START + 5


def test_a_long_record_is_looked_back_on_for_six_years():
    span = span_of(record(np.ones(300)))
    assert span.fitted.last - span.scaling.first + 1 == LONGEST


def test_a_record_that_ends_counts_as_silent_for_half_a_year():
    span = span_of(record(counts(120, *range(40))))
    assert span.held_back == Window(START + 34, START + 39 + SILENCE)


def test_a_short_record_holds_back_what_is_left_and_no_less_than_three_months():
    assert len(span_of(record(np.ones(30))).held_back or ()) == 6
    span = span_of(record(np.ones(26)))
    assert span.held_back is None
    assert span.as_of == (published_on(START + 25, 1),)
    assert span.ahead == Window(START + 26, START + 37)


def test_a_day_that_is_given_is_the_first_date():
    span = span_of(record(np.ones(60)), date(2013, 6, 15))
    assert span.as_of[0] == date(2013, 6, 15)
    assert span.fitted.last == parse_month("2013-04")
    assert span.held_back == months("2013-05..2014-04")


def test_too_few_months_are_refused_with_their_number():
    found = refused(record(np.ones(23)))
    assert found.code == "too-few-months"
    assert "23 months are known" in found.message
    assert found.message.endswith("a study needs 24.")


def test_a_day_too_early_is_refused_with_the_first_that_will_do():
    found = refused(record(np.ones(60)), date(2011, 6, 30))
    assert found.code == "too-few-months"
    assert "2012-01-31" in found.hint
    assert span_of(record(np.ones(60)), date(2012, 1, 31)).fitted.last == START + 23


def test_a_day_after_the_record_is_refused():
    assert refused(record(np.ones(60)), date(2016, 6, 30)).code == "as-of-after-record"


@pytest.mark.parametrize("active", [(), (0,), (0, 30)])
def test_hardly_any_events_are_refused(active):
    assert refused(record(counts(48, *active))).code in {"too-few-events", "too-few-months"}


@given(st.lists(st.sampled_from([0, 0, 0, 1, 5]), min_size=1, max_size=150), st.data())
def test_whatever_the_record_the_months_fit_together(values, data):
    given_day = data.draw(st.none() | st.dates(date(2010, 1, 1), date(2024, 1, 1)))
    try:
        span = span_of(record(values), given_day)
    except StockadeError:
        return
    assert len(span.scaling) == 12
    assert span.scaling.last + 1 == span.fitted.first == span.period.first
    assert len(span.fitted) >= 12
    assert published_on(span.fitted.last, 1) <= span.as_of[0] < published_on(span.fitted.last + 1, 1)
    assert span.ahead.first == span.fitted.last + 1
    assert span.before.last == span.fitted.last
    assert span.ahead.last <= span.period.last
    assert list(span.as_of) == sorted(set(span.as_of))
    assert len(span.before) == len(span.ahead) <= 12
