"""Computing something apart, so that XLA does not fuse it into everything that reads it.

XLA's CPU back end fuses by copying a producer into each of its consumers. In a model, where most auxiliaries
are read several times, that makes the same arithmetic run many times over; kept apart, it runs once and
its results stay in the first-level cache. An optimisation barrier does not help: it is removed before fusion.
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
