"""Deitchman 1962: an invariant decides who is left."""

from __future__ import annotations

import numpy as np
import pytest

from tests.models.helpers import run, solve

NAME = "deitchman-1962"
AIMED, AREA = 0.05, 0.0005


def slopes(regular: float, guerrilla: float) -> tuple[float, float]:
    return -AIMED * guerrilla, -AREA * regular * guerrilla


@pytest.mark.parametrize("initial", [350, 400, 800])
def test_the_balance_stays(initial):
    found = run(NAME, initial_regular_forces=initial)
    balance = AREA * found["regular forces"] ** 2 / 2 - AIMED * found["guerrillas"]
    np.testing.assert_allclose(balance, AREA * initial**2 / 2 - AIMED * 500, atol=2e-6)
    np.testing.assert_allclose(found["balance"], balance, rtol=1e-12)


def test_the_runge_kutta_run_is_scipys():
    found = run(NAME)
    expected = solve(slopes, [400.0, 500.0], found.times)
    np.testing.assert_allclose(found.states("regular forces", "guerrillas"), expected, atol=1e-4)


def test_euler_comes_closer_with_the_step():
    def error(step: float) -> float:
        return run(NAME, "euler", {"time_step": step})["regular forces"][-1] - 244.949

    assert error(0.125) == pytest.approx(error(0.25) / 2, rel=0.05)


def test_400_regular_forces_end_with_244_95():
    found = run(NAME)
    assert found["regular forces"][-1] == pytest.approx(np.sqrt(400**2 - 2 * AIMED * 500 / AREA), abs=1e-3)
    assert found["regular forces left"][0] == pytest.approx(244.95, abs=0.005)
    assert found["guerrillas"][-1] < 1e-3


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_the_threshold_parts_the_winners(method):
    assert run(NAME, method)["regular forces needed"][0] == pytest.approx(316.2, abs=0.05)
    # Euler favours the regular forces a little: a fight is one step late in seeing its losses.
    above = run(NAME, method, {"final_time": 400.0}, initial_regular_forces=320)
    below = run(NAME, method, {"final_time": 400.0}, initial_regular_forces=310)
    assert above["guerrillas"][-1] < 1 < above["regular forces"][-1]
    assert below["regular forces"][-1] == 0
    assert below["guerrillas"][-1] > 1


def test_nobody_falls_below_zero():
    found = run(NAME, "euler", initial_regular_forces=100)
    assert found.states("regular forces", "guerrillas").min() >= 0
