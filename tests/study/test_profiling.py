"""Profiles of a small study's explanation: from the folder to the table and the JSON."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from stockade.cli.profiling import print_profiles
from stockade.errors import StockadeError
from stockade.study.profiling import profile_study, profiles_to_json
from tests.study.tiny import STUDY, TRUTH, write_tiny


def test_a_study_is_profiled(tmp_path: Path) -> None:
    found = profile_study(write_tiny(tmp_path / "park"), "patrols", points=9)
    assert (found.study, found.explanation, found.as_of) == ("park", "patrols", "2009-06-30")
    told = dict(zip(found.names, found.profiles, strict=True))
    assert told["effect of patrols"].identified == "both sides"
    assert told["effect of patrols"].low < TRUTH["effect of patrols"] < told["effect of patrols"].high
    data = json.loads(json.dumps(profiles_to_json(found), allow_nan=False))
    assert max(max(one["log_likelihood"]) for one in data["parameters"]) == 0.0
    console = Console(width=110, record=True, file=StringIO())
    print_profiles(found, console)
    assert "effect of patrols" in console.export_text()


@pytest.mark.parametrize(
    ("explanation", "as_of", "code"),
    [("patrol", None, "unknown-explanation"), ("patrols", "2009-06-29", "unknown-as-of")],
)
def test_what_the_study_lacks_is_said(tmp_path: Path, explanation: str, as_of: str | None, code: str) -> None:
    with pytest.raises(StockadeError) as caught:
        profile_study(write_tiny(tmp_path / "park"), explanation, as_of=as_of)
    assert caught.value.diagnostics[0].code == code


def test_with_nothing_free_there_is_nothing_to_profile(tmp_path) -> None:
    names = [line.split('"')[1] for line in STUDY.splitlines() if line.startswith('[prior."')]
    held = ", ".join(f'"{one}" = 0.1' for one in (*names, "weariness"))
    folder = write_tiny(
        tmp_path / "park",
        ("hold = { weariness = 0 }", f"hold = {{ {held} }}"),
        ("bias_per_source = 0.2\n", ""),
    )
    with pytest.raises(StockadeError) as caught:
        profile_study(folder, "patrols")
    (found,) = caught.value.diagnostics
    assert found.code == "nothing-free"
    assert "hold" in (found.hint or "")
