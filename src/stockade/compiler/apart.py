"""How XLA is told to cut up a computation: some parts on their own, a whole loop in one piece.

`apart`: computing something so that XLA does not fuse it into everything that reads it.

XLA's CPU back end fuses by copying a producer into each of its consumers. In a model, where most auxiliaries
are read several times, that makes the same arithmetic run many times over; kept apart, it runs once and
its results stay in the first-level cache. An optimisation barrier does not help: it is removed before fusion.

`together`: computing a loop over single numbers as one piece of machine code. XLA's CPU back end otherwise
starts every operation of a step by itself, which takes longer than the operation: on World3 eight times as
long.
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


def together(loop: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a loop that is compiled as one function on the CPU.

    Args:
        loop: A pure function of its arguments alone: a loop of elementwise operations on single numbers, and
            nothing else. XLA cannot put sorting and scattering into one function, nor what it would share
            between threads, such as filling an array with zeros.
    """
    if jax.default_backend() != "cpu":
        return loop

    # A name of its own, so that it can be told from the parts that are computed apart.
    def loop_in_one_piece(*given: Any) -> Any:
        with set_xla_metadata(inlineable=None, xla_cpu_small_call=None):
            return loop(*given)

    def whole(*given: Any) -> Any:
        with set_xla_metadata(inlineable="false", xla_cpu_small_call="true"):
            return jax.jit(loop_in_one_piece)(*given)

    return whole
