"""Steps of tempering against BlackJAX's, and the kernel against the law that it must keep."""

from __future__ import annotations

import blackjax.smc.ess
import blackjax.smc.resampling
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from stockade.inference.bridge import bridge, draw_reference, log_normalised
from stockade.inference.kernel import Swarm, accept, fit_reference, gamma_shape, propose
from stockade.inference.noise import stream
from stockade.inference.tempering import ess_fraction, incremental, next_step, systematic

# Compiled whole: run piece by piece, JAX would compile each operation on its own.
accept, propose, fit_reference, bridge, next_step, log_normalised = (
    jax.jit(one) for one in (accept, propose, fit_reference, bridge, next_step, log_normalised)
)


def test_resampling_and_ess_are_those_of_blackjax() -> None:
    log_weights = jax.random.normal(jax.random.key(0), (200,)) * 2
    assert ess_fraction(log_weights) * 200 == pytest.approx(float(blackjax.smc.ess.ess(log_weights)))
    weights = jax.nn.softmax(log_weights)
    times = np.bincount(systematic(jnp.asarray(0.37), weights, 500), minlength=200)
    theirs = np.bincount(blackjax.smc.resampling.systematic(jax.random.key(1), weights, 500), minlength=200)
    expected = np.asarray(weights) * 500
    assert (np.abs(times - expected) < 1).all()
    assert (np.abs(times - theirs) <= 1).all()


def test_the_next_temperature_keeps_the_effective_size() -> None:
    log_likelihood = -(jnp.linspace(0.0, 300.0, 400) ** 1.5)
    step = next_step(log_likelihood, jnp.asarray(0.0), jnp.asarray(0.5))
    assert step.ess / 400 == pytest.approx(0.5, abs=1e-6)
    expected = np.log(np.mean(np.exp(float(step.temperature) * np.asarray(log_likelihood))))
    assert step.log_ratio == pytest.approx(expected)
    last = next_step(log_likelihood * 1e-6, jnp.asarray(0.7), jnp.asarray(0.5))
    assert last.temperature == 1.0


def test_impossible_particles_cost_evidence_and_do_not_stop_the_walk() -> None:
    log_likelihood = jnp.where(jnp.arange(100) < 80, -jnp.inf, -jnp.arange(100.0))
    step = next_step(log_likelihood, jnp.asarray(0.0), jnp.asarray(0.5))
    assert 0 < step.temperature < 1
    assert step.ess == pytest.approx(10.0, rel=1e-3)
    assert (np.asarray(step.weights)[:80] == 0).all()
    assert np.isneginf(incremental(log_likelihood, jnp.asarray(0.0))[:80]).all()


def test_the_kernel_leaves_a_skewed_target_where_it_is() -> None:
    # A gamma law in each of 2 free dimensions, a third held: 4000 exact draws, moved 20 times.
    draws = np.log(np.random.default_rng(0).gamma(3.0, 1.0, (2, 4000)))
    z = jnp.asarray(np.vstack([draws[0], np.zeros(4000), draws[1]]))
    free = jnp.array([True, False, True])

    def density(z: jax.Array) -> jax.Array:
        return jnp.sum(jnp.where(free[:, None], 3.0 * z - jnp.exp(z), 0.0), axis=0)

    chains = Swarm(z, density(z), jnp.zeros(4000))
    reference = fit_reference(z[:, :50], jnp.full(50, 0.02), free)  # a poor one, on purpose
    step = jnp.asarray(0.7)
    noise, shape = stream(7), gamma_shape(reference)
    for _ in range(20):
        normal, gamma = noise.standard_normal((3, 4000)), noise.standard_gamma(shape, 4000)
        new = propose(normal, gamma, chains.z, step, reference)
        chains, acceptance = accept(
            noise.random(4000), chains, Swarm(new, density(new), jnp.zeros(4000)), jnp.asarray(1.0), reference
        )
        assert 0.2 < acceptance < 1
    assert (np.asarray(chains.z[1]) == 0).all()
    assert (np.asarray(chains.z[0]) != draws[0]).mean() > 0.9
    for row in (0, 2):
        assert stats.kstest(np.exp(np.asarray(chains.z[row])), stats.gamma(3.0).cdf).pvalue > 0.001


def test_bridge_finds_a_known_constant() -> None:
    free = jnp.array([True, True])
    truth = stats.multivariate_normal([1.0, -2.0], [[1.0, 0.6], [0.6, 2.0]])
    posterior = jnp.asarray(truth.rvs(4000, random_state=1).T)
    fitted = jnp.asarray(truth.rvs(1000, random_state=2).T)
    reference = fit_reference(fitted, jnp.full(1000, 1e-3), free)
    noise = stream(0)
    gamma = noise.standard_gamma(0.5 * float(reference.df), 4000)
    drawn = draw_reference(noise.standard_normal((2, 4000)), gamma, reference)

    def ratio(z: jax.Array) -> jax.Array:
        return jnp.asarray(truth.logpdf(np.asarray(z).T)) + 3.25 - log_normalised(z, reference)

    assert bridge(ratio(posterior), ratio(drawn)) == pytest.approx(3.25, abs=0.01)


def test_the_reference_is_a_proper_t() -> None:
    z = jnp.asarray(np.random.default_rng(0).standard_t(6.0, (2, 5000)))
    reference = fit_reference(z, jnp.full(5000, 1 / 5000), jnp.array([True, True]))
    law = stats.multivariate_t(
        np.asarray(reference.mean), np.asarray(reference.factor @ reference.factor.T), df=float(reference.df)
    )
    np.testing.assert_allclose(
        log_normalised(z[:, :20], reference), law.logpdf(np.asarray(z[:, :20]).T), rtol=1e-9
    )
