"""What is known about a run before its first step: starting values, invariants, paths, overrides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.compiler.functions import Moment, Value, full, number
from stockade.compiler.lower import evaluate
from stockade.compiler.overrides import Overrides
from stockade.compiler.plan import Plan
from stockade.compiler.series import paths

Values = dict[str, Value]
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Run:
    """One run while it is traced: what does not change from step to step.

    Attributes:
        plan: What to compute, and when.
        batch: The shape of a variable.
        fixed: Constants and all that follows from them alone, by name.
        tables: Paths and all that follows from them and time alone, at the beginning, middle and end of all
            steps; by name, the step as axis 0.
        active: Which overrides hold in which step, shape (step, overridable).
        overrides: By name: the position in `active`, the value, the factor and the path.
        delays: Of states that are fixed delays: how many steps.
        beginnings: The states at the start, of batch shape.
    """

    plan: Plan
    batch: tuple[int, ...]
    fixed: Values
    tables: tuple[Values, ...]
    active: Array | None
    overrides: Mapping[str, tuple[int, Value, Value, Value]]
    delays: Mapping[str, Array]
    beginnings: Values


def prepare(
    plan: Plan,
    literals: Mapping[str, float],
    constants: Array,
    inputs: Array | None,
    overrides: Overrides | None,
    overridable: Sequence[str],
) -> Run:
    """Returns everything about a run that is known before its first step."""
    constants = jnp.asarray(constants, dtype=jnp.float64)
    inputs = None if inputs is None else jnp.asarray(inputs, dtype=jnp.float64)
    _check_shapes(plan, constants, inputs)
    batch = jnp.broadcast_shapes(constants.shape[1:], () if inputs is None else inputs.shape[2:])
    replaced, active = {}, None
    if overrides is not None:
        start, stop, value, *more = (None if one is None else jnp.asarray(one) for one in overrides)
        batch = jnp.broadcast_shapes(batch, value.shape[1:])  # type: ignore[union-attr]
        active = _active(plan, start, stop)
        for i, name in enumerate(overridable):
            factor, path = (None if one is None else one[i] for one in more)
            replaced[name] = (i, value[i], factor, path)  # type: ignore[index]
    fixed: Values = {**literals, **dict(zip(plan.program.constants, constants, strict=True))}
    starts = _starts(plan, fixed, inputs)
    fixed |= {name: starts[name] for name in plan.program.initials}
    for name, code in plan.invariant:
        fixed[name] = number(evaluate(code, fixed))
    return Run(
        plan,
        batch,
        fixed,
        _tables(plan, inputs, fixed),
        active,
        replaced,
        _delays(plan, starts),
        {state.name: full(starts[state.name], batch) for state in plan.program.states},
    )


def _delays(plan: Plan, starts: Values) -> dict[str, Array]:
    """Returns the length of every fixed delay in whole steps, at least one, by state."""
    found = {}
    for state, _, code in plan.states:
        if code is not None:
            length = jnp.asarray(number(evaluate(code, starts, _start_moment(plan)))) / _step(plan)
            # Half a step counts as a whole one, as in Vensim.
            steps = jnp.floor(length + 0.5 + TOLERANCE)
            found[state.name] = jnp.maximum(steps, 1.0).astype(jnp.int32)
    return found


def _step(plan: Plan) -> float:
    return plan.program.control.step


def _check_shapes(plan: Plan, constants: Array, inputs: Array | None) -> None:
    """Raises ValueError on arrays that do not fit: a caller's mistake, never a user's."""
    program = plan.program
    if constants.shape[:1] != (len(program.constants),):
        raise ValueError(f"constants must have {len(program.constants)} rows, not shape {constants.shape}")
    steps = program.control.steps + 1
    if program.inputs and (inputs is None or inputs.shape[:2] != (len(program.inputs), steps)):
        wanted = (len(program.inputs), steps)
        raise ValueError(
            f"inputs must begin with shape {wanted}, not {None if inputs is None else inputs.shape}"
        )


def _start_moment(plan: Plan) -> Moment:
    control = plan.program.control
    return Moment(control.start, control.start, control.step, control.start)


def _starts(plan: Plan, constants: Values, inputs: Array | None) -> Values:
    """Returns every starting value, and all that was needed for them."""
    values: Values = {**constants, "time": plan.program.control.start}
    for i, name in enumerate(plan.program.inputs):
        values[name] = inputs[i, 0]  # type: ignore[index]
    series = plan.program.series
    begin = np.array([plan.program.control.start])
    values |= zip(series, paths(list(series.values()), begin)[:, 0], strict=True)
    for name, code in plan.starts:
        values[name] = number(evaluate(code, values, _start_moment(plan)))
    return values


def _tables(plan: Plan, inputs: Array | None, fixed: Values) -> tuple[Values, ...]:
    """Returns exogenous values at the beginning, middle and end of all steps; the step is axis 0."""
    control = plan.program.control
    trailing = 0 if inputs is None else inputs.ndim - 2
    begin = jnp.asarray(control.step_times).reshape((-1,) + (1,) * trailing)
    step: Value = control.step
    if control.lengths is not None:
        step = jnp.asarray(control.lengths).reshape(begin.shape)
    stages = []
    for share in (0.0, 0.5, 1.0):
        values: Values = {**fixed, "time": begin + share * step}
        for i, name in enumerate(plan.program.inputs):
            path = inputs[i]  # type: ignore[index]
            after = jnp.concatenate([path[1:], path[-1:]])
            values[name] = path if share == 0.0 else (1 - share) * path + share * after
        length = control.step if control.lengths is None else np.asarray(control.lengths)
        given = paths(list(plan.program.series.values()), control.step_times + share * length)
        for name, path in zip(plan.program.series, given, strict=True):
            values[name] = jnp.asarray(path).reshape(begin.shape)
        when = Moment(values["time"], begin, step, control.start)
        for name, code in plan.exogenous:
            values[name] = number(evaluate(code, values, when))
        kept = ("time", *plan.program.inputs, *plan.program.series, *(name for name, _ in plan.exogenous))
        stages.append({name: values[name] for name in kept} | {"#step time": begin})
    return tuple(stages)


def _active(plan: Plan, start: Value, stop: Value) -> Array:
    """Returns which overrides hold in which step, shape (step, overridable)."""
    control = plan.program.control
    times = jnp.asarray(control.step_times)[:, None] + TOLERANCE * control.step
    return (times >= start) & (times < stop)
