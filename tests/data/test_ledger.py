from __future__ import annotations

import csv
from datetime import date

import pytest

from stockade.data.ledger import COLUMNS, read_ledger
from stockade.data.months import parse_window
from stockade.errors import StockadeError

HEADER = ",".join(COLUMNS)


def row(**cells: str) -> str:
    usual = {
        "series": "strength", "period_from": "2006-01", "period_to": "2006-03", "best": "10",
        "unit": "persons",
        "reported_on": "2006-04-01", "source": "someone",
        "reliability": "B", "credibility": "2",
    }  # fmt: skip
    return ",".join((usual | cells).get(name, "") for name in COLUMNS)


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def written(*rows):
        (tmp_path / "reports.csv").write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
        return "reports.csv"

    return written


@pytest.mark.parametrize(
    ("low", "best", "high", "kind"),
    [
        ("", "5", "", "point"),
        ("4", "5", "6", "point"),
        ("4", "", "6", "range"),
        ("", "", "6", "upper"),
        ("4", "", "", "lower"),
        ("", "", "", None),
    ],
)
def test_the_kind_of_a_statement(write, low, best, high, kind):
    (report,) = read_ledger(write(row(low=low, best=best, high=high)))
    assert report.kind == kind


def test_a_statement_in_full(write):
    text = row(period_from="2006", period_to="2007-06", reported_on="2007-07", note='"two\nlines, quoted"')
    first, second = read_ledger(write(text, row()))
    assert first.period == parse_window("2006-01..2007-06")
    assert first.reported_on == date(2007, 7, 31)
    assert first.reported_text == "2007-07"
    assert first.note == "two\nlines, quoted"
    assert (first.grade, first.id, first.line) == ("B2", "strength:2", 2)
    assert second.line == 4  # the note above takes two lines


def test_everything_wrong_is_said_at_once(write, snapshot):
    path = write(
        row(low="9", best="", high="3"),
        row(low="4", best="10", high="6"),
        row(best="many"),
        row(best="-2"),
        row(reliability="G"),
        row(credibility="7"),
        row(reliability=""),
        row(period_from="2006-13"),
        row(period_from="2006-05"),
        row(reported_on="yesterday"),
        row(series="two words"),
    )
    with pytest.raises(StockadeError) as caught:
        read_ledger(path)
    assert str(caught.value) == snapshot


def test_missing_columns_are_named(tmp_path, monkeypatch, snapshot):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reports.csv").write_text("series,best\nstrength,1\n", encoding="utf-8")
    with pytest.raises(StockadeError) as caught:
        read_ledger("reports.csv")
    assert str(caught.value) == snapshot


def test_the_iraq_ledger(iraq_folder):
    reports = read_ledger(iraq_folder / "reports.csv")
    assert len(reports) == 92
    assert next(one for one in reports if one.kind is None).series == "ff_stock_iraq"
    assert all("2003" <= str(one.period)[:4] <= "2010" for one in reports)


def test_all_but_the_notes_is_copied_from_the_source(iraq_folder, shared):
    ours, theirs = (
        list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        for path in (iraq_folder / "reports.csv", shared / "iraq" / "reports.csv")
    )
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert {**mine, "note": ""} == {**other, "note": ""}
        assert mine["note"]
        assert mine["note"] != other["note"]
