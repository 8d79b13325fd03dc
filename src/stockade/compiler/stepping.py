"""A model a step at a time: for whatever must look in between, as a particle filter does.

The same steps as those of a whole run, by Euler's method; only the loop is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import jax.numpy as jnp

from stockade.arrays import Array
from stockade.compiler.functions import Value
from stockade.compiler.integrate import carried_states, recorded_rows
from stockade.compiler.overrides import Overrides
from stockade.compiler.plan import Plan
from stockade.compiler.prepare import Run, Values, prepare
from stockade.compiler.steps import Noise, advance


@dataclass(frozen=True, eq=False)
class Stepper:
    """Pure functions that run a model step by step, within one traced function.

    Attributes:
        begin: ``begin(constants, inputs, batch, overrides=None)`` returns what does not change from step to
            step. Constants have shape (constants, *batch); an axis of length 1 stands for one that `batch`
            has longer, and what follows from constants alone is then computed once.
        start: ``start(run)`` returns the states before the first step, by name, each of shape (*batch) or
            (elements, *batch).
        step: ``step(run, states, k, noise)`` returns the states after step k and the outputs at its
            beginning, shape (outputs, *batch). `noise` is that of `steps.advance`, or None.
        every: Steps in a save interval.
        length: How long a step is.
        count: Save intervals in a run.
    """

    begin: Callable[..., Run]
    start: Callable[[Run], Values]
    step: Callable[[Run, Values, Value, Noise | None], tuple[Values, Array]]
    every: int
    length: float
    count: int


def make_stepper(plan: Plan, literals: Mapping[str, float], overridable: tuple[str, ...]) -> Stepper | None:
    """Returns the plan as a stepper; None where its steps are not all alike.

    Args:
        plan: The plan for runs in which the flows of `overridable` may change.
        literals: Values of the control variables.
        overridable: Canonical names.
    """
    control = plan.program.control
    if control.varying or control.saved is not None:
        return None

    def begin(
        constants: Array, inputs: Array | None, batch: tuple[int, ...], overrides: Overrides | None = None
    ) -> Run:
        run = prepare(plan, literals, constants, inputs, overrides, overridable, (0.0,))
        if run.batch == batch:
            return run
        if jnp.broadcast_shapes(run.batch, batch) != batch or len(run.batch) != len(batch):
            raise ValueError(f"constants of batch shape {run.batch} do not fit a batch of {batch}")
        wide = replace(run, batch=batch)
        starts = {name: jnp.broadcast_to(one, wide.shape(name)) for name, one in run.beginnings.items()}
        return replace(wide, beginnings=starts)

    def step(run: Run, states: Values, k: Value, noise: Noise | None) -> tuple[Values, Array]:
        after, values = advance(run, states, k, "euler", noise)
        return after, jnp.concatenate(recorded_rows(run, values))

    return Stepper(begin, carried_states, step, control.every, control.step, control.saves)
