"""A second sampler for checks: BlackJAX's NUTS with window adaptation on the same log density.

It shares the density with `smc` but no sampling code. It gives no evidence and every step costs a gradient
through all months, so it is used by tests and benchmarks only.
"""

from __future__ import annotations

from typing import Any

import blackjax
import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.inference import likelihood
from stockade.inference.priors import to_natural
from stockade.inference.problem import Problem, arrays_of, layout_of


def sample_nuts(
    problem: Problem,
    *,
    seed: int,
    chains: int = 2,
    draws: int = 500,
    warmup: int = 500,
    starts: np.ndarray | None = None,
    factor: np.ndarray | None = None,
) -> np.ndarray:
    """Returns draws (chain, draw, D) on the natural scale, held parameters included.

    Args:
        problem: What to fit.
        seed: Random seed.
        chains: Independent chains, each with its own adaptation.
        draws: Kept draws of each.
        warmup: Steps of adaptation before them.
        starts: (chain, D) coordinates z to start from; zeros if None.
        factor: (D', D') lower Cholesky factor of a guess of the free coordinates' covariance, in whose units
            the chains move; the identity if None. It changes how fast they are, not where they end.
    """
    arrays, layout = arrays_of(problem), layout_of(problem)
    free = np.flatnonzero(problem.free)
    size = len(problem.parameters)

    unit = np.eye(len(free)) if factor is None else np.asarray(factor)

    def place(position: Array) -> Array:
        return jnp.zeros((size, 1)).at[free, 0].set(jnp.asarray(unit) @ position)

    def log_density(position: Array) -> Array:
        z = place(position)
        # Finite and hopeless instead of -inf: a gradient through -inf is NaN.
        value = likelihood.log_prior(z, arrays) + likelihood.log_likelihood(z, arrays, layout)
        return jnp.maximum(value[0], -1e10)

    @jax.jit
    @jax.vmap
    def all_chains(key: Array, start: Array) -> Array:
        warm_key, draw_key = jax.random.split(key)
        adaptation = blackjax.window_adaptation(blackjax.nuts, log_density)
        (state, tuned), _ = adaptation.run(warm_key, start, warmup)  # pyright: ignore[reportCallIssue]
        kernel = blackjax.nuts(log_density, **tuned)

        def step(state: Any, key: Array) -> tuple[Any, Array]:
            state, _ = kernel.step(key, state)
            return state, state.position

        return jax.lax.scan(step, state, jax.random.split(draw_key, draws))[1]

    first = np.zeros((chains, size)) if starts is None else starts
    keys = jax.random.split(jax.random.key(seed), chains)
    # Side by side: what a step costs hardly grows with the number of chains.
    positions = all_chains(keys, jnp.asarray(np.linalg.solve(unit, first[:, free].T).T))
    z = jax.vmap(jax.vmap(place))(positions)[..., 0]
    return np.asarray(to_natural(jnp.moveaxis(z, -1, 0), arrays.priors)).transpose(1, 2, 0)
