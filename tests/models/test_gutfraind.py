"""Gutfraind 2009: a linear system with a saddle, solved by a matrix exponential."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from tests.models.helpers import euler, run

NAME = "gutfraind-2009"
BOTH = ("leaders", "foot soldiers")
MATRIX = np.array([[-0.30, 0.20], [0.25 * 10, 0.25 - 0.20 - 0.30]])
REMOVAL = np.array([3.0, 20.0])
EQUILIBRIUM = np.linalg.solve(MATRIX, REMOVAL)


def begin(factor: float) -> dict[str, float]:
    return {
        "initial_leaders": factor * EQUILIBRIUM[0],
        "initial_foot_soldiers": factor * EQUILIBRIUM[1],
    }


def test_equilibrium_and_eigenvalues():
    np.testing.assert_allclose(EQUILIBRIUM, [11.18, 31.76], atol=0.005)
    np.testing.assert_allclose(np.sort(np.linalg.eigvals(MATRIX)), [-0.9825, 0.4325], atol=5e-5)
    found = run(NAME)
    assert found["equilibrium leaders"][0] == pytest.approx(EQUILIBRIUM[0], rel=1e-12)
    assert found["equilibrium foot soldiers"][0] == pytest.approx(EQUILIBRIUM[1], rel=1e-12)
    assert found["determinant"][0] == pytest.approx(np.linalg.det(MATRIX), rel=1e-12)


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_the_equilibrium_stands_still(method):
    found = run(NAME, method, **begin(1.0))
    np.testing.assert_allclose(found.states(*BOTH), EQUILIBRIUM[:, None] * np.ones(21), rtol=1e-9)


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_the_runge_kutta_run_is_the_matrix_exponential(factor):
    found = run(NAME, **begin(factor))
    away = (factor - 1) * EQUILIBRIUM
    expected = np.stack([EQUILIBRIUM + expm(MATRIX * time) @ away for time in found.times], axis=1)
    # At the last time of the collapse too few are left for the removal: the MIN of the file acts.
    np.testing.assert_allclose(found.states(*BOTH)[:, :20], expected[:, :20], rtol=1e-6)


def test_euler_is_euler():
    found = run(NAME, "euler")

    def slopes(leaders: float, foot: float) -> np.ndarray:
        return MATRIX @ [leaders, foot] - REMOVAL

    np.testing.assert_allclose(
        found.states(*BOTH), euler(slopes, [12.0, 34.0], 1 / 32, 160)[:, ::8], rtol=1e-12
    )


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_a_tenth_below_collapses_and_a_tenth_above_grows(method):
    below, above = (run(NAME, method, {"final_time": 12.0}, **begin(factor)) for factor in (0.9, 1.1))
    assert (below.states(*BOTH)[:, -1] < 1e-3).all()
    assert below.states(*BOTH).min() > -1e-3
    assert (above.states(*BOTH)[:, -1] > 5 * EQUILIBRIUM).all()
    assert (np.diff(above.states(*BOTH)) > 0).all()
