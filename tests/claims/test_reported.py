from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats

from stockade.claims.nodes import MonthWindow
from stockade.claims.reported import draws, inside, pooled
from stockade.claims.worlds import Silence, Statement

MONTH = MonthWindow(24098, 24098)


def point(best: float, sigma: float, **more) -> Statement:
    return Statement(MONTH, "point", None, best, None, sigma, **more)


def test_points_pool_as_normals_on_the_log_scale():
    grid, mass = pooled([point(100, 0.5), point(50, 0.25)])
    precision = 1 / 0.25 + 1 / 0.0625
    mean = (math.log(100) / 0.25 + math.log(50) / 0.0625) / precision
    assert np.sum(mass * np.log(grid)) == pytest.approx(mean, abs=1e-6)
    assert np.sum(mass * (np.log(grid) - mean) ** 2) == pytest.approx(1 / precision, rel=1e-4)


def test_a_share_is_cut_off_at_one():
    grid, mass = pooled([point(1.0, 0.1, is_share=True), point(0.9, 0.1, is_share=True)])
    assert grid.max() == pytest.approx(1.0)
    truth = stats.truncnorm(
        -np.inf, (0 - math.log(0.9) / 2) / (0.1 / math.sqrt(2)), math.log(0.9) / 2, 0.1 / math.sqrt(2)
    )
    for level in (0.85, 0.9, 0.95, 0.99):
        assert np.sum(mass[grid < level]) == pytest.approx(truth.cdf(math.log(level)), abs=2e-3)


def test_ranges_and_bounds_are_masses():
    """Against quadrature of the definition, with SciPy's own distributions."""
    statements = [
        Statement(MONTH, "range", 40.0, None, 60.0, 0.3),
        Statement(MONTH, "upper", None, None, 55.0, 0.2),
        Statement(MONTH, "lower", 30.0, None, None, 0.4),
    ]

    def density(x: float) -> float:
        normal = stats.norm(0, 1)
        band = normal.cdf((math.log(60) - x) / 0.3) - normal.cdf((math.log(40) - x) / 0.3)
        return band * normal.cdf((math.log(55) - x) / 0.2) * normal.sf((math.log(30) - x) / 0.4)

    whole, _ = integrate.quad(density, 0, 8, points=[3.5, 4])
    grid, mass = pooled(statements)
    for level in (35.0, 45.0, 50.0, 60.0):
        below, _ = integrate.quad(density, 0, math.log(level), points=[3.5])
        assert np.sum(mass[grid < level]) == pytest.approx(below / whole, abs=2e-3)


def test_statements_that_conflict_far_out_still_pool():
    grid, mass = pooled([Statement(MONTH, "range", 10.0, None, 15.0, 0.1), point(110, 0.1)])
    assert np.isfinite(mass).all()
    assert 20 < np.sum(mass * grid) < 80


@pytest.mark.parametrize(
    ("statements", "word"),
    [
        ([], "no statement"),
        ([Statement(MONTH, "upper", None, None, 40.0, 0.2)], "bounds"),
        ([Statement(MONTH, "lower", 40.0, None, None, 0.2)], "bounds"),
    ],
)
def test_what_cannot_be_pooled(statements, word):
    answer = pooled(statements)
    assert isinstance(answer, Silence)
    assert word in answer.reason


def test_a_lower_bound_on_a_share_is_enough():
    assert not isinstance(pooled([Statement(MONTH, "lower", 0.5, None, None, 0.2, is_share=True)]), Silence)


def test_draws_follow_the_pool_and_the_seed():
    statements = [point(100, 0.5)]
    one, again, other = (draws(statements, 2000, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    np.testing.assert_array_equal(np.sort(one), np.sort(other))
    # Evenly spaced in probability: the distance to the true distribution is near the least possible.
    assert stats.kstest(np.log(one), stats.norm(math.log(100), 0.5).cdf).statistic < 2e-3


def test_only_statements_inside_the_window_count():
    early, across = MonthWindow(24000, 24003), MonthWindow(24002, 24010)
    statements = [Statement(one, "point", None, 1.0, None, 0.1) for one in (early, across)]
    assert inside(statements, MonthWindow(24000, 24005)) == (statements[0],)
