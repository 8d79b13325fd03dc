"""`stockade new` from exports of ACLED and GTD as people have them: spreadsheets, copies, odd names."""

from __future__ import annotations

import csv
from datetime import date

import numpy as np
import pytest

import stockade
from stockade.data.series import read_series
from stockade.errors import StockadeError
from tests.starter.records import waves

ACTOR = 'حركة / People\'s "Ñandú" Front; Red: ' + "Valleys, " * 20
ACLED = (
    "event_id_cnty", "event_date", "time_precision", "event_type", "actor1", "assoc_actor_1", "inter1",
    "actor2", "inter2", "country", "admin1", "location", "latitude", "notes", "fatalities", "timestamp",
)  # fmt: skip
GTD = (
    "eventid", "iyear", "imonth", "iday", "country_txt", "provstate", "city", "summary", "targtype1",
    "gname", "nkill", "nkillter",
)  # fmt: skip


def acled(path, dates, *, clashes, civilians, tags=False, delimiter=",", encoding="utf-8"):
    """One row an event from January 2016; in a third of the clashes the state stands first."""
    rows = []
    for month in range(len(clashes)):
        for number in range(int(clashes[month] + civilians[month])):
            day = date(2016 + month // 12, month % 12 + 1, 1 + number % 28)
            clash = number < clashes[month]
            ours = (ACTOR, "", "Rebel Groups")
            theirs = (
                ("Military Forces of Norland (2012-)", "State Forces")
                if clash
                else ("Civilians", "Civilians")
            )
            one, other = (
                (ours, theirs) if number % 3 or not clash else ((theirs[0], "", theirs[1]), ours[::2])
            )
            kind = "Battles" if clash else "Violence against civilians"
            rows.append((
                f"NOR{len(rows)}", day.strftime(dates), 1, kind, *one, *other, "Norland", "Vale, the", "Mill",
                10.5, 'They said "no",\nand left', "" if len(rows) % 40 == 7 else 2, "",
            ))  # fmt: skip
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(ACLED)
        if tags:
            writer.writerow([f"#{one}" for one in ACLED])
        writer.writerows(rows)
    return path


@pytest.mark.parametrize(
    ("dates", "options", "reading"),
    [
        ("%Y-%m-%d", {"tags": True}, {}),
        ("%d %B %Y", {}, {}),
        ("%d/%m/%Y", {"delimiter": ";", "encoding": "utf-8-sig"}, {"dates": "day-first"}),
        ("%d-%b-%y", {"delimiter": "\t", "encoding": "utf-16"}, {"encoding": "utf-16"}),
    ],
    ids=["a humanitarian copy", "days in words", "a spreadsheet", "a spreadsheet as Unicode text"],
)
def test_an_acled_export_becomes_a_study(tmp_path, dates, options, reading):
    clashes, civilians, _ = waves(48)
    file = acled(tmp_path / "export.csv", dates, clashes=clashes, civilians=civilians, **options)
    made = stockade.new(tmp_path / "study", file, ACTOR.upper(), **reading)
    assert stockade.check(made.folder) == ()
    values = read_series(made.folder / "series.csv").values
    np.testing.assert_array_equal(values["clashes"], clashes)
    np.testing.assert_array_equal(values["attacks_on_civilians"], civilians)
    assert "own_deaths" not in values


def test_a_group_that_only_attacks_civilians_becomes_a_study(tmp_path):
    clashes, _, _ = waves(48)
    massacre = np.where(np.arange(48) == 30, 90, clashes)
    file = acled(tmp_path / "export.csv", "%Y-%m-%d", clashes=0 * clashes, civilians=massacre)
    made = stockade.new(tmp_path / "study", file, ACTOR)
    assert stockade.check(made.folder) == ()
    assert "[observe.clashes]" not in (made.folder / "study.toml").read_text()


def gtd(path, months, decimals=""):
    """An attack on the police and one on citizens a month; some days and figures are not known."""
    rows = []
    for month in months:
        for target in (3, 14):
            at = len(rows)
            rows.append((
                at + 1, month // 12, month % 12 + 1, 0 if at % 9 == 4 else 5, "Côte d'Ivoire", "Nord", "Mill",
                "said, so", target, ACTOR, "" if at % 10 == 3 else f"3{decimals}", "",
            ))  # fmt: skip
    rows.append((999, 1991, 0, 0, "Peru", "", "", "", 14, ACTOR, 1, 0))
    rows += [(1000 + at, 1995, 6, 1, "Peru", "", "", "", 14, "Unknown", 1, 0) for at in range(3)]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows([GTD, *rows])
    return path


def test_a_gtd_export_becomes_a_study(tmp_path):
    file = gtd(tmp_path / "gtd.csv", range(1988 * 12, 1992 * 12 + 12), ",0")
    made = stockade.new(tmp_path / "study", file, ACTOR, country="cote d’ivoire")
    assert stockade.check(made.folder) == ()
    # 1993 is lost: the record ends before it, so that nothing is scored on months that nobody knows.
    assert made.span.held_back is not None
    assert made.span.held_back.last == 1992 * 12 + 11
    values = read_series(made.folder / "series.csv").values
    assert np.isnan(values["clashes"][60:72]).all()
    with pytest.raises(StockadeError) as raised:
        stockade.new(tmp_path / "other", file, "Unknown")
    assert raised.value.diagnostics[0].code == "actor-is-no-group"
