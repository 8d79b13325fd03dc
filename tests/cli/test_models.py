from __future__ import annotations

import json
from pathlib import Path

from stockade.formats.catalogue import catalogue, reference_models


def test_the_list_of_models(run, snapshot):
    result = run("models")
    assert result.exit_code == 0
    assert result.stdout == snapshot


def test_the_list_as_data(run):
    result = run("models", "--json", "-")
    found = json.loads(result.stdout)
    assert [one["name"] for one in found] == [one.name for one in catalogue(reference_models())]
    assert all(Path(one["path"]).is_file() for one in found)
    assert {one["status"] for one in found} == {"exact", "not reproduced"}
    assert found[0]["doi"] == "10.1287/opre.10.6.818"


def test_the_list_as_a_file(run, tmp_path):
    result = run("models", "--json", "models.json")
    assert len(json.loads((tmp_path / "models.json").read_text())) == 9
    assert "deitchman-1962  exact" in result.stdout


def test_a_narrow_terminal_loses_no_address(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    assert "doi:10.1287/opre.10.6.818" in run("models").stdout
