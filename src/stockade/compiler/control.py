"""The time axis of a model: its four control variables, as numbers that fit each other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stockade.arrays import Floats
from stockade.compiler.lower import evaluate, postfix
from stockade.compiler.order import CircleError, circle_error, dependency_order
from stockade.compiler.timetable import NoTimetableError, clock_of, timetable, varying
from stockade.compiler.walk import names_in
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.model.model import CONTROL_NAMES, Model

TOLERANCE = 1e-6
MOST_STEPS = 10_000_000
"""A century in steps of six minutes; the times of the steps alone are 80 MB."""


@dataclass(frozen=True)
class Control:
    """When a run begins and ends, and in what steps.

    Attributes:
        start: INITIAL TIME.
        step: TIME STEP.
        steps: How many steps the run takes.
        every: How many steps lie between two saved times.
        varying: The control variables that change during the run; then there are a `clock`, `lengths` and
            `saved`, and `step` and `every` are those of the first step.
        clock: Times of the steps, shape (step,).
        lengths: How long each step is, shape (step,).
        saved: Which steps are saved.
    """

    start: float
    step: float
    steps: int
    every: int
    varying: tuple[str, ...] = ()
    clock: Floats | None = None
    lengths: Floats | None = None
    saved: tuple[int, ...] | None = None

    @property
    def step_times(self) -> Floats:
        """Times of the steps, the final time included; shape (step,)."""
        if self.clock is not None:
            return self.clock
        return self.start + self.step * np.arange(self.steps + 1, dtype=np.float64)

    @property
    def saves(self) -> int:
        """How many whole save intervals the run has."""
        return self.steps // self.every


def default_values(model: Model) -> dict[str, float]:
    """Returns the value of every constant and control variable at the file's own numbers.

    A control variable may be arithmetic over constants and other control variables, as in
    ``SAVEPER = TIME STEP``. Of one that depends on Time the value at the start is returned.

    Raises:
        StockadeError: `control-not-constant`, `circular-definition`.
    """
    values = {
        one.canonical: float(evaluate(postfix(one.equation, model), {}))
        for one in model.variables
        if one.kind == "constant"
    }
    present = [name for name in CONTROL_NAMES if name in model.by_name and name not in values]
    moving = varying(model)
    if moving:
        fixed = [name for name in present if name not in moving]
        values |= _fixed(model, fixed, values)
        return {**values, **_at_start(model, values, moving)}
    return {**values, **_fixed(model, present, values)}


def _at_start(model: Model, values: Mapping[str, float], moving: tuple[str, ...]) -> dict[str, float]:
    """Returns what the control variables that depend on Time are at the start."""
    clock = clock_of(model, values, moving)
    if "initial time" not in moving:
        return clock(values["initial time"]) if "initial time" in values else {}
    # The start depends on Time: it is the time that gives itself, looked for from 0.
    start = clock(0.0)["initial time"]
    found = clock(start)
    if found["initial time"] != start:
        said = f"INITIAL TIME depends on Time, and is {found['initial time']:g} at {start:g}"
        raise _wrong(model, "initial time", "control-not-constant", said, "write a number")
    return found


def _fixed(model: Model, present: Sequence[str], values: dict[str, float]) -> dict[str, float]:
    """Returns the values of control variables that are arithmetic over constants."""
    values = dict(values)

    def needs(name: str) -> tuple[str, ...]:
        return () if name in values else names_in(model.by_name[name].equation)

    try:
        order = dependency_order(present, needs)
    except CircleError as circle:
        raise circle_error(circle, model, initial=False) from None
    for name in order:
        if name not in values:
            values[name] = float(evaluate(postfix(model.by_name[name].equation, model), values))
    return values


def read_control(model: Model, values: Mapping[str, float]) -> Control:
    """Returns the time axis of a model.

    Args:
        model: The model.
        values: Values of its constants and control variables, by canonical name.

    Raises:
        StockadeError: `missing-control`, `control-not-finite`, `time-step-not-positive`,
            `final-time-before-initial`, `saveper-not-multiple`, `final-time-not-multiple`, `run-too-long`.
    """
    for name in CONTROL_NAMES[:3]:
        if name not in values:
            raise StockadeError(
                Diagnostic(
                    "missing-control",
                    f"the model has no {name.upper()}",
                    Place(model.source, name=name.upper()),
                    hint="add the variable to the model's control section",
                )
            )
    moving = varying(model)
    if moving:
        return _moving_control(model, values, moving)
    start, stop, step = (values[name] for name in CONTROL_NAMES[:3])
    save = values.get("saveper", step)
    for name, value in zip(CONTROL_NAMES, (start, stop, step, save), strict=True):
        if not math.isfinite(value):
            said, hint = f"{name.upper()} is {value}", "give it a number"
            raise _wrong(model, name, "control-not-finite", said, hint)
    if not step > 0:
        raise _wrong(
            model, "time step", "time-step-not-positive", f"TIME STEP is {step:g}", "make it positive"
        )
    if not stop > start:
        said = f"FINAL TIME {stop:g} is not after INITIAL TIME {start:g}"
        raise _wrong(
            model, "final time", "final-time-before-initial", said, "let the run end after it begins"
        )
    if not max(stop - start, save) <= MOST_STEPS * step:  # also where the division would overflow
        said = f"from {start:g} to {stop:g} in steps of {step:g} are more than {MOST_STEPS:,} steps"
        hint = "choose a longer TIME STEP, or a shorter run"
        raise _wrong(model, "time step", "run-too-long", said, hint)
    # A SAVEPER below TIME STEP saves every step, as in Vensim.
    every = 1 if 0 < save < step else round(save / step)
    if every < 1 or (save > step and abs(every * step - save) > TOLERANCE * step):
        said = f"SAVEPER {save:g} is not a whole number of TIME STEPs of {step:g}"
        hint = "choose a SAVEPER that TIME STEP divides, so that every saved time is one that was computed"
        raise _wrong(model, "saveper", "saveper-not-multiple", said, hint)
    steps = round((stop - start) / step)
    if model.dialect == "vensim" and step <= stop - start:
        # As where FINAL TIME changes during a run: the run ends with the first step that reaches it.
        steps = math.ceil((stop - start) / step - TOLERANCE)
    elif steps < 1 or abs(steps * step - (stop - start)) > TOLERANCE * step * max(steps, 1):
        said = f"from {start:g} to {stop:g} is not a whole number of TIME STEPs of {step:g}"
        hint = "choose a FINAL TIME that the steps reach"
        raise _wrong(model, "final time", "final-time-not-multiple", said, hint)
    return Control(start, step, steps, every)


def _moving_control(model: Model, values: Mapping[str, float], moving: tuple[str, ...]) -> Control:
    """Returns the time axis where control variables depend on Time."""
    fixed = {name: value for name, value in values.items() if name not in moving}
    try:
        times, lengths, saved = timetable(values, clock_of(model, fixed, moving))
    except NoTimetableError as error:
        hint = "make every step positive, and let the run come to an end"
        raise _wrong(model, error.control, error.code, str(error), hint) from None
    start, step = values["initial time"], values["time step"]
    return Control(start, step, len(times) - 1, 1, moving, times, lengths, saved)


def _wrong(model: Model, name: str, code: str, message: str, hint: str) -> StockadeError:
    one = model.by_name.get(name)
    place = Place(model.source, name=name.upper())
    if one is not None:
        place = Place(one.place.file or model.source, one.place.line, None, one.name)
    return StockadeError(Diagnostic(code, message, place, one.text if one else "", hint))
