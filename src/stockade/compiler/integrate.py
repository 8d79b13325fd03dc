"""The run itself: starting values, then Euler or RK4 steps in one loop over the save intervals.

Everything is elementwise over trailing batch axes, so that each variable is one contiguous vector; there
is no vmap. The outputs go into one buffer that the loop updates in place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp

from stockade.arrays import Array, Floats
from stockade.compiler.apart import apart
from stockade.compiler.functions import Moment, Value, full, number
from stockade.compiler.lower import Code, evaluate
from stockade.compiler.plan import Plan, Stage
from stockade.compiler.program import State

Method = Literal["euler", "rk4"]
Values = dict[str, Value]
TOLERANCE = 1e-6


class Overrides(NamedTuple):
    """What a scenario replaces: variable i reads as `value[i]` while ``start[i] <= time < stop[i]``.

    A stock that is replaced is also carried at the value, and goes on from there afterwards. With RK4, an
    override that holds at the beginning of a step holds throughout it.

    Attributes:
        start: Times, shape (overridable,); +inf switches a variable's override off.
        stop: Times, shape (overridable,).
        value: Values, shape (overridable,) or (overridable, *batch).
        factor: None, or what the variable's own value is multiplied by before `value` is added, in the shape
            of `value`; 0 to replace it. Not for stocks.
    """

    start: Array | Floats
    stop: Array | Floats
    value: Array | Floats
    factor: Array | Floats | None = None


@dataclass(frozen=True)
class _Run:
    """One run while it is traced: what does not change from step to step."""

    plan: Plan
    names: tuple[str, ...]
    outputs: tuple[str, ...]
    method: Method
    average: bool
    batch: tuple[int, ...]
    fixed: Values
    tables: tuple[Values, ...]
    active: Array | None
    overrides: Mapping[str, tuple[int, Value, Value]]
    delays: Mapping[str, Array]
    beginnings: Values


def make_run(
    plain: Plan,
    scenario: Plan,
    literals: Mapping[str, float],
    overridable: tuple[str, ...],
    outputs: tuple[str, ...],
    method: Method,
    *,
    average: bool,
) -> Callable[..., Array]:
    """Returns the pure function `run(constants, inputs=None, overrides=None)`.

    Args:
        plain: The plan for runs without overrides.
        scenario: The plan for runs with them.
        literals: Values of the control variables.
        overridable: Canonical names, the order of an `Overrides`.
        outputs: Canonical names to return.
        method: How to integrate.
        average: Return means over save intervals instead of values at saved times.
    """

    def run(constants: Array, inputs: Array | None = None, overrides: Overrides | None = None) -> Array:
        """Runs the model.

        Args:
            constants: Shape (constants, *batch).
            inputs: Values at every step, shape (inputs, step) or (inputs, step, *batch).
            overrides: What a scenario replaces; None for a plain run.

        Returns:
            Shape (time, outputs, *batch).
        """
        setting = _prepare(
            plain if overrides is None else scenario, constants, inputs, overrides, overridable
        )
        setting["fixed"] |= literals
        return _integrate(_Run(outputs=outputs, method=method, average=average, **setting))

    return run


def _prepare(
    plan: Plan,
    constants: Array,
    inputs: Array | None,
    overrides: Overrides | None,
    overridable: tuple[str, ...],
) -> dict:
    """Returns everything about a run that is known before its first step."""
    program = plan.program
    control = program.control
    constants = jnp.asarray(constants, dtype=jnp.float64)
    inputs = None if inputs is None else jnp.asarray(inputs, dtype=jnp.float64)
    _check_shapes(plan, constants, inputs)
    batch = constants.shape[1:]
    if inputs is not None:
        batch = jnp.broadcast_shapes(batch, inputs.shape[2:])
    if overrides is not None:
        overrides = jax.tree.map(jnp.asarray, overrides)
        batch = jnp.broadcast_shapes(batch, jnp.shape(overrides.value)[1:])
    fixed: Values = dict(zip(program.constants, constants, strict=True))
    starts = _starts(plan, fixed, inputs)
    fixed |= {name: starts[name] for name in program.initials}
    for name, code in plan.invariant:
        fixed[name] = number(evaluate(code, fixed))
    replaced = {}
    if overrides is not None:
        replaced = {
            name: (i, overrides.value[i], None if overrides.factor is None else overrides.factor[i])
            for i, name in enumerate(overridable)
        }
    delays = {
        state.name: _whole_steps(evaluate(code, starts, _start_moment(plan)), control.step)
        for state, _, code in plan.states
        if code is not None
    }
    return {
        "plan": plan,
        "names": tuple(state.name for state in program.states),
        "batch": batch,
        "fixed": fixed,
        "tables": _tables(plan, inputs, fixed),
        "active": None if overrides is None else _active(plan, overrides),
        "overrides": replaced,
        "delays": delays,
        "beginnings": {state.name: full(starts[state.name], batch) for state in program.states},
    }


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
    for name, code in plan.starts:
        values[name] = number(evaluate(code, values, _start_moment(plan)))
    return values


def _whole_steps(delay: Value, step: float) -> Array:
    """Returns a delay as a number of steps, at least one."""
    return jnp.maximum(jnp.round(jnp.asarray(number(delay)) / step), 1.0).astype(jnp.int32)


def _tables(plan: Plan, inputs: Array | None, fixed: Values) -> tuple[Values, ...]:
    """Returns exogenous values at the beginning, middle and end of all steps; the step is axis 0."""
    control = plan.program.control
    trailing = 0 if inputs is None else inputs.ndim - 2
    begin = jnp.asarray(control.step_times).reshape((-1,) + (1,) * trailing)
    stages = []
    for share in (0.0, 0.5, 1.0):
        values: Values = {**fixed, "time": begin + share * control.step}
        for i, name in enumerate(plan.program.inputs):
            path = inputs[i]  # type: ignore[index]
            after = jnp.concatenate([path[1:], path[-1:]])
            values[name] = path if share == 0.0 else (1 - share) * path + share * after
        when = Moment(values["time"], begin, control.step, control.start)
        for name, code in plan.exogenous:
            values[name] = number(evaluate(code, values, when))
        kept = ("time", *plan.program.inputs, *(name for name, _ in plan.exogenous))
        stages.append({name: values[name] for name in kept} | {"#step time": begin})
    return tuple(stages)


def _active(plan: Plan, overrides: Overrides) -> Array:
    """Returns which overrides hold in which step, shape (step, overridable)."""
    control = plan.program.control
    times = jnp.asarray(control.step_times)[:, None] + TOLERANCE * control.step
    return (times >= jnp.asarray(overrides.start)) & (times < jnp.asarray(overrides.stop))


def _read(run: _Run, name: str, value: Value, k: Value) -> Value:
    """Returns what a variable reads as: its own value, or that of an override in force."""
    if name not in run.overrides:
        return value
    i, instead, factor = run.overrides[name]
    if factor is not None:
        instead = instead + factor * value
    return jnp.where(run.active[k, i], instead, value)  # type: ignore[index]


def _derive(run: _Run, states: Values, k: Value, stage: int) -> Values:
    """Returns every variable at one moment: constants, paths, states and what follows from them."""
    control = run.plan.program.control
    values: Values = {**run.fixed}
    for name, table in run.tables[stage].items():
        values[name] = table[k] if table.ndim and table.shape[0] > 1 else table
    when = Moment(values["time"], values.pop("#step time"), control.step, control.start)
    values |= states
    for name in run.plan.overridden:
        if name in values and name not in states:
            values[name] = _read(run, name, values[name], k)
    codes = dict(run.plan.stepwise)

    def compute(stage: Stage) -> tuple[Value, ...]:
        known = dict(values)
        for name in stage.order:
            known[name] = _read(run, name, number(evaluate(codes[name], known, when)), k)
        return tuple(known[name] for name in stage.kept)

    *stages, rest = run.plan.stages
    for one in stages:
        values |= zip(one.kept, apart(partial(compute, one)), strict=True)
    values |= zip(rest.kept, compute(rest), strict=True)
    values["#when"] = when
    return values


def _rate(run: _Run, state: State, code: Code, values: Values, k: Value) -> Value:
    change = number(evaluate(code, values, values["#when"]))
    if state.name not in run.overrides:
        return change
    return jnp.where(run.active[k, run.overrides[state.name][0]], 0.0, change)  # type: ignore[index]


def _seen(run: _Run, carried: Values, k: Value) -> Values:
    """Returns what the states read as at the beginning of step k."""
    seen: Values = {}
    for state, _, _ in run.plan.states:
        value = carried[state.name]
        if state.kind == "#delayed":
            value = _past(value, k - run.delays[state.name], run.beginnings[state.name])
        seen[state.name] = _read(run, state.name, value, k)
    return seen


def _past(history: Array, at: Array, before: Array) -> Array:
    """Returns the history at step `at` (of batch shape), or `before` where that lies before the start."""
    index = jnp.broadcast_to(jnp.maximum(at, 0), history.shape[1:])
    value = jnp.take_along_axis(history, index[None], axis=0)[0]
    return jnp.where(at < 0, before, value)


def _step(run: _Run, carried: Values, k: Value) -> tuple[Values, Values]:
    """Returns the states after step k, and every variable at its beginning."""
    dt = run.plan.program.control.step
    seen = _seen(run, carried, k)
    values = _derive(run, seen, k, 0)
    flows = [(state, code) for state, code, _ in run.plan.states if state.kind == "integ"]
    slopes = {state.name: _rate(run, state, code, values, k) for state, code in flows}
    if run.method == "rk4":
        slopes = _rk4_slopes(run, seen, slopes, flows, k)
    after: Values = {}
    for state, code, _ in run.plan.states:
        name = state.name
        if state.kind == "integ":
            after[name] = seen[name] + dt * slopes[name]
            continue
        new = full(evaluate(code, values, values["#when"]), run.batch)
        after[name] = new if state.kind == "#carried" else carried[name].at[k].set(new)
    return {name: jnp.broadcast_to(one, carried[name].shape) for name, one in after.items()}, values


def _rk4_slopes(run: _Run, seen: Values, first: Values, flows: list[tuple[State, Code]], k: Value) -> Values:
    """Returns the weighted slopes of the classical Runge-Kutta method; other states stay as they are."""
    dt = run.plan.program.control.step
    total, slopes = dict(first), first
    for stage, share, weight in ((1, 0.5, 2.0), (1, 0.5, 2.0), (2, 1.0, 1.0)):
        moved = seen | {name: seen[name] + share * dt * slope for name, slope in slopes.items()}
        values = _derive(run, moved, k, stage)
        slopes = {state.name: _rate(run, state, code, values, k) for state, code in flows}
        total = {name: total[name] + weight * slopes[name] for name in total}
    return {name: one / 6.0 for name, one in total.items()}


def _integrate(run: _Run) -> Array:
    """Returns the outputs, shape (time, outputs, *batch)."""
    control = run.plan.program.control
    every = control.every
    carried: Values = dict(run.beginnings)
    for state, _, _ in run.plan.states:
        if state.kind == "#delayed":
            carried[state.name] = jnp.zeros((control.steps + 1, *run.batch))
    rows = control.saves + (0 if run.average else 1)
    buffer = jnp.zeros((rows, len(run.outputs), *run.batch))

    def interval(j: Value, carry: tuple[Values, Array]) -> tuple[Values, Array]:
        states, kept = carry
        zeros = tuple(jnp.zeros(run.batch) for _ in run.outputs)

        def step(i: Value, inner: tuple[Values, tuple[Array, ...]]) -> tuple[Values, tuple[Array, ...]]:
            states, values = _step(run, inner[0], j * every + i)
            if not run.average:
                return states, ()
            return states, tuple(
                full(total + values[n], run.batch) for total, n in zip(inner[1], run.outputs, strict=True)
            )

        if run.average:
            states, sums = jax.lax.fori_loop(0, every, step, (states, zeros))
            rows = [total / every for total in sums]
        else:
            states, values = _step(run, states, j * every)
            states, _ = jax.lax.fori_loop(1, every, step, (states, ()))
            rows = [full(values[name], run.batch) for name in run.outputs]
        for i, row in enumerate(rows):
            kept = jax.lax.dynamic_update_slice(kept, row[None, None], (j, i, *(0 for _ in run.batch)))
        return states, kept

    carried, buffer = jax.lax.fori_loop(0, control.saves, interval, (carried, buffer))
    if not run.average:
        last = control.saves * every
        values = _derive(run, _seen(run, carried, last), last, 0)
        final = jnp.stack([full(values[name], run.batch) for name in run.outputs])
        buffer = buffer.at[control.saves].set(final)
    return buffer
