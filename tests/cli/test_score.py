"""``stockade score`` from end to end on a tiny study, beside one that is broken."""

from __future__ import annotations

import io
import json
from dataclasses import replace

from rich.console import Console
from typer.testing import CliRunner

from stockade.briefing.scoreboard import Scoreboard, StudyScores
from stockade.briefing.terminal_scores import bars, print_scores
from stockade.cli.app import app
from stockade.forecasts.tracks import Apart, Line, SeriesScores
from tests.study.tiny import write_tiny


def test_scores_are_shown_and_written_and_a_broken_study_is_named(tmp_path):
    park = write_tiny(tmp_path / "park")
    broken = write_tiny(tmp_path / "broken", ('is = "kills"', 'is = "killls"'))
    page, data = tmp_path / "scores.html", tmp_path / "scores.json"
    command = [
        "score", str(broken), str(park), "--horizons", "1-2", "--origins", "2007-12..2008-01", "--every", "1",
        "--explanations", "patrols", "--html", str(page), "--json", str(data),
    ]  # fmt: skip
    result = CliRunner().invoke(app, command, env={"COLUMNS": "140"})
    assert result.exit_code == 2  # one of the two could not be scored
    assert "killls" in result.output
    for name in ("weighted average", "glm-lags", "null-mean", "PIT"):
        assert name in result.output
    board = json.loads(data.read_text())
    (study,) = board["studies"]
    assert study["horizons"] == [1, 2]
    assert {one["series"] for one in study["series"]} == {"carcasses", "sightings"}
    assert all(one["cases"] == 4 for one in study["series"])
    assert board["failures"][0]["study"] == "broken"
    text = page.read_text()
    assert "killls" in text
    assert "figure-pit-park-sightings" in text
    assert 'http-equiv="Content-Security-Policy"' in text


def test_bad_horizons_are_a_mistake(tmp_path):
    result = CliRunner().invoke(app, ["score", str(tmp_path), "--horizons", "0-3"])
    assert result.exit_code == 2
    assert "bad-horizons" in result.output


def test_a_narrow_terminal_cuts_no_word_and_no_histogram():
    line = Line("weighted average", "average", 12.3, 1.5, 45.5, 125.0, 0.5, 0.9, (1,) * 10, (12.3,))
    lines = (
        line,
        replace(line, name="null-trend", kind="null"),
        replace(line, name="ensemble-12", kind="baseline"),
    )
    apart = (Apart("weighted average", "ensemble-12", -1.25, -3.5, 0.25),)
    series = SeriesScores("dead", (1,), ("2008-03-31",) * 6, 6, lines, apart)
    study = StudyScores("park", "The park", (1,), 6, {}, (series,), 0)
    console = Console(width=80, record=True, file=io.StringIO())
    print_scores(Scoreboard((study,), (), {}), console)
    text = console.export_text()
    assert "mechanism" in text
    assert "ensemble-12" in text
    assert text.count(bars((1,) * 10)) == 3
