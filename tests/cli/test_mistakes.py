from __future__ import annotations

import itertools
import json

import pytest

from stockade.errors import Diagnostic, Place, StockadeError

STUDY_COMMANDS = ["fit", "judge", "forecast", "assess"]


def found():
    return StockadeError(
        [
            Diagnostic(
                "undefined-variable",
                "'brith rate' is not defined",
                Place("model.mdl", 12, 3, "births"),
                "births = brith rate * [red]people[/red]\x1b[2J",
                "did you mean 'birth rate'?",
            ),
            Diagnostic("units-mismatch", "the units differ", Place("model.mdl", 14), severity="warning"),
        ]
    )


def fail(error):
    def act(progress):
        raise error

    return act


@pytest.mark.parametrize("command", STUDY_COMMANDS)
def test_a_mistake_is_told_and_exits_with_2(run, study, route, command, snapshot):
    route.act = fail(found())
    result = run(command, study)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == snapshot


def test_a_mistake_is_written_as_json_too(run, study, route, tmp_path):
    route.act = fail(found())
    assert run("fit", study, "--json", "wrong.json").exit_code == 2
    written = json.loads((tmp_path / "wrong.json").read_text())
    assert [one["code"] for one in written["diagnostics"]] == ["undefined-variable", "units-mismatch"]
    assert written["diagnostics"][0]["place"] == {
        "file": "model.mdl",
        "line": 12,
        "column": 3,
        "name": "births",
    }


def test_many_mistakes_are_cut_short_on_the_terminal_only(run, study, route, tmp_path):
    route.act = fail(StockadeError([Diagnostic("a-code", f"number {i}") for i in range(100)]))
    result = run("fit", study, "--json", "wrong.json")
    assert result.stderr.count("a-code") == 40
    assert "and 60 more" in result.stderr
    assert len(json.loads((tmp_path / "wrong.json").read_text())["diagnostics"]) == 100


def test_a_default_briefing_is_not_overwritten_by_a_mistake(run, study, route, tmp_path):
    assert run("assess", study).exit_code == 0
    before = (tmp_path / study / "briefing" / "briefing.json").read_text()
    route.act = fail(found())
    assert run("assess", study).exit_code == 2
    assert (tmp_path / study / "briefing" / "briefing.json").read_text() == before


NO_STUDIES = ["nowhere", "empty", "note.txt", "study.toml"]


# `check` takes model files too: what is no folder is answered by their reader
@pytest.mark.parametrize(
    ("command", "what"),
    [*itertools.product(STUDY_COMMANDS, NO_STUDIES), ("check", "empty"), ("check", "study.toml")],
)
def test_what_is_not_a_study(run, tmp_path, command, what, snapshot):
    (tmp_path / "empty").mkdir()
    (tmp_path / "note.txt").write_text("no study")
    result = run(command, what)
    assert result.exit_code == 2
    assert result.stderr == snapshot


def test_a_study_file_stands_for_its_folder(run, study, route):
    assert run("fit", study / "study.toml").exit_code == 0
    assert route.calls == [("fit", "study", {"fresh": False})]


def test_an_interrupt_says_how_to_go_on(run, study, route):
    route.act = fail(KeyboardInterrupt())
    result = run("assess", study)
    assert result.exit_code == 130
    assert "give the same command again" in result.stderr


def test_a_mistake_of_ours_is_raised(run, study, route):
    route.act = fail(ZeroDivisionError("ours"))
    assert isinstance(run("fit", study).exception, ZeroDivisionError)


def test_an_unknown_option_exits_with_2(run, study):
    assert run("fit", study, "--sed", "3").exit_code == 2
