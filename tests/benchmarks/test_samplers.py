"""The posterior of the sampler benchmark by PySD, NumPy and SciPy is ours: two densities, no common code."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from stockade.inference.noise import stream
from stockade.inference.priors import prior_arrays, sample_prior
from stockade.study.problems import problem
from stockade.study.read import open_study
from stockade.study.simulators import fitting_simulator
from tests.study.tiny import write_tiny

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import samplers
from opponents.posteriors import Posterior


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("when", [date(2007, 12, 31), date(2009, 6, 30)])
def test_two_densities_without_common_code_agree(tmp_path: Path, when: date) -> None:
    folder = write_tiny(tmp_path / "park")
    study = open_study(folder)
    (one,) = (one for one in study.study.explanations if one.id == "weariness")
    fitted = problem(study, fitting_simulator(study), one, when)
    told = json.loads(json.dumps(samplers.neutral(folder, "weariness", when, fitted)))
    free = np.asarray(fitted.free)
    priors = prior_arrays(fitted.priors, free, np.asarray(fitted.held))
    z = np.asarray(sample_prior(stream(1), priors, 6)).T[:, free]
    theirs = [Posterior(told, tmp_path)(at) for at in z]
    np.testing.assert_allclose(theirs, samplers.log_density(fitted, z), rtol=0, atol=1e-5)


def test_effective_numbers_are_those_of_independent_draws() -> None:
    noise = np.random.default_rng(0)
    draws = noise.standard_normal((400, 100, 1))
    assert samplers.effective(draws.mean(axis=1), draws.reshape(-1, 1)) == pytest.approx(100, rel=0.2)
    stuck = np.repeat(draws[:, :25], 4, axis=1)
    assert samplers.effective(stuck.mean(axis=1), stuck.reshape(-1, 1)) == pytest.approx(25, rel=0.2)


def test_chains_that_stand_elsewhere_are_told() -> None:
    noise = np.random.default_rng(0)
    ours = noise.standard_normal((500, 2))
    chains = noise.standard_normal((2, 500, 2)) + np.array([[[0.0, 0.0]], [[3.0, 0.0]]])
    row = samplers.compared(chains, np.array([2.0, 2.0, 2.5]), ours, {"seconds": 2.0})
    assert row["density apart"] == pytest.approx(0.5)
    assert row["means apart"] == pytest.approx(1.5, abs=0.2)
    assert not row["converged"]
