"""What is wrong with a file of events is told with its line, and nothing wrong is counted."""

from __future__ import annotations

import csv
import io
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stockade.data.event_reading import read_events
from stockade.data.event_series import monthly
from stockade.errors import StockadeError
from tests.data.event_files import EXAMPLES, example

GED, ACLED, GTD, ATTACKS = "ged_24_1", "acled_current", "gtd", "attacks"

SPOILT = {
    # name: (example, row from 0, column, cell, code, line)
    "deaths are text": (GED, 4, "best", "many", "event-figure", 7),
    "deaths are negative": (GED, 4, "deaths_a", "-1", "event-figure", 7),
    "deaths are infinite": (GED, 4, "high", "inf", "event-figure", 7),
    "deaths have separators": (GED, 4, "best", "1,234", "event-figure", 7),
    "a day is none": (GED, 0, "date_start", "2012-02-30", "event-date", 2),
    "a day is missing": (GED, 0, "date_end", "", "event-date", 2),
    "a day of another age": (GED, 0, "date_start", "0012-01-05", "event-date", 2),
    "the end is first": (GED, 1, "date_end", "2012-01-27", "event-reversed", 3),
    "longer than a war": (GED, 1, "date_end", "2052-01-28", "event-too-long", 3),
    "a type of its own": (GED, 2, "type_of_violence", "4", "event-code", 4),
    "no type": (GED, 2, "type_of_violence", "", "event-code", 4),
    "no actor": (GED, 2, "side_a", " ", "event-without-actor", 4),
    "a precision of its own": (GED, 11, "date_prec", "9", "event-code", 14),
    "an event twice": (GED, 11, "id", "5000", "event-twice", 14),
    "an unknown kind of event": (ACLED, 3, "event_type", "Picnic", "event-code", 5),
    "a stamp that is no moment": (ACLED, 3, "timestamp", "-5", "event-date", 5),
    "an event twice in ACLED": (ACLED, 3, "event_id_cnty", "NOR0", "event-twice", 5),
    "a year in words": (GTD, 1, "iyear", "ninety", "event-figure", 3),
    "no year": (GTD, 1, "iyear", "", "event-date", 3),
    "a month of its own": (GTD, 1, "imonth", "13", "event-code", 3),
    "a day that the month lacks": (GTD, 4, "iday", "31", "event-date", 6),
    "a target of its own": (GTD, 1, "targtype1", "99", "event-code", 3),
    "no group": (ATTACKS, 0, "group", "", "event-without-actor", 2),
    "text for the killed": (ATTACKS, 0, "killed", "a few", "event-figure", 2),
}


def spoil(path, name: str, row: int, column: str, cell: str) -> None:
    with example(name).open(newline="") as stream:
        header, *rows = list(csv.reader(stream))
    rows[row][header.index(column)] = cell
    with path.open("w", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])


@pytest.mark.parametrize("name", SPOILT)
def test_a_cell_that_cannot_be_used_is_told_with_its_line(tmp_path, monkeypatch, name, snapshot):
    """In the GED example one cell spans two lines, so that lines and rows differ after it."""
    monkeypatch.chdir(tmp_path)
    file, row, column, cell, code, line = SPOILT[name]
    spoil(tmp_path / "events.csv", file, row, column, cell)
    with pytest.raises(StockadeError) as caught:
        read_events("events.csv")
    found = [one for one in caught.value.diagnostics if one.code == code]
    assert [one.place.line for one in found] == [line], caught.value
    assert found[0].place.name == column
    assert found[0].excerpt == cell.strip()
    assert found[0].hint
    assert "\n".join(map(str, caught.value.diagnostics)) == snapshot


@pytest.mark.parametrize("cell", ["", "NA", "N/A", "NULL", "nan", "-"])
def test_an_empty_number_is_not_known_and_not_0(tmp_path, cell):
    spoil(tmp_path / "events.csv", GED, 0, "best", cell)
    events = read_events(tmp_path / "events.csv")
    series = monthly(events)
    assert series.values["deaths_best"].sum() == 110 - 4
    assert series.values["events"].sum() == 12
    assert series.values["events_without_deaths"].tolist()[0] == 1
    assert "deaths-not-known" in {one.code for one in series.notes}


FILES = {
    "nothing": (b"", "empty-file"),
    "a header only": (example(GED).read_bytes().split(b"\n")[0] + b"\n", "empty-file"),
    "another table": (b"month,attacks\n2006-01,4\n", "unknown-event-format"),
    "a table that is nearly one": (b"date,group,killed\n2006-01-02,A,4\n", "unknown-event-format"),
    "a workbook": (b"PK\x03\x04" + bytes(100), "not-csv"),
    "another encoding": (example(ATTACKS).read_bytes().replace(b"Norland", b"Norl\xe4nd"), "not-utf-8"),
    "too many cells": (example(ATTACKS).read_bytes() + b"2007-02-02,A,B,1,x,y\n", "ragged-row"),
    "too few cells": (example(ATTACKS).read_bytes() + b"2007-02-02,A\n", "ragged-row"),
    "an open quote": (example(ATTACKS).read_bytes() + b'2007-02-02,"A,B,1,x\n', "not-csv"),
    "a column twice": (b"date,group,country,killed,killed\n2006-01-02,A,B,4,5\n", "duplicate-column"),
    "two dates": (b"date,group,country,killed\n3/4/2006,A,B,4\n", "event-date-order"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_used(tmp_path, monkeypatch, name, snapshot):
    monkeypatch.chdir(tmp_path)
    content, code = FILES[name]
    (tmp_path / "events.csv").write_bytes(content)
    with pytest.raises(StockadeError) as caught:
        read_events("events.csv")
    assert {one.code for one in caught.value.diagnostics} == {code}
    assert str(caught.value) == snapshot


@pytest.mark.parametrize("name", ["events*.csv", "events[1].csv"])
def test_a_name_that_would_stand_for_other_files(tmp_path, name):
    (tmp_path / name).write_bytes(example(GED).read_bytes())
    with pytest.raises(StockadeError, match="event-file-name"):
        read_events(tmp_path / name)


@pytest.mark.parametrize("path", ["", ".", "none.csv", "https://example.org/events.csv", "a\0b.csv"])
def test_what_is_no_file(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StockadeError, match="missing-file"):
        read_events(path)


# ------------------------------------------------------------------ any bytes: a result or a diagnostic

PIECES = [
    b",", b"\n", b'"', b"\r", b"\0", b"\xff", b";", b"\t", b"#", b"-", b"0", b"99999999999999999999",
    b"1e400",
    b"2012-02-30", b"NaN", b"\xef\xbb\xbf", b"'", b"{", "\u00e9".encode(), b"'); DROP TABLE events; --",
]  # fmt: skip


def mutated(content: bytes, chance: random.Random) -> bytes:
    text = bytearray(content)
    for _ in range(chance.randrange(1, 6)):
        at, to = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
        to = min(to, at + chance.choice((0, 1, 3, 40)))
        kind = chance.randrange(4)
        piece = chance.choice(PIECES) if kind else bytes(text[at : at + 200])
        text[at : to if kind > 1 else at] = piece
        if kind == 3 and chance.random() < 0.3:
            del text[chance.randrange(len(text) + 1) :]
    return bytes(text)


CELLS = [
    "", " ", "-9", "-99", "-1", "0", "1", "3", "7", "1e300", "1e400", "0.5", "\u0663", "NaN", "True",
    "2012-01-05",
    "5/1/2012", "13/1/2012", "1/13/2012", "2199-12-31", "1800-01-01", "31 April 2012", "A; B; ;", "Civilians",
    "Government of A, Government of B", "\ud7ff\u202e", "x" * 3000, "a\nb", "\"", "#x", "7258118400",
    "\x01\x02",
]  # fmt: skip


def rewritten(content: bytes, chance: random.Random) -> bytes:
    """Replaces, moves and repeats cells and rows, and leaves the file a table."""
    delimiter = max(",;", key=content.decode().partition("\n")[0].count)
    table = list(csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter))
    for _ in range(chance.randrange(1, 8)):
        row = chance.choice(table[1:])
        row[chance.randrange(len(row))] = chance.choice([*CELLS, *chance.choice(table)])
    if chance.random() < 0.2:
        table.append(list(chance.choice(table)))
    if chance.random() < 0.2:
        del table[chance.randrange(1, len(table)) + 1 :]
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=delimiter).writerows(table)
    return made.getvalue().encode()


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(EXAMPLES)), st.randoms(use_true_random=False))
def test_a_spoilt_file_gives_a_result_or_a_diagnostic(tmp_path, name, chance):
    path = tmp_path / "events.csv"
    path.write_bytes(chance.choice((mutated, rewritten))(example(name).read_bytes(), chance))
    problems, series = diagnosed(path)
    assert all(one.code and one.message and one.place.file for one in problems)
    if series is not None:
        assert all(len(column) == len(series.window) for column in series.values.values())


def diagnosed(path):
    """What is wrong with a file, or the series counted from it; any other exception is a failure."""
    try:
        return (), monthly(read_events(path))
    except StockadeError as error:
        return error.diagnostics, None
