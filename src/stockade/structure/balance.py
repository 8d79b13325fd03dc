"""Mass balance: each stock changes by the sum of its flows, and what leaves one stock enters another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stockade.arrays import Floats
from stockade.compiler.compile import Simulator
from stockade.compiler.control import default_values
from stockade.structure.conditions import Condition
from stockade.structure.prepare import Prepared, Stock

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Imbalance:
    """Where a stock's change is not the sum of its flows.

    Attributes:
        stock: Canonical name.
        time: When the difference is largest: the beginning of the step.
        changed: By how much the stock changed in that step.
        flows: By how much its flows say that it should have.
        share: The difference over the largest size of the stock and its flows in the run.
        condition: Under which condition.
    """

    stock: str
    time: float
    changed: float
    flows: float
    share: float
    condition: Condition


def imbalance(
    prepared: Prepared, simulator: Simulator, run: Floats, condition: Condition
) -> Iterator[Imbalance]:
    """Yields the stocks whose change differs from the sum of their flows by more than rounding.

    Args:
        prepared: The model.
        simulator: What was run, by Euler's method, every step saved.
        run: Shape (time, outputs).
        condition: Under which condition it was run.
    """
    step = default_values(prepared.model)["time step"]
    at = {name: index for index, name in enumerate(simulator.outputs)}
    finite = int(np.argmin(np.isfinite(run).all(axis=1))) if not np.isfinite(run).all() else len(run)
    for stock in prepared.stocks:
        if not all(one.flow in at for one in stock.terms):
            continue
        flows = _flows(stock, run[:finite], at) * step
        values = run[:finite, at[stock.variable.canonical]]
        total = flows.sum(axis=0)[:-1]
        changed = np.diff(values)
        size = np.abs(values).max(initial=0.0) + np.abs(flows).max(initial=0.0)
        difference = np.abs(changed - total)
        if difference.size and size > 0 and difference.max() > TOLERANCE * size:
            row = int(difference.argmax())
            yield Imbalance(
                stock.variable.canonical,
                float(simulator.times[row]),
                float(changed[row]),
                float(total[row]),
                float(difference[row] / size),
                condition,
            )


def _flows(stock: Stock, run: Floats, at: dict[str, int]) -> Floats:
    """Returns what each flow adds to the stock, shape (term, time)."""
    rows = [one.factor * run[:, at[one.flow]] for one in stock.terms]
    return np.array(rows).reshape(len(rows), len(run))
