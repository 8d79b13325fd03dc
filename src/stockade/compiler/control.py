"""The time axis of a model: its four control variables, as numbers that fit each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stockade.arrays import Floats
from stockade.compiler.lower import evaluate, postfix
from stockade.compiler.order import CircleError, circle_error, dependency_order
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
    """

    start: float
    step: float
    steps: int
    every: int

    @property
    def step_times(self) -> Floats:
        """Times of the steps, the final time included; shape (step,)."""
        return self.start + self.step * np.arange(self.steps + 1, dtype=np.float64)

    @property
    def saves(self) -> int:
        """How many whole save intervals the run has."""
        return self.steps // self.every


def default_values(model: Model) -> dict[str, float]:
    """Returns the value of every constant and control variable at the file's own numbers.

    A control variable may be arithmetic over constants and other control variables, as in
    ``SAVEPER = TIME STEP``.

    Raises:
        StockadeError: `control-not-constant`, `circular-definition`.
    """
    values = {
        one.canonical: float(evaluate(postfix(one.equation, model), {}))
        for one in model.variables
        if one.kind == "constant"
    }
    present = [name for name in CONTROL_NAMES if name in model.by_name and name not in values]

    def needs(name: str) -> tuple[str, ...]:
        return () if name in values else names_in(model.by_name[name].equation)

    for control in present:
        _refuse_varying(model, control)
    try:
        order = dependency_order(present, needs)
    except CircleError as circle:
        raise circle_error(circle, model, initial=False) from None
    for name in order:
        if name not in values:
            values[name] = float(evaluate(postfix(model.by_name[name].equation, model), values))
    return values


def _refuse_varying(model: Model, control: str) -> None:
    """Raises where a control variable depends on something that is not fixed."""
    seen = [control]
    for name in seen:
        variable = model.by_name.get(name)
        if variable is None or variable.kind in ("stock", "data", "lookup"):
            one = model.by_name[control]
            other = variable.name if variable else name
            place = Place(one.place.file or model.source, one.place.line, None, one.name)
            raise StockadeError(
                Diagnostic(
                    "control-not-constant",
                    f"{one.name} depends on {other}, which changes during a run",
                    place,
                    one.text,
                    "write a number, or arithmetic over constants",
                )
            )
        seen += [other for other in names_in(variable.equation) if other not in seen]


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
    every = round(save / step)
    if every < 1 or abs(every * step - save) > TOLERANCE * step:
        said = f"SAVEPER {save:g} is not a whole number of TIME STEPs of {step:g}"
        hint = "choose a SAVEPER that TIME STEP divides, so that every saved time is one that was computed"
        raise _wrong(model, "saveper", "saveper-not-multiple", said, hint)
    steps = round((stop - start) / step)
    if steps < 1 or abs(steps * step - (stop - start)) > TOLERANCE * step * max(steps, 1):
        said = f"from {start:g} to {stop:g} is not a whole number of TIME STEPs of {step:g}"
        hint = "choose a FINAL TIME that the steps reach"
        raise _wrong(model, "final time", "final-time-not-multiple", said, hint)
    return Control(start, step, steps, every)


def _wrong(model: Model, name: str, code: str, message: str, hint: str) -> StockadeError:
    one = model.by_name.get(name)
    place = Place(model.source, name=name.upper())
    if one is not None:
        place = Place(one.place.file or model.source, one.place.line, None, one.name)
    return StockadeError(Diagnostic(code, message, place, one.text if one else "", hint))
