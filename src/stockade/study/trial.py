"""Tries a study's model before anything is fitted: what cannot run should say so within seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import jax
import numpy as np

from stockade.compiler.compile import Simulator
from stockade.errors import StockadeError
from stockade.inference.priors import prior_arrays, sample_prior, to_natural
from stockade.inference.problem import Problem
from stockade.simulation.ensembles import ensemble
from stockade.simulation.finite import check_finite

DRAWS = 16
"""Draws of each explanation's prior that are tried."""


def try_model(simulator: Simulator, problems: Mapping[tuple[date, str], Problem], seed: int) -> None:
    """Runs a few draws of the prior of each problem; those that have a mechanism.

    Args:
        simulator: The study's fitting simulator.
        problems: (date, explanation) -> its problem.
        seed: Of the draws.

    Raises:
        StockadeError: ``not-finite`` for the first explanation none of whose draws stays finite: which
            variable goes first, when, and at which parameters. Some draws that fail are no mistake; the
            fit gives them no weight, and tells how many they were.
    """
    for (when, name), problem in problems.items():
        constants = _constants(simulator, problem, seed)
        results = ensemble(simulator, constants, problem.inputs, chunk=DRAWS)
        if np.isfinite(results).all(axis=(0, 1)).any():
            continue
        wrong = check_finite(simulator, constants, results, problem.inputs)
        if wrong is not None:
            message = (
                f"{wrong.message}. So it went with each of {DRAWS} draws of the prior of '{name}' as of "
                f"{when.isoformat()}"
            )
            raise StockadeError(replace(wrong, message=message))


def _constants(simulator: Simulator, problem: Problem, seed: int) -> np.ndarray:
    """Returns the model's constants (constants, draw) under a problem's prior."""
    priors = prior_arrays(problem.priors, problem.free, problem.held)
    drawn = np.asarray(to_natural(sample_prior(jax.random.key(seed), priors, DRAWS), priors))
    rows = dict(zip(problem.parameters, drawn, strict=True))
    usual = dict(zip(simulator.constants, simulator.defaults, strict=True))
    return np.array([rows.get(one, np.full(DRAWS, usual[one])) for one in simulator.constants])
