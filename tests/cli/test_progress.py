from __future__ import annotations

import sys
import time

import stockade.cli.bars as bars_module
from stockade.cli.bars import bars, plain_lines


def test_lines_come_every_few_seconds_only():
    now = [0.0]
    lines: list[str] = []
    tell = plain_lines(clock=lambda: now[0], write=lines.append)
    for second in range(12):
        now[0] = float(second)
        tell("fitting", second, 12)
    now[0] = 17.0
    tell("looking", 3, 0)
    assert lines == ["fitting: 2 of 12 (2 s)\n", "fitting: 7 of 12 (7 s)\n", "looking: 3 (17 s)\n"]


def test_one_long_step_is_not_silent(capsys, monkeypatch):
    """Told once at the start: after two seconds a line comes by itself."""
    monkeypatch.setattr(bars_module, "SECONDS_BEFORE_FIRST_LINE", 0.05)
    with bars_module.bars() as progress:
        progress("fitting", 0, 12)
        deadline = time.monotonic() + 20
        err = ""
        while not err and time.monotonic() < deadline:
            time.sleep(0.05)
            err += capsys.readouterr().err
    assert err.startswith("fitting: 0 of 12 (")


def test_quick_work_is_silent(capsys):
    with bars() as progress:
        progress("fitting", 1, 1)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_bars(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with bars() as progress:
        progress("fitting [commentary]", 1, 3)
        progress("fitting [commentary]", 3, 3)
        progress("counting", 1, 0)
    out, err = capsys.readouterr()
    assert out == ""
    assert "fitting [commentary]" in err
    assert "3/3" in err
