"""Trajectories: what a run says happened, variable by variable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stockade.arrays import Floats
from stockade.compiler.compile import Simulator


@dataclass(frozen=True, eq=False)
class Trajectories:
    """Paths of variables over time, one column a draw.

    Attributes:
        times: Saved times, or the starts of the intervals that values are means over; shape (time,).
        values: By canonical name, shape (time, draw).
        units: As the modeller wrote them, by canonical name; empty where none were given.
    """

    times: Floats
    values: Mapping[str, Floats]
    units: Mapping[str, str]

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return next(iter(self.values.values())).shape[1] if self.values else 0


def trajectories(simulator: Simulator, results: Floats) -> Trajectories:
    """Returns the results of an ensemble by name.

    Args:
        simulator: What was run.
        results: Shape (time, outputs, draw), or (time, outputs) for a single run.
    """
    array = np.asarray(results, dtype=np.float64)
    if array.ndim == 2:
        array = array[..., None]
    values = {name: array[:, i] for i, name in enumerate(simulator.outputs)}
    units = {name: simulator.model.by_name[name].units for name in simulator.outputs}
    return Trajectories(simulator.times, values, units)
