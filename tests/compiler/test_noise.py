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
    "RANDOM GAMMA( 0, 1000, 2.5, 1, 2, 7 )": stats.gamma(2.5, 1, 2),
    "RANDOM BETA( -10, 10, 2, 3, 1, 4, 7 )": stats.beta(2, 3, 1, 4),
    "RANDOM LOOKUP( hat, -10, 10, 1, 2, 7 )": stats.triang(0.25, 1, 8),
}
COUNTS = {
    "RANDOM POISSON( 0, 1000, 4, 0, 1, 7 )": stats.poisson(4),
    "RANDOM BINOMIAL( 0, 1000, 0.3, 10, 0, 1, 7 )": stats.binom(10, 0.3),
    "RANDOM NEGATIVE BINOMIAL( 0, 1000, 0.3, 2, 0, 1, 7 )": stats.nbinom(2, 0.3, loc=2),
}
CUT = {
    "RANDOM GAMMA( 4, 6, 2.5, 1, 2, 7 )": stats.gamma(2.5, 1, 2),
    "RANDOM BETA( 2, 3, 2, 3, 1, 4, 7 )": stats.beta(2, 3, 1, 4),
    "RANDOM BETA( 2, 3, 2, 3, 5, -4, 7 )": stats.beta(3, 2, 1, 4),
    "RANDOM LOOKUP( hat, 2, 5, 1, 2, 7 )": stats.triang(0.25, 1, 8),
    "RANDOM EXPONENTIAL( 2, 3, 1, 2, 7 )": stats.expon(1, 2),
}


def draws(equations: str, names: tuple[str, ...]) -> np.ndarray:
    equations += "\nhat( (0,0), (1,3), (4,0) )"
    simulator = compile(model(equations, final=DRAWS - 1, step=1), outputs=names)
    return np.asarray(jax.jit(simulator.run)(simulator.defaults))


@pytest.mark.parametrize("call", CALLS)
def test_the_distribution_is_the_one_that_is_named(call: str) -> None:
    found = draws(f"x = {call}", ("x",))[:, 0]
    assert stats.kstest(found, CALLS[call].cdf).pvalue > 1e-3
    assert abs(np.corrcoef(found[1:], found[:-1])[0, 1]) < 4 / np.sqrt(DRAWS)


@pytest.mark.parametrize("call", COUNTS)
def test_counts_have_their_probabilities(call: str) -> None:
    found = draws(f"x = {call}", ("x",))[:, 0]
    values, seen = np.unique(found, return_counts=True)
    expected = DRAWS * COUNTS[call].pmf(values)
    often = expected > 20
    assert np.array_equal(values, np.round(values))
    assert np.all(np.abs(seen - expected)[often] < 4.5 * np.sqrt(expected[often]))
    assert abs(found.mean() - COUNTS[call].mean()) < 4.5 * COUNTS[call].std() / np.sqrt(DRAWS)


@pytest.mark.parametrize("call", CUT)
def test_a_distribution_is_cut_off_behind_shift_and_stretch(call: str) -> None:
    low, high = (float(one) for one in call.replace("hat, ", "").split("(")[1].split(",")[:2])
    found = draws(f"x = {call}", ("x",))[:, 0]
    whole = CUT[call]
    first, last = whole.cdf(low), whole.cdf(high)
    assert low <= found.min()
    assert found.max() <= high
    assert stats.kstest(found, lambda x: (whole.cdf(x) - first) / (last - first)).pvalue > 1e-3


def test_counts_are_cut_off_too() -> None:
    found = draws("x = RANDOM POISSON( 7, 12, 4, 2, 1, 3 )", ("x",))[:, 0]
    values, seen = np.unique(found, return_counts=True)
    chances = stats.poisson(4).pmf(np.arange(5, 11))
    assert values.tolist() == [7, 8, 9, 10, 11, 12]
    assert np.allclose(seen / DRAWS, chances / chances.sum(), atol=0.03)


def test_pink_noise_keeps_its_mean_its_deviation_and_its_memory() -> None:
    found = draws("x = RANDOM PINK NOISE( 5, 2, 4, 7 )", ("x",))[:, 0]
    assert abs(found.mean() - 5) < 0.5
    assert abs(found.std() - 2) < 0.3
    assert abs(np.corrcoef(found[1:], found[:-1])[0, 1] - 0.75) < 0.05


def test_the_noise_seed_of_the_model_moves_every_call_with_seed_0() -> None:
    equations = "NOISE SEED = 1\nx = RANDOM UNIFORM( 0, 1, 0 )\ny = RANDOM UNIFORM( 0, 1, 5 )"
    first, other = draws(equations, ("x", "y")), draws(equations.replace("= 1", "= 2"), ("x", "y"))
    assert not np.any(first[:, 0] == other[:, 0])
    assert np.array_equal(first[:, 1], other[:, 1])


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
