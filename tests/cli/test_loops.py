"""``stockade loops``: a model's loops as a table, a page, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json

import pytest

MODEL = """{UTF-8}
people = INTEG(births - deaths, 100)	~	person	~	|
births = birth rate * people	~	person/Year	~	|
birth rate = 0.5	~	1/Year	~	|
deaths = 0.01 * people * people / 10	~	person/Year	~	|
INITIAL TIME = 0	~	Year	~	|
FINAL TIME = 4	~	Year	~	|
TIME STEP = 1	~	Year	~	|
SAVEPER = 2	~	Year	~	|
"""


@pytest.fixture
def model(run, tmp_path):
    (tmp_path / "model.mdl").write_text(MODEL)
    return "model.mdl"


def test_the_table(run, model, snapshot):
    found = run("loops", model)
    assert found.exit_code == 0
    assert found.stdout == snapshot


def test_a_model_with_data_has_the_loops_of_one_with_the_same_numbers(run, model, tmp_path):
    text = MODEL.replace("birth rate * people", "birth rate * people * rain * dew").replace(
        "INITIAL TIME",
        "rain ~ 1 ~ |\ndew = GET XLS CONSTANTS('../dew.csv', ',', 'A1') ~ 1 ~ |\nINITIAL TIME",
        1,
    )
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "with.mdl").write_text(text)
    (tmp_path / "rain.csv").write_text("Time,rain\n0,4\n4,4\n")
    (tmp_path / "dew.csv").write_text("0.25\n")
    given = ("--data", "rain.csv", "--allow-outside", "--json", "-")
    found = json.loads(run("loops", "home/with.mdl", *given).stdout)
    assert found["loops"] == json.loads(run("loops", model, "--json", "-").stdout)["loops"]
    assert "external-outside" in run("loops", "home/with.mdl", "--data", "rain.csv").stderr


def test_a_folder_settings_and_a_window(run, model, tmp_path):
    found = run("loops", ".", "--set", "birth rate=0", "--from", "1", "--to", "2", "--json", "-")
    data = json.loads(found.stdout)
    assert data["times"] == [1, 2]
    assert [one["label"] for one in data["loops"]] == ["B1"]
    assert data["loops"][0]["variables"] == ["people", "deaths"]


def test_every_step_is_a_row_of_the_csv(run, model, tmp_path):
    assert run("loops", model, "--out", "loops.csv").exit_code == 0
    header, *rows = csv.reader(io.StringIO((tmp_path / "loops.csv").read_text()))
    assert header == ["Time", "R1: people +→ births +→ people", "B1: people +→ deaths −→ people"]
    assert [row[0] for row in rows] == ["0.0", "1.0", "2.0", "3.0"]
    assert all(float(row[1]) - float(row[2]) == pytest.approx(1, abs=1e-4) for row in rows)


def test_the_page(run, model, tmp_path):
    assert run("loops", model, "--out", "loops.html").exit_code == 0
    page = (tmp_path / "loops.html").read_text()
    assert "which loop drives it, and when" in page
    assert "figure-loops-1" in page


def test_most_says_when_the_view_is_partial(run, model):
    assert "too many loops" in run("loops", model, "--most", "1").stdout


@pytest.mark.parametrize(
    "arguments", [("--out", "loops.pdf"), ("--from", "9"), ("--set", "deaths=3")], ids=["pdf", "late", "flow"]
)
def test_refused(run, model, arguments, snapshot):
    found = run("loops", model, *arguments)
    assert found.exit_code == 2
    assert found.stderr == snapshot
