from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from stockade.cli.simulating import read_settings, table_as_csv
from stockade.errors import StockadeError


def said(stderr: str) -> list[str]:
    """What stands on standard error besides progress, which a slow machine shows."""
    return [line for line in stderr.splitlines() if not line.startswith("running ")]


def test_settings_are_names_and_numbers():
    assert read_settings(["a b=1", '"x=y"=2e-3', " c = -4 "]) == {"a b": 1.0, '"x=y"': 0.002, "c": -4.0}


def test_all_bad_settings_are_told_at_once(snapshot):
    with pytest.raises(StockadeError) as caught:
        read_settings(["a", "=3", "b=", "c=much", "d=nan", "e f=1", "E_F=2"])
    assert len(caught.value.diagnostics) == 6
    assert str(caught.value) == snapshot


def test_csv_reads_back_exactly():
    names = ("plain", "with, comma", 'with "quotes"', "population[young,north]")
    values = np.array([[0.1, 1 / 3, 1e300, 5e-324], [-0.0, 2.0, 3.0, 4.0]])
    text = table_as_csv(SimpleNamespace(names=names, times=np.array([0.0, 0.125]), values=values))
    header, *rows = csv.reader(io.StringIO(text))
    assert header == ["Time", *names]
    assert np.array_equal(np.array(rows, dtype=float), np.column_stack([[0.0, 0.125], values]))


MODEL = """{UTF-8}
people = INTEG(births - deaths, 100)
	~	person	~	|
births = birth rate * people
	~	person/Year	~	|
birth rate = 0.5
	~	1/Year	~	|
"deaths, all causes" = deaths
	~	person/Year	~	|
deaths = 0.25 * people
	~	person/Year	~	|
INITIAL TIME = 0	~	Year	~	|
FINAL TIME = 2	~	Year	~	|
TIME STEP = 1	~	Year	~	|
SAVEPER = 1	~	Year	~	|
"""


@pytest.fixture
def model(run, tmp_path):
    (tmp_path / "model.mdl").write_text(MODEL)
    return "model.mdl"


def test_a_run_has_a_row_per_saved_time(run, model, tmp_path):
    assert run("simulate", model, "--out", "run.csv").exit_code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "run.csv").read_text())))
    assert next(iter(rows[0])) == "Time"
    assert [float(row["Time"]) for row in rows] == [0, 1, 2]
    assert [float(row["people"]) for row in rows] == [100, 125, 156.25]
    assert [float(row["deaths, all causes"]) for row in rows] == [25, 31.25, 39.0625]


def test_the_stocks_are_drawn(run, model, snapshot):
    result = run("simulate", model)
    assert result.stdout == snapshot
    assert said(result.stderr) == []


def test_what_is_asked_for_is_drawn_beside_the_file(run, model, tmp_path):
    result = run("simulate", model, "--plot", "BIRTHS", "--plot", "deaths", "--out", "run.csv")
    assert result.stdout.count("│") == 2 * 8
    assert "births (person/Year): from 50 to 78.12" in result.stdout
    assert (tmp_path / "run.csv").read_text().startswith("Time,people,births")


def test_charts_are_files_too(run, model, tmp_path):
    outs = [part for name in ("a.svg", "b.PNG", "c.html", "d.csv") for part in ("--out", name)]
    result = run("simulate", model, "--no-plot", *outs)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "people (person)" in (tmp_path / "a.svg").read_text()
    assert (tmp_path / "b.PNG").read_bytes().startswith(b"\x89PNG")
    assert "people (person)" in (tmp_path / "c.html").read_text()
    assert len((tmp_path / "d.csv").read_text().splitlines()) == 4


def test_a_folder_and_a_name_are_models(run, model, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / model).rename(tmp_path / "folder" / "model.mdl")
    assert "people (person)" in run("simulate", "folder").stdout
    assert "guerrillas (guerrilla)" in run("simulate", "deitchman-1962").stdout
    assert run("check", "folder").exit_code == 0
    assert run("check", "deitchman-1962").stdout == "deitchman-1962: nothing stops it from running\n"
    assert run("convert", "deitchman-1962", "d.xmile").exit_code == 0


@pytest.mark.parametrize("taken", [("--out", "-"), ("--json", "-")])
def test_where_standard_output_is_taken_nothing_is_drawn_unasked(run, model, taken):
    quiet = run("simulate", model, *taken)
    assert said(quiet.stderr) == []
    assert "│" not in quiet.stdout
    asked = run("simulate", model, *taken, "--plot", "people")
    assert asked.stdout == quiet.stdout
    assert "people (person)" in asked.stderr


def test_without_a_drawing_the_table_goes_to_standard_output(run, model):
    result = run("simulate", model, "--set", "Birth_Rate=0.25", "--no-plot")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [float(row["people"]) for row in rows] == [100, 100, 100]
    assert result.stderr == ""


def test_json_holds_the_same(run, model):
    written = json.loads(
        run("simulate", model, "--set", "birth rate=0.25", "--method", "rk4", "--json", "-").stdout
    )
    assert written["settings"] == {"birth rate": 0.25}
    assert written["method"] == "rk4"
    assert written["times"] == [0, 1, 2]
    assert written["values"]["people"] == [100, 100, 100]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--set", "brith rate=1"], "unknown-constant"),
        (["--set", "births=1"], "not-a-constant"),
        (["--out", "."], "output-is-a-folder"),
        (["--out", "run.xlsx"], "unknown-output"),
        (["--plot", "peopel"], "unknown-variable"),
    ],
)
def test_mistakes_exit_with_2(run, model, arguments, code):
    result = run("simulate", model, *arguments)
    assert result.exit_code == 2
    assert f"error[{code}]" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("command", ["simulate", "check"])
def test_a_model_that_is_not_there(run, command):
    result = run(command, "nowhere.mdl")
    assert result.exit_code == 2
    assert "nowhere.mdl" in result.stderr
    assert "hint:" in result.stderr


@pytest.mark.parametrize("command", ["simulate", "check"])
def test_a_broken_model_names_its_line(run, model, tmp_path, command):
    (tmp_path / model).write_text(MODEL.replace("birth rate * people", "brith rate * people"))
    result = run(command, model)
    assert result.exit_code == 2
    assert "error[undefined-variable] model.mdl:4" in result.stderr


def test_check_shows_warnings_and_goes_on(run, model, tmp_path):
    (tmp_path / model).write_text(
        MODEL.replace("person/Year	~	|\nbirth rate", "person	~	|\nbirth rate")
    )
    result = run("check", model, "--json", "found.json")
    assert result.exit_code == 0
    assert "warning[" in result.stderr
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["ok"] is True
    assert {one["severity"] for one in found["diagnostics"]} == {"warning"}


def test_a_reader_that_stops_reading_is_no_drama(run, model):
    stockade = Path(sys.executable).parent / "stockade"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [stockade, "simulate", model, "--no-plot"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert said(done.stderr) == []


def test_the_iraq_model_runs(run, iraq_folder, tmp_path):
    assert run("simulate", iraq_folder / "model.mdl", "--out", "run.csv").exit_code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "run.csv").read_text())))
    assert float(rows[0]["foreign fighters"]) == 250
    assert len(rows) >= 60
