"""``stockade events``: what a file holds, its series, and that nothing finer comes out."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from stockade.data.event_choice import Selection
from stockade.data.event_reading import read_events
from stockade.data.event_series import monthly
from stockade.data.series import read_series
from tests.data.event_files import EXAMPLES, example

FRONT = ("--actor", "Northern Front")


@pytest.fixture
def events(run, tmp_path):
    """Runs the command on an example, under a short name."""

    def called(name, *arguments):
        (tmp_path / f"{name}.csv").write_bytes(example(name).read_bytes())
        return run("events", f"{name}.csv", *arguments)

    return called


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_says_what_is_in_a_file(events, name, snapshot):
    result = events(name)
    assert result.exit_code == 0, result.output
    assert result.stdout == snapshot


def test_what_it_says_is_data_too(events):
    found = json.loads(events("ged_24_1", "--json", "-").stdout)
    assert (found["format"], found["events"], found["first"], found["last"]) == (
        "UCDP GED", 12, "2012-01", "2013-02",
    )  # fmt: skip
    front = next(one for one in found["actors"] if one["name"] == "Northern Front")
    assert (front["events"], front["side_a"], front["side_b"], front["deaths"]) == (9, 4, 5, 101)
    assert (front["months"], front["first"], front["last"]) == (7, "2012-01", "2013-02")
    assert found["gaps"] == ["2012-08", "2012-11"]
    assert found["types"] == {"state_based": 6, "non_state": 2, "one_sided": 4}
    assert found["date_precision"] == {"day": 8, "week": 2, "month": 1, "longer": 1}
    assert {one["code"] for one in found["notes"]} == {"low-above-best", "high-below-best"}


def test_a_series_is_drawn_and_shown(events, snapshot):
    result = events("ged_24_1", *FRONT)
    assert result.exit_code == 0
    assert result.stdout == snapshot


def test_by_month_alone_counts_everything(events):
    assert "All actors: UCDP GED, 2012-01..2013-02" in events("ged_24_1", "--by", "month").stdout


def test_a_name_is_shown_as_the_file_writes_it(events):
    assert "Northern Front: UCDP GED" in events("ged_24_1", "--actor", "northern FRONT").stdout


def test_the_series_of_a_study(events, tmp_path):
    assert events("ged_24_1", *FRONT, "--out", "series.csv").exit_code == 0
    wanted = monthly(read_events(example("ged_24_1")), Selection(actors=("Northern Front",)))
    back = read_series(tmp_path / "series.csv")
    for name, values in wanted.values.items():
        np.testing.assert_array_equal(back.values[name], values)


def test_every_option_reaches_the_selection(events, tmp_path):
    (tmp_path / "names.csv").write_text("actor,also,from,to,because\nThe Front,Northern Front,,,short\n")
    result = events(
        "ged_24_1", "--actor", "The Front", "--country", "Norland", "--region", "Upper Vale", "--side", "b",
        "--aliases", "names.csv", "--no-associates", "--spread", "--coarsest-date", "week",
        "--covers", "2012-01..2013-12", "--window", "2012", "--known-by", "2013-12-31",
        "--published-after", "2 months", "--json", "-",
    )  # fmt: skip
    found = json.loads(result.stdout)
    selection = found["selection"]
    assert selection.pop("aliases")[0]["also"] == "Northern Front"
    assert selection == {
        "actors": ["The Front"], "countries": ["Norland"], "region": "Upper Vale", "side": "b",
        "associates": False, "spread": True, "coarsest_date": "week", "covers": "2012-01..2013-12",
        "window": "2012-01..2012-12", "known_by": "2013-12-31", "published_after": 2,
    }  # fmt: skip
    assert found["months"][0] == "2012-01"
    assert len(found["values"]["events"]) == 12
    assert sum(found["values"]["events"]) == 3


def test_a_month_that_is_missing_is_null_and_breaks_the_line(events, tmp_path):
    result = events("gtd", "--by", "month", "--chart", "chart.html", "--json", "found.json")
    assert result.exit_code == 0, result.output
    found = json.loads((tmp_path / "found.json").read_text())
    values = dict(zip(found["months"], found["values"]["events"], strict=True))
    assert values["1993-06"] is None
    assert values["1992-11"] == 1
    page = (tmp_path / "chart.html").read_text()
    assert '{"time": "1993-06-01T00:00:00", "value": null' in page
    assert "GTD has no events of 1993-01..1993-12" in page
    assert "src=" not in page.replace(page[page.index("<script>") : page.index("</script>")], "")


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_other_charts(events, tmp_path, suffix):
    assert events("ged_24_1", *FRONT, "--chart", f"chart.{suffix}").exit_code == 0
    assert (tmp_path / f"chart.{suffix}").stat().st_size > 1000


# ------------------------------------------------------------------ responsible use


def test_no_finer_time_than_a_month(events):
    result = events("ged_24_1", "--by", "day")
    assert result.exit_code == 2
    assert "'day' is not" in result.stderr


@pytest.mark.parametrize("option", ["--town", "--latitude", "--near", "--person", "--list"])
def test_there_is_no_way_to_ask_for_a_place_or_a_person(events, option):
    assert events("ged_24_1", option, "x").exit_code == 2


def test_a_district_is_no_region(events):
    result = events("ged_24_1", "--region", "District 4")
    assert result.exit_code == 2
    assert "unknown-region" in result.stderr


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_that_comes_out_names_or_locates_a_person_or_tells_a_day(events, tmp_path, name):
    shown = events(name, "--json", "held.json").stdout
    told = events(name, "--by", "month", "--json", "found.json", "--out", "s.csv", "--chart", "c.svg").stdout
    files = [(tmp_path / one).read_text() for one in ("held.json", "found.json", "s.csv", "c.svg")]
    for text in (shown, told, *files[:3]):
        assert not re.search(r"Jane Doe|Mill town|District 4|10\.5|20\.5", text)
    for text in (told, files[1], files[2]):
        assert not re.search(r"\d{4}-\d{2}-\d{2}", text)
    days = re.findall(r"\d{4}-\d{2}-\d{2}", files[0])
    assert len(days) == 1  # the last day of the file, and of no event in particular


# ------------------------------------------------------------------ mistakes


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--actor", "Nothern Front"), "unknown-actor"),
        (("--country", "Norlnd"), "unknown-country"),
        (("--window", "2012-13"), "bad-window"),
        (("--covers", "always"), "bad-window"),
        (("--known-by", "yesterday"), "bad-date"),
        (("--published-after", "soon"), "bad-lag"),
        (("--aliases", "none.csv"), "missing-file"),
        (("--chart", "chart.pdf"), "events-output-unknown"),
        (("--out", "no/series.csv"), "output-folder-missing"),
        (("--encoding", "utf-16"), "not-utf-8"),
    ],
)
def test_mistakes_are_told(events, arguments, code, snapshot):
    result = events("ged_24_1", *arguments)
    assert result.exit_code == 2, result.output
    assert f"error[{code}]" in result.stderr
    assert result.stdout == ""
    assert result.stderr[result.stderr.index("error[") :] == snapshot
