"""Profile likelihoods against closed forms and against SciPy, and what a flat one is called."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import optimize, stats

from stockade.arrays import Array
from stockade.errors import StockadeError
from stockade.inference import likelihood
from stockade.inference.priors import Prior
from stockade.inference.problem import Problem, arrays_of, layout_of
from stockade.inference.profiles import DROP, profile_likelihoods, read_profile
from tests.inference.toys import Toy, decline_counts, decline_problem, log_normals, point


def product_problem(sigma: float = 0.2, both: bool = False) -> Problem:
    """Reports of x y and, if wanted, of x / y, with log-normal noise; z is seen nowhere."""

    def run(constants, inputs=None, overrides=None):
        x, y, _ = constants
        return jnp.stack([x * y, x / y])[None]

    names = ("x", "y", "z")
    plain = log_normals(np.ones(3), np.ones(3), np.ones(3))
    reports = (point("product", 2.0, sigma), point("ratio", 0.5, 2 * sigma, seen=both))
    return replace(
        plain, simulator=Toy(names, np.ones(3), ("product", "ratio"), run), parameters=names,
        priors=tuple(Prior(name, "lognormal", 1.0, 1.0) for name in names), reports=reports,
    )  # fmt: skip


def test_one_parameter_is_its_own_profile() -> None:
    (found,) = profile_likelihoods(log_normals(np.array([1.5]), np.array([0.3]), np.array([1.0])), points=61)
    wanted = -0.5 * ((np.log(found.values) - np.log(1.5)) / 0.3) ** 2
    np.testing.assert_allclose(found.log_likelihood, wanted - wanted.max(), atol=1e-9)
    assert found.identified == "both sides"
    assert not found.flat
    ends = np.exp(np.log(1.5) + np.array([-1, 1]) * stats.norm.ppf(0.975) * 0.3)
    np.testing.assert_allclose([found.low, found.high], ends, rtol=0.02)


def test_others_are_maximised_out() -> None:
    # log x y ~ N(log 2, s^2) and log x / y ~ N(log 1/2, 4 s^2): log x has mean 0 and variance 5 s^2 / 4.
    found = {one.name: one for one in profile_likelihoods(product_problem(both=True), points=41)}
    variance = 5 * 0.2**2 / 4
    for name, middle in (("x", 0.0), ("y", np.log(2.0))):
        inside = np.abs(np.log(found[name].values) - middle) < 1.5
        wanted = -0.5 * (np.log(found[name].values) - middle) ** 2 / variance
        heights = found[name].log_likelihood
        np.testing.assert_allclose(
            (heights - heights.max())[inside], (wanted - wanted.max())[inside], atol=2e-3
        )
    assert found["x"].identified == found["y"].identified == "both sides"
    assert (found["z"].identified, found["z"].flat) == ("not identified", True)


def test_what_is_known_only_as_a_product_is_not_identified() -> None:
    found = profile_likelihoods(product_problem(sigma=0.05))
    assert [one.identified for one in found] == ["not identified"] * 3
    assert all(one.low is None and one.high is None for one in found)
    assert all(one.flat for one in found)


def test_a_model_with_months_against_scipy() -> None:
    problem = decline_problem(decline_counts(4))
    arrays, layout = arrays_of(problem), layout_of(problem)
    hazard = profile_likelihoods(problem, points=9)[2]

    @jax.jit
    @jax.value_and_grad
    def loss(others: Array, value: float) -> Array:
        z = jnp.array([others[0], others[1], value, others[2]])[:, None]
        return -likelihood.log_likelihood(z, arrays, layout)[0]

    def best(value: float) -> float:
        found = [
            optimize.minimize(loss, start, args=(value,), jac=True, bounds=[(-3.89, 3.89)] * 3)
            for start in ([0.0, 0.0, 0.0], [0.5, -1.0, 0.0], [-0.5, 1.5, 0.5])
        ]
        return -min(one.fun for one in found)

    wanted = np.array([best(one) for one in np.log(hazard.values) - np.log1p(-hazard.values)])
    heights = hazard.log_likelihood - hazard.log_likelihood.max()
    np.testing.assert_allclose(heights, wanted - wanted.max(), atol=0.01)


@pytest.mark.parametrize(
    ("heights", "word", "low", "high"),
    [
        ([-9.0, -1.0, 0.0, -1.0, -9.0], "both sides", True, True),
        ([-9.0, -1.0, 0.0, -1.0, -1.5], "from below", True, False),
        ([-1.9, -1.0, 0.0, -5.0, -9.0], "from above", False, True),
        ([-1.9, -1.0, 0.0, -1.0, -1.5], "not identified", False, False),
        ([0.0, -1.0, -3.0, -5.0, -9.0], "from above", False, True),
    ],
)
def test_a_profile_is_read(heights: list[float], word: str, low: bool, high: bool) -> None:
    found = read_profile("x", np.arange(5.0), np.array(heights))
    assert (found.identified, found.low is not None, found.high is not None) == (word, low, high)
    if found.low is not None:
        roots = np.sqrt(-np.array(heights))
        assert np.interp(found.low, np.arange(5.0), roots) == pytest.approx(np.sqrt(DROP))


@pytest.mark.parametrize("sigma", [0.02, 0.05, 0.1, 0.3])
@pytest.mark.parametrize("middle", [0.0, 0.19, 0.7])
def test_narrow_intervals_are_found_between_the_points_of_the_grid(sigma: float, middle: float) -> None:
    problem = log_normals(np.exp([middle]), np.array([sigma]), np.array([1.0]))
    (found,) = profile_likelihoods(problem)
    half = stats.norm.ppf(0.975) * sigma
    assert found.low is not None
    assert found.high is not None
    ends = np.log([found.low, found.high])
    np.testing.assert_allclose(ends, [middle - half, middle + half], atol=0.02 * half)
    assert np.log(found.best) == pytest.approx(middle, abs=0.02 * half)
    assert found.log_likelihood.max() == 0.0
    assert not found.gaps
    assert (np.diff(found.values) >= 0).all()


def test_ends_of_what_hangs_together_are_those_of_the_marginal_normal() -> None:
    sigma = 0.03
    found = {one.name: one for one in profile_likelihoods(product_problem(sigma=sigma, both=True))}
    half = stats.norm.ppf(0.975) * np.sqrt(5 * sigma**2 / 4)
    for name, middle in (("x", 0.0), ("y", np.log(2.0))):
        one = found[name]
        assert one.low is not None
        assert one.high is not None
        np.testing.assert_allclose(
            np.log([one.low, one.high]), [middle - half, middle + half], atol=0.03 * half
        )


def test_a_second_summit_is_not_cut_off() -> None:
    at = np.linspace(-4.0, 4.0, 81)
    heights = np.log(np.exp(-0.5 * ((at + 1.4) / 0.4) ** 2) + 0.75 * np.exp(-0.5 * ((at - 2.0) / 0.4) ** 2))
    found = read_profile("x", at, heights - heights.max())
    assert found.low is not None
    assert found.high is not None
    assert found.low < -1.8
    assert found.high > 2.4
    assert found.gaps


def test_where_nothing_is_possible_it_says_so() -> None:
    problem = log_normals(np.array([1.5]), np.array([0.3]), np.array([1.0]))

    def run(constants, inputs=None, overrides=None):
        return jnp.full((1, 1, constants.shape[1]), jnp.nan)

    toy = problem.simulator
    broken = replace(problem, simulator=Toy(toy.constants, toy.defaults, toy.outputs, run))
    with pytest.raises(StockadeError) as caught:
        profile_likelihoods(broken)
    assert caught.value.diagnostics[0].code == "impossible-everywhere"
