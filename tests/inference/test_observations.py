"""Observation models against SciPy, in the middle and far out."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special, stats

from stockade.inference import observations as obs


def test_log_gamma() -> None:
    x = np.concatenate([np.geomspace(1e-6, 1e8, 400), np.linspace(0.5, 3.0, 101)])
    expected = special.gammaln(x)
    np.testing.assert_allclose(obs.log_gamma(jnp.asarray(x)), expected, rtol=2e-13, atol=2e-14)


def test_negative_binomial() -> None:
    count, mean, r = np.meshgrid(
        [0.0, 1, 7, 60, 553], [1e-3, 0.5, 20.0, 400.0], [0.05, 1.2, 8.0, 300.0, 1e5], indexing="ij"
    )
    expected = stats.nbinom.logpmf(count, r, r / (r + mean))
    found = jax.jit(obs.negative_binomial)(jnp.asarray(count), jnp.asarray(mean), jnp.asarray(r))
    # SciPy itself is off by 1e-8 at r = 1e5, where it subtracts large log gammas.
    tight = r < 1e4
    np.testing.assert_allclose(np.asarray(found)[tight], expected[tight], rtol=1e-10, atol=1e-11)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_mean_of_zero_allows_a_count() -> None:
    assert np.isfinite(obs.negative_binomial(jnp.asarray(3.0), jnp.asarray(0.0), jnp.asarray(2.0)))
    gradient = jax.grad(lambda mu: obs.negative_binomial(jnp.asarray(3.0), mu, jnp.asarray(2.0)))
    assert np.isfinite(gradient(jnp.asarray(0.0)))


def test_points_bounds_and_ranges() -> None:
    law = stats.norm(np.log(70.0), 0.25)
    centre, sigma = jnp.log(70.0), jnp.asarray(0.25)
    point = obs.log_normal_point(jnp.log(110.0), centre, sigma)
    assert point == pytest.approx(stats.lognorm(0.25, scale=70.0).logpdf(110.0), rel=1e-12)
    assert obs.log_normal_below(jnp.log(40.0), centre, sigma) == pytest.approx(law.logcdf(np.log(40.0)))
    assert obs.log_normal_above(jnp.log(40.0), centre, sigma) == pytest.approx(law.logsf(np.log(40.0)))
    inside = obs.log_normal_between(jnp.log(80.0), jnp.log(110.0), centre, sigma)
    assert inside == pytest.approx(np.log(law.cdf(np.log(110.0)) - law.cdf(np.log(80.0))), rel=1e-10)


@pytest.mark.parametrize("shift", [-30.0, -8.0, 0.0, 8.0, 30.0])
def test_a_range_far_out_is_exact_and_differentiable(shift: float) -> None:
    def value(centre: jax.Array) -> jax.Array:
        return obs.log_normal_between(jnp.asarray(-0.5), jnp.asarray(0.5), centre, jnp.asarray(1.0))

    low, high = sorted((abs(-0.5 - shift), abs(0.5 - shift))) if abs(shift) > 1 else (-0.5, 0.5)
    if abs(shift) > 1:
        expected = stats.norm.logsf(low) + np.log1p(-np.exp(stats.norm.logsf(high) - stats.norm.logsf(low)))
    else:
        expected = np.log(stats.norm.cdf(high) - stats.norm.cdf(low))
    assert value(jnp.asarray(shift)) == pytest.approx(expected, rel=1e-9)
    assert np.isfinite(jax.jit(jax.grad(value))(jnp.asarray(shift)))


@pytest.mark.parametrize("centre", [-200.0, 200.0])
def test_hopeless_reports_have_finite_gradients(centre: float) -> None:
    def value(c: jax.Array) -> jax.Array:
        zero, one = jnp.asarray(0.0), jnp.asarray(1.0)
        between = obs.log_normal_between(zero, one, c, jnp.asarray(0.25))
        return between + obs.log_normal_below(zero, c, one) + obs.log_normal_above(zero, c, one)

    assert np.isfinite(value(jnp.asarray(centre)))
    assert np.isfinite(jax.jit(jax.grad(value))(jnp.asarray(centre)))


def test_the_table_of_a_series_is_the_sum_over_its_months() -> None:
    generator = np.random.default_rng(2)
    y = generator.negative_binomial(1.2, 0.02, 60).astype(float)
    seen = (generator.random(60) < 0.8).astype(float)
    r = np.exp(generator.uniform(np.log(0.01), np.log(1e4), 200))
    terms = special.gammaln(y[:, None] + r) - special.gammaln(r) - special.gammaln(y[:, None] + 1)
    table = jax.jit(obs.rising_table)(jnp.asarray(y * seen), jnp.asarray(seen))
    np.testing.assert_allclose(
        jax.jit(obs.read_rising)(table, jnp.asarray(r)), seen @ terms, rtol=1e-9, atol=1e-7
    )


def test_a_series_sums_to_scipy_whatever_stands_in_unseen_months() -> None:
    generator = np.random.default_rng(3)
    means = generator.gamma(2.0, 20.0, (60, 9))
    y = generator.poisson(means[:, 0]).astype(float)
    seen = (np.arange(60) < 40).astype(float)
    means[50] = np.nan
    r = generator.gamma(4.0, 2.0, 9)
    table = jax.jit(obs.rising_table)(jnp.asarray(y * seen), jnp.asarray(seen))
    found = jax.jit(obs.means_part)(
        jnp.asarray(y * seen), jnp.asarray(seen), jnp.asarray(means), jnp.asarray(r)
    )
    expected = stats.nbinom.logpmf(y[:40, None], r, r / (r + means[:40])).sum(axis=0)
    np.testing.assert_allclose(found + jax.jit(obs.read_rising)(table, jnp.asarray(r)), expected, rtol=1e-10)
