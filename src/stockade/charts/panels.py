"""What a chart of a run shows: a panel for each variable that is worth one."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np

from stockade.charts.chart import Chart, Panel
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.model.model import Model
from stockade.model.names import canonical
from stockade.simulation.single import Table


def chart_of(model: Model, table: Table, title: str, wanted: Sequence[str] = ()) -> Chart:
    """Returns what to show of a run.

    Args:
        model: The model that was run.
        table: Its run.
        title: What to call it.
        wanted: Names of variables, or of single elements of arrays; the stocks if none are given, and where
            there are no stocks, all that changes.

    Raises:
        StockadeError: ``unknown-variable``, for all names at once.
    """
    units = {one.canonical: one.units for one in model.variables if one.units}
    columns = _columns(table)
    panels: list[Panel] = []
    wrong: list[Diagnostic] = []
    for name in wanted or _usual(model, table):
        found = columns.get(canonical(name)) or _element(table, name)
        if found is None:
            wrong.append(_unknown(name, table))
            continue
        base, labels = (
            table.names[found[0]].partition("[")[0],
            [table.names[one].partition("[")[2] for one in found],
        )
        shown = base if len(found) > 1 or not labels[0] else table.names[found[0]]
        panels.append(
            Panel(
                shown, units.get(canonical(base), ""), tuple(one.removesuffix("]") for one in labels),
                table.values[:, found],
            )
        )  # fmt: skip
    if wrong:
        raise StockadeError(wrong)
    clock = next((units[one] for one in ("time step", "final time", "initial time") if one in units), "")
    return Chart(title, table.times, clock, tuple(panels))


def _columns(table: Table) -> dict[str, list[int]]:
    """Canonical name of each variable, without subscripts -> its columns."""
    found: dict[str, list[int]] = {}
    for at, name in enumerate(table.names):
        found.setdefault(canonical(name.partition("[")[0]), []).append(at)
    return found


def _element(table: Table, name: str) -> list[int] | None:
    """Returns the column of one element: ``people[north,young]``, or of a name that holds a bracket."""
    wanted = _close(name)
    return next(([at] for at, one in enumerate(table.names) if _close(one) == wanted), None)


def _close(name: str) -> str:
    return canonical(name).replace(", ", ",").replace(" [", "[")


def _usual(model: Model, table: Table) -> list[str]:
    stocks = list(dict.fromkeys(one.canonical for one in model.variables if one.kind == "stock"))
    columns = _columns(table)
    moving = [name for name, found in columns.items() if np.ptp(table.values[:, found], axis=0).any()]
    return stocks or moving or list(columns)[:1]


def _unknown(name: str, table: Table) -> Diagnostic:
    known = {canonical(one): one for one in (*table.names, *(one.partition("[")[0] for one in table.names))}
    near = get_close_matches(canonical(name), known, n=2, cutoff=0.6)
    hint = (
        f"Did you mean {' or '.join(known[one] for one in near)}?"
        if near
        else "Name a variable of the model."
    )
    said = f"the model has no variable {name} that could be drawn"
    return Diagnostic("unknown-variable", said, Place("--plot", None, None, name), hint=hint)
