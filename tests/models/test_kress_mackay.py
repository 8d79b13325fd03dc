"""Kress and MacKay 2014: the invariant for any intelligence, and the two models at its ends."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from tests.models.helpers import run, solve

NAME = "kress-mackay-2014"
AIMED, FIRE, POPULATION = 0.05, 1.0, 10_000.0
BOTH = ("regular forces", "guerrillas")


def balance(regular: np.ndarray, guerrilla: np.ndarray, intelligence: float) -> np.ndarray:
    """As the equations give it: not shifted, as in the file, by the logarithm at the start."""
    k = (1 - intelligence) / POPULATION
    logarithm = np.log(intelligence + k * guerrilla) if intelligence else 0.0
    return FIRE * regular**2 / 2 - AIMED * (guerrilla / k - intelligence / k**2 * logarithm)


def fighting(found) -> np.ndarray:
    """The times at which neither side is near its end."""
    return found.states(*BOTH).min(axis=0) > 5


@pytest.mark.parametrize("intelligence", [0.0, 0.02, 0.05, 0.2])
def test_the_invariant_stays(intelligence):
    found = run(NAME, intelligence=intelligence)
    on = fighting(found)
    assert on.sum() > 5
    values = balance(*found.states(*BOTH)[:, on], intelligence)
    np.testing.assert_allclose(values, values[0], rtol=1e-9)
    np.testing.assert_allclose(found["balance"][on], found["balance"][0], rtol=1e-9)


@pytest.mark.parametrize("intelligence", [0.0, 0.02, 0.2, 1.0])
def test_the_runge_kutta_run_is_scipys(intelligence):
    def slopes(regular: float, guerrilla: float) -> tuple[float, float]:
        hits = intelligence + (1 - intelligence) * guerrilla / POPULATION
        return -AIMED * guerrilla, -FIRE * regular * hits

    found = run(NAME, intelligence=intelligence)
    on = fighting(found)
    expected = solve(slopes, [400.0, 500.0], found.times[on])
    np.testing.assert_allclose(found.states(*BOTH)[:, on], expected, rtol=1e-6)


def test_all_fire_guided_is_the_square_law():
    found = run(NAME, control={"final_time": 1.0, "saveper": 0.125}, intelligence=1.0)
    root = np.sqrt(AIMED * FIRE)
    regular = 400 * np.cosh(root * found.times) - np.sqrt(AIMED / FIRE) * 500 * np.sinh(root * found.times)
    guerrilla = 500 * np.cosh(root * found.times) - np.sqrt(FIRE / AIMED) * 400 * np.sinh(root * found.times)
    np.testing.assert_allclose(found["regular forces"], regular, rtol=1e-7)
    np.testing.assert_allclose(found["guerrillas"], guerrilla, rtol=1e-5)
    np.testing.assert_allclose(FIRE * regular**2 / 2 - AIMED * guerrilla**2 / 2, 80_000 - 6_250)
    np.testing.assert_allclose(found["balance"], 80_000 - 6_250, rtol=1e-7)


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_no_fire_guided_is_deitchman(method):
    control = {"final_time": 20.0, "time_step": 0.125, "saveper": 1.0}
    ours = run(NAME, method, control, intelligence=0.0)
    deitchmans = run("deitchman-1962", method, control, area_fire=FIRE / POPULATION)
    np.testing.assert_allclose(ours.states(*BOTH), deitchmans.states(*BOTH), rtol=1e-12)


def test_the_intelligence_that_turns_the_outcome():
    def gap(intelligence: float) -> float:
        return balance(400.0, 500.0, intelligence) - balance(0.0, 0.0, intelligence)

    turn = brentq(gap, 1e-4, 0.5)
    assert turn == pytest.approx(0.0482, abs=5e-5)
    for intelligence, left, gone in [(turn - 0.002, *BOTH[::-1]), (turn + 0.002, *BOTH)]:
        found = run(NAME, control={"final_time": 120.0}, intelligence=intelligence)
        assert found[gone][-1] < 1 < found[left][-1]
