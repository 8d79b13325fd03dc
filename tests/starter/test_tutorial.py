"""The commands of docs/new.md, as they stand there, on a made-up file."""

from __future__ import annotations

import re
import shlex

import pytest
from typer.testing import CliRunner

from stockade.cli.app import app
from tests.starter.records import waves, write_ged

LONG = ("assess", "whatif")


@pytest.fixture
def commands(repository, tmp_path, monkeypatch):
    """The page's command lines, in a folder with what they name."""
    page = (repository / "docs" / "new.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    clashes, civilians, _ = waves()
    write_ged(tmp_path / "ged.csv", "Northern Front", clashes, civilians)
    (tmp_path / "article.txt").write_text("Attacks fell sharply in May 2013, the monitor said.\n")
    return [
        shlex.split(line)[1:] for line in map(str.strip, page.split("\n")) if line.startswith("stockade ")
    ]


def run(*arguments):
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_every_short_command_of_the_tutorial_runs(commands, repository):
    assert len(commands) >= 6
    told = [run(*one) for one in commands if one[0] not in LONG]
    page = (repository / "docs" / "new.md").read_text(encoding="utf-8")
    shown = re.search(r"```text\n(.*?)```", page, flags=re.DOTALL)
    assert shown is not None
    assert told[0].startswith(shown[1])


@pytest.mark.slow
def test_the_long_commands_of_the_tutorial_run(commands):
    for one in commands:
        run(*one, *(("--particles", "32", "--repeats", "2") if one[0] in LONG else ()))
