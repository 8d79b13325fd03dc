"""Files that a model reads, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

CONTROLS = "INITIAL TIME=0~~|\nFINAL TIME=2~~|\nTIME STEP=1~~|\nSAVEPER=1~~|\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    (tmp_path / "up.csv").write_text("7\n")
    (tmp_path / "series.csv").write_text("t,x\n0,1\n2,3\n")
    return tmp_path / "home"


def test_data_files_and_files_outside_are_asked_for(run, home: Path) -> None:
    model = home / "model.mdl"
    model.write_text(f"x ~~|\ny = GET DIRECT CONSTANTS('../up.csv', ',', 'A1') ~~|\n{CONTROLS}")
    given = ["--data", home.parent / "series.csv", "--allow-outside"]
    table = run("simulate", model, "--no-plot", *given)
    assert table.stdout.splitlines()[1:] == [
        "0.0,1.0,7.0,0.0,2.0,1.0,1.0",
        "1.0,2.0,7.0,0.0,2.0,1.0,1.0",
        "2.0,3.0,7.0,0.0,2.0,1.0,1.0",
    ]
    assert run("check", model, *given).exit_code == 0
    assert run("convert", model, home / "out.xmile", *given).exit_code == 0
    refused = run("check", model)
    assert refused.exit_code == 2
    assert "external-outside" in refused.stderr
