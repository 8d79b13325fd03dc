"""Bridge sampling: the log evidence from posterior draws and a Student t fitted to them.

Tempering's own estimate multiplies the errors of all its stages. At the end of a run, though, the
posterior is close to a t (the kernel moves by one), and the ratio of the posterior's constant to the
known constant of that t can be had at once, by Meng and Wong's (1996, Statistica Sinica 6) optimal
bridge. On the Iraq study this has about an eighth of the variance for a tenth of the simulations.

The t is fitted to one half of the chains and bridged to the other half, both ways round, because a
reference fitted to the very draws it is compared with flatters itself. Gronau et al. 2017 (J. Math.
Psychol. 81) is the tutorial.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.scipy.special import gammaln

from stockade.arrays import Array
from stockade.inference.kernel import Reference, log_reference, unwhiten, whiten

_ITERATIONS = 200
_TOLERANCE = 1e-6
_DEPENDENCE = 4.0
"""Posterior states count a quarter in the bridge, because states of a chain depend on one another.
Only the efficiency hangs on it: the estimate is consistent for any weight."""


def log_normalised(z: Array, reference: Reference) -> Array:
    """Returns the t's normalised log density (particle,) at coordinates z (D, particle)."""
    size = jnp.sum(reference.free)
    df = reference.df
    log_volume = jnp.sum(reference.free * jnp.log(jnp.diag(reference.factor)))
    constant = gammaln(0.5 * (df + size)) - gammaln(0.5 * df) - 0.5 * size * jnp.log(df * jnp.pi)
    return constant - log_volume + log_reference(whiten(z, reference), reference)


def draw_reference(normal: Array, gamma: Array, reference: Reference) -> Array:
    """Returns draws z (D, draws) from the t.

    Args:
        normal: (D, draws) standard normals.
        gamma: (draws,) standard gammas of shape df / 2.
        reference: The t.
    """
    u = normal * reference.free[:, None] / jnp.sqrt(gamma / (0.5 * reference.df))
    return unwhiten(u, reference)


def bridge(posterior: Array, reference: Array) -> Array:
    """Returns the log ratio of two constants by the optimal bridge.

    Args:
        posterior: (n,) log of (unnormalised posterior / t) at draws from the posterior.
        reference: (m,) the same at draws from the t; -inf where the posterior is impossible.
    """
    n, m = posterior.shape[0] / _DEPENDENCE, float(reference.shape[0])
    log_n, log_m = jnp.log(n / (n + m)), jnp.log(m / (n + m))

    def improve(state: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        count, value, _ = state
        up = reference - jnp.logaddexp(log_n + reference, log_m + value)
        down = -jnp.logaddexp(log_n + posterior, log_m + value)
        up = jnp.where(jnp.isneginf(reference), -jnp.inf, up)
        better = jax.nn.logsumexp(up) - jax.nn.logsumexp(down) + jnp.log(posterior.shape[0] / m)
        return count + 1, better, jnp.abs(better - value)

    def unfinished(state: tuple[Array, Array, Array]) -> Array:
        count, _, change = state
        return (count < _ITERATIONS) & (change > _TOLERANCE)

    first = (jnp.asarray(0), jnp.median(posterior), jnp.asarray(jnp.inf))
    return jax.lax.while_loop(unfinished, improve, first)[1]
