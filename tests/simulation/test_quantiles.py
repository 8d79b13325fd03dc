"""Quantiles against SciPy's, and places that give their draws back."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from stockade.simulation import leaps, quantiles

# Compiled once for each shape: uncompiled, every call would compile its loops anew.
poisson, binomial = jax.jit(leaps.poisson), jax.jit(leaps.binomial)
poisson_place, poisson_quantile = jax.jit(quantiles.poisson_place), jax.jit(quantiles.poisson_quantile)
binomial_place, binomial_quantile = jax.jit(quantiles.binomial_place), jax.jit(quantiles.binomial_quantile)

EVEN = (np.arange(400) + 0.5) / 400


@pytest.mark.parametrize("mean", [1e-6, 0.3, 1.0, 7.7, 60.0, 900.0, 9_900.0])
def test_poisson_quantiles_are_scipys(mean: float) -> None:
    np.testing.assert_array_equal(poisson_quantile(EVEN, np.float64(mean)), stats.poisson(mean).ppf(EVEN))


@pytest.mark.parametrize(("count", "chance"), [(1, 0.5), (7, 0.01), (40, 0.9), (300, 0.3), (5000, 0.999)])
def test_binomial_quantiles_are_scipys(count: int, chance: float) -> None:
    found = binomial_quantile(EVEN, np.array(float(count)), np.array(chance))
    np.testing.assert_array_equal(found, stats.binom(count, chance).ppf(EVEN))


MEANS = st.floats(0.0, 3e4) | st.floats(0.0, 1.0)
CHANCES = st.floats(0.0, 1.0) | st.sampled_from([0.0, 1.0, 1e-12, 1.0 - 1e-12])


@settings(max_examples=60, deadline=None)
@given(mean=MEANS, seed=st.integers(0, 99))
def test_a_poisson_draw_comes_back_from_its_place(mean: float, seed: int) -> None:
    uniform, within = np.random.default_rng(seed).uniform(size=(2, 50))
    number = poisson(uniform, np.float64(mean))
    place = poisson_place(uniform, number, np.float64(mean), within)
    np.testing.assert_array_equal(poisson_quantile(place, np.float64(mean)), number)


@settings(max_examples=60, deadline=None)
@given(count=st.integers(0, 60_000), chance=CHANCES, seed=st.integers(0, 99))
def test_a_binomial_draw_comes_back_from_its_place(count: int, chance: float, seed: int) -> None:
    uniform, within = np.random.default_rng(seed).uniform(size=(2, 50))
    n, p = np.full(50, float(count)), np.full(50, chance)
    number = binomial(uniform, n, p)
    place = binomial_place(uniform, number, n, p, within)
    np.testing.assert_array_equal(binomial_quantile(place, n, p), number)


def test_places_are_uniform() -> None:
    uniform, within = np.random.default_rng(4).uniform(size=(2, 20_000))
    mean = np.full(20_000, 3.3)
    found = poisson_place(uniform, poisson(uniform, mean), mean, within)
    assert stats.kstest(np.asarray(found), "uniform").pvalue > 1e-4
    n, p = np.full(20_000, 12.0), np.full(20_000, 0.2)
    found = binomial_place(uniform, binomial(uniform, n, p), n, p, within)
    assert stats.kstest(np.asarray(found), "uniform").pvalue > 1e-4


@settings(max_examples=40, deadline=None)
@given(mean=st.floats(0.0, 200.0), more=st.floats(1.0, 3.0), count=st.integers(0, 90), chance=CHANCES)
def test_where_more_is_expected_no_fewer_move(mean: float, more: float, count: int, chance: float) -> None:
    few, many = (np.asarray(poisson_quantile(EVEN, np.array(one))) for one in (mean, mean * more))
    assert (many >= few).all()
    n, p = np.array(float(count)), np.array(chance)
    fewer = np.asarray(binomial_quantile(EVEN, n, p))
    assert (np.asarray(binomial_quantile(EVEN, n + 3.0, p)) >= fewer).all()
    assert (np.asarray(binomial_quantile(EVEN, n, np.minimum(p * more, 1.0))) >= fewer).all()
