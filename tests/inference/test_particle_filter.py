"""The particle filter against a Kalman filter in NumPy, against enumeration, and against what must hold."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from stockade.inference.particle_filter import StateSpace, ancestors, run_filter

# A level that forgets, with noise, seen with noise: x' = a x + s e, y = x + t e; x0 is N(0, 1).
FORGETS, MOVES, BLURS = np.array([0.5, 0.9]), np.array([1.0, 0.4]), np.array([0.7, 1.2])
SEEN = np.array([0.3, -0.8, 1.4, np.nan, 2.0, 0.1, -1.1, 0.4])


def kalman(a: float, s: float, t: float, seen: np.ndarray) -> tuple[float, float]:
    """Returns the log likelihood and the last filtered mean, in plain NumPy."""
    mean, variance, total = 0.0, 1.0, 0.0
    for y in seen:
        mean, variance = a * mean, a * a * variance + s * s
        if np.isnan(y):
            continue
        of_y = variance + t * t
        total += -0.5 * (np.log(2 * np.pi * of_y) + (y - mean) ** 2 / of_y)
        gain = variance / of_y
        mean, variance = mean + gain * (y - mean), (1 - gain) * variance
    return total, mean


def gaussian(size: tuple[int, int], seen: np.ndarray) -> StateSpace:
    """The same as particles, the draws being repeats of the two sets of parameters."""
    half = size[0] // 2
    a, s, t = (jnp.repeat(jnp.asarray(one), half)[:, None] for one in (FORGETS, MOVES, BLURS))
    y = jnp.asarray(seen)

    def weigh(x: jax.Array, m: jax.Array) -> jax.Array:
        density = -0.5 * ((y[m] - x) / t) ** 2 - jnp.log(t) - 0.5 * jnp.log(2 * jnp.pi)
        return jnp.where(jnp.isnan(y[m]), 0.0, density)

    return StateSpace(
        begin=lambda key: jax.random.normal(key, size),
        move=lambda key, x, _: a * x + s * jax.random.normal(key, size),
        weigh=weigh,
    )


# Two states, one of three things seen each month.
STAYS = np.array([[0.8, 0.2], [0.3, 0.7]])
SHOWS = np.array([[0.6, 0.3, 0.1], [0.1, 0.3, 0.6]])
SHOWN = np.array([0, 2, 2, 1, 0, 2])


def enumerated() -> float:
    """Returns the likelihood of what the chain showed, summed over all its paths."""
    total = 0.0
    for path in product((0, 1), repeat=len(SHOWN)):
        chance, before = 1.0, 0
        for state, shown in zip(path, SHOWN, strict=True):
            chance *= STAYS[before, state] * SHOWS[state, shown]
            before = state
        total += chance
    return total


def chain(size: tuple[int, int]) -> StateSpace:
    """The same as particles; all start in the first state."""
    leaves, shows, shown = jnp.asarray(STAYS[:, 1]), jnp.asarray(np.log(SHOWS)), jnp.asarray(SHOWN)
    return StateSpace(
        begin=lambda _: jnp.zeros(size, int),
        move=lambda key, x, _: (jax.random.uniform(key, size) < leaves[x]).astype(int),
        weigh=lambda x, m: shows[x, shown[m]],
    )


def quick(model: StateSpace, months: int, size: tuple[int, int], **more: float) -> Callable:
    return jax.jit(lambda key: run_filter(key, model, months, size, **more))


def test_a_linear_gaussian_model_has_the_kalman_filter_s_likelihood_and_state() -> None:
    size = (16, 4000)
    found = quick(gaussian(size, SEEN), len(SEEN), size)(jax.random.key(1))
    for half, given in enumerate(zip(FORGETS, MOVES, BLURS, strict=True)):
        wanted, mean = kalman(*given, SEEN)
        rows = slice(8 * half, 8 * half + 8)
        logs = np.asarray(found.log_likelihood[rows])
        # The spread over eight filters of 4,000 particles is about 0.03.
        np.testing.assert_allclose(logs.mean(), wanted, atol=0.05)
        filtered = np.sum(np.exp(found.log_weights[rows]) * found.state[rows], axis=1)
        np.testing.assert_allclose(filtered.mean(), mean, atol=0.03)
    np.testing.assert_allclose(np.sum(found.increments, axis=0), found.log_likelihood, rtol=1e-12)
    assert np.all(np.asarray(found.increments)[3] == pytest.approx(0.0, abs=1e-12))


@pytest.mark.parametrize("threshold", [0.0, 0.5, 1.0])
def test_a_chain_of_two_states_has_the_likelihood_of_enumeration(threshold: float) -> None:
    size = (8, 4000)
    found = quick(chain(size), len(SHOWN), size, threshold=threshold)(jax.random.key(2))
    mean = np.exp(np.asarray(found.log_likelihood)).mean()
    np.testing.assert_allclose(np.log(mean), np.log(enumerated()), atol=0.05)


@pytest.mark.parametrize("particles", [4, 16])
def test_the_likelihood_is_unbiased_even_with_few_particles(particles: int) -> None:
    # The mean of 20,000 estimates against the truth in units of its own standard error; past 4 by chance
    # once in 16,000 runs of a right filter, and the key is fixed. The log of the mean would be biased.
    size = (20_000, particles)
    found = quick(chain(size), len(SHOWN), size)(jax.random.key(3))
    estimates = np.exp(np.asarray(found.log_likelihood))
    error = estimates.std(ddof=1) / np.sqrt(len(estimates))
    assert abs(estimates.mean() - enumerated()) < 4 * error
    assert error < 0.01 * enumerated()


def test_the_spread_of_the_log_likelihood_falls_as_particles_rise() -> None:
    spreads = []
    for particles in (16, 256):
        size = (2000, particles)
        found = quick(gaussian(size, SEEN), len(SEEN), size)(jax.random.key(4))
        spreads.append(np.asarray(found.log_likelihood)[:1000].var(ddof=1))
    assert spreads[0] / spreads[1] == pytest.approx(16.0, rel=0.35)


def test_what_cannot_have_been_seen_is_impossible_and_spoils_no_other_draw() -> None:
    size = (4, 64)
    fine = gaussian(size, SEEN)

    def weigh(x: jax.Array, m: jax.Array) -> jax.Array:
        wrong = jnp.arange(4)[:, None] == 1
        return jnp.where(wrong & (m == 2), jnp.nan, fine.weigh(x, m))

    model = StateSpace(fine.begin, fine.move, weigh)
    wrong, right = (quick(one, len(SEEN), size)(jax.random.key(5)) for one in (model, fine))
    assert wrong.log_likelihood[1] == -np.inf
    assert wrong.ess[2, 1] == 0.0
    others = np.array([0, 2, 3])
    np.testing.assert_array_equal(wrong.log_likelihood[others], right.log_likelihood[others])


def test_a_shorter_run_is_the_beginning_of_a_longer_one() -> None:
    size = (4, 64)
    model = gaussian(size, SEEN)
    short = jax.jit(lambda stop: run_filter(jax.random.key(6), model, len(SEEN), size, stop=stop))
    part, whole = short(3), short(len(SEEN))
    np.testing.assert_array_equal(part.increments[:3], whole.increments[:3])
    assert not np.any(part.increments[3:])


def test_ancestors_come_in_proportion_each_within_one() -> None:
    noise = np.random.default_rng(7)
    weights = noise.dirichlet(np.full(50, 0.2), size=200)
    chosen = np.asarray(ancestors(jnp.asarray(noise.random((200, 1))), jnp.asarray(weights)))
    counts = np.stack([np.bincount(row, minlength=50) for row in chosen])
    assert np.all(np.abs(counts - 50 * weights) < 1 + 1e-9)
    assert np.all(np.diff(chosen, axis=1) >= 0)
    # Over all uniforms the mean count is the weight times the number.
    same = np.broadcast_to(weights[0], (2000, 50))
    even = (np.arange(2000)[:, None] + 0.5) / 2000
    mean = (
        np.bincount(np.asarray(ancestors(jnp.asarray(even), jnp.asarray(same))).ravel(), minlength=50) / 2000
    )
    np.testing.assert_allclose(mean, 50 * weights[0], atol=1e-3)


def test_a_collapse_shows_in_the_effective_sample_size() -> None:
    size = (2, 256)
    far = np.where(np.arange(len(SEEN)) == 4, 40.0, SEEN)
    found = quick(gaussian(size, far), len(SEEN), size)(jax.random.key(8))
    ess = np.asarray(found.ess)
    assert ess[4].max() < 0.02
    assert ess[3].min() > 0.2
