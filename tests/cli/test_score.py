"""``stockade score`` from end to end on a tiny study, beside one that is broken."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from stockade.cli.app import app
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
