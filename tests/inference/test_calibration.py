"""Calibration of the study's own sampler on toys, and that it fails where it must."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from stockade.inference.made_up import make_up
from stockade.inference.noise import stream
from stockade.inference.problem import Problem
from stockade.inference.ranks import Uniformity, judge_ranks, kept_draws, rank_of
from stockade.inference.records import SmcSettings
from stockade.inference.smc import sample_one_repeat
from tests.inference.toys import conjugate, decline_counts, decline_problem, log_normals

SIGMAS, SCALES = np.array([0.5, 1.0]), np.array([1.0, 0.7])
TOY = log_normals(np.ones(2), SIGMAS, SCALES)
Draw = Callable[[Problem, int], np.ndarray]


def calibrated(problem: Problem, draw: Draw, count: int) -> dict[str, Uniformity]:
    """Ranks of all parameters over made-up problems; `draw` gives (draw, D)."""
    ranks: dict[str, list[int]] = {name: [] for name in problem.parameters}
    size = 0
    for index in range(count):
        made = make_up(problem, stream(1, 3, index))
        draws = draw(made.problem, index)
        size = kept_draws(len(draws))
        chosen = stream(1, 4, index).permutation(len(draws))[:size]
        for row, name in enumerate(problem.parameters):
            ranks[name].append(rank_of(made.truth[row], draws[chosen, row], 0.5))
    return judge_ranks(ranks, size)


def exact(problem: Problem, index: int, *, sigmas: np.ndarray = SIGMAS, width: float = 1.0) -> np.ndarray:
    """Draws of the closed-form posterior, with the noise that it is told."""
    values = np.array([one.best for one in problem.reports])
    mean, sd, _ = conjugate(values, sigmas, SCALES)
    return np.exp(mean + width * sd * stream(2, index).standard_normal((127, 2)))


def test_the_exact_posterior_is_calibrated() -> None:
    found = calibrated(TOY, exact, 200)
    assert not any(one.alarm for one in found.values())


def test_a_too_narrow_posterior_is_caught() -> None:
    found = calibrated(TOY, lambda one, index: exact(one, index, width=0.7), 200)
    assert all(one.alarm for one in found.values())


def test_a_wrong_likelihood_is_caught() -> None:
    found = calibrated(TOY, lambda one, index: exact(one, index, sigmas=SIGMAS / 2), 200)
    assert all(one.alarm for one in found.values())


def test_a_forgotten_datum_is_not_caught_by_ranks_alone() -> None:
    """The prior itself has uniform ranks: why the log likelihood is ranked too (Modrak et al. 2023)."""
    prior = lambda _, index: np.exp(SCALES * stream(2, index).standard_normal((127, 2)))  # noqa: E731
    assert not any(one.alarm for one in calibrated(TOY, prior, 200).values())


@pytest.mark.slow
@pytest.mark.core
def test_the_sampler_is_calibrated_and_a_wrong_likelihood_is_not() -> None:
    problem = decline_problem(decline_counts(0))
    settings = SmcSettings(particles=128)

    def sampled(one: Problem, index: int) -> np.ndarray:
        return sample_one_repeat(one, seed=1, repeat=index, settings=settings).draws

    def doubled(one: Problem, index: int) -> np.ndarray:
        """Every count taken for twice of itself: a likelihood that forgets a factor."""
        counts = tuple(replace(two, values=2 * two.values) for two in one.counts)
        return sampled(replace(one, counts=counts), index)

    found = calibrated(problem, sampled, 80)
    assert not any(one.alarm for one in found.values())
    assert any(one.alarm for one in calibrated(problem, doubled, 40).values())
