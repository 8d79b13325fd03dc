from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from stockade.claims.confidence import (
    ConfidencePart,
    agreement_part,
    combine,
    grade_score,
    shrinkage_part,
    skill_part,
    sources_part,
)
from stockade.claims.moved import moved_by, ranks
from tests.claims.helpers import null, world


@pytest.mark.parametrize(
    ("grade", "score"), [("A1", 2), ("B2", 2), ("b2", 2), ("C2", 1), ("B3", 1), ("D1", 0), ("A6", 0), ("", 0)]
)
def test_grades(grade, score):
    assert grade_score(grade) == score


@pytest.mark.parametrize(
    ("grades", "bare", "scenario", "level"),
    [
        ([], [], False, "low"),
        (["B2"], ["sanctuary"], False, "low"),
        (["B2"], [], False, "high"),
        (["B2"], [], True, "moderate"),
        (["C2", "C2", "B2"], [], False, "moderate"),
        (["D4", "D4", "B2"], [], False, "low"),
    ],
)
def test_sources(grades, bare, scenario, level):
    assert sources_part(grades, bare, scenario=scenario).level == level


def test_agreement_shrinkage_and_skill():
    assert agreement_part({"a": 0.6, "b": 0.7}).level == "high"
    assert agreement_part({"a": 0.6, "b": 0.9}).level == "moderate"
    assert agreement_part({"a": 0.2, "b": 0.9}).level == "low"
    assert agreement_part({"a": 0.9}).level == "low"
    assert [shrinkage_part("p", one).level for one in (0.6, 0.3, 0.29, None)] == [
        "high",
        "moderate",
        "low",
        "low",
    ]
    levels = [skill_part([world(log_evidence=gain), null()]).level for gain in (4.0, 1.0, -1.0)]
    assert levels == ["high", "moderate", "low"]
    assert skill_part([world()]).level == "low"


@pytest.mark.parametrize(
    ("levels", "whole"),
    [
        (["high"], "high"),
        (["high", "high", "moderate", "moderate"], "high"),
        (["high", "moderate", "moderate", "moderate"], "moderate"),
        (["high", "high", "high", "low"], "moderate"),
        (["high", "high", "low", "low"], "low"),
    ],
)
def test_the_whole(levels, whole):
    parts = [ConfidencePart("sources", one, "") for one in levels]
    assert combine(parts).level == whole
    assert combine(parts, at_most="low").level == "low"


def test_rank_correlation_agrees_with_scipy():
    key = np.random.default_rng(1)
    driver = key.integers(0, 30, 500).astype(float)  # many ties
    margin = driver + key.normal(0, 10, 500)
    np.testing.assert_array_equal(ranks(driver), stats.rankdata(driver))
    counted = key.random(500) < 0.8
    found = moved_by(world(parameters={"p": driver}), margin, counted)
    expected = stats.spearmanr(driver[counted], margin[counted]).statistic
    assert found.correlation == pytest.approx(expected)


def test_nothing_moves_what_does_not_move():
    everyone = np.ones(2000, dtype=bool)
    idle = np.random.default_rng(1).normal(size=(2, 2000))
    assert moved_by(world(parameters={"p": idle[0]}), np.ones(2000), everyone) is None
    assert moved_by(world(parameters={"p": idle[0]}), idle[1], everyone) is None
