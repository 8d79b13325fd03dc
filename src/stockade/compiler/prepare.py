"""What is known about a run before its first step: starting values, invariants, paths, overrides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import jax.numpy as jnp
import numpy as np

from stockade.arrays import Array
from stockade.compiler.functions import Moment, Value, full, number
from stockade.compiler.group import CONSTANTS, INPUTS, SERIES
from stockade.compiler.lower import NEVER, Load, evaluate
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
            steps; by name, the step as axis 0. Only the first for Euler.
        active: Which overrides hold in which step, shape (step, overridable).
        overrides: By name: the position in `active`, the value, the factor and the path.
        delays: Of states that are fixed delays: how many steps.
        beginnings: The states at the start, of their shapes.
        changed: What flows come out as in this step, by name, in the place of their equations.
    """

    plan: Plan
    batch: tuple[int, ...]
    fixed: Values
    tables: tuple[Values, ...]
    active: Array | None
    overrides: Mapping[str, tuple[int, Value, Value, Value]]
    delays: Mapping[str, Array]
    beginnings: Values
    changed: Values = field(default_factory=dict)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a variable: that of the batch, of a vector with its elements before."""
        size = self.plan.program.vectors.get(name)
        return self.batch if size is None else (size, *self.batch)

    def rows(self, name: str) -> int:
        """How many variables a name stands for."""
        return self.plan.program.vectors.get(name, 1)


def prepare(
    plan: Plan,
    literals: Mapping[str, float],
    constants: Array,
    inputs: Array | None,
    overrides: Overrides | None,
    overridable: Sequence[str],
    stages: tuple[float, ...] = (0.0, 0.5, 1.0),
) -> Run:
    """Returns everything about a run that is known before its first step.

    Args:
        plan: What to compute.
        literals: The control variables.
        constants: Shape (constants, *batch).
        inputs: Shape (inputs, step) or (inputs, step, *batch).
        overrides: What a scenario replaces.
        overridable: The names that it can replace.
        stages: At which shares of a step the method looks.
    """
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
    fixed: Values = {**literals, **_given(plan, constants, len(batch))}
    starts = _starts(plan, fixed, inputs, len(batch))
    fixed |= {name: starts[name] for name in plan.program.initials}
    for name, code in plan.invariant:
        fixed[name] = number(evaluate(code, fixed, NEVER._replace(axes=len(batch))))
    run = Run(
        plan,
        batch,
        fixed,
        _tables(plan, inputs, fixed, len(batch), stages),
        active,
        replaced,
        _delays(plan, starts, len(batch)),
        {},
    )
    begun = {one.name: full(starts[one.name], run.shape(one.name)) for one in plan.program.states}
    return replace(run, beginnings=begun)


def _given(plan: Plan, constants: Array, axes: int) -> Values:
    """Returns the constants by name, or as one vector."""
    if plan.program.vectors:
        return {CONSTANTS: _with_axes(constants, 1, axes)}
    return dict(zip(plan.program.constants, constants, strict=True))


def _with_axes(value: Array, elements: int, axes: int) -> Array:
    """Returns an array whose first `elements` axes are followed by `axes` axes, the new ones of length 1."""
    shape = value.shape
    return value.reshape(*shape[:elements], *(1,) * (axes + elements - value.ndim), *shape[elements:])


def whole_steps(length: Value, step: Value) -> Array:
    """Returns how many steps a delay takes, at least one; half a step counts as a whole one, as in Vensim."""
    steps = jnp.floor(jnp.asarray(length) / step + 0.5 + TOLERANCE)
    return jnp.maximum(steps, 1.0).astype(jnp.int32)


def _delays(plan: Plan, starts: Values, axes: int) -> dict[str, Array]:
    """Returns the length of every fixed delay in whole steps, at least one, by state."""
    found = {}
    for state, _, code in plan.states:
        if code is not None:
            length = number(evaluate(code, starts, _start_moment(plan, axes)))
            found[state.name] = whole_steps(length, _step(plan))
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


def _start_moment(plan: Plan, axes: int) -> Moment:
    control = plan.program.control
    return Moment(control.start, control.start, control.step, control.start, axes)


def _starts(plan: Plan, constants: Values, inputs: Array | None, axes: int) -> Values:
    """Returns every starting value, and all that was needed for them."""
    values: Values = {**constants, "time": plan.program.control.start}
    if plan.program.vectors and inputs is not None:
        values[INPUTS] = _with_axes(inputs[:, 0], 1, axes)
    else:
        values |= {name: inputs[i, 0] for i, name in enumerate(plan.program.inputs)}  # type: ignore[index]
    begin = np.array([plan.program.control.start])
    found = _series(plan, begin, 0)
    if plan.program.vectors:
        values |= {name: _with_axes(one[:, 0], 1, axes) for name, one in found.items()}
    else:
        values |= {name: one[0] for name, one in found.items()}
    for name, code in plan.starts:
        values[name] = number(evaluate(code, values, _start_moment(plan, axes)))
    return values


def _tables(
    plan: Plan, inputs: Array | None, fixed: Values, axes: int, shares: tuple[float, ...]
) -> tuple[Values, ...]:
    """Returns exogenous values at some shares of all steps; the step is axis 0."""
    control = plan.program.control
    trailing = 0 if inputs is None else inputs.ndim - 2
    begin = jnp.asarray(control.step_times).reshape((-1,) + (1,) * trailing)
    step: Value = control.step
    if control.lengths is not None:
        step = jnp.asarray(control.lengths).reshape(begin.shape)
    stages = []
    for share in shares:
        values: Values = {**fixed, **_literal_vectors(plan, fixed, axes, 1 + trailing)}
        values["time"] = begin + share * step
        length = control.step if control.lengths is None else np.asarray(control.lengths)
        given = _paths(plan, inputs, share) | _series(plan, control.step_times + share * length, trailing)
        values |= given
        when = Moment(values["time"], begin, step, control.start, 1 + trailing)
        for name, code in plan.exogenous:
            values[name] = number(evaluate(code, values, when))
        kept = ("time", *given, *(name for name, _ in plan.exogenous))
        stages.append({name: _by_step(values[name], begin, axes) for name in kept} | {"#step time": begin})
    return tuple(stages)


def _paths(plan: Plan, inputs: Array | None, share: float) -> Values:
    """Returns the input paths at a share of all steps, by name or as one vector."""
    if inputs is None:
        return {}
    after = jnp.concatenate([inputs[:, 1:], inputs[:, -1:]], axis=1)
    now = inputs if share == 0.0 else (1 - share) * inputs + share * after
    if plan.program.vectors:
        return {INPUTS: now}
    return dict(zip(plan.program.inputs, now, strict=True))


def _series(plan: Plan, times: np.ndarray, trailing: int) -> Values:
    """Returns what the data say at some times, by name or as one vector; then come `trailing` axes."""
    series = plan.program.series
    if not series:
        return {}
    found = jnp.asarray(paths(list(series.values()), times))
    found = found.reshape(*found.shape, *(1,) * trailing)
    return {SERIES: found} if plan.program.vectors else dict(zip(series, found, strict=True))


def _literal_vectors(plan: Plan, fixed: Values, before: int, after: int) -> Values:
    """Returns those vectors that depend on nothing and are read for all steps at once, with its axes."""
    read = {one.name for _, code in plan.exogenous for one in code if isinstance(one, Load)}
    found: Values = {}
    for name in read & set(fixed):
        elements = np.ndim(fixed[name]) - before
        if elements > 0:
            found[name] = fixed[name].reshape(*fixed[name].shape[:elements], *(1,) * after)
    return found


def _by_step(value: Value, begin: Array, axes: int) -> Value:
    """Returns a value for all steps with the step as axis 0; a vector with all axes of the batch."""
    elements = np.ndim(value) - begin.ndim
    if elements <= 0:
        return value
    sizes, trailing = value.shape[:elements], value.shape[elements + 1 :]
    value = jnp.moveaxis(jnp.broadcast_to(value, (*sizes, len(begin), *trailing)), elements, 0)
    return _with_axes(value, 1 + elements, axes)


def _active(plan: Plan, start: Value, stop: Value) -> Array:
    """Returns which overrides hold in which step, shape (step, overridable)."""
    control = plan.program.control
    times = jnp.asarray(control.step_times)[:, None] + TOLERANCE * control.step
    return (times >= start) & (times < stop)
