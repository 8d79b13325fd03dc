from __future__ import annotations

import numpy as np
import pytest

from stockade.forecasts.contest import differences, paired_difference, standings
from stockade.forecasts.scores import Kind, Scored, ScoreRow


def scored(name: str, crps: list[float], kind: Kind = "baseline", series: str = "s") -> Scored:
    values = np.array(crps)
    row = ScoreRow(
        series, name, kind, float(np.nanmean(values)), 0.5, 0.9, int(np.isfinite(values).sum()), 0.0
    )
    return Scored(row, values)


def test_a_constant_difference_has_no_width():
    one = paired_difference(
        scored("a", [1.0, 2, 3, 4, 5, 6], "average"), scored("b", [1.5, 2.5, 3.5, 4.5, 5.5, 6.5])
    )
    assert (one.difference, one.low, one.high, one.n) == pytest.approx((-0.5, -0.5, -0.5, 6))


def test_only_months_scored_for_both_are_compared():
    one = paired_difference(scored("a", [1.0, np.nan, 3.0], "average"), scored("b", [2.0, 9.0, np.nan]))
    assert (one.difference, one.n) == (-1.0, 1)


def test_other_series_are_not_compared():
    with pytest.raises(ValueError, match="one series"):
        paired_difference(scored("a", [1.0]), scored("b", [1.0], series="t"))
    with pytest.raises(ValueError, match="no month"):
        paired_difference(
            scored("a", [1.0, np.nan]), Scored(scored("b", [1.0, 2.0]).row, np.array([np.nan, 2.0]))
        )


@pytest.mark.parametrize(("rho", "least"), [(0.0, 0.86), (0.5, 0.83)])
def test_interval_of_a_difference_covers_what_it_says(rho, least):
    # 22 months, 1,500 times. Measured on 4,000: 0.90 and 0.88 (a block bootstrap: 0.81 and 0.71).
    # The binomial error is 0.008, so the bounds lie 5 of them below.
    hits = 0
    for seed in range(1500):
        noise = np.random.default_rng(seed).normal(size=52)
        for t in range(1, 52):
            noise[t] += rho * noise[t - 1]
        one = paired_difference(scored("a", list(noise[30:]), "average"), scored("b", [0.0] * 22))
        assert one.low is not None
        assert one.high is not None
        hits += one.low <= 0 <= one.high
    assert least < hits / 1500 < 0.94


def test_too_few_months_have_no_interval():
    one = paired_difference(scored("a", [1.0] * 5, "average"), scored("b", [2.0] * 5))
    assert (one.difference, one.low, one.high) == (-1.0, None, None)


def test_every_forecaster_meets_every_baseline_of_its_series():
    rows = [
        scored("m", [1.0], "average"),
        scored("x", [2.0], "explanation"),
        scored("b", [3.0]),
        scored("c", [4.0]),
    ]
    rows += [scored("m", [1.0], "average", "t"), scored("b", [3.0], series="t")]
    assert [(d.series, d.name, d.baseline) for d in differences(rows)] == [
        ("s", "m", "b"), ("s", "m", "c"), ("s", "x", "b"), ("s", "x", "c"), ("t", "m", "b"),
    ]  # fmt: skip


def test_the_mechanism_loses_and_it_is_said_how_clearly():
    wiggle = np.tile([-2.0, 2.0, 0.0], 8)
    rows = [
        scored("weighted", [5.0] * 24, "average"),
        scored("commentary", [4.0] * 24, "explanation"),
        scored("last-value", [3.0] * 24),
        scored("mean-12", list(4.9 + 3 * np.sort(wiggle))),
        scored("same-month", [9.0] * 24),
    ]
    (s,) = standings(rows)
    assert (s.winner, s.winner_kind, s.best_baseline) == ("last-value", "baseline", "last-value")
    assert s.ranking == ("last-value", "commentary", "mean-12", "weighted", "same-month")
    assert s.mechanism == "weighted"
    assert s.mechanism_loses
    assert s.loses_to == ("last-value", "mean-12")
    assert s.clearly_loses_to == ("last-value",)
    assert s.skill == pytest.approx(1 - 5 / 3)


def test_the_mechanism_wins():
    (s,) = standings([scored("weighted", [2.0] * 4, "average"), scored("mean-12", [4.0] * 4)])
    assert (s.winner_kind, s.mechanism_loses, s.loses_to, s.skill) == ("average", False, (), 0.5)


def test_without_baselines_or_average_nothing_is_claimed():
    alone, only = standings([scored("w", [1.0], "average"), scored("b", [1.0], series="t")])
    assert (alone.best_baseline, alone.skill, alone.mechanism_loses) == (None, None, False)
    assert (only.mechanism, only.skill, only.mechanism_loses) == (None, None, False)


def test_two_averages_are_one_too_many():
    with pytest.raises(ValueError, match="weighted averages"):
        standings([scored("w", [1.0], "average"), scored("v", [1.0], "average")])
