"""The Markov kernel of the sampler: a preconditioned Crank-Nicolson move around a Student t.

The reference law t(mean, scale, df) is fitted to the weighted particles. From x the move draws the t's
hidden variance s given x, then x' = mean + sqrt(1 - step^2) (x - mean) + step sqrt(s) L w. It leaves the
t invariant whatever the step, so what decides on acceptance is only how far the target departs from a
t: the cost hardly grows with dimension, unlike a random walk's. Source: Grumitt, Karamanis and Seljak
2024, "Sequential Kalman tuning of the t-preconditioned Crank-Nicolson algorithm"; the kernel of pocoMC.

Moves run in whitened coordinates u = L^-1 (x - mean), where held parameters stay at 0.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from stockade.arrays import Array

_LEAST_DF, _MOST_DF = 5.0, 500.0


class Reference(NamedTuple):
    """A Student t over the free parameters.

    Attributes:
        mean: (D,) its centre; 0 where held.
        factor: (D, D) lower Cholesky factor of its scale matrix; identity where held.
        inverse: (D, D) inverse of the factor: a product per move is quicker than a triangular solve.
        df: () degrees of freedom.
        free: (D,) 1 where free, 0 where held.
    """

    mean: Array
    factor: Array
    inverse: Array
    df: Array
    free: Array


class Swarm(NamedTuple):
    """Particles with their densities.

    Attributes:
        z: (D, particle) coordinates.
        log_prior: (particle,).
        log_likelihood: (particle,).
    """

    z: Array
    log_prior: Array
    log_likelihood: Array


def fit_reference(z: Array, weights: Array, free: Array) -> Reference:
    """Fits a t to weighted particles by their mean, covariance and the kurtosis of their distances.

    Args:
        z: (D, particle) coordinates.
        weights: (particle,) that sum to one.
        free: (D,) bool.
    """
    mask = free.astype(z.dtype)
    mean = (z @ weights) * mask
    centred = (z - mean[:, None]) * mask[:, None]
    covariance = (centred * weights) @ centred.T
    # A ridge far below any scale of interest; held rows become rows of the identity.
    spread = jnp.diag(covariance)
    covariance = covariance + jnp.diag(1e-9 * spread + 1e-14 + (1.0 - mask))
    factor = jnp.linalg.cholesky(covariance)
    u = jax.scipy.linalg.solve_triangular(factor, centred, lower=True)
    distance = jnp.sum(u * u, axis=0)
    size = jnp.maximum(jnp.sum(mask), 1.0)
    kurtosis = jnp.sum(weights * distance * distance) / (size * (size + 2.0))
    df = jnp.clip(4.0 + 2.0 / jnp.maximum(kurtosis - 1.0, 1e-6), _LEAST_DF, _MOST_DF)
    shrunk = jnp.where(jnp.outer(mask, mask) > 0, factor * jnp.sqrt((df - 2.0) / df), factor)
    inverse = jax.scipy.linalg.solve_triangular(shrunk, jnp.eye(mask.shape[0]), lower=True)
    return Reference(mean, shrunk, inverse, df, mask)


def widened(reference: Reference, by: Array) -> Reference:
    """Returns the t with its scale times `by`.

    Particles that have not yet reached the tails give a t without them, and chains that stand beyond it
    are left there for long. Whatever the t, moves leave the target invariant.
    """
    both = jnp.outer(reference.free, reference.free) > 0
    factor = jnp.where(both, reference.factor * by, reference.factor)
    inverse = jnp.where(both, reference.inverse / by, reference.inverse)
    return reference._replace(factor=factor, inverse=inverse)


def log_reference(u: Array, reference: Reference) -> Array:
    """Log density (particle,) of whitened coordinates u (D, particle), up to a constant."""
    size = jnp.sum(reference.free)
    return -0.5 * (reference.df + size) * jnp.log1p(jnp.sum(u * u, axis=0) / reference.df)


def whiten(z: Array, reference: Reference) -> Array:
    """Returns u (D, particle) = L^-1 (z - mean)."""
    return reference.inverse @ ((z - reference.mean[:, None]) * reference.free[:, None])


def unwhiten(u: Array, reference: Reference) -> Array:
    """Returns z (D, particle) = mean + L u."""
    return (reference.mean[:, None] + reference.factor @ u) * reference.free[:, None]


def propose(normal: Array, gamma: Array, z: Array, step: Array, reference: Reference) -> Array:
    """Returns proposals (D, particle) that keep the reference invariant.

    Args:
        normal: (D, particle) standard normals.
        gamma: (particle,) standard gammas of shape `gamma_shape(reference)`.
        z: (D, particle) where the chains stand.
        step: () in (0, 1].
        reference: The t.
    """
    u = whiten(z, reference)
    rate = 0.5 * (reference.df + jnp.sum(u * u, axis=0))
    noise = normal * reference.free[:, None]
    return unwhiten(jnp.sqrt(1.0 - step * step) * u + step * jnp.sqrt(rate / gamma) * noise, reference)


def gamma_shape(reference: Reference) -> float:
    """Returns the shape of the gammas that `propose` takes: half of df plus the free dimensions."""
    return 0.5 * float(reference.df + jnp.sum(reference.free))


def accept(
    uniform: Array,
    chains: Swarm,
    new: Swarm,
    temperature: Array,
    reference: Reference,
) -> tuple[Swarm, Array]:
    """Takes or leaves proposals, so that prior * likelihood^temperature stays invariant.

    Args:
        uniform: (particle,) between 0 and 1.
        chains: Where the chains stand.
        new: Where they were proposed to go.
        temperature: () exponent of the likelihood.
        reference: The t that the proposals kept invariant.

    Returns:
        Where the chains go, and the mean acceptance probability ().
    """
    log_ratio = (
        new.log_prior
        - chains.log_prior
        + temperature * (new.log_likelihood - chains.log_likelihood)
        + log_reference(whiten(chains.z, reference), reference)
        - log_reference(whiten(new.z, reference), reference)
    )
    # A NaN cannot come from the likelihood, which turns into -inf; one from elsewhere must not be taken.
    probability = jnp.nan_to_num(jnp.exp(jnp.minimum(log_ratio, 0.0)), nan=0.0)
    taken = uniform < probability
    after = Swarm(*(jnp.where(taken, one, old) for one, old in zip(new, chains, strict=True)))
    return after, jnp.mean(probability)
