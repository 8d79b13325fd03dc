"""A month of a model with noise in its flows, for any source of chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import jax
import jax.numpy as jnp

from stockade.arrays import Array, Floats
from stockade.simulation.process_noise import Leaps, ProcessNoise, noisy_flows

Draws = Callable[[Any], tuple[Leaps, Callable[[], Any]]]
"""``draws(i)`` gives the leaps of step i, and a function that, once they are drawn, gives what to keep."""


class Stepper(Protocol):
    """The part of a compiled simulator's stepper that noise needs; see `stockade.compiler.stepping`."""

    @property
    def begin(self) -> Callable[..., Any]:
        """Takes constants (C, *batch), inputs, the batch and overrides; gives the run."""
        ...

    @property
    def start(self) -> Callable[..., dict[str, Array]]:
        """Takes the run; gives the states before the first step."""
        ...

    @property
    def step(self) -> Callable[..., tuple[dict[str, Array], Array]]:
        """Takes run, states, step number and noise; gives the states after it and the outputs (O, *batch)."""
        ...

    @property
    def every(self) -> int:
        """Steps in a month."""
        ...

    @property
    def length(self) -> float:
        """How long a step is."""
        ...

    @property
    def count(self) -> int:
        """Months."""
        ...


@dataclass(frozen=True, eq=False)
class Drawn:
    """What differs from draw to draw when a model is run again.

    Attributes:
        constants: (C, draw), as the simulator takes them.
        scales: (environmental flow, draw).
        inputs: (input, step), or None.
    """

    constants: Array | Floats
    scales: Array | Floats
    inputs: Array | Floats | None = None


def first_states(stepper: Stepper, noise: ProcessNoise, run: Any) -> dict[str, Array]:
    """Returns the states before the first month: whole numbers where only whole persons move."""
    states = dict(stepper.start(run))
    for name in noise.whole:
        states[name] = jnp.rint(states[name])
    return states


def noisy_month(
    stepper: Stepper,
    noise: ProcessNoise,
    run: Any,
    states: dict[str, Array],
    month: Any,
    factor: Array,
    draws: Draws,
    size: tuple[int, ...],
) -> tuple[dict[str, Array], Array, Any]:
    """Runs the steps of a month.

    Args:
        stepper: Runs the model a step at a time.
        noise: What is noisy.
        run: Of the stepper's `begin`.
        states: Before the month.
        month: Its number.
        factor: The month's factors, (environmental flow, *batch).
        draws: Where the whole persons of each step come from.
        size: Shape of the outputs, (O, *batch).

    Returns:
        The states after it, the means of the outputs over its steps, and what the steps kept.
    """
    by_name = dict(zip(noise.environmental, factor, strict=True))

    def step(carried: tuple[dict[str, Array], Array], i: Array) -> tuple[Any, Any]:
        (before, means), (leaps, kept) = carried, draws(i)

        def noisily(values: dict[str, Array]) -> dict[str, Array]:
            return noisy_flows(noise, leaps, values, by_name, size[1:], stepper.length)

        after, row = stepper.step(run, before, month * stepper.every + i, noisily)
        return (after, means + row / stepper.every), kept()

    start = (states, jnp.zeros(size))
    (after, means), kept = jax.lax.scan(step, start, jnp.arange(stepper.every))
    return after, means, kept
