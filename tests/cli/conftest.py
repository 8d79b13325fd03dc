"""A runner, and a made-up route, so that the command line is tested without fitting anything."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest
from typer.testing import CliRunner

import stockade.briefing
import stockade.briefing.stamp  # with the real document, before a made-up one stands in its place
import stockade.study
from stockade.cli.app import app


class Stockade:
    """Runs the command line in this process, in a folder of its own."""

    def __init__(self):
        self.runner = CliRunner()

    def __call__(self, *arguments: object):
        return self.runner.invoke(app, [str(one) for one in arguments], prog_name="stockade")


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    # A slow machine would show progress among the words that a test compares.
    monkeypatch.setattr("stockade.cli.bars.SECONDS_BEFORE_FIRST_LINE", 1e9)
    return Stockade()


@pytest.fixture
def study(run, tmp_path):  # the runner changes into tmp_path: paths in messages are short
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "study.toml").write_text("")
    return folder.relative_to(tmp_path)


@pytest.fixture
def route(monkeypatch):
    """Stands for study.route and the briefing; ``calls`` records what was asked, ``act`` may do something."""
    fake = SimpleNamespace(calls=[], act=lambda _: None, diagnostics=())

    def verb(name):
        def called(folder, *, progress, **options):
            fake.calls.append((name, str(folder), options))
            fake.act(progress)
            return {"verb": name}

        return called

    def module(name, room, **content):
        made = ModuleType(f"{room.__name__}.{name}")
        made.__dict__.update(content)
        monkeypatch.setitem(sys.modules, made.__name__, made)
        monkeypatch.setattr(room, name, made, raising=False)

    def say(word):
        return lambda document, console: console.print(f"{word} of {document['verb']}")

    verbs = {f"{name}_study": verb(name) for name in ("fit", "judge", "forecast", "assess")}
    module("route", stockade.study, check_study=lambda _: fake.diagnostics, **verbs)
    module("document", stockade.briefing, to_json=lambda document: document)
    module("html", stockade.briefing, render_html=lambda document: f"<p>{document['verb']}</p>")
    words = ("explanations", "parameters", "verdicts", "forecasts", "briefing")
    module("terminal", stockade.briefing, **{f"print_{word}": say(word) for word in words})
    return fake
