"""Every explanation with a mechanism: two samplers agree on the posterior, two estimators on the evidence.

NUTS shares the log density with the study's own sampler, and no sampling code.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from stockade.inference.diagnostics import log_mean_evidence
from stockade.inference.nuts import sample_nuts
from stockade.inference.priors import prior_arrays, to_coordinates
from stockade.inference.problem import Problem
from stockade.inference.records import Repeat, SmcSettings
from stockade.inference.smc import sample_one_repeat
from stockade.study.problems import problem
from stockade.study.read import open_study
from stockade.study.simulators import fitting_simulator
from tests.study.tiny import write_tiny

CAREFUL = SmcSettings(particles=1024, travel=2.0, rest=20.0, most_rounds=30)
MECHANISMS = (
    "commentary", "arrivals-only", "departures-only", "supply", "supply-and-commentary", "attrition",
    "local-guards", "surge-and-guards", "occupation",
)  # fmt: skip


def of_study(folder: Path, explanation: str, when: date) -> Problem:
    study = open_study(folder)
    one = next(one for one in study.study.explanations if one.id == explanation)
    return problem(study, fitting_simulator(study), one, when)


def coordinates(draws: np.ndarray, fitted: Problem) -> np.ndarray:
    """Draws (draw, D) as free coordinates (draw, D')."""
    arrays = prior_arrays(fitted.priors, np.asarray(fitted.free), np.asarray(fitted.held))
    return np.asarray(to_coordinates(draws.T, arrays)).T[:, np.asarray(fitted.free)]


def by_nuts(fitted: Problem, others: np.ndarray, chains: int, draws: int, warmup: int) -> np.ndarray:
    """Draws (draw, D') of chains that start from draws of the other sampler, in units of their covariance."""
    picked = np.random.default_rng(3).choice(len(others), chains, replace=False)
    starts = np.zeros((chains, len(fitted.parameters)))
    starts[:, np.asarray(fitted.free)] = others[picked]
    factor = np.linalg.cholesky(np.cov(others.T))
    found = sample_nuts(
        fitted, seed=0, chains=chains, draws=draws, warmup=warmup, starts=starts, factor=factor
    )
    return coordinates(found.reshape(-1, found.shape[-1]), fitted)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """The largest difference of means, in posterior sds."""
    return float((np.abs(one.mean(axis=0) - other.mean(axis=0)) / other.std(axis=0)).max())


def two_estimates(runs: list[Repeat]) -> tuple[float, float]:
    """The difference between the bridge's and the tempering's log evidence, and its standard error."""
    bridged, error = log_mean_evidence([one.log_evidence for one in runs])
    tempered, other = log_mean_evidence([one.log_evidence_tempered for one in runs])
    return bridged - tempered, float(np.hypot(error, other))


def test_all_explanations_of_the_study_are_here(iraq_folder: Path) -> None:
    study = open_study(iraq_folder).study
    assert tuple(one.id for one in study.explanations if one.mechanism) == MECHANISMS


@pytest.mark.slow
@pytest.mark.core
@pytest.mark.parametrize("explanation", ["patrols", "weariness"])
def test_on_a_tiny_study(tmp_path: Path, explanation: str) -> None:
    fitted = of_study(write_tiny(tmp_path / "park"), explanation, date(2009, 6, 30))
    settings = SmcSettings(particles=512, travel=2.0, rest=20.0, most_rounds=30)
    runs = [sample_one_repeat(fitted, seed=1, repeat=one, settings=settings) for one in range(4)]
    draws = np.concatenate([coordinates(one.draws, fitted) for one in runs])
    other = by_nuts(fitted, draws, chains=8, draws=400, warmup=200)
    assert apart(draws, other) < 0.12
    assert np.abs(draws.std(axis=0) / other.std(axis=0) - 1).max() < 0.15
    difference, error = two_estimates(runs)
    assert abs(difference) < 0.2 + 3 * error


@pytest.mark.slow
@pytest.mark.parametrize("explanation", MECHANISMS)
def test_nuts_agrees_on_every_explanation(iraq_folder: Path, explanation: str) -> None:
    fitted = of_study(iraq_folder, explanation, date(2008, 3, 21))
    runs = [sample_one_repeat(fitted, seed=1, repeat=one, settings=CAREFUL) for one in range(4)]
    draws = np.concatenate([coordinates(one.draws, fitted) for one in runs])
    other = by_nuts(fitted, draws, chains=16, draws=150, warmup=120)
    assert apart(draws, other) < 0.1
    assert np.abs(draws.std(axis=0) / other.std(axis=0) - 1).max() < 0.15


@pytest.mark.slow
@pytest.mark.parametrize("explanation", MECHANISMS)
def test_bridge_and_tempering_agree_on_every_evidence(iraq_folder: Path, explanation: str) -> None:
    fitted = of_study(iraq_folder, explanation, date(2008, 3, 21))
    runs = [sample_one_repeat(fitted, seed=1, repeat=one) for one in range(4)]
    difference, error = two_estimates(runs)
    # Four repeats know their own scatter badly: the margin is that of the diagnostic of a fit.
    assert abs(difference) < 1.0 + 3 * error
