"""A chart as plain data: panels that share their axis of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Panel:
    """One variable over time; an array has a line for each of its elements.

    Attributes:
        name: As the modeller wrote it, without subscripts.
        unit: As written; empty where none is given.
        labels: One for each line: the subscripts, or nothing for a variable without.
        values: Shape (time, lines); not-a-number where there is no value.
        told: What a terminal says beside the title; how it began and ended where empty. Where it is
            given, the lines are kinds of one number and no elements of an array.
    """

    name: str
    unit: str
    labels: tuple[str, ...]
    values: NDArray[np.float64]
    told: str = ""

    @property
    def title(self) -> str:
        """The name with its units, and how many elements it has."""
        unit = f" ({self.unit})" if self.unit else ""
        many = len(self.labels) > 1 and not self.told
        return f"{self.name}{unit}" + (f", {len(self.labels)} elements" if many else "")

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest value; zeros where there is none."""
        known = self.values[~np.isnan(self.values)]
        return (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Chart:
    """Panels one below the other.

    Attributes:
        title: What is shown.
        times: Shape (time,).
        time_unit: As written.
        panels: In the order of the model, or as asked for.
        months: Where the times are months, each as ``2006-01``; else empty.
        notes: Sentences to stand below the chart on a page.
    """

    title: str
    times: NDArray[np.float64]
    time_unit: str
    panels: tuple[Panel, ...]
    months: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
