"""From scenarios of a study to what the simulator is told to change."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stockade.errors import Diagnostic, StockadeError
from stockade.simulation import scenarios as simulation
from stockade.study.study import Intervention, Scenario

MIDDLE = 0.5
"""A month's value of a path stands in its middle, as a reported figure of an input does."""


def changes(scenarios: Sequence[Scenario], first: int) -> simulation.Scenario:
    """Returns what scenarios do together.

    Args:
        scenarios: Scenarios of one study; each keeps its own window.
        first: The study's first month, which is the model's time 0.

    Raises:
        StockadeError: ``scenarios-in-conflict`` where two of them change the same variable.
    """
    done: dict[str, str] = {}
    found = []
    for scenario in scenarios:
        start = float(scenario.from_ - first)
        stop = np.inf if scenario.until is None else float(scenario.until + 1 - first)
        for one in scenario.interventions:
            other = done.setdefault(one.canonical, scenario.id)
            if other != scenario.id:
                message = f"The scenarios '{other}' and '{scenario.id}' both change '{one.name}'."
                hint = "Write one scenario that says what is meant, or look at them one by one."
                raise StockadeError(Diagnostic("scenarios-in-conflict", message, scenario.place, hint=hint))
            does = "hold" if one.does == "replace" else one.does
            found.append(simulation.Change(one.name, does, _reference(one, first), start, stop))
    return simulation.Scenario(tuple(found), 0.0)


def _reference(one: Intervention, first: int) -> simulation.Reference:
    if one.points:
        months, values = zip(*one.points, strict=True)
        return simulation.Path(tuple(month - first + MIDDLE for month in months), values)
    if one.window is None:
        return simulation.Number(float(one.number or 0.0))
    if one.kind == "value":
        return simulation.ValueAt(float(one.window.first - first))
    return simulation.MeanOver(float(one.window.first - first), float(one.window.last - first))
