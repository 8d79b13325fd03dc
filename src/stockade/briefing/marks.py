"""What the figures share: colours that colour-blind readers and grey printers can tell apart, axes, layers.

Charts name their data and the rows are put in at the end: Altair copies what a chart holds at every step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import altair as alt

from stockade.briefing.curves import Fan, Number, Numbers
from stockade.briefing.wording import month, year_fraction

INK = "#1b1f24"
BLUE = "#1f5f99"
LIGHT = "#c9dcee"
MIDDLE = "#93b8da"
RUST = "#b3470d"
FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"
GREY = "#6b7280"

# Okabe and Ito's colours, darkened where a thin line would be too faint on white; each has a dash of its own,
# so that no line is told by its colour alone.
STROKES = (
    ("#b3470d", (6, 3)),
    ("#00785a", (2, 2)),
    ("#a03e7b", (9, 2, 2, 2)),
    ("#7a6200", (12, 3)),
    ("#3b3b3b", (1, 3)),
)


@dataclass(frozen=True)
class Figure:
    """One figure of the page.

    Attributes:
        id: Unique on the page, letters, digits and hyphens.
        title: What it shows.
        dated: Its as-of date, in words.
        says: A caption read off the data.
        spec: Vega-Lite.
        height: Height in pixels that the page keeps free for it.
    """

    id: str
    title: str
    dated: str
    says: str
    spec: dict[str, Any]
    height: int


Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Frame:
    """The axes that all layers of a figure share, and the rows that they name.

    Attributes:
        domain: First and last x, in years.
        top: Where the y axis ends.
        bottom: Where it begins; above zero on a log axis.
        log: Whether y is a log axis.
        data: Name -> rows; filled by the layers.
    """

    domain: tuple[float, float]
    top: float
    bottom: float = 0.0
    log: bool = False
    data: dict[str, Rows] = field(default_factory=dict)

    def x(self, column: str = "x") -> alt.X:
        """The axis of years. Months are numbers of years, so no reader's time zone can shift them."""
        axis = alt.Axis(format="d", tickMinStep=1, title=None, grid=False, labelFlush=False, tickCount=6)
        return alt.X(f"{column}:Q", axis=axis, scale=alt.Scale(domain=list(self.domain), nice=False))

    def y(self, column: str) -> alt.Y:
        """The axis of counts or levels."""
        kind: dict[str, Any] = {"type": "log"} if self.log else {}
        ticks: dict[str, Any] = {"values": self._round_values()} if self.log else {"tickCount": 5}
        axis = alt.Axis(title=None, format="~s" if self.top >= 10000 else ",.4~r", **ticks)
        scale = alt.Scale(domain=[self.bottom, self.top], nice=False, **kind)
        return alt.Y(f"{column}:Q", axis=axis, scale=scale)

    def _round_values(self) -> list[float]:
        powers = range(math.floor(math.log10(self.bottom)), math.ceil(math.log10(self.top)) + 1)
        every = [step * 10.0**power for power in powers for step in (1, 2, 5)]
        return [value for value in every if self.bottom <= value <= self.top]

    def chart(self, name: str, rows: Rows) -> alt.Chart:
        """A chart over rows that are known by a name."""
        self.data[name] = rows
        return alt.Chart(alt.NamedData(name=name))


def fan_rows(months: Sequence[str], fan: Fan, floor: float | None = None) -> Rows:
    """Returns a row a month with x and the five quantiles; months without a median are left out.

    Args:
        months: The months of the fan.
        fan: Quantiles.
        floor: Least value to draw, for a log axis.
    """
    rows = []
    for i, name in enumerate(months):
        if fan.q50[i] is None:
            continue
        row: dict[str, Any] = {"x": _short(year_fraction(name)), "month": month(name)}
        for key in ("q5", "q25", "q50", "q75", "q95"):
            value = _short(getattr(fan, key)[i])
            row[key] = max(value, floor) if value is not None and floor is not None else value
        rows.append(row)
    return rows


def _short(value: Number) -> Number:
    """Six digits are more than a screen shows, and keep the page small."""
    return None if value is None else float(f"{value:.6g}")


def fan_layers(frame: Frame, rows: Rows) -> list[alt.Chart]:
    """Returns the 90 % band, the 50 % band and the median of the weighted average."""
    base = frame.chart("average", rows).encode(x=frame.x())
    tips = [alt.Tooltip("month:N", title="month")]
    tips += [
        alt.Tooltip(f"{key}:Q", format=",.3~r", title=title)
        for key, title in (
            ("q50", "median"),
            ("q5", "5 %"),
            ("q25", "25 %"),
            ("q75", "75 %"),
            ("q95", "95 %"),
        )
    ]
    return [
        base.mark_area(color=LIGHT, clip=True).encode(y=frame.y("q5"), y2="q95:Q"),
        base.mark_area(color=MIDDLE, clip=True).encode(y=frame.y("q25"), y2="q75:Q"),
        base.mark_line(color=BLUE, strokeWidth=2.2, clip=True).encode(y=frame.y("q50"), tooltip=tips),
    ]


def median_layers(
    frame: Frame, months: Sequence[str], fans: Sequence[Fan], names: Sequence[str]
) -> list[alt.Chart]:
    """Returns a thin line for each heavy explanation, dashed and coloured as in the page's legend."""
    tips = [
        alt.Tooltip("who:N", title="explanation"),
        alt.Tooltip("month:N", title="month"),
        alt.Tooltip("q50:Q", format=",.3~r", title="median"),
    ]
    layers = []
    for fan in fans:
        if fan.explanation not in names:
            continue
        rank = list(names).index(fan.explanation)
        colour, dash = STROKES[rank % len(STROKES)]
        rows = [
            {"x": row["x"], "q50": row["q50"], "month": row["month"], "who": fan.explanation}
            for row in fan_rows(months, fan)
        ]
        line = frame.chart(f"median{rank}", rows).mark_line(
            color=colour, strokeDash=list(dash), strokeWidth=1.3, clip=True
        )
        layers.append(line.encode(x=frame.x(), y=frame.y("q50"), tooltip=tips))
    return layers


def as_of_layers(frame: Frame, date: str) -> list[alt.Chart]:
    """Returns the upright line at the as-of date with its word; none where the date lies outside."""
    first, last = frame.domain
    at = year_fraction(date)
    if at is None or not first <= at <= last:
        return []
    late = at > first + 0.7 * (last - first)
    base = frame.chart("as of", [{"x": at, "says": "as of"}]).encode(x=frame.x())
    word = base.mark_text(
        align="right" if late else "left", dx=-4 if late else 4, dy=2, fontSize=11, baseline="top", color=INK
    )
    return [
        base.mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=1.2),
        word.encode(y=alt.value(0), text="says:N"),
    ]


def top_of(uppers: Sequence[Numbers], anchors: Sequence[Numbers]) -> float:
    """Returns where the y axis ends: at the fan's top, but never so high that what was counted lies flat.

    Args:
        uppers: 95 % quantiles, which may run away.
        anchors: What must stay readable: counts and 75 % quantiles.
    """
    high = max((value for one in uppers for value in one if value is not None), default=1.0)
    anchor = max((value for one in anchors for value in one if value is not None), default=high)
    return max(anchor * 1.03, min(high * 1.03, anchor * 1.8)) or 1.0


def finished(frame: Frame, layers: list[alt.Chart], height: int) -> dict[str, Any]:
    """Returns the specification of layers that fill the width of the page's column, with their rows.

    The layers are put together here and not by `altair.layer`, which takes ten times as long.
    """
    shown = [unit(one) for one in layers]
    return wrapped({"layer": shown, "width": "container", "height": height}, frame.data)


def unit(chart: alt.Chart) -> dict[str, Any]:
    """Returns what one chart says about its data, mark and encoding."""
    said = chart.to_dict(validate=False)
    return {key: said[key] for key in ("data", "transform", "mark", "encoding", "params") if key in said}


def wrapped(spec: dict[str, Any], data: dict[str, Rows]) -> dict[str, Any]:
    """Returns a specification with its rows, in the page's type and greys."""
    axis = {"labelColor": INK, "titleColor": INK, "gridColor": "#e5e7eb", "domainColor": "#9ca3af"}
    axis |= {"labelFontSize": 12, "titleFontSize": 12, "tickColor": "#9ca3af", "titleFontWeight": "normal"}
    config = {"font": FONT, "view": {"stroke": None}, "axis": axis, "background": "white"}
    return {"$schema": alt.SCHEMA_URL, "config": config, "datasets": data} | spec
