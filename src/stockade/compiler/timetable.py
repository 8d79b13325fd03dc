"""Control variables that change during a run: when each step begins, and which of them are saved.

Vensim looks at TIME STEP, SAVEPER and FINAL TIME anew at every step. Where they follow from Time and
constants alone, that can be done before the run. What holds at the present step decides when the next one
comes, when the next one is saved, and whether this one is the last.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np

from stockade.arrays import Floats
from stockade.compiler.functions import FUNCTIONS, Moment, number
from stockade.compiler.lower import evaluate, postfix
from stockade.compiler.order import CircleError, circle_error, dependency_order
from stockade.compiler.walk import names_in
from stockade.errors import Diagnostic, StockadeError
from stockade.model.expressions import Call, Table
from stockade.model.model import CONTROL_NAMES, Model, Variable
from stockade.model.walk import walk

TOLERANCE = 1e-6
MOST_STEPS = 200_000


class NoTimetableError(ValueError):
    """Control variables that come to no end: which one, the code of it, and what it is."""

    def __init__(self, control: str, code: str, said: str) -> None:
        super().__init__(said)
        self.control, self.code = control, code


Clock = Callable[[float], dict[str, float]]


def varying(model: Model) -> tuple[str, ...]:
    """Returns the control variables that depend on Time.

    Raises:
        StockadeError: `control-not-constant` where one depends on what is only known during a run.
    """
    found = []
    for name in CONTROL_NAMES:
        if name in model.by_name and model.by_name[name].kind != "constant":
            needed = _needed(model, name)
            if "time" in needed:
                found.append(name)
                for other in needed:
                    _refuse_memory(model, model.by_name[name], other)
    return tuple(found)


def _needed(model: Model, control: str) -> list[str]:
    """Returns all that a control variable depends on, itself first."""
    seen = [control]
    for name in seen:
        variable = model.by_name.get(name)
        if variable is None and name == "time":
            continue
        if variable is None or variable.kind in ("stock", "data"):
            raise _moves(model, model.by_name[control], variable.name if variable else name)
        seen += [other for other in names_in(variable.equation) if other not in seen]
    return seen


def _refuse_memory(model: Model, control: Variable, name: str) -> None:
    variable = model.by_name.get(name)
    if variable is None:
        return
    for node in walk(variable.equation):
        if isinstance(node, Call) and node.function not in FUNCTIONS:
            raise _moves(model, control, f"{node.written or node.function.upper()} in {variable.name}")


def _moves(model: Model, control: Variable, other: str) -> StockadeError:
    place = replace(control.place, file=control.place.file or model.source, name=control.name)
    said = f"{control.name} depends on {other}, which changes during a run"
    hint = "write a number, or arithmetic over constants and Time"
    return StockadeError(Diagnostic("control-not-constant", said, place, control.text, hint))


def clock_of(model: Model, values: Mapping[str, float], names: tuple[str, ...]) -> Clock:
    """Returns a function that tells what control variables are at a time.

    Args:
        model: Without subscripts and macros.
        values: The numbers of its constants and of the other control variables.
        names: From `varying`.

    Raises:
        StockadeError: `circular-definition`.
    """

    def needs(name: str) -> tuple[str, ...]:
        return () if name in values or name == "time" else names_in(model.by_name[name].equation)

    try:
        order = dependency_order(names, needs)
    except CircleError as circle:
        raise circle_error(circle, model, initial=False) from None
    codes = [
        (name, postfix(model.by_name[name].equation, model))
        for name in order
        if name != "time" and name not in values and not isinstance(model.by_name[name].equation, Table)
    ]

    @jax.jit
    def tell(time: jax.Array) -> jax.Array:
        known = {**values, "time": time}
        when = Moment(time, time, np.nan, np.nan)
        for name, code in codes:
            known[name] = number(evaluate(code, known, when))
        return jnp.stack([jnp.asarray(known[name], dtype=jnp.float64) for name in names])

    def clock(time: float) -> dict[str, float]:
        return dict(zip(names, np.asarray(tell(jnp.asarray(time))).tolist(), strict=True))

    return clock


def timetable(values: Mapping[str, float], clock: Clock) -> tuple[Floats, Floats, tuple[int, ...]]:
    """Returns the time of every step, its length, and the places of those that are saved.

    Args:
        values: What the control variables are at the start.
        clock: What those that change are at a time.

    Raises:
        NoTimetableError: A step is not positive, there are more than `MOST_STEPS`, or a control variable is
            no number any more.
    """
    time = values["initial time"]
    times, lengths, saved = [], [], []
    due = time
    while True:
        now = {**values, **clock(time)}
        step = now["time step"]
        for name in CONTROL_NAMES:
            if not math.isfinite(value := now.get(name, step)):
                raise NoTimetableError(
                    name, "control-not-finite", f"{name.upper()} is {value} at time {time:g}"
                )
        if not step > 0:
            said = f"TIME STEP is {step:g} at time {time:g}, in step {len(times) + 1:,}"
            raise NoTimetableError("time step", "time-step-not-positive", said)
        if len(times) >= MOST_STEPS:
            said = f"after {MOST_STEPS:,} steps, at time {time:g}, FINAL TIME is {now['final time']:g}"
            raise NoTimetableError("final time", "run-too-long", said)
        if time >= due - TOLERANCE * step:
            saved.append(len(times))
            due = time + now.get("saveper", step)
        times.append(time)
        lengths.append(step)
        if time >= now["final time"] - TOLERANCE * step:
            return np.array(times), np.array(lengths), tuple(saved)
        time = time + step
