"""A chart as a file: one HTML page that needs no network, SVG or PNG, drawn by Vega-Lite."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from math import isnan
from string import Template
from types import MappingProxyType
from typing import Any

import altair as alt
import vl_convert

from stockade.charts.chart import Chart, Panel

WIDTH, HEIGHT = 640, 150
_MARGIN = 45
MOST_NAMED = 10
_BLUE = "#1f5f99"
_SCALE = 2
_PAGE = Template("""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>$title</title></head>
<body>
<div id="chart"></div>
$notes<script>$script</script>
<script>vegaEmbed("#chart", $spec, {"actions": false, "renderer": "svg"});</script>
</body>
</html>
""")


def specification(chart: Chart) -> dict[str, Any]:
    """Returns a chart as a Vega-Lite specification: panels one below the other, one axis of time."""
    axis = f"Time ({chart.time_unit})" if chart.time_unit else "Time"
    last = len(chart.panels) - 1
    axis = "" if chart.months else axis
    panels = [_panel(one, axis, f"panel{at}", named=at == last) for at, one in enumerate(chart.panels)]
    heading = alt.Title(chart.title, anchor="start", offset=14)
    whole = alt.vconcat(*panels, title=heading).configure(font="sans-serif").configure_view(stroke=None)
    whole = whole.configure_title(anchor="start", frame="group").configure_axis(gridOpacity=0.4)
    # One margin for all panels, whatever their numbers need, so that a time stands in one column.
    whole = whole.configure_axisY(minExtent=_MARGIN).resolve_scale(color="independent")
    # Altair copies what a chart holds at every step; so the rows come last.
    spec = whole.to_dict()
    times = [f"{month}-01T00:00:00" for month in chart.months] or chart.times.tolist()
    spec["datasets"] = {f"panel{at}": _rows(one, times) for at, one in enumerate(chart.panels)}
    return spec


def as_html(chart: Chart) -> bytes:
    """Returns a page with all that it needs in it."""
    # A model's names are anybody's text: nothing in them may end the script that they stand in.
    spec = json.dumps(specification(chart), allow_nan=False).replace("<", "\\u003c")
    script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    script = script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    items = "".join(f"<li>{escape(one)}</li>\n" for one in chart.notes)
    notes = f'<ul style="font: 14px sans-serif; max-width: 44em">\n{items}</ul>\n' if items else ""
    return _PAGE.substitute(title=escape(chart.title), script=script, spec=spec, notes=notes).encode()


def as_svg(chart: Chart) -> bytes:
    """Returns a drawing in vectors."""
    return vl_convert.vegalite_to_svg(specification(chart)).encode()


def as_png(chart: Chart) -> bytes:
    """Returns a picture, at twice the size in pixels."""
    return vl_convert.vegalite_to_png(specification(chart), scale=_SCALE)


DRAWERS: Mapping[str, Callable[[Chart], bytes]] = MappingProxyType(
    {".html": as_html, ".svg": as_svg, ".png": as_png}
)


def _panel(panel: Panel, axis: str, data: str, *, named: bool) -> alt.Chart:
    """Returns one panel; without a word for its axis the times are months."""
    y = alt.Y("value:Q").title(None).axis(tickCount=4).scale(zero=_from_zero(panel))
    x = alt.X("time:Q").title(axis if named else None).scale(nice=False)
    when = alt.Tooltip("time:Q", title=axis)
    if not axis:
        x = alt.X("time:T").title(None).scale(nice=False).axis(format="%Y-%m", labelOverlap=True)
        when = alt.Tooltip("time:T", title="Month", format="%B %Y")
    tips = [when, alt.Tooltip("value:Q", title=panel.name, format=".5~g")]
    base = alt.Chart(alt.NamedData(data), width=WIDTH, height=HEIGHT, title=panel.title).encode(x=x, y=y)
    if len(panel.labels) == 1:
        return base.mark_line(color=_BLUE).encode(tooltip=tips)
    few = len(panel.labels) <= MOST_NAMED
    colour = alt.Color("element:N").sort(list(panel.labels)).legend(alt.Legend(title=None) if few else None)
    # Many elements are told apart by their order only: from dark to light.
    colour = colour if few else colour.scale(scheme="viridis")
    return base.mark_line().encode(color=colour, tooltip=[alt.Tooltip("element:N"), *tips])


def _from_zero(panel: Panel) -> bool:
    """Says whether the axis begins at zero: unless all values are far from it."""
    low, high = panel.ends
    return not (low > high / 2 > 0 or high < low / 2 < 0)


def _rows(panel: Panel, times: Sequence[float | str]) -> list[dict[str, Any]]:
    return [
        {"time": time, "value": None if isnan(value) else value, "element": label}
        for label, line in zip(panel.labels, panel.values.T.tolist(), strict=True)
        for time, value in zip(times, line, strict=True)
    ]
