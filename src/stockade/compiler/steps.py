"""One step of a run: what every variable is, and where the states go from there, by Euler or RK4."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Literal

import jax.numpy as jnp

from stockade.arrays import Array
from stockade.compiler.apart import apart
from stockade.compiler.functions import NOT_AVAILABLE, Moment, Value, full, number
from stockade.compiler.lower import Code, evaluate
from stockade.compiler.plan import Stage
from stockade.compiler.prepare import Run, Values, whole_steps
from stockade.compiler.program import ARRIVING, State

Method = Literal["euler", "rk4"]
Noise = Callable[[Values], Values]


def _read(run: Run, name: str, value: Value, k: Value) -> Value:
    """Returns what a variable reads as: its own value, what noise made of it, or an override in force.

    Noise is drawn around what an override makes of a flow; a flow that is held is held without noise.
    """
    came = run.changed.get(name)
    if name not in run.overrides:
        return value if came is None else came
    i, instead, factor, path = run.overrides[name]
    if factor is not None:
        instead = instead + factor * value
    if path is not None:
        instead = instead + path[k]
    if came is not None:
        value, instead = came, instead if factor is None else jnp.where(factor != 0.0, came, instead)
    return jnp.where(run.active[k, i], instead, value)  # type: ignore[index]


def step_length(run: Run, k: Value) -> Value:
    """Returns how long step k is."""
    control = run.plan.program.control
    return control.step if control.lengths is None else jnp.asarray(control.lengths)[k]


def derive(run: Run, states: Values, k: Value, stage: int) -> Values:
    """Returns every variable at one moment: constants, paths, states and what follows from them."""
    control = run.plan.program.control
    values: Values = {**run.fixed}
    for name, table in run.tables[stage].items():
        values[name] = table[k] if table.ndim and table.shape[0] > 1 else table
    axes = len(run.batch)
    when = Moment(values["time"], values.pop("#step time"), step_length(run, k), control.start, axes)
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


def _rate(run: Run, state: State, code: Code, values: Values, k: Value) -> Value:
    change = number(evaluate(code, values, values["#when"]))
    if state.name not in run.overrides:
        return change
    return jnp.where(run.active[k, run.overrides[state.name][0]], 0.0, change)  # type: ignore[index]


def seen_states(run: Run, carried: Values, k: Value) -> Values:
    """Returns what the states read as at the beginning of step k."""
    seen: Values = {}
    for state, _, _ in run.plan.states:
        value = carried[state.name]
        if state.kind == "#delayed":
            value = _past(value, k - run.delays[state.name], run.beginnings[state.name])
        elif state.kind in ARRIVING:
            value = value[k]
        seen[state.name] = _read(run, state.name, value, k)
    return seen


def _past(history: Array, at: Array, before: Array) -> Array:
    """Returns the history at step `at` (of batch shape), or `before` where that lies before the start."""
    index = jnp.broadcast_to(jnp.maximum(at, 0), history.shape[1:])
    value = jnp.take_along_axis(history, index[None], axis=0)[0]
    return jnp.where(at < 0, before, value)


def to_come(run: Run, state: State) -> Array:
    """Returns what arrives at each step of what was on its way at the start, shape (step, ...)."""
    begins = run.beginnings[state.name]
    rows = _rows(run.plan.program.control.steps + 1, begins.ndim)
    if state.kind == "#information":
        return jnp.broadcast_to(begins, (len(rows), *begins.shape))
    return jnp.where(rows < run.delays[state.name], begins, NOT_AVAILABLE)


def _arriving(state: State, coming: Array, new: Array, at: Array) -> Array:
    """Returns what arrives at each step once a value is on its way that will at step `at`."""
    rows = _rows(len(coming), new.ndim)
    if state.kind == "#information":
        # What would have arrived later is older, and is given up.
        return jnp.where(rows >= at, new, coming)
    return jnp.where(rows == at, jnp.where(coming == NOT_AVAILABLE, new, coming + new), coming)


def _rows(count: int, axes: int) -> Array:
    return jnp.arange(count).reshape((count, *(1,) * axes))


def advance(
    run: Run, carried: Values, k: Value, method: Method, noise: Noise | None = None
) -> tuple[Values, Values]:
    """Returns the states after step k, and every variable at its beginning.

    Args:
        run: The run.
        carried: The states as the loop carries them.
        k: The number of the step.
        method: How to integrate; noise is for Euler alone.
        noise: Given every variable as it would be without noise, returns what flows come out as, by name;
            all else then follows from those.
    """
    dt = step_length(run, k)
    seen = seen_states(run, carried, k)
    values = derive(run, seen, k, 0)
    if noise is not None:
        run = replace(run, changed=noise(values))
        values = derive(run, seen, k, 0)
    flows = [(state, code) for state, code, _ in run.plan.states if state.kind == "integ"]
    slopes = {state.name: _rate(run, state, code, values, k) for state, code in flows}
    if method == "rk4":
        slopes = _rk4_slopes(run, seen, slopes, flows, k)
    after: Values = {}
    for state, code, length in run.plan.states:
        name = state.name
        if state.kind == "integ":
            after[name] = seen[name] + dt * slopes[name]
            continue
        new = full(evaluate(code, values, values["#when"]), run.shape(name))
        if state.kind in ARRIVING and length is not None:
            lasts = whole_steps(number(evaluate(length, values, values["#when"])), dt)
            after[name] = _arriving(state, carried[name], new, k + lasts)
            continue
        after[name] = new if state.kind == "#carried" else carried[name].at[k].set(new)
    return {name: jnp.broadcast_to(one, carried[name].shape) for name, one in after.items()}, values


def _rk4_slopes(run: Run, seen: Values, first: Values, flows: list[tuple[State, Code]], k: Value) -> Values:
    """Returns the weighted slopes of the classical Runge-Kutta method; other states stay as they are."""
    dt = step_length(run, k)
    total, slopes = dict(first), first
    for stage, share, weight in ((1, 0.5, 2.0), (1, 0.5, 2.0), (2, 1.0, 1.0)):
        moved = seen | {name: seen[name] + share * dt * slope for name, slope in slopes.items()}
        values = derive(run, moved, k, stage)
        slopes = {state.name: _rate(run, state, code, values, k) for state, code in flows}
        total = {name: total[name] + weight * slopes[name] for name in total}
    return {name: one / 6.0 for name, one in total.items()}
