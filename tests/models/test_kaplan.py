"""Kaplan, Mintz and Mishal 2005: a linear recursion; the signs of arrests and of killings."""

from __future__ import annotations

import numpy as np
import pytest

from tests.models.helpers import run

NAME = "kaplan-mintz-mishal-2005"
BASE, SHARE, COUNTS = 6.0, 0.1, 0.5
MONTHS = np.arange(61)


def stock(killings: float = 1.0, recruits: float = 1.5, arrests: float = 4.0) -> np.ndarray:
    end = (BASE + (recruits - 1) * killings - COUNTS * arrests) / SHARE
    return end + (1 - SHARE) ** MONTHS * (60 - end)


@pytest.mark.parametrize("setting", [{}, {"arrests": 6.0}, {"killings": 3.0}, {"recruits": 0.2}])
def test_euler_is_the_recursion(setting):
    named = {"recruits": "recruits_per_killing"}
    found = run(NAME, "euler", **{named.get(word, word): value for word, value in setting.items()})
    np.testing.assert_allclose(found["terror stock"], stock(**setting), rtol=1e-12)


def test_runge_kutta_decays_by_its_own_polynomial():
    found = run(NAME, "rk4")
    kept = 1 - SHARE + SHARE**2 / 2 - SHARE**3 / 6 + SHARE**4 / 24
    np.testing.assert_allclose(found["terror stock"], 45 + kept**MONTHS * 15, rtol=1e-12)
    assert found["lasting terror stock"][0] == pytest.approx(45)


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_the_signs(method):
    def end(**constants: float) -> float:
        return run(NAME, method, **constants)["terror stock"][-1]

    assert end(arrests=5.0) < end(arrests=4.0)
    assert end(killings=2.0, recruits_per_killing=1.5) > end(killings=1.0, recruits_per_killing=1.5)
    assert end(killings=2.0, recruits_per_killing=0.5) < end(killings=1.0, recruits_per_killing=0.5)
    assert end(killings=2.0, recruits_per_killing=1.0) == pytest.approx(
        end(killings=1.0, recruits_per_killing=1.0)
    )


def test_the_mean_of_poisson_attacks_is_the_recursion():
    """The file holds expected attacks; the recursion being linear, Poisson draws have the same mean."""
    rng = np.random.default_rng(20050301)
    stocks = np.full(40_000, 60.0)
    for month in range(1, 25):
        stocks = stocks + BASE + 0.5 * 1.0 - COUNTS * 4.0 - rng.poisson(SHARE * stocks)
        assert stocks.min() > 0
        assert abs(stocks.mean() - stock()[month]) < 5 * stocks.std() / np.sqrt(stocks.size)


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_more_arrests_than_people_leave_none_and_not_fewer(method):
    found = run(NAME, method, arrests=100.0)
    assert found["terror stock"].min() >= -1e-9
