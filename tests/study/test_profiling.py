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
from tests.study.tiny import TRUTH, write_tiny


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
