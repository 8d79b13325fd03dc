"""Fathers and sons, after Turchin 2016: a cycle of a generation, and what the step does to it.

Our engine and PySD run the file; the numbers come from the recursion written out here.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.models.helpers import run, text_of

NAME = "turchin-fathers-and-sons"
AGES, RADICALISATION, AVERSION, DISENCHANTMENT, DELAY = 25, 0.3, 1.0, 0.5, 10.0
TOTALS = ("total naive", "total radical", "total moderate")


def recursion(step: float, years: float, delay: float = DELAY) -> tuple[np.ndarray, np.ndarray]:
    """Times, and the three totals at each; shapes (time,), (3, time)."""
    people = np.outer([0.5, 0.1, 0.4], np.full(AGES, 1 / AGES))
    steps, back = round(years / step), round(delay / step)
    totals = np.empty((3, steps + 1))
    for at in range(steps + 1):
        totals[:, at] = people.sum(axis=1)
        radicalised = totals[1, at] * (RADICALISATION - AVERSION * totals[2, at])
        disenchanted = DISENCHANTMENT * (totals[1, at - back] if at >= back else 0.0)
        naive, radical, moderate = people
        aged = np.stack(
            [
                (1 - radicalised) * naive,
                (1 - disenchanted) * radical + radicalised * naive,
                moderate + disenchanted * radical,
            ]
        )
        arriving = np.column_stack([[1 / AGES, 0, 0], aged[:, :-1]])
        people = people + step * (arriving - people)
    return step * np.arange(steps + 1), totals


def peaks(step: float, years: float, delay: float = DELAY) -> tuple[np.ndarray, float]:
    """The heights of the peaks of radicalism, and the mean time between them."""
    times, totals = recursion(step, years, delay)
    radical = totals[1]
    top = 1 + np.flatnonzero((radical[1:-1] > radical[:-2]) & (radical[1:-1] >= radical[2:]))
    return radical[top], float(np.diff(times[top]).mean())


def test_nobody_is_lost():
    for step in (1.0, 0.5, 0.1):
        _, totals = recursion(step, 100)
        np.testing.assert_allclose(totals.sum(axis=0), 1, rtol=1e-12)


def test_the_numbers_of_the_golden_check_belong_to_a_delay_one_step_short():
    """Half a year and a tenth of a year less than the ten years that they are said to be for."""
    heights, period = peaks(0.5, 400, DELAY - 0.5)
    assert period == pytest.approx(40.3, abs=0.1)
    np.testing.assert_allclose(heights, 0.347, atol=5e-4)
    heights, period = peaks(0.1, 250, DELAY - 0.1)
    assert period == pytest.approx(39.8, abs=0.1)
    np.testing.assert_allclose(heights[[0, -1]], [0.339, 0.3265], atol=6e-4)


def test_with_a_delay_of_ten_years_the_step_decides_whether_the_cycle_lasts():
    coarse, period = peaks(0.5, 400)
    assert period == pytest.approx(41.6, abs=0.1)
    np.testing.assert_allclose(coarse[[0, -1]], [0.356, 0.3704], atol=5e-4)
    assert (coarse[1:] > coarse[0]).all()
    fine, period = peaks(0.1, 400)
    assert period == pytest.approx(40.1, abs=0.1)
    np.testing.assert_allclose(fine[[0, -1]], [0.341, 0.3313], atol=5e-4)
    assert (np.diff(fine) < 0).all()


def test_whole_cohorts_swing_widest():
    """A step of a class is the cohort recursion itself: nobody is blurred into a neighbouring class."""
    heights, period = peaks(1.0, 400)
    assert period == pytest.approx(43.9, abs=0.1)
    assert heights[-1] == pytest.approx(0.400, abs=5e-4)


@pytest.mark.slow
@pytest.mark.core
@pytest.mark.filterwarnings("ignore")
def test_pysd_runs_the_file_as_the_recursion_does(tmp_path):
    import pysd

    file = tmp_path / "model.mdl"
    file.write_text(text_of(NAME, final_time=60), encoding="utf-8")
    found = pysd.read_vensim(file).run(return_columns=list(TOTALS))
    _, totals = recursion(0.5, 60)
    np.testing.assert_allclose(found[list(TOTALS)].to_numpy().T, totals, rtol=1e-12)


def test_our_engine_runs_the_file_as_the_recursion_does():
    found = run(NAME, "euler")
    _, totals = recursion(0.5, 250)
    np.testing.assert_allclose(found.states(*TOTALS), totals, rtol=1e-12)
