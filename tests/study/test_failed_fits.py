"""A fit that fails, from the sampler to the remark on every verdict that rests on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stockade.cli.app import app
from tests.study.tiny import write_tiny

pytestmark = [pytest.mark.slow, pytest.mark.core]

REMARK = "a fit behind it failed its checks"
ONE_DATE = ('as_of = ["2007-12-31", "2009-06-30"]', 'as_of = ["2007-12-31"]')
ENOUGH = ("particles = 64", "particles = 128")
TOO_SURE = (
    '"kills per poacher"]\nlognormal = { median = 0.2, sigma = 0.3 }',
    '"kills per poacher"]\nlognormal = { median = 4, sigma = 0.1 }',
)
MECHANISMS, NULLS = {"patrols", "weariness"}, {"null-trend", "null-mean"}


def shown(study: Path) -> tuple[list[dict], str]:
    """Returns each date of briefing.json, and what the terminal says, after an assessment."""
    result = CliRunner().invoke(app, ["assess", str(study)], env={"COLUMNS": "160"})
    assert result.exit_code == 0, result.output
    dates = json.loads((study / "briefing" / "briefing.json").read_text())["as_of"]
    return dates, " ".join(result.stdout.split())


def warned(at: dict, text: str) -> set[str]:
    """Returns the explanations with such a warning."""
    return {one["id"] for one in at["explanations"] if any(text in two for two in one["warnings"])}


def marked(at: dict) -> set[str]:
    """Returns the claims whose verdict bears the remark."""
    return {one["id"] for one in at["claims"] if REMARK in one["flags"]}


def test_a_sound_fit_leaves_no_remark(tmp_path: Path) -> None:
    (at,), said = shown(write_tiny(tmp_path / "park", ONE_DATE, ENOUGH))
    assert warned(at, "") == marked(at) == set()
    assert REMARK not in said


def test_too_few_draws_mark_every_verdict_that_rests_on_them(again: Path) -> None:
    dates, said = shown(again)
    for at in dates:
        assert warned(at, "distinct draws") == MECHANISMS
        weight = {one["id"]: one["weight"] for one in at["explanations"]}
        assert weight["patrols"] > 0.5
        judged = {one["id"] for one in at["claims"] if one["probability"] is not None}
        # What was said of trophies is judged by what was said, not by any fit.
        assert judged - {"trophies"} <= marked(at) <= judged
    assert f", {REMARK}" in said
    assert "distinct draws" in said
    assert "Raise particles" in said


def test_a_prior_that_contradicts_the_data_marks_what_rests_on_it_and_nothing_else(tmp_path: Path) -> None:
    (at,), said = shown(write_tiny(tmp_path / "park", ONE_DATE, ENOUGH, TOO_SURE))
    assert warned(at, "prior sds from its prior") == MECHANISMS
    assert warned(at, "The priors expected other data than came: carcasses") == MECHANISMS
    # The nulls have no such prior and carry all the weight; what they speak to rests on them.
    weight = {one["id"]: one["weight"] for one in at["explanations"]}
    assert sum(weight[one] for one in NULLS) > 0.99
    assert marked(at) == {"fewer-poachers", "patrols-did-it", "patrols-explain"}
    assert f", {REMARK}" in said
    assert "Ask whether the prior is too sure" in said
