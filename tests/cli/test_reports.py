from __future__ import annotations

import json

import pytest

SHOWN = {
    "fit": "explanations of fit\nparameters of fit\n",
    "judge": "verdicts of judge\n",
    "forecast": "forecasts of forecast\n",
}


@pytest.mark.parametrize("command", list(SHOWN))
def test_a_verb_prints_its_part_and_writes_it(run, study, route, tmp_path, command):
    result = run(command, study, "--json", "out.json")
    assert result.exit_code == 0
    assert result.stdout == SHOWN[command]
    assert json.loads((tmp_path / "out.json").read_text()) == {"verb": command}


def test_assess_writes_the_briefing_into_the_study(run, study, route, tmp_path):
    result = run("assess", study)
    assert result.exit_code == 0
    assert result.stdout.startswith("briefing of assess\n")
    assert "study/briefing/index.html" in result.stdout
    assert (tmp_path / "study/briefing/index.html").read_text() == "<p>assess</p>"
    assert json.loads((tmp_path / "study/briefing/briefing.json").read_text()) == {"verb": "assess"}
    assert sorted(path.name for path in (tmp_path / "study/briefing").iterdir()) == [
        "briefing.json",
        "index.html",
    ]


def test_assess_writes_where_it_is_told(run, study, route, tmp_path):
    assert run("assess", study, "--html", "a.html", "--json", "a.json").exit_code == 0
    assert (tmp_path / "a.html").exists()
    assert (tmp_path / "a.json").exists()
    assert not (tmp_path / "study/briefing").exists()


def test_json_to_standard_output_stands_alone(run, study, route):
    result = run("judge", study, "--json", "-")
    assert json.loads(result.stdout) == {"verb": "judge"}
    assert "verdicts of judge" in result.stderr


def test_options_reach_the_verb_only_where_given(run, study, route):
    run("fit", study)
    run("fit", study, "--seed", 3, "--particles", 64, "--repeats", 2, "--fresh")
    run("judge", study, "--fresh")
    assert route.calls == [
        ("fit", "study", {"fresh": False}),
        ("fit", "study", {"fresh": True, "seed": 3, "particles": 64, "repeats": 2}),
        ("judge", "study", {"fresh": True}),
    ]


@pytest.mark.parametrize("option", ["--html", "--json"])
def test_a_file_that_cannot_be_written_is_noticed_before_the_work(
    run, study, route, tmp_path, option, snapshot
):
    (tmp_path / "taken").mkdir()
    for where in ("taken", "nowhere/out"):
        result = run("assess", study, option, where)
        assert result.exit_code == 2
        assert result.stderr == snapshot
    assert route.calls == []


def test_a_file_in_place_of_the_briefing_folder(run, study, route, tmp_path):
    (tmp_path / "study/briefing").write_text("in the way")
    assert run("assess", study).exit_code == 2
    assert route.calls == []
