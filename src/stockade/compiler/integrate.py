"""The run: starting values, then steps in a loop.

Everything is elementwise over trailing batch axes, so that each variable is one contiguous vector; there
is no vmap. A batch writes its outputs into one buffer that the loop updates in place, save interval by save
interval; so does a single run, step by step, in a loop that is compiled as one function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from stockade.arrays import Array
from stockade.compiler.apart import together
from stockade.compiler.blocks import in_blocks, opened, width
from stockade.compiler.functions import Value, number
from stockade.compiler.overrides import Overrides
from stockade.compiler.plan import Plan, is_elementwise
from stockade.compiler.prepare import Run, Values, prepare
from stockade.compiler.program import ARRIVING
from stockade.compiler.steps import Method, advance, derive, seen_states, to_come


def make_run(
    plain: Plan,
    scenario: Plan,
    literals: Mapping[str, float],
    overridable: tuple[str, ...],
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
        method: How to integrate.
        average: Return means over save intervals instead of values at saved times.
    """

    def run(
        constants: Array,
        inputs: Array | None = None,
        overrides: Overrides | None = None,
        intervals: Array | None = None,
        into: Array | None = None,
    ) -> Array:
        """Runs the model.

        Args:
            constants: Shape (constants, *batch).
            inputs: Values at every step, shape (inputs, step) or (inputs, step, *batch).
            overrides: What a scenario replaces; None for a plain run.
            intervals: () Save intervals to run, for a batch of averages; the rows after them are 0. None
                for all. It may be traced, so that runs of any length share one program, which then has
                no reverse derivative.
            into: An array of the shape of the result that a batch may write into, for a caller that donates
                it; what it held is lost.

        Returns:
            Shape (time, outputs, *batch).
        """
        plan = plain if overrides is None else scenario
        stages = (0.0,) if method == "euler" else (0.0, 0.5, 1.0)
        prepared = prepare(plan, literals, constants, inputs, overrides, overridable, stages)
        if plan.program.control.saved is not None:
            return _single(prepared, method, average=average)
        if not prepared.batch:
            return _one_run(prepared, method, average=average)
        return _batch(prepared, method, intervals, into, average=average)

    return run


def _one_run(run: Run, method: Method, *, average: bool) -> Array:
    """Returns the outputs of one run, shape (time, outputs): of a loop in one piece where that can be.

    Its derivatives are those of `_single`, whose loops may hold what cannot be put into one piece.
    """
    if not is_elementwise(run.plan):
        return _single(run, method, average=average)
    arrays, filled = opened(run)

    @jax.custom_jvp
    def quick(given: list[Array]) -> Array:
        control = run.plan.program.control
        empty = jnp.zeros((control.saves + (0 if average else 1), _count(run)))
        loop = together(lambda given, kept: _kept(filled(given), kept, method, average=average))
        return loop(given, empty)

    @quick.defjvp
    def _(primals: tuple[list[Array]], tangents: tuple[list[Array]]) -> tuple[Array, Array]:
        return jax.jvp(lambda given: _single(filled(given), method, average=average), primals, tangents)

    return quick(jax.lax.optimization_barrier(arrays))


def _kept(run: Run, kept: Array, method: Method, *, average: bool) -> Array:
    """Returns the rows of one run, shape (time, outputs), written into `kept`, which holds zeros."""
    control = run.plan.program.control
    every = control.every

    def step(k: Value, carry: tuple[Values, Array]) -> tuple[Values, Array]:
        states, values = advance(run, carry[0], k, method)
        row = jnp.concatenate(recorded_rows(run, values))
        if average:
            at = jax.lax.div(k, every)
            row = carry[1][at] + row / every
        else:
            # Every step writes, the saved one last.
            at = jax.lax.div(k + (every - 1), every)
        return states, jax.lax.dynamic_update_index_in_dim(carry[1], row, at, 0)

    steps = control.saves * every + (0 if average else 1)
    return jax.lax.fori_loop(0, steps, step, (carried_states(run), kept))[1]


def carried_states(run: Run) -> Values:
    """Returns the states as the loop carries them: values, and histories for fixed delays."""
    carried: Values = dict(run.beginnings)
    for state, _, _ in run.plan.states:
        if state.kind == "#delayed":
            carried[state.name] = jnp.zeros((run.plan.program.control.steps + 1, *run.shape(state.name)))
        elif state.kind in ARRIVING:
            carried[state.name] = to_come(run, state)
    return carried


def recorded_rows(run: Run, values: Values) -> list[Array]:
    """Returns what is recorded, in pieces of shape (outputs of the piece, *batch)."""
    found = []
    for name in run.plan.program.recorded:
        value = jnp.asarray(number(values[name]), dtype=jnp.float64)
        if value.ndim <= len(run.batch):
            value = value[None] if value.shape == run.batch else jnp.broadcast_to(value, run.batch)[None]
        found.append(jnp.broadcast_to(value, (run.rows(name), *run.batch)))
    return found


def _count(run: Run) -> int:
    return sum(run.rows(name) for name in run.plan.program.recorded)


def _single(run: Run, method: Method, *, average: bool) -> Array:
    """Returns the outputs of one run, or of a batch whose steps differ, shape (time, outputs, *batch)."""
    control = run.plan.program.control
    every, saves = control.every, control.saves

    def step(carried: Values, k: Value) -> tuple[Values, Array]:
        after, values = advance(run, carried, k, method)
        return after, jnp.concatenate(recorded_rows(run, values))

    if control.saved is not None:
        _, rows = jax.lax.scan(step, carried_states(run), jnp.arange(control.steps + 1))
        return rows[jnp.asarray(control.saved)]
    if average:
        _, rows = jax.lax.scan(step, carried_states(run), jnp.arange(saves * every))
        return rows.reshape(saves, every, rows.shape[-1]).mean(axis=1)
    _, rows = jax.lax.scan(step, carried_states(run), jnp.arange(saves * every + 1))
    return rows[::every]


def _batch(run: Run, method: Method, intervals: Array | None, into: Array | None, *, average: bool) -> Array:
    """Returns the outputs of a batch, shape (time, outputs, *batch): in blocks where that can be.

    Derivatives are those of the batch as a whole: a block's loop has none in reverse.
    """
    control = run.plan.program.control
    shape = (control.saves + (0 if average else 1), _count(run), *run.batch)
    into = jnp.zeros(shape) if into is None else into
    size = width(run, method)

    def compute(run: Run, into: Array, first: Value, ends: Array | None) -> Array:
        if average:
            return _averages(run, method, ends, into, first)
        return _values(run, method, into, first)

    if size is None:
        return compute(run, into, 0, intervals)
    arrays, filled = opened(run)

    def whole(given: list[Array], into: Array, ends: Array | None) -> Array:
        return compute(filled(given), into, 0, ends)

    @jax.custom_jvp
    def quick(given: list[Array], into: Array, ends: Array | None) -> Array:
        return in_blocks(filled(given), partial(compute, ends=ends), into, size)

    @quick.defjvp
    def _(primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Array, Array]:
        return jax.jvp(whole, primals, tangents)

    return quick(arrays, into, intervals)


def _averages(run: Run, method: Method, intervals: Array | None, into: Array, first: Value) -> Array:
    """Returns `into` with means over save intervals written from draw `first` on."""
    control = run.plan.program.control
    every = control.every

    def interval(j: Value, carry: tuple[Values, Array]) -> tuple[Values, Array]:
        def step(i: Value, inner: tuple[Values, tuple[Array, ...]]) -> tuple[Values, tuple[Array, ...]]:
            states, sums = inner
            states, values = advance(run, states, j * every + i, method)
            new = recorded_rows(run, values)
            return states, tuple(total + one for total, one in zip(sums, new, strict=True))

        zeros = tuple(jnp.zeros((run.rows(name), *run.batch)) for name in run.plan.program.recorded)
        states, sums = jax.lax.fori_loop(0, every, step, (carry[0], zeros))
        return states, _write(carry[1], j, [total / every for total in sums], first)

    end = control.saves if intervals is None else jnp.minimum(intervals, control.saves)
    return jax.lax.fori_loop(0, end, interval, (carried_states(run), into))[1]


def _values(run: Run, method: Method, into: Array, first: Value) -> Array:
    """Returns `into` with values at saved times written from draw `first` on."""
    control = run.plan.program.control
    every = control.every

    def interval(j: Value, carry: tuple[Values, Array]) -> tuple[Values, Array]:
        states, values = advance(run, carry[0], j * every, method)
        kept = _write(carry[1], j, recorded_rows(run, values), first)
        if every == 1:
            return states, kept
        # Between saved times nothing is recorded, and what only the outputs need is not even computed.
        between = jax.lax.fori_loop(1, every, lambda i, s: advance(run, s, j * every + i, method)[0], states)
        return between, kept

    states, kept = jax.lax.fori_loop(0, control.saves, interval, (carried_states(run), into))
    last = control.saves * every
    values = derive(run, seen_states(run, states, last), last, 0)
    return _write(kept, control.saves, recorded_rows(run, values), first)


def _write(buffer: Array, row: Value, values: Sequence[Array], column: Value) -> Array:
    """Returns the buffer with one row written from a column on; output by output, which XLA does in place."""
    rest, first = (0,) * (buffer.ndim - 3), 0
    for value in values:
        buffer = jax.lax.dynamic_update_slice(buffer, value[None], (row, first, column, *rest))
        first += len(value)
    return buffer
