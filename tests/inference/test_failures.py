"""Everything that can go wrong with a fit, made to go wrong on purpose in a real fit."""

from __future__ import annotations

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from stockade.errors import StockadeError
from stockade.inference.conflict import prior_conflicts, prior_p_values
from stockade.inference.posterior import pool_repeats
from stockade.inference.priors import Prior
from stockade.inference.problem import Problem
from stockade.inference.records import SmcSettings
from stockade.inference.smc import sample_one_repeat
from tests.inference.toys import Toy, decline_counts, decline_problem, log_normals, point

SMALL = SmcSettings(particles=64, settle=1, rest=2.0, most_rounds=2)


def fitted(problem: Problem, settings: SmcSettings = SMALL, repeats: int = 2, seed: int = 1) -> set[str]:
    """Fits a problem and returns the codes of what is wrong with the fit."""
    runs = [sample_one_repeat(problem, seed=seed, repeat=one, settings=settings) for one in range(repeats)]
    found = pool_repeats(problem, runs, explanation="toy", as_of="2008-03-21", seed=seed)
    assert all(one.severity == "warning" and one.hint for one in found.diagnostics)
    return {one.code for one in found.diagnostics}


def toy(run, value: float = 1.0, sigma: float = 0.1) -> Problem:
    """One log-normal parameter of median 1 and sigma 1, and one reported figure of what `run` makes of it."""
    return Problem(
        simulator=Toy(("x",), np.ones(1), ("x",), run),
        parameters=("x",),
        priors=(Prior("x", "lognormal", 1.0, 1.0),),
        free=np.ones(1, dtype=bool),
        held=np.ones(1),
        counts=(),
        reports=(point("x", value, sigma),),
    )


def half_broken(constants, inputs=None, overrides=None):
    """No number for four draws in five."""
    return jnp.where(constants > 0.43, jnp.nan, constants)[None]


def broken(constants, inputs=None, overrides=None):
    return (constants * jnp.nan)[None]


def rugged(constants, inputs=None, overrides=None):
    """So rugged that hardly any move from a good place finds another."""
    return jnp.exp(3.0 * jnp.sin(1e7 * constants))[None]


def hidden(constants, inputs=None, overrides=None):
    """A plateau, and a needle far out on it that only some runs hit and that outweighs it by far."""
    needle = jnp.exp(-0.5 * ((jnp.log(constants) - 1.5) / 0.002) ** 2)
    return jnp.exp(2.5 * (1.0 - needle))[None]


def test_a_sound_fit_has_nothing_to_say() -> None:
    problem = log_normals(np.array([1.2]), np.array([0.5]), np.array([1.0]))
    assert fitted(problem, SmcSettings(particles=128)) == set()


def test_a_prior_ten_sigma_from_the_data() -> None:
    problem = log_normals(np.array([np.exp(10.0)]), np.array([0.1]), np.array([1.0]))
    found = fitted(problem)
    assert {"prior-contradicts-data", "prior-predicts-otherwise"} <= found


def test_a_model_without_numbers_for_most_of_the_prior() -> None:
    assert "mostly-impossible" in fitted(toy(half_broken, 0.3))


def test_a_model_without_any_number() -> None:
    with pytest.raises(StockadeError) as caught:
        fitted(toy(broken))
    assert caught.value.diagnostics[0].code == "impossible-everywhere"


def test_moves_that_are_hardly_ever_taken() -> None:
    assert "low-acceptance" in fitted(toy(rugged, 1.0, 0.005))


def test_too_few_particles() -> None:
    problem = log_normals(np.array([1.2]), np.array([0.5]), np.array([1.0]))
    assert "few-distinct-draws" in fitted(problem, replace(SMALL, particles=16))


def test_a_mode_that_only_some_runs_reach() -> None:
    found = fitted(toy(hidden, 1.0, 0.5), replace(SMALL, particles=32), repeats=8)
    assert "repeats-disagree" in found


def test_a_sampler_that_does_not_arrive() -> None:
    problem = log_normals(np.array([np.exp(10.0)]), np.array([0.001]), np.array([1.0]))
    with pytest.raises(StockadeError) as caught:
        fitted(problem, replace(SMALL, most_stages=3))
    assert caught.value.diagnostics[0].code == "too-many-stages"


@pytest.mark.slow
@pytest.mark.core
def test_false_alarms_of_the_prior_predictive_check_are_as_rare_as_stated() -> None:
    """Truths drawn from the prior: one mark in a hundred is allowed; 10 of 300 would be far above it."""
    random, alarms, values = np.random.default_rng(5), 0, []
    for _ in range(300):
        truth = (
            40.0 * np.exp(0.5 * random.standard_normal()),
            3.0 * np.exp(0.6 * random.standard_normal()),
            random.beta(2.0, 8.0),
            8.0 * np.exp(0.5 * random.standard_normal()),
        )
        problem = decline_problem(decline_counts(int(random.integers(1 << 30)), truth))
        values += prior_p_values(problem, seed=3).values()
        alarms += bool(prior_conflicts(problem, explanation="decline", seed=3))
    assert alarms < 10
    # Under the prior p-values are uniform.
    assert np.mean(np.array(values) < 0.5) == pytest.approx(0.5, abs=0.12)


def test_the_prior_predictive_check_names_the_series() -> None:
    problem = decline_problem(decline_counts(0) * 50.0)
    (found,) = prior_conflicts(problem, explanation="decline", seed=1)
    assert "stock" in found.message
