from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

import stockade
from stockade.cli.app import app
from tests.starter.records import waves, write_ged

ACTOR = "Front de libération 'Nord'"


@pytest.fixture
def events(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clashes, civilians, _ = waves()
    write_ged(tmp_path / "events.csv", ACTOR, clashes, civilians)


def run(*arguments):
    return CliRunner().invoke(app, ["new", *map(str, arguments)])


def test_a_folder_is_made_and_the_next_command_named(events, tmp_path):
    result = run(
        "study", "--events", "events.csv", "--actor", "front de liberation 'nord'", "--json", "made.json"
    )
    assert result.exit_code == 0, result.output
    assert "stockade assess study" in result.stdout
    assert stockade.check(tmp_path / "study") == ()
    names = {one.name for one in (tmp_path / "study").iterdir()}
    assert names == {"README.md", "model.mdl", "series.csv", "study.toml"}
    made = json.loads((tmp_path / "made.json").read_text())
    assert made["actor"] == ACTOR
    assert made["held_back"] == "2014-01..2014-12"


def test_the_series_count_the_events(events, tmp_path):
    clashes, civilians, _ = waves()
    assert run("study", "--events", "events.csv", "--actor", ACTOR).exit_code == 0
    rows = (tmp_path / "study" / "series.csv").read_text().splitlines()
    assert rows[0] == "month,clashes,attacks_on_civilians,civilian_deaths,own_deaths,opponent_deaths"
    for row, month in zip(rows[1:], range(len(clashes)), strict=False):
        count, one_sided, killed, own, opponents = map(int, row.split(",")[1:])
        assert (count, one_sided) == (clashes[month], civilians[month])
        assert (killed, own, opponents) == (3 * one_sided, 2 * count, 2 * count)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("study", "--actor", "Front de liberation Sud"), "unknown-actor"),
        (("study", "--actor", ACTOR, "--country", "Sudland"), "unknown-country"),
        (("study", "--actor", "Civilians"), "actor-is-no-group"),
        (("study", "--actor", ACTOR, "--as-of", "2011-01-31"), "too-few-months"),
        (("study", "--actor", ACTOR, "--as-of", "2030-01-31"), "as-of-after-record"),
        (("study", "--actor", ACTOR, "--as-of", "soon"), "bad-date"),
        (("a b", "--actor", ACTOR), "unsafe-name"),
        (("con.txt", "--actor", ACTOR), "unsafe-name"),
        (("../study", "--actor", ACTOR), "unsafe-name"),
        (("nowhere/study", "--actor", ACTOR), "output-folder-missing"),
        (("events.csv", "--actor", ACTOR), "folder-exists"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(events, tmp_path, arguments, code):
    result = run(*arguments, "--events", "events.csv")
    assert result.exit_code == 2
    assert f"error[{code}]" in result.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["events.csv"]


def test_near_names_are_given(events):
    assert ACTOR in run("study", "--events", "events.csv", "--actor", "Front de liberation Nordd").stderr


def test_a_file_of_another_kind_is_refused(events, tmp_path):
    (tmp_path / "other.csv").write_text("month,count\n2010-01,3\n")
    assert "error[unknown-event-format]" in run("study", "--events", "other.csv", "--actor", ACTOR).stderr


def test_a_file_in_another_encoding_is_read(events, tmp_path):
    text = (tmp_path / "events.csv").read_text(encoding="utf-8")
    (tmp_path / "events.csv").write_text(text, encoding="latin-1")
    assert "error[not-utf-8]" in run("study", "--events", "events.csv", "--actor", ACTOR).stderr
    assert run("study", "--events", "events.csv", "--actor", ACTOR, "--encoding", "latin-1").exit_code == 0


def test_a_state_is_warned_about(events):
    result = run("study", "--events", "events.csv", "--actor", "Government of Norland")
    assert result.exit_code == 0
    assert "warning[actor-is-a-state]" in result.stderr


def test_a_link_is_something_that_is_there(events, tmp_path):
    (tmp_path / "study").symlink_to(tmp_path / "gone")
    assert "error[folder-exists]" in run("study", "--events", "events.csv", "--actor", ACTOR).stderr


@pytest.mark.slow
@pytest.mark.core
def test_it_assesses_without_edits(events, tmp_path):
    assert run("study", "--events", "events.csv", "--actor", ACTOR).exit_code == 0
    document = stockade.assess(tmp_path / "study", particles=32, repeats=2)
    assert len(document.as_of) == 2
    for one in document.as_of:
        assert sum(found.weight for found in one.explanations) == pytest.approx(1)
        assert len(one.claims) == 5
        assert not [found.id for found in one.claims if found.verdict in ("ill-posed", "cannot be tested")]
    assert any(one.crps is not None for one in document.as_of[0].forecasts)
