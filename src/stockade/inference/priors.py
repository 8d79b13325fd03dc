"""Prior families as arrays, so that one compiled function serves every explanation.

A parameter `x` is sampled through an unconstrained coordinate `z`:

========= ======================= ============================== =======================
family    its two numbers         bijection                      law of z
========= ======================= ============================== =======================
lognormal median m, sigma s       x = m exp(s z)                 standard normal
normal    mean m, sd s            x = m + s z                    standard normal
beta      a, b                    x = 1 / (1 + exp(-z))          logit of a Beta(a, b)
uniform   low, high               x = low + (high-low) expit(z)  logit of a Beta(1, 1)
========= ======================= ============================== =======================

A parameter that an explanation holds has z = 0, takes its held value, and adds nothing to the density.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.inference.noise import Stream, log_gammas

Family = Literal["lognormal", "normal", "beta", "uniform"]

_CODES: dict[str, int] = {"lognormal": 0, "normal": 1, "beta": 2, "uniform": 3}
_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of one parameter before the data.

    Attributes:
        name: The parameter's canonical name.
        family: Which law.
        a: Median, mean, a or low, by family.
        b: Sigma, sd, b or high, by family.
    """

    name: str
    family: Family
    a: float
    b: float

    def __post_init__(self) -> None:
        positive = {"lognormal": (self.a, self.b), "normal": (self.b,), "beta": (self.a, self.b)}
        fine = self.family in _CODES and all(one > 0 for one in positive.get(self.family, ()))
        if not fine or (self.family == "uniform" and not self.a < self.b):
            raise ValueError(f"not a prior: {self}")


class PriorArrays(NamedTuple):
    """The priors of all D parameters, and which of them an explanation leaves free.

    Attributes:
        family: (D,) code of the family.
        shift: (D,) added to the scaled coordinate (log median, mean, 0, low).
        scale: (D,) multiplies it (sigma, sd, 1, high - low).
        a: (D,) first number of the Beta law; 1 where there is none.
        b: (D,) second number of the Beta law; 1 where there is none.
        constant: (D,) log of the normalising constant of the law of z.
        free: (D,) whether the parameter is sampled.
        held: (D,) its value where it is not.
    """

    family: Array
    shift: Array
    scale: Array
    a: Array
    b: Array
    constant: Array
    free: Array
    held: Array


def _numbers(prior: Prior) -> tuple[float, float, float, float, float]:
    """Returns (shift, scale, a, b, constant) of one prior."""
    if prior.family == "lognormal":
        return math.log(prior.a), prior.b, 1.0, 1.0, -_HALF_LOG_TWO_PI
    if prior.family == "normal":
        return prior.a, prior.b, 1.0, 1.0, -_HALF_LOG_TWO_PI
    if prior.family == "uniform":
        return prior.a, prior.b - prior.a, 1.0, 1.0, 0.0
    constant = math.lgamma(prior.a + prior.b) - math.lgamma(prior.a) - math.lgamma(prior.b)
    return 0.0, 1.0, prior.a, prior.b, constant


def prior_arrays(priors: Sequence[Prior | None], free: np.ndarray, held: np.ndarray) -> PriorArrays:
    """Packs priors into arrays.

    Args:
        priors: (D,) one for each parameter; None where a parameter is held in every explanation.
        free: (D,) bool, which parameters are sampled.
        held: (D,) values of those that are not; read nowhere else.

    Raises:
        ValueError: If a free parameter has no prior.
    """
    stand_in = Prior("", "normal", 0.0, 1.0)
    for prior, one in zip(priors, free, strict=True):
        if one and prior is None:
            raise ValueError("a free parameter has no prior")
    known = [prior or stand_in for prior in priors]
    numbers = np.array([_numbers(prior) for prior in known], dtype=float).reshape(-1, 5)
    return PriorArrays(
        jnp.asarray([_CODES[prior.family] for prior in known], dtype=jnp.int32),
        *(jnp.asarray(column) for column in numbers.T),
        free=jnp.asarray(free, dtype=bool),
        held=jnp.asarray(np.where(free, 0.0, held), dtype=float),
    )


def to_natural(z: Array, priors: PriorArrays) -> Array:
    """Returns parameters (D, *batch) on their natural scale from coordinates z (D, *batch)."""
    family, shift, scale, free, held = (
        _column(one, z) for one in (priors.family, priors.shift, priors.scale, priors.free, priors.held)
    )
    line = shift + scale * jnp.where(family <= 1, z, jax.nn.sigmoid(z))
    # The inner where keeps exp() away from lines of other families, whose gradient could overflow.
    value = jnp.where(family == 0, jnp.exp(jnp.where(family == 0, line, 0.0)), line)
    return jnp.where(free, value, held)


def to_coordinates(x: Array, priors: PriorArrays) -> Array:
    """Returns coordinates z (D, *batch) of parameters (D, *batch): the inverse of `to_natural`."""
    family, shift, scale, free = (
        _column(one, x) for one in (priors.family, priors.shift, priors.scale, priors.free)
    )
    line = jnp.where(family == 0, jnp.log(jnp.where(family == 0, x, 1.0)), x)
    unit = (line - shift) / scale
    inside = jnp.where(family >= 2, unit, 0.5)
    return jnp.where(free, jnp.where(family >= 2, jnp.log(inside) - jnp.log1p(-inside), unit), 0.0)


def log_prior(z: Array, priors: PriorArrays) -> Array:
    """Returns the log density (*batch,) of coordinates z (D, *batch), Jacobian included."""
    family, a, b, constant, free = (
        _column(one, z) for one in (priors.family, priors.a, priors.b, priors.constant, priors.free)
    )
    log_sigmoid = -jnp.logaddexp(0.0, -z)
    logistic = a * log_sigmoid + b * (log_sigmoid - z)
    density = constant + jnp.where(family <= 1, -0.5 * z * z, logistic)
    return jnp.sum(jnp.where(free, density, 0.0), axis=0)


def sample_prior(noise: Stream, priors: PriorArrays, draws: int) -> Array:
    """Returns coordinates z (D, draws) drawn from the prior; zeros where a parameter is held."""
    family, free = np.asarray(priors.family)[:, None], np.asarray(priors.free)[:, None]
    shape = (len(family), draws)
    # The logit of a Beta is a difference of log gammas; logs of gammas keep small a and b exact.
    a, b = np.asarray(priors.a)[:, None], np.asarray(priors.b)[:, None]
    logit = log_gammas(noise, a, shape) - log_gammas(noise, b, shape)
    return jnp.asarray(np.where(free, np.where(family <= 1, noise.standard_normal(shape), logit), 0.0))


def natural_sd(prior: Prior) -> float:
    """Returns the prior's sd on its natural scale: of log x for a lognormal, of x for the others."""
    if prior.family in ("lognormal", "normal"):
        return prior.b
    if prior.family == "uniform":
        return (prior.b - prior.a) / math.sqrt(12.0)
    total = prior.a + prior.b
    return math.sqrt(prior.a * prior.b / (total * total * (total + 1.0)))


def _column(values: Array, like: Array) -> Array:
    """Returns values (D,) shaped to broadcast against an array (D, *batch)."""
    return values.reshape(values.shape + (1,) * (like.ndim - 1))
