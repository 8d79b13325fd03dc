"""What each function and operator of a model means in JAX.

A lowering takes the moment (time and step) and the values of its arguments. A value is a Python or NumPy
float for a literal, a `Table`, or an array; comparisons give arrays of bool, turned into 0 and 1 where
arithmetic needs a number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.compiler.lookups import look_up
from stockade.compiler.powers import power, power_with_sign, safe_log, sign_of_power
from stockade.model.expressions import Table

Value = Any  # float | Array | Table: which of them is known only while tracing


class Moment(NamedTuple):
    """When an equation is evaluated.

    Attributes:
        time: The time of this evaluation (for RK4 also half-way through a step).
        step_time: The time at which the step began.
        step: The length of a step.
        start: The time at which the run began.
        axes: How many axes a scalar has at most, those of the batch or of all steps; a vector has more.
    """

    time: Any
    step_time: Any
    step: float
    start: float
    axes: int = 0


Lowering = Callable[..., Value]
NOT_AVAILABLE = -(2.0**109)
"""What Vensim computes with where a number is missing (:NA:)."""


def is_literal(value: Value) -> bool:
    """Says whether a value is a number known when the model is compiled."""
    return isinstance(value, float | int) and not isinstance(value, bool)


def number(value: Value) -> Value:
    """Returns a value with which one can do arithmetic: a truth value as 0 or 1."""
    if isinstance(value, bool | np.bool_):
        return np.float64(value)
    if hasattr(value, "dtype") and value.dtype == bool:
        return value.astype(jnp.float64)
    return value


def truth(value: Value) -> Value:
    """Returns a value as bool: what is not zero is true."""
    if isinstance(value, bool | np.bool_) or (hasattr(value, "dtype") and value.dtype == bool):
        return value
    return value != 0


def _plain(function: Callable[..., Value]) -> Lowering:
    """A function of numbers alone, which does not care about the moment."""

    def lowering(_: Moment, *args: Value) -> Value:
        with np.errstate(all="ignore"):
            return function(*(number(one) for one in args))

    return lowering


def _by_numpy_or_jax(literal: Callable[..., Value], traced: Callable[..., Value]) -> Lowering:
    def either(*args: Value) -> Value:
        if all(is_literal(one) for one in args):
            return literal(*args)
        return traced(*args)

    return _plain(either)


def _divide(left: Value, right: Value) -> Value:
    if is_literal(left) and is_literal(right):
        return np.float64(left) / np.float64(right)
    return left / right


def _if_then_else(_: Moment, condition: Value, yes: Value, no: Value) -> Value:
    condition = truth(condition)
    yes, no = number(yes), number(no)
    if isinstance(condition, bool | np.bool_):
        return yes if condition else no
    return jnp.where(condition, yes, no)


def xidz(numerator: Value, denominator: Value, otherwise: Value) -> Value:
    """Returns numerator / denominator, or `otherwise` where the denominator is within 1e-6 of zero.

    Source:
        Vensim reference manual, XIDZ and ZIDZ.
    """
    zero = jnp.less(jnp.abs(denominator), 1e-6)
    return jnp.where(zero, otherwise, numerator / jnp.where(zero, 1.0, denominator))


def _quantum(x: Value, unit: Value) -> Value:
    safe = jnp.where(jnp.greater(unit, 0), unit, 1.0)
    return jnp.where(jnp.greater(unit, 0), safe * jnp.trunc(x / safe), x)


def _step(when: Moment, height: Value, begins: Value) -> Value:
    return jnp.where(when.step_time + when.step / 2 > begins, number(height), 0.0)


def _pulse(when: Moment, begins: Value, lasts: Value) -> Value:
    middle = when.step_time + when.step / 2
    lasts = jnp.maximum(lasts, when.step)
    return jnp.logical_and(middle > begins, middle < begins + lasts)


def _pulse_train(when: Moment, begins: Value, lasts: Value, every: Value, ends: Value) -> Value:
    middle = when.step_time + when.step / 2
    lasts = jnp.maximum(lasts, when.step)
    inside = jnp.logical_and(middle > begins, middle < ends)
    # Without a time to repeat after, there is one pulse.
    again = jnp.greater(every, 0)
    since = jnp.where(again, jnp.mod(middle - begins, jnp.where(again, every, 1.0)), middle - begins)
    return jnp.logical_and(inside, since < lasts)


def _ramp(when: Moment, slope: Value, begins: Value, ends: Value) -> Value:
    last = jnp.maximum(ends - number(begins), 0.0)
    return number(slope) * jnp.clip(when.time - begins, 0.0, last)


def _lookup(_: Moment, table: Table, x: Value) -> Value:
    return look_up(table, number(x))


def _with_lookup(_: Moment, x: Value, table: Table) -> Value:
    return look_up(table, number(x))


def _extrapolate(_: Moment, table: Table, x: Value) -> Value:
    return look_up(table, number(x), extrapolate=True)


def _compare(name: str) -> Lowering:
    return _by_numpy_or_jax(getattr(np, name), getattr(jnp, name))


def _logic(name: str) -> Lowering:
    def lowering(_: Moment, *args: Value) -> Value:
        return getattr(jnp, name)(*(truth(one) for one in args))

    return lowering


def _same(name: str) -> Lowering:
    return _by_numpy_or_jax(lambda *args: np.float64(getattr(np, name)(*args)), getattr(jnp, name))


OPERATORS: Mapping[str, Lowering] = {
    "+": _plain(lambda a, b: a + b),
    "-": _plain(lambda a, b: a - b),
    "*": _plain(lambda a, b: a * b),
    "/": _plain(_divide),
    "^": _plain(power),
    "=": _compare("equal"),
    "<>": _compare("not_equal"),
    "<": _compare("less"),
    ">": _compare("greater"),
    "<=": _compare("less_equal"),
    ">=": _compare("greater_equal"),
    "and": _logic("logical_and"),
    "or": _logic("logical_or"),
}
SIGNS: Mapping[str, Lowering] = {
    "-": _plain(lambda a: -a),
    "+": _plain(lambda a: a),
    "not": _logic("logical_not"),
}

_SAME_NAME = ("exp", "sqrt", "abs", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh")
FUNCTIONS: Mapping[str, Lowering] = {
    **{name: _same(name) for name in _SAME_NAME},
    "ln": _by_numpy_or_jax(np.log, safe_log),
    "log": _plain(lambda x, base: safe_log(x) / safe_log(base)),
    "min": _same("minimum"),
    "max": _same("maximum"),
    "power": _plain(power),
    "integer": _same("trunc"),
    "modulo": _same("fmod"),
    "quantum": _plain(_quantum),
    "zidz": _plain(lambda a, b: xidz(a, b, 0.0)),
    "xidz": _plain(xidz),
    "gamma ln": _by_numpy_or_jax(math.lgamma, jax.scipy.special.gammaln),
    "if then else": _if_then_else,
    "step": _step,
    "pulse": _pulse,
    "pulse train": _pulse_train,
    "ramp": _ramp,
    "lookup": _lookup,
    "with lookup": _with_lookup,
    "lookup extrapolate": _extrapolate,
    # Hidden: what `plan` makes of a power whose exponent does not change during a run.
    "#power": _plain(power_with_sign),
    "#sign of power": _plain(sign_of_power),
}


def full(value: Value, shape: tuple[int, ...]) -> Array:
    """Returns a value as an array of numbers of at least the given batch shape."""
    return jnp.broadcast_to(jnp.asarray(number(value), dtype=jnp.float64), shape)
