"""Monthly series counted from events as a chart: events, deaths, and whose they were."""

from __future__ import annotations

import numpy as np

from stockade.charts.chart import Chart, Panel
from stockade.data.event_series import EventSeries
from stockade.data.months import format_month

_LEVELS = {"lowest": "deaths_low", "highest": "deaths_high", "best": "deaths_best"}  # the last is on top
_PANELS = {
    "Events": {"": "events"},
    "Deaths": _LEVELS,
    "Deaths of civilians": {"": "deaths_civilians"},
    "Deaths of its own side": {"": "deaths_own"},
    "Deaths of its opponents": {"": "deaths_opponents"},
}


def chart_of_events(series: EventSeries, title: str) -> Chart:
    """Returns the panels for which a series has columns; deaths with their lowest and highest."""
    months = tuple(format_month(month) for month in series.window.months())
    panels = []
    for name, wanted in _PANELS.items():
        there = {label: series.values[column] for label, column in wanted.items() if column in series.values}
        if there:
            values = np.stack(list(there.values()), axis=1)
            labels = tuple(there) if len(there) > 1 else ("",)
            panels.append(Panel(name, "a month", labels, values, _told(list(there.values())[-1], months)))
    times = np.array([month / 12 for month in series.window.months()])
    return Chart(title, times, "", tuple(panels), months, tuple(one.text for one in series.notes))


def _told(values: np.ndarray, months: tuple[str, ...]) -> str:
    """Returns the sum and the peak in words."""
    known = ~np.isnan(values)
    if not known.any():
        return "nothing known"
    most = int(np.nanargmax(values))
    missing = int((~known).sum())
    left = f", {missing} {'month' if missing == 1 else 'months'} missing" if missing else ""
    return f"{np.nansum(values):,.0f} in all, most in {months[most]} ({values[most]:,.0f}){left}"
