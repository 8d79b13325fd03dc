"""A chart as lines of text: one panel below the other, drawn with braille dots."""

from __future__ import annotations

from itertools import pairwise
from math import isnan

import numpy as np
from numpy.typing import NDArray
from plotille import Canvas

from stockade.charts.chart import Chart, Panel

MOST_PANELS = 8
MOST_LINES = 4
WIDEST = 110
_FEW, _HIGH, _LOW = 2, 8, 5
_BLANK = "\u2800"
_MARGIN = 11
_DOTS_WIDE, _DOTS_HIGH = 2, 4


def draw_text(chart: Chart, width: int) -> str:
    """Returns a chart as text without colours.

    Args:
        chart: What to show; of more than `MOST_PANELS` panels the first ones, and a line that says so.
        width: Columns of the terminal; more than `WIDEST` are not used.
    """
    columns = max(20, min(width, WIDEST) - _MARGIN - 3)
    shown = chart.panels[:MOST_PANELS]
    height = _HIGH if len(shown) <= _FEW else _LOW
    lines = [chart.title, ""]
    for panel in shown:
        lines += [*_panel(chart, panel, columns, height), ""]
    lines[-1:] = _clock(chart, columns)
    left = [one.name for one in chart.panels[MOST_PANELS:]]
    if left:
        names = ", ".join(left[:3]) + (", ..." if len(left) > 3 else "")
        lines.append(f"{len(left)} more could be drawn: {names}; --plot NAME draws one")
    return "\n".join(lines) + "\n"


def _panel(chart: Chart, panel: Panel, columns: int, height: int) -> list[str]:
    low, high = panel.ends
    bottom, top = _ends(low, high)
    # A canvas leaves out what lies on its upper and right edge: the highest value gets the last row of dots.
    start, span = float(chart.times[0]), float(np.ptp(chart.times)) or 1.0
    end = start + span * _stretched(_DOTS_WIDE * columns)
    canvas = Canvas(
        columns, height, start, bottom, end, bottom + (top - bottom) * _stretched(_DOTS_HIGH * height)
    )
    for line in _lines(panel):
        points = list(zip(chart.times.tolist(), line.tolist(), strict=True))
        for (x, y), (after, then) in pairwise(points):
            if not (isnan(y) or isnan(then)):
                canvas.line(x, y, after, then)
        for (x, y), alone in zip(points, _alone(line), strict=True):
            if alone:
                canvas.point(x, y)
    rows = canvas.plot().replace(_BLANK, " ").splitlines()
    ends = {0: _number(top), len(rows) - 1: _number(bottom)}
    drawn = [f"{ends.get(at, ''):>{_MARGIN}} │{row}".rstrip() for at, row in enumerate(rows)]
    return [f"{'':{_MARGIN}}  {panel.title}: {_told(panel)}", *drawn]


def _alone(line: NDArray[np.float64]) -> list[bool]:
    """Returns for each value whether it has no neighbour that a line could go to."""
    known = np.concatenate(([False], ~np.isnan(line), [False]))
    return (known[1:-1] & ~known[:-2] & ~known[2:]).tolist()


def _stretched(dots: int) -> float:
    return dots / (dots - 1)


def _lines(panel: Panel) -> list[NDArray[np.float64]]:
    """Returns what is drawn: of many elements, which hide each other, the lowest, the mean, the highest."""
    if len(panel.labels) <= MOST_LINES:
        return list(panel.values.T)
    return [panel.values.min(axis=1), panel.values.mean(axis=1), panel.values.max(axis=1)]


def _ends(low: float, high: float) -> tuple[float, float]:
    """Returns where the axis begins and ends: at zero, unless all values are far from it."""
    if 0 < low <= high / 2:
        low = 0.0
    elif high < 0 and high >= low / 2:
        high = 0.0
    if low == high:
        pad = abs(low) / 2 or 1.0
        return low - pad, high + pad
    return low, high


def _told(panel: Panel) -> str:
    if panel.told:
        return panel.told
    first, last = panel.values[0], panel.values[-1]
    if len(panel.labels) > MOST_LINES:
        return f"lowest, mean and highest; together from {_number(first.sum())} to {_number(last.sum())}"
    if len(panel.labels) > 1:
        return f"together from {_number(first.sum())} to {_number(last.sum())}"
    return f"from {_number(first[0])} to {_number(last[0])}"


def _clock(chart: Chart, columns: int) -> list[str]:
    first, last = (
        (chart.months[0], chart.months[-1])
        if chart.months
        else (_number(chart.times[0]), _number(chart.times[-1]))
    )
    unit = f" {chart.time_unit}" if chart.time_unit else ""
    between = columns - len(first) - len(last) - len(unit)
    return [f"{'':{_MARGIN}} └{'─' * columns}", f"{'':{_MARGIN}}  {first}{' ' * max(1, between)}{last}{unit}"]


def _number(value: float) -> str:
    """Returns a number in four digits, and no longer than its margin."""
    return f"{float(value):.4g}"
