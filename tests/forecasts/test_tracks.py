"""Means over many origins, and the coverage of their differences' intervals."""

from __future__ import annotations

import numpy as np
import pytest

from stockade.forecasts.scores import Forecast
from stockade.forecasts.tracks import MEASURES, Track, half_width, series_scores, track

HORIZONS = (1, 2, 3)


def days(n: int, every: int = 1) -> list[str]:
    return [f"{2000 + (i * every) // 12}-{(i * every) % 12 + 1:02d}-28" for i in range(n)]


def made(name: str, day: str, crps, kind="baseline") -> Track:
    values = np.array(crps, dtype=float)
    return Track("s", name, kind, day, HORIZONS, values, dict.fromkeys(MEASURES, values))


def test_a_track_holds_what_each_score_says_of_each_month():
    draws = np.arange(101.0)[None, :].repeat(3, axis=0)
    truth = np.array([50.0, np.nan, 100.0])
    one = track(Forecast("s", "a", "baseline", draws), truth, "2000-01-31", HORIZONS, 1)
    assert np.isnan(one.scores["crps"]).tolist() == [False, True, False]
    assert one.scores["covered50"][0] == 1
    assert one.scores["covered90"][2] == 0
    assert one.scores["interval50"][0] == 50
    assert one.scores["pit"][0] == pytest.approx(0.5, abs=0.02)


def test_means_are_over_the_cases_in_which_all_were_scored():
    one, two, three = days(3)
    nan = np.nan
    tracks = [
        made("a", one, [1, 2, nan]), made("a", two, [3, 4, nan]), made("a", three, [9, 9, 9]),
        made("b", one, [5, 6, nan], "average"), made("b", two, [7, 8, nan], "average"),
        made("late", three, [0, 0, 0], "null"),
    ]  # fmt: skip
    found = series_scores(tracks)
    assert found.origins == (one, two)
    assert (found.cases, found.left_out) == (4, ("late",))
    assert [(line.name, line.crps) for line in found.lines] == [("a", 2.5), ("b", 6.5)]
    assert found.lines[0].by_horizon == (2.0, 3.0, None)
    (apart,) = found.apart
    assert (apart.name, apart.baseline, apart.difference, apart.low) == ("b", "a", 4.0, None)


def test_nothing_scored_is_said():
    with pytest.raises(ValueError, match="nothing was scored"):
        series_scores([made("a", "2000-01-28", [np.nan] * 3)])


@pytest.mark.parametrize(
    ("origins", "every", "least"), [(36, 1, 0.855), (24, 3, 0.85), (12, 6, 0.855), (8, 12, 0.86)]
)
def test_the_interval_of_a_difference_covers_what_it_says_on_overlapping_origins(origins, every, least):
    # Twelve months scored from each origin, months correlated 0.3; the true mean difference is 0.
    # Measured on 1,500: 0.89, 0.88, 0.89, 0.91; the error of 1,000 is 0.01, the bounds lie 3 below.
    overlap, hits = -(-12 // every), 0
    for seed in range(1000):
        noise = np.random.default_rng(seed).normal(size=(origins - 1) * every + 42)
        for t in range(1, len(noise)):
            noise[t] += 0.3 * noise[t - 1]
        means = np.array([noise[30 + i * every :][:12].mean() for i in range(origins)])
        width = half_width(means, overlap)
        hits += width is not None and abs(means.mean()) < width
    assert hits / 1000 > least


def test_too_few_origins_have_no_interval():
    assert half_width(np.arange(5.0), 1) is None
    assert half_width(np.arange(23.0), 12) is None
    assert half_width(np.arange(24.0), 12) is not None
