"""Scenarios: an intervention is a value.

A scenario holds, scales, shifts or replaces variables from one time to another: stocks, auxiliaries, inputs
and constants. What a variable is held at may be a number, or something that each draw's own base run says:
its mean over a window, its value at a time. What it is replaced by is a path over time.
`resolve` turns a scenario and a base run into the `Overrides` that `Simulator.run` takes; nothing else is
needed to intervene.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

import numpy as np

from stockade.arrays import Floats
from stockade.compiler.compile import Simulator
from stockade.compiler.overrides import Overrides
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.model.names import canonical
from stockade.simulation.trajectories import Trajectories

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Number:
    """A number, the same for every draw."""

    value: float


@dataclass(frozen=True)
class MeanOver:
    """The draw's own mean over the saved times t of its base run with ``first <= t <= last``."""

    first: float
    last: float


@dataclass(frozen=True)
class ValueAt:
    """The draw's own value at a saved time of its base run."""

    time: float


@dataclass(frozen=True)
class Path:
    """A path over time, the same for every draw: linear between its points, level before and after them.

    Attributes:
        times: Model times, ascending.
        values: The values there.
    """

    times: tuple[float, ...]
    values: tuple[float, ...]


Reference = Number | MeanOver | ValueAt | Path


@dataclass(frozen=True)
class Change:
    """What is done to one variable.

    Attributes:
        name: The variable, by any spelling.
        kind: ``hold``: it reads as the reference. ``scale``: it reads as its own value times the
            reference. ``shift``: it reads as its own value plus the reference.
        by: The reference.
        start: The time from which on, in the model's time; None for that of the scenario.
        stop: The time from which on no longer; None for that of the scenario.
    """

    name: str
    kind: Literal["hold", "scale", "shift"]
    by: Reference
    start: float | None = None
    stop: float | None = None


@dataclass(frozen=True)
class Scenario:
    """Changes from a time on.

    Attributes:
        changes: What is done, one for each variable.
        start: The time from which on, in the model's time.
        stop: The time from which on no longer; infinity for the end of the run.
    """

    changes: tuple[Change, ...]
    start: float
    stop: float = inf


def resolve(scenario: Scenario, simulator: Simulator, base: Trajectories) -> Overrides:
    """Returns the overrides that a scenario means, given each draw's base run.

    Args:
        scenario: What to do.
        simulator: What will run; its `overridable` must name every changed variable.
        base: The base run of the same draws. It must hold the variables that references look at.

    Returns:
        Overrides with `value` and `factor` of shape (overridable, draw).

    Raises:
        StockadeError: `not-overridable`, `scaled-stock`, `empty-window`, `variable-not-recorded`.
    """
    names = simulator.overridable
    draws = max(base.draws, 1)
    start, stop = np.full(len(names), inf), np.full(len(names), inf)
    value, factor = np.zeros((len(names), draws)), np.zeros((len(names), draws))
    path = np.zeros((len(names), len(simulator.steps)))
    for change in scenario.changes:
        name = canonical(change.name)
        _check(change, name, simulator)
        i = names.index(name)
        start[i] = scenario.start if change.start is None else change.start
        stop[i] = scenario.stop if change.stop is None else change.stop
        if isinstance(change.by, Path):
            if change.kind == "scale":
                raise ValueError("a path replaces or shifts a variable; it cannot scale one")
            path[i] = np.interp(simulator.steps, change.by.times, change.by.values)
            factor[i] = 1.0 if change.kind == "shift" else 0.0
            continue
        reference = _value(change, name, simulator, base)
        if change.kind == "scale":
            factor[i] = reference
        else:
            value[i] = reference
            factor[i] = 1.0 if change.kind == "shift" else 0.0
    return Overrides(start, stop, value, factor if factor.any() else None, path if path.any() else None)


def _check(change: Change, name: str, simulator: Simulator) -> None:
    place = Place(simulator.model.source, name=change.name)
    if name not in simulator.overridable:
        raise StockadeError(
            Diagnostic(
                "not-overridable",
                f"{change.name} was not compiled as a variable that a scenario can change",
                place,
                hint="name it in compile(..., overridable=[...])",
            )
        )
    if simulator.model.by_name[name].kind == "stock" and change.kind != "hold":
        raise StockadeError(
            Diagnostic(
                "scaled-stock",
                f"{change.name} is a stock: it can be held, but not scaled or shifted",
                place,
                hint="scale or shift one of its flows",
            )
        )


def _value(change: Change, name: str, simulator: Simulator, base: Trajectories) -> Floats | float:
    """Returns the reference's value for every draw."""
    by = change.by
    assert not isinstance(by, Path)
    if isinstance(by, Number):
        return by.value
    place = Place(simulator.model.source, name=change.name)
    if name not in base.values:
        raise StockadeError(
            Diagnostic(
                "variable-not-recorded",
                f"the base run did not record {change.name}, which the scenario refers to",
                place,
                hint="add it to the outputs of the base run",
            )
        )
    first, last = (by.first, by.last) if isinstance(by, MeanOver) else (by.time, by.time)
    inside = (base.times >= first - TOLERANCE) & (base.times <= last + TOLERANCE)
    if not inside.any():
        raise StockadeError(
            Diagnostic(
                "empty-window",
                f"the base run of {change.name} has no saved time from {first:g} to {last:g}",
                place,
                hint=f"saved times run from {base.times[0]:g} to {base.times[-1]:g}",
            )
        )
    return base.values[name][inside].mean(axis=0)
