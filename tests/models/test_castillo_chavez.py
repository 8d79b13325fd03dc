"""Castillo-Chavez and Song 2003: an equilibrium in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from tests.models.helpers import euler, run, solve

NAME = "castillo-chavez-song-2003"
STATES = ("general population", "vulnerable", "semi fanatic", "fanatic")
START = [900.0, 50.0, 30.0, 20.0]
ENTERING, EXIT = 20.0, 0.02
B1, B2, B3 = 0.3, 0.25, 0.2
G1, G2, G3 = 0.05, 0.05, 0.03


def slopes(g: float, v: float, s: float, f: float) -> tuple[float, ...]:
    core = v + s + f
    won, up, top = B1 * g * core / (g + core), B2 * v * (s + f) / core, B3 * s * f / core
    return (
        ENTERING - won + G1 * v + G2 * s + G3 * f - EXIT * g,
        won - up - (G1 + EXIT) * v,
        up - top - (G2 + EXIT) * s,
        top - (G3 + EXIT) * f,
    )


def equilibrium() -> np.ndarray:
    """Rank by rank from the top: each equation gives one share of the core; the README derives it."""
    s = (G3 + EXIT) / B3
    f = max(
        np.roots(
            [
                -B2,
                B2 * (1 - s) - B2 * s - B3 * s,
                B2 * s * (1 - s) - (G2 + EXIT) * s,
            ]
        )
    )
    v = 1 - s - f
    outside = (B2 * v * (s + f) + (G1 + EXIT) * v) / B1
    everybody = ENTERING / EXIT
    return everybody * np.array([outside, *((1 - outside) * np.array([v, s, f]))])


def test_the_closed_form_meets_the_golden_check():
    np.testing.assert_allclose(equilibrium(), [198.4, 181.0, 200.4, 420.2], atol=0.05)
    np.testing.assert_allclose(slopes(*equilibrium()), 0, atol=1e-12)


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_runs_settle_there(method):
    np.testing.assert_allclose(run(NAME, method).states(*STATES)[:, -1], equilibrium(), rtol=1e-6)


def test_the_runge_kutta_run_is_scipys():
    found = run(NAME)
    np.testing.assert_allclose(found.states(*STATES), solve(slopes, START, found.times), rtol=1e-6)


def test_euler_is_euler():
    found = run(NAME, "euler")
    np.testing.assert_allclose(found.states(*STATES), euler(slopes, START, 0.25, 1600)[:, ::20], rtol=1e-10)


def test_everybody_is_counted_once():
    found = run(NAME, initial_general_population=400)
    expected = 1000 + (500 - 1000) * np.exp(-EXIT * found.times)
    np.testing.assert_allclose(found["everybody"], expected, rtol=1e-9)
