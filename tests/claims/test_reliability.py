"""Reliability and Brier scores against hand-made cases and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from stockade.claims.reliability import Judged, reliability, spoken
from stockade.claims.words import phrase


def judged(said: np.ndarray, true: np.ndarray, claims: int = 1) -> list[Judged]:
    return [
        Judged(f"c{index % claims}", index // claims, float(p), bool(t))
        for index, (p, t) in enumerate(zip(said, true, strict=True))
    ]


def test_scores_by_hand() -> None:
    found = reliability(judged(np.array([0.9, 0.6, 0.2, 0.1]), np.array([1, 0, 0, 1])))
    assert found is not None
    assert found.count == 4
    assert found.brier == pytest.approx((0.01 + 0.36 + 0.04 + 0.81) / 4)
    assert found.expected == pytest.approx((0.09 + 0.24 + 0.16 + 0.09) / 4)
    assert found.base == pytest.approx(0.25)
    assert found.too_high == pytest.approx((1.8 - 2) / 4)
    assert reliability([]) is None


def made(seed: int, power: float, *, shift: float = 0.0) -> list[Judged]:
    """Claims in fours that share a truth's luck; said with odds raised to a power and shifted."""
    noise = np.random.default_rng(seed)
    right = noise.uniform(size=800)
    luck = np.repeat(noise.uniform(size=200), 4)  # one for each replicate: its claims hang together
    odds = np.log(right / (1 - right)) * power + shift
    return judged(1 / (1 + np.exp(-odds)), luck < right, claims=4)


def test_right_probabilities_pass_as_often_as_they_should() -> None:
    found = [reliability(made(seed, 1.0)) for seed in range(200)]
    for name in ("p_too_high", "p_too_sure"):
        alarms = np.mean([getattr(one, name) < 0.05 for one in found])
        assert alarms < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 200)


def test_too_sure_too_unsure_and_too_high_are_caught() -> None:
    assert reliability(made(0, 2.5)).p_too_sure < 0.001
    assert reliability(made(0, 0.3)).p_too_sure < 0.001
    assert reliability(made(0, 1.0, shift=1.0)).p_too_high < 0.001


def test_what_is_all_but_certain_and_true_is_no_alarm() -> None:
    found = reliability(judged(np.full(30, 0.992), np.ones(30)))
    assert found.p_too_high > 0.5
    assert found.p_too_sure > 0.5


def test_each_word_has_its_own_claims() -> None:
    said = np.array([0.02, 0.04, 0.5, 0.7, 0.79, 0.75, 0.99])
    true = np.array([0, 0, 1, 1, 0, 1, 1])
    found = {one.word: one for one in spoken(judged(said, true))}
    assert {phrase(one) for one in said} == {name for name, one in found.items() if one.count}
    likely = found["likely"]
    assert (likely.count, likely.true) == (3, pytest.approx(2 / 3))
    assert likely.said == pytest.approx((0.7 + 0.79 + 0.75) / 3)
    assert likely.low == pytest.approx(stats.beta.ppf(0.05, 2.5, 1.5))
    assert likely.high == pytest.approx(stats.beta.ppf(0.95, 2.5, 1.5))
    never = found["almost no chance"]
    assert (never.low, never.true) == (0.0, 0.0)
    assert found["very likely"].count == 0
    assert found["very likely"].low is None
