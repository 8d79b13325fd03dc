"""McCluskey and Santoprete 2018: the reproduction number decides."""

from __future__ import annotations

import numpy as np
import pytest

from tests.models.helpers import euler, run, solve

NAME = "mccluskey-santoprete-2018"
STATES = ("susceptible", "extremists", "recruiters")
START = [9900.0, 50.0, 50.0]
ENTERING, EXIT, SHARE, RECRUITING, GIVING_UP = 200.0, 0.02, 0.7, 0.1, 0.05
OUT_E, OUT_R = EXIT + 0.04 + RECRUITING, EXIT + 0.06 + GIVING_UP


def slopes_with(transmission: float):
    def slopes(s: float, e: float, r: float) -> tuple[float, float, float]:
        won = transmission * s * r
        return (
            ENTERING - won - EXIT * s,
            SHARE * won - OUT_E * e + GIVING_UP * r,
            (1 - SHARE) * won + RECRUITING * e - OUT_R * r,
        )

    return slopes


def reproduction_number(transmission: float) -> float:
    """Largest eigenvalue of the next-generation matrix: new cases over all that leave, no ideology around."""
    new = transmission * ENTERING / EXIT * np.array([[0, SHARE], [0, 1 - SHARE]])
    leaving = np.array([[OUT_E, -GIVING_UP], [-RECRUITING, OUT_R]])
    return max(abs(np.linalg.eigvals(new @ np.linalg.inv(leaving))))


@pytest.mark.parametrize("transmission", [1e-5, 2e-5, 4e-5, 1e-4])
def test_the_reproduction_number_is_that_of_the_next_generation(transmission):
    found = run(NAME, transmission=transmission)
    assert found["reproduction number"][0] == pytest.approx(reproduction_number(transmission), rel=1e-12)


@pytest.mark.parametrize("transmission", [2.5e-5, 4e-5, 1e-4])
def test_the_lasting_recruiters_stand_still(transmission):
    number = reproduction_number(transmission)
    recruiters = EXIT / transmission * (number - 1)
    susceptible = ENTERING / EXIT / number
    extremists = (SHARE * transmission * susceptible + GIVING_UP) * recruiters / OUT_E
    np.testing.assert_allclose(slopes_with(transmission)(susceptible, extremists, recruiters), 0, atol=1e-9)
    assert run(NAME, transmission=transmission)["lasting recruiters"][0] == pytest.approx(recruiters)


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_runs_settle_there(method):
    found = run(NAME, method, {"final_time": 1000.0})
    assert found["recruiters"][-1] == pytest.approx(found["lasting recruiters"][0], rel=1e-6)


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_below_one_the_ideology_dies_out_and_just_above_it_does_not(method):
    below, above = (4e-5 * factor / reproduction_number(4e-5) for factor in (0.8, 1.25))
    assert run(NAME, method, {"final_time": 1000.0}, transmission=below)["recruiters"][-1] < 1e-3
    assert run(NAME, method, {"final_time": 1000.0}, transmission=above)["recruiters"][-1] > 50
    assert run(NAME, method, transmission=below)["lasting recruiters"][0] == 0


def test_the_runge_kutta_run_is_scipys():
    found = run(NAME)
    expected = solve(slopes_with(4e-5), START, found.times)
    np.testing.assert_allclose(found.states(*STATES), expected, rtol=1e-6)


def test_euler_is_euler():
    found = run(NAME, "euler")
    expected = euler(slopes_with(4e-5), START, 0.25, 1600)[:, ::20]
    np.testing.assert_allclose(found.states(*STATES), expected, rtol=1e-10)
