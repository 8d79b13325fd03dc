"""A study that counts nothing and observes reports alone goes the whole way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stockade.study.following import follow_study
from stockade.study.route import assess_study, check_study
from tests.study.tiny import STUDY, write_tiny

pytestmark = [pytest.mark.slow, pytest.mark.core]


def reports_only(folder: Path) -> Path:
    """Writes the tiny study without its series; no report reaches the last month of its period."""
    found = write_tiny(folder)
    text = re.sub(r"\[observe\..*?(?=\[report\.gangs)", "", STUDY, flags=re.DOTALL)
    text = re.sub(r'\[prior\."scatter of \w+"\].*?\n\n', "", text, flags=re.DOTALL)
    text = re.sub(r'\[\[claim\]\]\nid = "fewer-kills".*?(?=\[\[claim\]\])', "", text, flags=re.DOTALL)
    (found / "study.toml").write_text(text.replace(', "carcasses"', ""), encoding="utf-8")
    return found


def test_it_is_assessed_and_followed(tmp_path) -> None:
    folder = reports_only(tmp_path / "park")
    assert not [one for one in check_study(folder) if one.severity == "error"]
    document = assess_study(folder)
    last = document.as_of[-1]
    assert {one.id for one in last.claims} >= {"fewer-poachers", "patrols-did-it"}
    assert sum(one.weight for one in last.explanations) == pytest.approx(1.0)
    assert not last.forecasts
    course = follow_study(folder)
    assert course.paths[0].log_evidence[-1] < 0
    assert assess_study(folder).course is not None
