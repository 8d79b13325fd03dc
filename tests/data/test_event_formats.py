"""Every format of event files: recognised by its columns, the same events however they are laid out."""

from __future__ import annotations

import csv
import logging
import re

import numpy as np
import pytest

from stockade.data.event_file import plain
from stockade.data.event_formats.catalogue import FORMATS
from stockade.data.event_formats.cells import day, has_short_year, number
from stockade.data.event_reading import read_events
from stockade.data.event_series import monthly
from stockade.data.events import FIGURES
from stockade.errors import StockadeError
from tests.data.event_files import EXAMPLES, example

LAYOUTS = {
    "ged_24_1": [
        "ged_17_1",
        "ged_best_est",
        "ged_humanitarian",
        "ged_no_header",
        "ged_semicolons",
        "ged_candidate",
    ],
    "acled_current": ["acled_before_2023"],
}


def test_every_format_has_an_example():
    assert {one.name for one in FORMATS} <= set(EXAMPLES.values())


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_file_is_recognised_by_its_columns(name):
    assert read_events(example(name)).format == EXAMPLES[name]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_row_is_an_event(name):
    events = read_events(example(name))
    header = 0 if name == "ged_no_header" else 1
    tags = 1 if name == "ged_humanitarian" else 0
    with example(name).open(newline="") as stream:
        records = list(csv.reader(stream, delimiter=";" if name == "ged_semicolons" else ","))
    assert len(events) == len(records) - header - tags
    assert set(events.figures) == set(FIGURES)
    for column in (events.start, events.end, events.type, events.date_precision, events.place_precision):
        assert len(column) == len(events)


@pytest.mark.parametrize(("one", "other"), [(one, other) for one in LAYOUTS for other in LAYOUTS[one]])
def test_the_layout_of_a_file_changes_no_number(one, other):
    first, second = monthly(read_events(example(one))), monthly(read_events(example(other)))
    assert first.window == second.window
    assert list(first.values) == list(second.values)
    for name in first.values:
        np.testing.assert_array_equal(first.values[name], second.values[name], err_msg=name)


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_that_names_or_locates_a_person_is_read(name, caplog):
    """The examples hold a person's name, a town and coordinates in every column that could."""
    with caplog.at_level(logging.WARNING):
        events = read_events(example(name))
    with example(name).open() as stream:
        text = stream.read()
    assert "Jane Doe" in text
    kept = {
        word
        for column in (*(side.names for side in events.sides), events.country, events.region)
        for word in column.words
    }
    assert not any("Jane Doe" in word or "Mill town" in word or "10.5" in word for word in kept)
    assert "could name or locate a private person" in caplog.text
    expected = {"latitude", "longitude"} if "latitude" in text or name == "ged_no_header" else set()
    expected |= {"attacker.name"} if name == "cpost" else set()
    assert {plain(one) for one in expected} <= {plain(one).removeprefix("target_") for one in events.dropped}


def test_days_that_could_be_two_are_refused_until_somebody_says(tmp_path):
    """In the example one day is the 30th, so all are month first; without it nobody can know."""
    path = tmp_path / "attacks.csv"
    path.write_text(example("dsat").read_text().replace("05/30/2006", "05/03/2006").replace("/17/", "/07/"))
    with pytest.raises(StockadeError) as caught:
        read_events(path)
    assert {one.code for one in caught.value.diagnostics} == {"event-date-order"}
    assert [one.place.line for one in caught.value.diagnostics] == [2, 3, 4, 5, 6]
    assert str(read_events(path, dates="month-first").start[1]) == "2006-05-03"
    assert str(read_events(path, dates="day-first").start[1]) == "2006-03-05"


def test_a_file_in_another_encoding_is_read_when_it_is_named():
    events = read_events(example("gtd_latin_1"), encoding="latin-1")
    assert set(events.region.words) == {"Vall\u00e9e"}


def test_every_note_is_explained(repository):
    """What a note means stands in docs/events.md, under its code."""
    page = (repository / "docs" / "events.md").read_text()
    found = set()
    for path in (repository / "src" / "stockade" / "data").rglob("*.py"):
        found |= set(re.findall(r'(?:\bNote|remark)\(\s*"([a-z-]+)"', path.read_text()))
    assert len(found) > 15
    assert {one for one in found if f"| `{one}` |" not in page} == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("21-Mar-08", "2008-03-21"),
        ("1 sep 29", "2029-09-01"),
        ("01-Jan-30", "1930-01-01"),
        ("5-May-99", "1999-05-05"),
    ],
)
def test_years_of_two_digits_are_those_of_a_spreadsheet(text, expected):
    assert str(day(text, day_first=None)) == expected
    assert has_short_year(text)


@pytest.mark.parametrize("text", ["1-2-08", "21-Mar-8", "31-Feb-08", "21-Foo-08"])
def test_other_short_days_are_no_days(text):
    with pytest.raises(ValueError, match="event-date"):
        day(text, day_first=None)


def test_a_decimal_comma_is_read_where_it_can_be_nothing_else():
    assert (number("12,0"), number("3,00"), number("-9,0")) == (12, 3, -9)
    for text in ("1,000", "3,5", "1,0,0", ",0"):
        with pytest.raises(ValueError, match="event-figure"):
            number(text)
