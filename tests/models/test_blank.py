"""Blank and others 2008: two coupled linear equations, which go round an ellipse."""

from __future__ import annotations

import numpy as np
import pytest

from tests.models.helpers import run, solve

NAME = "blank-2008"
UP, DOWN = 0.02, -0.01
TURN = np.sqrt(-UP * DOWN)
BOTH = ("insurgents", "coalition")


def exact(times: np.ndarray) -> np.ndarray:
    angle = TURN * times
    return np.stack(
        [
            100 * np.cos(angle) + UP * 150 / TURN * np.sin(angle),
            150 * np.cos(angle) + DOWN * 100 / TURN * np.sin(angle),
        ]
    )


def test_the_runge_kutta_run_is_the_closed_form():
    found = run(NAME)
    np.testing.assert_allclose(found.states(*BOTH), exact(found.times), atol=1e-8)
    np.testing.assert_allclose(
        exact(found.times), solve(lambda i, c: (UP * c, DOWN * i), [100.0, 150.0], found.times), atol=1e-7
    )


def test_225_13_at_time_100():
    assert run(NAME)["insurgents"][-1] == pytest.approx(225.13, abs=0.005)


def test_the_ellipse():
    found = run(NAME)
    np.testing.assert_allclose(
        UP * found["coalition"] ** 2 - DOWN * found["insurgents"] ** 2, 550, rtol=1e-12
    )
    np.testing.assert_allclose(found["balance"], 550, rtol=1e-12)


def test_euler_spirals_outwards_by_a_known_factor():
    """Each Euler step of a rotation stretches it: the balance grows by 1 + (turn * step)²."""
    found = run(NAME, "euler")
    np.testing.assert_allclose(
        found["balance"], 550 * (1 + (TURN * 0.25) ** 2) ** (4 * found.times), rtol=1e-10
    )


def test_the_coalition_falls_below_zero_before_the_end():
    """Why the model explains little: nothing in it knows that nobody is left."""
    zero = np.arctan2(150 * TURN, -DOWN * 100) / TURN
    assert zero == pytest.approx(79.9, abs=0.05)
    coalition = run(NAME)["coalition"]
    assert coalition[79] > 0 > coalition[80]
    assert coalition[-1] == pytest.approx(-46.45, abs=0.005)
