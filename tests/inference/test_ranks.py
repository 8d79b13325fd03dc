"""The test of uniform ranks: its false alarms, what it finds, and coverage, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from stockade.inference import ranks
from stockade.inference.ranks import coverage_of_all, covered, judge_ranks, kept_draws, p_value, rank_of

DRAWS = 63


def ranks_of(posterior_sd: float, shift: float = 0.0, count: int = 200, seed: int = 0) -> np.ndarray:
    """Ranks in the conjugate normal case, where the posterior of y = x + e is N(y / 2, 1 / 2), spoilt."""
    noise = np.random.default_rng(seed)
    truth = noise.standard_normal(count)
    seen = truth + noise.standard_normal(count)
    sd = posterior_sd * np.sqrt(0.5)
    draws = seen[:, None] / 2 + shift * sd + sd * noise.standard_normal((count, DRAWS))
    return np.array([rank_of(x, one, 0.0) for x, one in zip(truth, draws, strict=True)])


def test_pointwise_probabilities_are_scipys() -> None:
    found = ranks._pointwise(7, 3)
    for count in range(8):
        for point in range(3):
            chance = (point + 1) / 4
            low, high = stats.binom.cdf(count, 7, chance), stats.binom.sf(count - 1, 7, chance)
            assert found[count, point] == pytest.approx(2 * min(low, high), rel=1e-12)


def test_false_alarms_come_as_often_as_is_said() -> None:
    noise = np.random.default_rng(1)
    found = np.array([p_value(noise.integers(0, DRAWS + 1, 100), DRAWS) for _ in range(1000)])
    for level in (0.05, 0.2, 0.5):
        assert abs((found <= level).mean() - level) < 4 * np.sqrt(level * (1 - level) / 1000)


def test_exact_posteriors_pass() -> None:
    assert p_value(ranks_of(1.0), DRAWS) > 0.05


@pytest.mark.parametrize(
    ("sd", "shift"), [(0.6, 0.0), (1.7, 0.0), (1.0, 0.6), (1.0, -0.6)], ids=["narrow", "wide", "high", "low"]
)
def test_spoilt_posteriors_are_caught(sd: float, shift: float) -> None:
    assert p_value(ranks_of(sd, shift), DRAWS) < 0.001


def test_coverage_is_that_of_the_normal_law() -> None:
    found = ranks_of(0.6, count=20_000)
    for level in (0.5, 0.8, 0.9):
        exact = 2 * stats.norm.cdf(0.6 * stats.norm.ppf(0.5 + level / 2)) - 1
        assert covered(found, DRAWS, level) == pytest.approx(exact, abs=0.015)


def test_coverage_of_all_has_the_error_of_the_replicates() -> None:
    """Quantities of a replicate that are one and the same count once in the error."""
    each = ranks_of(1.0, count=400)
    share, error = coverage_of_all([[one] * 30 for one in each], DRAWS, 0.8)
    assert share == pytest.approx(covered(each, DRAWS, 0.8))
    assert error == pytest.approx(np.sqrt(0.8 * 0.2 / 400), rel=0.1)
    narrow, error = coverage_of_all(ranks_of(0.93, count=4000).reshape(400, 10).tolist(), DRAWS, 0.8)
    assert (0.8 - narrow) / error > 3
    assert coverage_of_all([[3]], DRAWS, 0.8)[1] == np.inf


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9])
def test_each_rank_once_covers_the_level_itself(level: float) -> None:
    assert covered(np.arange(DRAWS + 1), DRAWS, level) == pytest.approx(level, abs=1e-12)


def test_ties_are_broken_evenly() -> None:
    draws = np.array([0.0, 1.0, 1.0, 2.0])
    assert [rank_of(1.0, draws, u) for u in (0.0, 0.34, 0.67, 0.999)] == [1, 2, 3, 3]
    assert rank_of(-1.0, draws, 0.9) == 0
    assert rank_of(3.0, draws, 0.9) == 4


def test_alarms_are_holms() -> None:
    found = judge_ranks({"good": ranks_of(1.0), "narrow": ranks_of(0.5), "none": np.empty(0)}, DRAWS)
    assert set(found) == {"good", "narrow"}
    assert [found[name].alarm for name in ("good", "narrow")] == [False, True]
    assert found["narrow"].adjusted == pytest.approx(2 * found["narrow"].p_value)
    assert found["good"].adjusted == max(found["good"].p_value, found["narrow"].adjusted)


def test_how_many_draws_are_kept() -> None:
    assert [kept_draws(n) for n in (2, 64, 126, 127, 128, 5000)] == [1, 63, 63, 127, 127, 127]
