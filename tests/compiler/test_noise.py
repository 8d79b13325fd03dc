"""Random functions by their distributions, and by what must not change."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from scipy import stats

from stockade.compiler.compile import compile
from tests.compiler.models import model

DRAWS = 4000
CALLS = {
    "RANDOM 0 1()": stats.uniform(0, 1),
    "RANDOM UNIFORM( 2, 5, 7 )": stats.uniform(2, 3),
    "RANDOM NORMAL( -100, 100, 3, 2, 7 )": stats.norm(3, 2),
    "RANDOM NORMAL( 2, 4, 3, 2, 7 )": stats.truncnorm(-0.5, 0.5, 3, 2),
    "RANDOM EXPONENTIAL( 0, 1000, 1, 2, 7 )": stats.expon(1, 2),
    "RANDOM WEIBULL( 0, 1000, 1.5, 1, 2, 7 )": stats.weibull_min(1.5, 1, 2),
    "RANDOM TRIANGULAR( 0, 10, 1, 2, 6, 7 )": stats.triang(0.2, 1, 5),
}


def draws(equations: str, names: tuple[str, ...]) -> np.ndarray:
    simulator = compile(model(equations, final=DRAWS - 1, step=1), outputs=names)
    return np.asarray(jax.jit(simulator.run)(simulator.defaults))


@pytest.mark.parametrize("call", CALLS)
def test_the_distribution_is_the_one_that_is_named(call: str) -> None:
    found = draws(f"x = {call}", ("x",))[:, 0]
    assert stats.kstest(found, CALLS[call].cdf).pvalue > 1e-3
    assert abs(np.corrcoef(found[1:], found[:-1])[0, 1]) < 4 / np.sqrt(DRAWS)


def test_a_run_can_be_repeated_and_a_seed_changes_it() -> None:
    equations = "seed = 3\nx = RANDOM UNIFORM( 0, 1, seed )\ny = RANDOM UNIFORM( 0, 1, seed )"
    first, again = (draws(equations, ("x", "y")) for _ in range(2))
    other = draws(equations.replace("= 3", "= 4"), ("x", "y"))
    assert np.array_equal(first, again)
    assert abs(np.corrcoef(first[:, 0], first[:, 1])[0, 1]) < 4 / np.sqrt(DRAWS)
    assert abs(np.corrcoef(first[:, 0], other[:, 0])[0, 1]) < 4 / np.sqrt(DRAWS)


def test_the_draw_of_a_step_does_not_move_within_it() -> None:
    of = model("x = INTEG( RANDOM UNIFORM( 0, 1, 5 ), 0 )", final=20, step=1)
    runs = [compile(of, outputs=["x"], method=method) for method in ("euler", "rk4")]
    euler, rk4 = (np.asarray(one.run(one.defaults)) for one in runs)
    assert np.allclose(euler, rk4, atol=1e-12)
