"""Random functions: reproducible, each call with a stream of its own.

A draw is a function of the call (a number made of its variable's name), of its seed argument and of the
number of the step, and of nothing else: a run can be repeated, and two scenarios of one model meet the same
chances. All members of an ensemble see the same draws. A new value comes at every step and is kept within it.
The streams are not Vensim's; the distributions are.
"""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

import jax
import jax.numpy as jnp

from stockade.arrays import Array
from stockade.compiler.functions import Lowering, Moment, Value, number

UNIFORM = "#uniform"


def stream(name: str, count: int) -> float:
    """Returns the number of a call's stream: the `count`-th of a variable."""
    return float(crc32(f"{name}#{count}".encode()))


def _mixed(x: Array) -> Array:
    """Returns 64 bits that look unrelated for neighbouring numbers (splitmix64, Steele et al. 2014)."""
    x = (x ^ (x >> 30)) * jnp.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> 27)) * jnp.uint64(0x94D049BB133111EB)
    return x ^ (x >> 31)


def _bits(value: Value) -> Array:
    return jnp.round(jnp.asarray(number(value), dtype=jnp.float64)).astype(jnp.int64).astype(jnp.uint64)


def _uniform(when: Moment, call: Value, seed: Value) -> Array:
    """Returns a number between 0 and 1, both left out."""
    step = _bits((when.step_time - when.start) / when.step)
    state = _mixed(_bits(call) * jnp.uint64(0x9E3779B97F4A7C15) + jnp.uint64(1))
    state = _mixed(state + _bits(seed) * jnp.uint64(0xD1B54A32D192ED03))
    state = _mixed(state + (step + jnp.uint64(1)) * jnp.uint64(0x9E3779B97F4A7C15))
    return ((state >> jnp.uint64(11)).astype(jnp.float64) + 0.5) * 2.0**-53


def _normal(_: Moment, u: Value, low: Value, high: Value, mean: Value, deviation: Value) -> Array:
    """Returns a draw from a normal distribution cut off at `low` and `high`."""
    low, high, mean, deviation = (number(one) for one in (low, high, mean, deviation))
    spread = jnp.where(jnp.greater(deviation, 0), deviation, 1.0)
    first, last = (jax.scipy.special.ndtr((one - mean) / spread) for one in (low, high))
    inside = jnp.clip(first + u * (last - first), 1e-300, 1.0 - 2.0**-53)
    found = jnp.clip(mean + spread * jax.scipy.special.ndtri(inside), low, high)
    return jnp.where(jnp.greater(deviation, 0), found, jnp.clip(mean, low, high))


def _exponential(_: Moment, u: Value, low: Value, high: Value, shift: Value, stretch: Value) -> Array:
    """Returns a draw from shift + stretch * an exponential variable, cut off at `low` and `high`."""
    low, high, shift, stretch = (number(one) for one in (low, high, shift, stretch))
    first, last = (-jnp.expm1(-jnp.maximum((one - shift) / stretch, 0.0)) for one in (low, high))
    return shift - stretch * jnp.log1p(-jnp.minimum(first + u * (last - first), 1.0 - 2.0**-53))


def _weibull(
    _: Moment, u: Value, low: Value, high: Value, shape: Value, shift: Value, stretch: Value
) -> Array:
    """Returns a draw from shift + stretch * a Weibull variable of a shape, cut off at `low` and `high`."""
    low, high, shape, shift, stretch = (number(one) for one in (low, high, shape, shift, stretch))
    first, last = (
        -jnp.expm1(-jnp.power(jnp.maximum((one - shift) / stretch, 0.0), shape)) for one in (low, high)
    )
    inside = jnp.minimum(first + u * (last - first), 1.0 - 2.0**-53)
    return shift + stretch * jnp.power(-jnp.log1p(-inside), 1.0 / shape)


def _triangular(
    _: Moment, u: Value, low: Value, high: Value, start: Value, peak: Value, stop: Value
) -> Array:
    """Returns a draw from a triangular distribution, cut off at `low` and `high`."""
    low, high, start, peak, stop = (jnp.asarray(number(one)) for one in (low, high, start, peak, stop))
    width, left, right = stop - start, peak - start, stop - peak

    def below(x: Array) -> Array:
        x = jnp.clip(x, start, stop)
        rising = jnp.square(x - start) / (width * jnp.where(left > 0, left, 1.0))
        falling = 1.0 - jnp.square(stop - x) / (width * jnp.where(right > 0, right, 1.0))
        return jnp.where(x < peak, rising, falling)

    first, last = below(low), below(high)
    inside = first + u * (last - first)
    rising = start + jnp.sqrt(inside * width * left)
    return jnp.where(inside * width < left, rising, stop - jnp.sqrt((1.0 - inside) * width * right))


NOISE_FUNCTIONS: Mapping[str, Lowering] = {
    UNIFORM: _uniform,
    "#random normal": _normal,
    "#random exponential": _exponential,
    "#random weibull": _weibull,
    "#random triangular": _triangular,
}
