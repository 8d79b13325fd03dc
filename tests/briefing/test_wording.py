"""Numbers as a reader sees them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockade.briefing.wording import (
    day,
    figure_of,
    margin,
    month,
    number,
    percent,
    percent_range,
    several,
    window,
    year_fraction,
)


@given(st.floats(0, 1))
def test_a_probability_is_never_printed_as_none_or_all(share: float) -> None:
    said = percent(share).replace("\N{NO-BREAK SPACE}", "")
    assert said not in ("0%", "100%")
    if said[0] not in "<>":
        assert abs(float(said[:-1]) / 100 - share) <= 0.005 + 1e-12


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "<1 %"),
        (0.0099, "<1 %"),
        (0.01, "1 %"),
        (0.99, "99 %"),
        (0.9901, ">99 %"),
        (1, ">99 %"),
        (None, "–"),
    ],
)
def test_the_ends_of_a_percentage(share: float | None, said: str) -> None:
    assert percent(share).replace("\N{NO-BREAK SPACE}", " ") == said


def test_a_range_that_prints_alike_is_one_figure() -> None:
    assert percent_range(0.001, 0.002) == percent(0.001)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (1234.5, "1,234"),
        (27.34, "27.3"),
        (0.0796, "0.0796"),
        (-512.34, "−512"),
        (None, "–"),
        (1.0, "1"),
        (2e9, "2e+09"),
    ],
)
def test_numbers(value: float | None, said: str) -> None:
    assert number(value) == said


@given(st.floats(1e-4, 1e6))
def test_a_printed_number_is_within_a_hundredth(value: float) -> None:
    assert float(number(value).replace(",", "")) == pytest.approx(value, rel=0.01)


def test_dates_and_months() -> None:
    assert day("2008-03-21") == "21 March 2008"
    assert day("soon") == "soon"
    assert month("2008-03") == "Mar 2008"
    assert window("2007-01..2007-06") == "Jan 2007 to Jun 2007"
    assert window("2007-01..2007-01") == "Jan 2007"
    assert window("2007") == "2007"
    assert year_fraction("2008-01") == pytest.approx(2008 + 0.5 / 12)
    assert year_fraction("2008-03") < year_fraction("2008-03-21") < year_fraction("2008-04")  # type: ignore[operator]
    assert year_fraction("soon") is None


def test_words() -> None:
    assert several([]) == "none"
    assert several(["a", "b", "c"]) == "a, b and c"
    assert several(list("abcdef"), 2) == "a, b and 4 more"
    assert margin(0.0084) == "±0.8"
    assert margin(None) == ""
    assert figure_of("upper", None, None, 40) == "at most 40"
    assert figure_of("lower", 1000, None, None) == "at least 1,000"
    assert figure_of("range", 80, None, 110) == "80 to 110"
