"""Runs through the months made to go wrong on purpose."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from stockade.inference.records import SmcSettings
from stockade.inference.sequential import follow
from stockade.inference.sequential_checks import diagnose_course
from tests.inference.test_failures import rugged, toy
from tests.inference.test_sequential import SMALL, months, seen
from tests.inference.toys import decline_counts, decline_problem, log_normals

DAYS = [date(2007, month, 28) for month in range(1, 13)]


def said(problems, settings: SmcSettings = SMALL, repeats: int = 2) -> dict[str, str]:
    """Follows problems and returns code -> message of all that is not sound."""
    runs = [follow(problems, seed=1, repeat=one, settings=settings) for one in range(repeats)]
    found = diagnose_course("toy", runs, DAYS[: len(problems)])
    assert all(one.severity == "warning" and one.hint and one.place.name == "toy" for one in found)
    return {one.code: one.message for one in found}


def test_a_sound_run_has_nothing_to_say() -> None:
    counts = decline_counts(4)
    assert said([months(decline_problem(counts), count) for count in range(1, 7)]) == {}


def test_a_month_that_no_draw_expected_collapses_the_particles() -> None:
    whole = log_normals(np.array([1.0, 300.0]), np.array([0.3, 0.01]), np.array([1.0, 1.5]))
    found = said([seen(whole, 1), seen(whole, 2)])
    assert "2007-02-28" in found["particles-collapsed"]
    assert "started anew" in found["particles-collapsed"]


def test_the_first_day_takes_in_everything_and_is_no_collapse() -> None:
    whole = log_normals(np.array([1.0, 300.0]), np.array([0.3, 0.01]), np.array([1.0, 1.5]))
    assert "particles-collapsed" not in said([seen(whole, 2)])


def test_moves_that_are_hardly_ever_taken_leave_copies() -> None:
    whole = toy(rugged, 1.0, 0.02)
    found = said([seen(whole, 0), seen(whole, 1)], replace(SMALL, particles=64, most_rounds=2))
    assert "2007-02-28" in found["low-acceptance"]


def test_too_few_particles_do_not_repeat() -> None:
    whole = log_normals(np.full(6, 9.0), np.full(6, 0.2), np.full(6, 1.0))
    found = said(
        [seen(whole, count) for count in (0, 2, 4, 6)],
        replace(SMALL, particles=8, states=4, most_rounds=2, ess=0.05),
        repeats=6,
    )
    assert "differ by up to" in found["repeats-disagree"]


def test_the_collapse_itself_is_kept_in_the_record() -> None:
    whole = log_normals(np.array([1.0, 300.0]), np.array([0.3, 0.01]), np.array([1.0, 1.5]))
    run = follow([seen(whole, 1), seen(whole, 2)], seed=7, settings=SMALL)
    assert run.restarted.tolist() == [False, True]
    assert run.ess[1] < 0.02
    assert np.isfinite(run.acceptance[1])


def test_a_run_that_starts_anew_for_accuracy_alone_is_no_collapse() -> None:
    whole = log_normals(np.array([1.0, 300.0]), np.array([0.3, 0.01]), np.array([1.0, 1.5]))
    run = follow([seen(whole, 1), seen(whole, 2)], seed=7, settings=SMALL)
    days = [date(2007, 1, 31), date(2007, 2, 28)]
    gentle = replace(run, ess=np.array([0.9, 0.05]))
    assert [one.code for one in diagnose_course("x", [run], days)] == ["particles-collapsed"]
    assert diagnose_course("x", [gentle], days) == ()
