"""What an explanation says of an observation not yet made: draws of it, and the density of any outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array, Floats
from stockade.inference.observations import negative_binomial

LEAST_LEVEL = 1e-12
"""Floor of a reported quantity before its log, as in fitting."""


class Predictive(Protocol):
    """One explanation's view of an observation, draw by draw."""

    @property
    def outcomes(self) -> Floats:
        """(draw, part): one outcome a draw."""
        ...

    def log_density(self, outcomes: Floats) -> Floats:
        """Returns (outcome, draw): log density of outcomes (outcome, part) given each draw."""
        ...


@dataclass(frozen=True, eq=False)
class Counts:
    """Counts of some months, negative binomial around expected ones.

    Attributes:
        outcomes: (draw, month) counts drawn.
        means: (month, draw) expected counts.
        dispersion: (draw,) r; the variance is mean + mean^2 / r.
    """

    outcomes: Floats
    means: Floats
    dispersion: Floats

    def log_density(self, outcomes: Floats) -> Floats:
        """Returns (outcome, draw), the sum over the months, which are independent given the draw."""
        found = _count_density(jnp.asarray(outcomes), jnp.asarray(self.means), jnp.asarray(self.dispersion))
        return np.asarray(found)


@dataclass(frozen=True, eq=False)
class Figure:
    """A reported figure, log-normal around a level.

    Attributes:
        outcomes: (draw, 1) figures drawn.
        levels: (draw,) what the draw holds for true.
        sigma: Sd of the log of the figure around it.
    """

    outcomes: Floats
    levels: Floats
    sigma: float

    def log_density(self, outcomes: Floats) -> Floats:
        """Returns (outcome, draw), the density of the figure's log."""
        centre = np.log(np.maximum(self.levels, LEAST_LEVEL))
        u = (np.log(np.maximum(outcomes[:, :1], LEAST_LEVEL)) - centre[None]) / self.sigma
        return -0.5 * u * u - np.log(self.sigma * np.sqrt(2.0 * np.pi))


def figure(levels: Floats, sigma: float, random: np.random.Generator) -> Figure:
    """Draws one figure around each level (draw,)."""
    noise = np.exp(sigma * random.standard_normal(len(levels)))
    return Figure((np.maximum(levels, LEAST_LEVEL) * noise)[:, None], levels, sigma)


@jax.jit
def _count_density(outcomes: Array, means: Array, dispersion: Array) -> Array:
    """Log probabilities (outcome, draw) of counts (outcome, month)."""

    def one(counts: Array) -> Array:
        return jnp.sum(negative_binomial(counts[:, None], means, dispersion[None]), axis=0)

    return jax.lax.map(one, outcomes)
