"""Poisson and binomial draws against SciPy's distributions, at even uniforms and at the edges."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from stockade.simulation.leaps import binomial, poisson, uniforms

EVEN = (np.arange(200_000) + 0.5) / 200_000


def assert_follows(found: np.ndarray, law: stats.rv_discrete) -> None:
    """Even uniforms must give each value as often as its chance says, to within what one of them weighs."""
    values, counts = np.unique(found, return_counts=True)
    # A value's share of the uniforms is one interval: it holds its chance times their number, give or take 1.
    np.testing.assert_allclose(counts, len(EVEN) * law.pmf(values), atol=1.01)
    missed = 1.0 - law.pmf(values).sum()
    assert missed < 100 / len(EVEN)


@pytest.mark.parametrize("mean", [1e-9, 0.03, 0.999, 1.0, 5.5, 17.0, 300.0, 4000.0])
def test_poisson(mean: float) -> None:
    assert_follows(np.asarray(jax.jit(poisson)(jnp.asarray(EVEN), jnp.asarray(mean))), stats.poisson(mean))


@pytest.mark.parametrize(
    ("count", "chance"),
    [(1, 0.5), (1, 1e-7), (7, 0.999), (250, 0.02), (250, 0.5), (3500, 0.06), (40000, 0.3)],
)
def test_binomial(count: int, chance: float) -> None:
    found = jax.jit(binomial)(jnp.asarray(EVEN), jnp.asarray(float(count)), jnp.asarray(chance))
    assert_follows(np.asarray(found), stats.binom(count, chance))


def test_large_numbers_are_quantiles_to_a_unit_or_two() -> None:
    u = np.array([1e-6, 0.01, 0.3, 0.5, 0.9, 0.999])
    for mean in (2e4, 1e6, 1e9):
        found = np.asarray(poisson(jnp.asarray(u), jnp.asarray(mean)))
        np.testing.assert_allclose(found, stats.poisson(mean).ppf(u), atol=2)
    for count, chance in ((1e6, 0.02), (3e7, 0.4), (3e7, 0.999)):
        found = np.asarray(binomial(jnp.asarray(u), jnp.asarray(count), jnp.asarray(chance)))
        np.testing.assert_allclose(found, stats.binom(int(count), chance).ppf(u), atol=2)


def test_the_ends_of_the_uniforms_give_values_that_can_be() -> None:
    ends = jnp.array([2.0**-54, 1.0 - 2.0**-53])
    for mean in (0.1, 20.0, 1e4):
        found = np.asarray(poisson(ends, jnp.asarray(mean)))
        assert np.all((found >= 0) & (found < mean + 12 * np.sqrt(mean) + 12))
    found = np.asarray(binomial(ends, jnp.asarray(60.0), jnp.asarray(0.4)))
    assert np.all((found >= 0) & (found <= 60))


def test_what_cannot_move_does_not() -> None:
    u = jnp.full(5, 0.7)
    np.testing.assert_array_equal(poisson(u, jnp.array([0.0, -3.0, 0.0, 0.0, 0.0])), np.zeros(5))
    count = jnp.array([0.0, 9.0, 9.0, 9.0, -2.0])
    chance = jnp.array([0.4, 0.0, 1.0, 1.7, 0.4])
    np.testing.assert_array_equal(binomial(u, count, chance), [0.0, 0.0, 9.0, 9.0, 0.0])
    assert np.isnan(poisson(u, jnp.asarray(jnp.nan))).all()
    assert np.isnan(binomial(u, jnp.asarray(4.0), jnp.asarray(jnp.nan))).all()


def test_uniforms_look_uniform_and_independent() -> None:
    # Kolmogorov-Smirnov at 0.1 %, and correlations between neighbours and between keys within 4 of their
    # standard errors; keys are fixed, so a right generator was rejected here by chance or not at all.
    first, second = (np.asarray(uniforms(jax.random.key(seed), (400, 250))) for seed in (1, 2))
    assert stats.kstest(first.ravel(), "uniform").pvalue > 1e-3
    for one, two in ((first, second), (first[1:], first[:-1]), (first[:, 1:], first[:, :-1])):
        assert abs(np.corrcoef(one.ravel(), two.ravel())[0, 1]) < 4 / np.sqrt(one.size)
    assert first.min() > 0
    assert first.max() < 1
