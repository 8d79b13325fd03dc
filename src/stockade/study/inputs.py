"""Paths of a model's inputs as they were known at a date: linear between knots, level outside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np

from stockade.data.asof import visible_reports
from stockade.data.ledger import Report
from stockade.study.study import Input, Study

Path = tuple[np.ndarray, np.ndarray]


def input_paths(study: Study, ledger: Iterable[Report], as_of: date) -> dict[str, Path]:
    """Returns the knots of every input as they were known at a date.

    A report counts from its day of publication, an assumption from its `known_from`; several statements
    on the same months are averaged, and reports displace an assumption on them. A knot stands in the
    middle of its month, or of its period.

    Args:
        study: Gives the inputs and the start of time.
        ledger: All reports; those published later are not looked at.
        as_of: The day to look from.

    Returns:
        By canonical name of the variable: (knot,) times in months since the start of the period,
        ascending, and (knot,) values in the units of the variable. No knots where nothing was known.
    """
    seen = visible_reports(ledger, as_of)
    return {one.canonical: _path(one, seen, as_of, study.period.first) for one in study.inputs}


def at_steps(paths: Mapping[str, Path], steps: np.ndarray) -> dict[str, np.ndarray]:
    """Returns (step,) values of every path at given times.

    Args:
        paths: As `input_paths` returns them, none of them empty.
        steps: (step,) times in months since the start of the period.
    """
    return {name: np.interp(steps, x, y) for name, (x, y) in paths.items()}


def figure_of(report: Report) -> float | None:
    """Returns the level that a report gives: its best figure, or the middle of its range; else None."""
    if report.kind == "point":
        return report.best
    if report.low is not None and report.high is not None:
        return (report.low + report.high) / 2
    return None


def _path(one: Input, seen: Iterable[Report], as_of: date, start: int) -> Path:
    assumed = {knot.month + 0.5: [knot.figure] for knot in one.assumed if knot.known_from <= as_of}
    reported: dict[float, list[float]] = {}
    for report in seen:
        figure = figure_of(report)
        if report.series == one.report and figure is not None and (not one.units or report.unit in one.units):
            reported.setdefault(report.period.middle, []).append(figure)
    knots = sorted((assumed | reported).items())
    times = np.array([month - start for month, _ in knots], dtype=float)
    values = np.array([float(np.mean(figures)) / one.divide_by for _, figures in knots], dtype=float)
    return times, values
