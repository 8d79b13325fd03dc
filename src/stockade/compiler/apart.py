"""How XLA is told to cut up a computation: some parts on their own, a whole loop in one piece.

`apart`: computing something so that XLA does not fuse it into everything that reads it.

XLA's CPU back end fuses by copying a producer into each of its consumers. In a model, where most auxiliaries
are read several times, that makes the same arithmetic run many times over; kept apart, it runs once and
its results stay in the first-level cache. An optimisation barrier does not help: it is removed before fusion.

`together`: computing a loop over single numbers as one piece of machine code. XLA's CPU back end otherwise
starts every operation of a step by itself, which takes longer than the operation: on World3 eight times as long.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
from jax.experimental.xla_metadata import set_xla_metadata

from stockade.arrays import Array


def apart(compute: Callable[[], tuple[Any, ...]]) -> tuple[Array, ...]:
    """Returns what `compute` returns, as a call that XLA does not inline.

    Other back ends than the CPU's fuse well by themselves, and get no call.

    Args:
        compute: A pure function; it may close over traced values.
    """
    if jax.default_backend() != "cpu":
        return compute()

    def inner() -> tuple[Any, ...]:
        # The mark is for this call alone: functions of jax.numpy are calls too, and are to be inlined.
        with set_xla_metadata(inlineable=None):
            return compute()

    with set_xla_metadata(inlineable="false"):
        return jax.jit(inner)()


def together(compute: Callable[..., Array], *arguments: Any) -> Array:
    """Returns `compute(*arguments)`, compiled as one function on the CPU.

    Its derivatives are those of the plain computation: their loops may hold operations (scatter, sort) that XLA
    cannot put into one function.

    Args:
        compute: A pure function of its arguments alone, of elementwise operations and loops.
        arguments: Arrays, or tuples and dictionaries of them.
    """
    if jax.default_backend() != "cpu":
        return compute(*arguments)

    def inner(*given: Any) -> Array:
        with set_xla_metadata(inlineable=None, xla_cpu_small_call=None):
            return compute(*given)

    @jax.custom_jvp
    def whole(*given: Any) -> Array:
        with set_xla_metadata(inlineable="false", xla_cpu_small_call="true"):
            return jax.jit(inner)(*given)

    @whole.defjvp
    def _(primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Array, Array]:
        return jax.jvp(compute, primals, tangents)

    return whole(*arguments)
