"""Priors against SciPy: density of z, bijection, sampling; held parameters add nothing."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from stockade.inference.noise import log_gammas, stream
from stockade.inference.priors import (
    Prior,
    log_prior,
    natural_sd,
    prior_arrays,
    sample_prior,
    to_coordinates,
    to_natural,
)

# Compiled whole: run piece by piece, JAX would compile each operation on its own.
to_natural, to_coordinates, log_prior = (jax.jit(one) for one in (to_natural, to_coordinates, log_prior))

PRIORS = (
    Prior("rate", "lognormal", 0.08, 0.7),
    Prior("month", "normal", 20.5, 4.0),
    Prior("share", "beta", 2.0, 5.0),
    Prior("level", "uniform", -1.0, 3.0),
)
LAWS = (
    stats.lognorm(0.7, scale=0.08),
    stats.norm(20.5, 4.0),
    stats.beta(2.0, 5.0),
    stats.uniform(-1.0, 4.0),
)
ALL = prior_arrays(PRIORS, np.ones(4, dtype=bool), np.zeros(4))


@pytest.mark.parametrize("index", range(4))
def test_density_in_z_is_the_law_times_the_jacobian(index: int) -> None:
    one = prior_arrays(PRIORS[index : index + 1], np.ones(1, dtype=bool), np.zeros(1))
    z = jnp.linspace(-4.0, 4.0, 41)[None]
    x = to_natural(z, one)[0]
    slope = jax.vmap(jax.grad(lambda value: to_natural(value[None], one)[0]))(z[0])
    expected = LAWS[index].logpdf(np.asarray(x)) + np.log(np.asarray(slope))
    np.testing.assert_allclose(log_prior(z, one), expected, rtol=1e-9, atol=1e-11)


def test_the_bijection_goes_both_ways() -> None:
    z = sample_prior(stream(0), ALL, 200)
    np.testing.assert_allclose(to_coordinates(to_natural(z, ALL), ALL), z, rtol=1e-8, atol=1e-8)


def test_samples_follow_their_laws() -> None:
    x = np.asarray(to_natural(sample_prior(stream(3), ALL, 4000), ALL))
    for law, values in zip(LAWS, x, strict=True):
        assert stats.kstest(values, law.cdf).pvalue > 0.001


def test_natural_sds() -> None:
    assert natural_sd(PRIORS[0]) == 0.7
    for prior, law in zip(PRIORS[1:], LAWS[1:], strict=True):
        assert natural_sd(prior) == pytest.approx(law.std())


def test_a_held_parameter_takes_its_value_and_adds_nothing() -> None:
    free = np.array([True, False, True, False])
    some = prior_arrays((PRIORS[0], None, PRIORS[2], PRIORS[3]), free, np.array([0.0, 31.5, 0.0, 2.0]))
    z = sample_prior(stream(1), some, 7)
    x = np.asarray(to_natural(z, some))
    assert (x[1] == 31.5).all()
    assert (x[3] == 2.0).all()
    two = prior_arrays((PRIORS[0], PRIORS[2]), np.ones(2, dtype=bool), np.zeros(2))
    np.testing.assert_allclose(log_prior(z, some), log_prior(z[jnp.array([0, 2])], two), rtol=1e-14)


def test_far_coordinates_leave_gradients_finite() -> None:
    gradient = jax.jit(jax.grad(lambda z: jnp.sum(to_natural(z, ALL)) + jnp.sum(log_prior(z, ALL))))
    for far in (-60.0, 60.0):
        assert np.isfinite(gradient(jnp.full((4, 3), far))).all()


def test_a_free_parameter_needs_a_prior() -> None:
    with pytest.raises(ValueError, match="no prior"):
        prior_arrays((None,), np.array([True]), np.zeros(1))
    with pytest.raises(ValueError, match="not a prior"):
        Prior("x", "uniform", 2.0, 1.0)


def test_log_gammas_follow_their_law_even_at_tiny_shapes() -> None:
    # Kolmogorov-Smirnov at 0.001 each: a false alarm in a thousand seeds, and the seed is fixed.
    for shape in (0.02, 0.7, 6.0):
        logs = log_gammas(stream(11), shape, (4000,))
        assert np.isfinite(logs).all()
        assert stats.kstest(logs, stats.loggamma(shape).cdf).pvalue > 0.001


def test_streams_depend_on_their_numbers_alone() -> None:
    assert (stream(3, 0, 1).random(5) == stream(3, 0, 1).random(5)).all()
    assert (stream(3, 0, 1).random(5) != stream(3, 1, 1).random(5)).all()
