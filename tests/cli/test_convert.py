from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from stockade.cli.app import app
from stockade.formats.load import load

MODEL = """{UTF-8}
people = INTEG(births, 100) ~ person ~|
births = 0.1 * people ~ person/Year ~|
INITIAL TIME = 0 ~ Year ~|
FINAL TIME = 2 ~ Year ~|
TIME STEP = 1 ~ Year ~|
SAVEPER = TIME STEP ~ Year ~|
"""


def test_a_model_is_written_and_read_back(tmp_path: Path):
    source, target = tmp_path / "model.mdl", tmp_path / "model.xmile"
    source.write_text(MODEL, encoding="utf-8")
    done = CliRunner().invoke(app, ["convert", str(source), str(target)])
    assert (done.exit_code, done.stdout) == (0, f"{target}: written\n")
    assert load(target).variables == load(source).variables


def test_what_cannot_be_written_is_told_and_nothing_is_written(tmp_path: Path):
    source, target = tmp_path / "model.mdl", tmp_path / "model.xmile"
    source.write_text(MODEL.replace("INITIAL", "x = :NA: ~~|\nINITIAL", 1), encoding="utf-8")
    done = CliRunner().invoke(app, ["convert", str(source), str(target)])
    assert done.exit_code == 2
    assert "cannot-be-written" in done.stderr
    assert "model.mdl:4" in done.stderr
    assert not target.exists()
