"""The founding case: two samplers that share no code agree, and the evidence repeats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stockade.inference.nuts import sample_nuts
from stockade.inference.posterior import pool_repeats
from stockade.inference.priors import prior_arrays, to_coordinates
from stockade.inference.problem import Problem
from stockade.inference.records import SmcSettings
from stockade.inference.smc import sample_one_repeat
from stockade.study.problems import problem
from stockade.study.read import open_study
from stockade.study.simulators import fitting_simulator

pytestmark = pytest.mark.slow


def iraq(folder: Path, explanation: str) -> Problem:
    study = open_study(folder)
    one = next(one for one in study.study.explanations if one.id == explanation)
    return problem(study, fitting_simulator(study), one, study.study.as_of[-1])


def coordinates(draws: np.ndarray, fitted: Problem) -> np.ndarray:
    """Draws (draw, D) as free coordinates z (draw, D')."""
    arrays = prior_arrays(fitted.priors, np.asarray(fitted.free), np.asarray(fitted.held))
    return np.asarray(to_coordinates(draws.T, arrays)).T[:, np.asarray(fitted.free)]


def test_nuts_and_smc_agree_on_the_iraq_model(iraq_folder: Path) -> None:
    fitted = iraq(iraq_folder, "commentary")
    careful = SmcSettings(particles=1024, travel=2.0, rest=20.0, most_rounds=30)
    runs = [sample_one_repeat(fitted, seed=1, repeat=one, settings=careful) for one in range(4)]
    draws = np.concatenate([coordinates(one.draws, fitted) for one in runs])
    starts = np.zeros((2, len(fitted.parameters)))
    starts[:, np.asarray(fitted.free)] = draws[[0, -1]]
    chains = sample_nuts(fitted, seed=0, chains=2, draws=1000, warmup=400, starts=starts)
    other = coordinates(chains.reshape(-1, chains.shape[-1]), fitted)
    sd = other.std(axis=0)
    assert (np.abs(draws.mean(axis=0) - other.mean(axis=0)) / sd).max() < 0.1
    assert np.abs(draws.std(axis=0) / sd - 1).max() < 0.15


def test_the_evidence_repeats_and_the_fit_is_sound(iraq_folder: Path) -> None:
    fitted = iraq(iraq_folder, "supply-and-commentary")
    runs = [sample_one_repeat(fitted, seed=1, repeat=one) for one in range(4)]
    found = pool_repeats(fitted, runs, explanation="supply-and-commentary", as_of="2010-12-31", seed=1)
    assert found.repeats.std(ddof=1) < 0.25
    assert found.mc_error < 0.12
    assert not [one for one in found.diagnostics if one.code != "prior-contradicts-data"]
