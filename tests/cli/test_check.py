"""``stockade check``: the structure tests on request, and units as a table on a terminal."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from stockade.cli.findings import print_structure, print_units
from stockade.model.checks import check
from tests.formats.helpers import model_of
from tests.structure.models import tried

MODEL = """{UTF-8}
tank = INTEG(-tap, 5) ~ litre [0,?] ~ |
tap = 1 + pressure ~ litre/Month ~ |
pressure = 0.5 ~ bar [0.5,0.5] ~ |
INITIAL TIME = 0 ~ Month ~ |
FINAL TIME = 5 ~ Month ~ |
TIME STEP = 0.5 ~ Month ~ |
SAVEPER = 1 ~ Month ~ |
"""


@pytest.fixture
def model(run, tmp_path, monkeypatch):
    # A slow machine is told how far the work is, which is no part of what is tested here.
    monkeypatch.setattr("stockade.cli.bars.SECONDS_BEFORE_FIRST_LINE", 1e9)
    (tmp_path / "tank.mdl").write_text(MODEL)
    return "tank.mdl"


def test_extreme_runs_the_model_and_tells_what_it_found(run, model, tmp_path, snapshot):
    result = run("check", "--extreme", model, "--json", "found.json")
    assert result.exit_code == 0
    assert result.stdout == snapshot
    assert result.stderr == snapshot
    written = json.loads((tmp_path / "found.json").read_text())
    assert written["ok"] is True
    assert [one["code"] for one in written["diagnostics"]] == ["units-mismatch", "stock-goes-negative"]
    assert written["diagnostics"][0]["expected"] == "litre/month"
    assert [one["verdict"] for one in written["structure"]["tests"]].count("found") == 1


def test_json_has_standard_output_for_itself(run, model):
    result = run("check", "--extreme", model, "--json", "-")
    assert json.loads(result.stdout)["structure"]["flows"] == [
        {"flow": "tap", "from": ["tank"], "to": [], "after": ""}
    ]
    assert "Structure of" in result.stderr


def test_without_extreme_nothing_is_run(run, model):
    result = run("check", model)
    assert result.exit_code == 0
    assert "Structure" not in result.stdout
    assert result.stdout == "tank.mdl: nothing stops it from running, 1 warning(s)\n"


CHECKS = """
no tap no loss:THE CONDITION: tap = 0 :IMPLIES: tank >= 5 ~~|
no pressure no tap:THE CONDITION: pressure = 0 :IMPLIES: tap = 0 ~~|
never empty:THE CONDITION: Time >= 0 :IMPLIES: tank >= 0 ~~|
odd:THE CONDITION: tap <> 1 :IMPLIES: tank >= 0 ~~|
"""


def test_reality_checks_are_tried_on_request(run, model, tmp_path, snapshot):
    (tmp_path / "tank.mdl").write_text(MODEL + CHECKS)
    result = run("check", "--reality", model, "--json", "found.json")
    assert result.exit_code == 0
    assert result.stdout == snapshot
    written = json.loads((tmp_path / "found.json").read_text())
    assert [one["verdict"] for one in written["reality"]["checks"]] == [
        "held",
        "failed",
        "failed",
        "not judged",
    ]
    assert [one["code"] for one in written["diagnostics"]].count("reality-check-failed") == 2
    assert "reality-check-not-run" not in result.stderr
    assert run("check", model).stderr.count("reality-check-not-run") == 4


def test_subscripts_are_shown(run, tmp_path):
    text = MODEL + "R: north, south ~~| x[R] = 1 ~ litre ~ | y[R] = x[R] ~ bar ~ |\n"
    text += "none[R]:THE CONDITION: x[R] = 0 :IMPLIES: y[R] = 0 ~~|\n"
    (tmp_path / "tank.mdl").write_text(text)
    assert "none[north]" in run("check", "--reality", "tank.mdl").stdout
    found = check(model_of("R: a, b ~~| x[R] = 1 ~ bar ~ | y[a] = x[a] ~ litre ~ |"))
    rows = [
        replace(one, place=replace(one.place, name="y[a]")) for one in found if one.code == "units-mismatch"
    ]
    assert "y[a]" in shown(lambda console: print_units(rows, console))


def test_a_model_without_reality_checks_says_so(run, model):
    assert "the model holds none" in run("check", "--reality", model).stdout


def test_what_cannot_run_is_not_run(run, tmp_path):
    (tmp_path / "bad.mdl").write_text(MODEL.replace("1 + pressure", "1 + presure"))
    result = run("check", "--extreme", "bad.mdl")
    assert result.exit_code == 2
    assert "undefined-variable" in result.stderr
    assert "Structure" not in result.stdout + result.stderr


def shown(act) -> str:
    console = Console(file=io.StringIO(), width=100)
    act(console)
    return "".join(f"{line.rstrip()}\n" for line in console.file.getvalue().splitlines())


def test_units_are_a_table_on_a_terminal(snapshot):
    model = model_of(
        "people = INTEG(births, delay) ~ person ~ | births = people * 2 ~ person/Month ~ |"
        "delay = 3 ~ Month ~ | wait = people + delay ~ person ~ |"
    )
    found = [one for one in check(model) if one.code == "units-mismatch"]
    assert shown(lambda console: print_units(found, console)) == snapshot
    assert shown(lambda console: print_units([], console)) == ""


def test_flows_show_what_comes_late(snapshot):
    found = tried("a = INTEG(-out, 9) ~~| out = a / 5 ~~| back = DELAY3(out, 2) ~~| b = INTEG(back, 0) ~~|")
    assert shown(lambda console: print_structure(found, Path("a.mdl"), console)) == snapshot
