"""Figures over time: observed series and what nobody counts, each with its fan and the as-of line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from stockade.briefing.curves import ALL, Fan, Latent, Series
from stockade.briefing.document import AsOf, Document
from stockade.briefing.marks import (
    INK,
    RUST,
    Figure,
    Frame,
    Rows,
    as_of_layers,
    fan_layers,
    fan_rows,
    finished,
    median_layers,
    top_of,
)
from stockade.briefing.summary import contests, heavy_mechanisms
from stockade.briefing.wording import day, month, number, window, year_fraction

HEIGHT = 210
DOTS: dict[str, dict[str, Any]] = {
    "seen": {"fill": INK, "stroke": "white", "strokeWidth": 0.6, "size": 26},
    "came later": {"fill": "white", "stroke": INK, "strokeWidth": 1.3, "size": 26},
    "left out": {
        "shape": "M-0.8,-0.8L0.8,0.8M-0.8,0.8L0.8,-0.8",
        "stroke": INK,
        "strokeWidth": 1.4,
        "size": 34,
    },
}
"""Full dots were seen, rings came later, crosses were left out."""


def series_figures(document: Document) -> list[list[Figure]]:
    """Returns, for each observed series, a figure for each date; both dates share their axes."""
    names = heavy_mechanisms(document)
    found = []
    for column in dict.fromkeys(one.name for as_of in document.as_of for one in as_of.series):
        pairs = [(as_of, one) for as_of in document.as_of for one in as_of.series if one.name == column]
        uppers = [fan.q95 for _, one in pairs for fan in one.fans if fan.explanation == ALL]
        anchors = [one.observed for _, one in pairs]
        anchors += [fan.q75 for _, one in pairs for fan in one.fans if fan.explanation == ALL]
        top = top_of(uppers, anchors)
        found.append([_series_figure(as_of, one, names, top) for as_of, one in pairs])
    return found


def _series_figure(as_of: AsOf, series: Series, names: Sequence[str], top: float) -> Figure:
    frame = Frame(_domain(series.months), top)
    layers = _curves(frame, series.months, series.fans, names)
    layers += dot_layers(frame, dot_rows(series)) + as_of_layers(frame, as_of.date)
    return Figure(
        f"figure-series-{slug(series.name)}-{as_of.date}",
        capital(series.label or series.name),
        f"as of {day(as_of.date)}",
        _series_caption(series),
        finished(frame, layers, HEIGHT),
        HEIGHT + 40,
    )


def _series_caption(series: Series) -> str:
    known = sum(
        1 for value, seen in zip(series.observed, series.visible, strict=True) if seen and value is not None
    )
    average = _average(series.fans)
    later = [
        (value, average.q5[i], average.q95[i])
        for i, (value, seen) in enumerate(zip(series.observed, series.visible, strict=True))
        if average is not None and not seen and value is not None
    ]
    judged = [(v, a, b) for v, a, b in later if a is not None and b is not None]
    text = f"{known} months were known."
    if judged:
        inside = sum(1 for value, low, high in judged if low <= value <= high)
        text += f" Of {len(judged)} that came later, {inside} lie in the 90 % band."
    return text


def latent_figures(document: Document) -> list[list[Figure]]:
    """Returns, for each variable that nobody counts, a figure for each date; both dates share their axes."""
    names = heavy_mechanisms(document)
    found = []
    for variable in dict.fromkeys(one.variable for as_of in document.as_of for one in as_of.latents):
        pairs = [
            (as_of, one) for as_of in document.as_of for one in as_of.latents if one.variable == variable
        ]
        average = [fan for _, one in pairs for fan in one.fans if fan.explanation == ALL]
        shown = average or [fan for _, one in pairs for fan in one.fans]
        top = top_of([fan.q95 for fan in shown], [fan.q75 for fan in shown])
        found.append([_latent_figure(as_of, one, names, top) for as_of, one in pairs])
    return found


def _latent_figure(as_of: AsOf, latent: Latent, names: Sequence[str], top: float) -> Figure:
    frame = Frame(_domain(latent.months), top)
    layers = _curves(frame, latent.months, latent.fans, names) + as_of_layers(frame, as_of.date)
    units = f" ({latent.units})" if latent.units not in ("", "1") else ""
    return Figure(
        f"figure-latent-{slug(latent.variable)}-{as_of.date}",
        f"{capital(latent.label or latent.name)}{units}",
        f"as of {day(as_of.date)}",
        _latent_caption(as_of, latent),
        finished(frame, layers, HEIGHT - 30),
        HEIGHT + 10,
    )


def _latent_caption(as_of: AsOf, latent: Latent) -> str:
    average = _average(latent.fans)
    known = [i for i, name in enumerate(latent.months) if name <= as_of.date[:7]]
    if average is None or not known or average.q50[known[-1]] is None:
        return ""
    i = known[-1]
    return (
        f"{month(latent.months[i])}: {number(average.q50[i])} "
        f"(90 % interval {number(average.q5[i])} to {number(average.q95[i])}), averaged over explanations."
    )


def forecast_figures(document: Document) -> list[Figure]:
    """Returns, for each scored series whose forecast is kept, the forecast against what came."""
    found = []
    for as_of in document.as_of:
        series = {one.name: one for one in as_of.series}
        for contest in contests(as_of):
            ours = contest.mechanism
            if ours is None or ours.fan is None or contest.series not in series:
                continue
            simple = next(
                (one for one in contest.rows if one.kind in ("baseline", "null") and one.fan is not None),
                None,
            )
            found.append(_forecast_figure(as_of, series[contest.series], ours, simple))
    return found


def _forecast_figure(as_of: AsOf, series: Series, ours: Any, simple: Any) -> Figure:
    start, end = year_fraction(ours.months[0]), year_fraction(ours.months[-1])
    domain = ((start or 0.0) - 1.05, (end or 0.0) + 0.06)
    rows = [row for row in dot_rows(series) if domain[0] <= row["x"] <= domain[1]]
    top = top_of([ours.fan.q95], [ours.fan.q75, tuple(row["y"] for row in rows)])
    frame = Frame(domain, top)
    layers = fan_layers(frame, fan_rows(ours.months, ours.fan))
    said = ""
    if simple is not None:
        line = frame.chart("simple", fan_rows(simple.months, simple.fan))
        line = line.mark_line(color=RUST, strokeDash=[7, 3], strokeWidth=2, clip=True)
        layers.append(line.encode(x=frame.x(), y=frame.y("q50")))
        said = f" Dashed: the best simple forecast with a path kept, “{simple.explanation_or_baseline}”."
    layers += dot_layers(frame, rows) + as_of_layers(frame, as_of.date)
    return Figure(
        f"figure-forecast-{slug(series.name)}-{as_of.date}",
        capital(series.label or series.name),
        f"forecast made as of {day(as_of.date)}",
        f"Band and line: {ours.explanation_or_baseline}, {window(ours.window)}.{said}",
        finished(frame, layers, HEIGHT),
        HEIGHT + 40,
    )


def dot_rows(series: Series) -> Rows:
    """Returns a row for each count: seen, came later, or left out of the fit."""
    rows = []
    left_out = series.left_out or (False,) * len(series.months)
    for name, value, seen, out in zip(series.months, series.observed, series.visible, left_out, strict=True):
        if value is not None:
            state = "left out" if out and seen else "seen" if seen else "came later"
            rows.append({"x": year_fraction(name), "y": float(value), "month": month(name), "state": state})
    return rows


def dot_layers(frame: Frame, rows: Rows) -> list[alt.Chart]:
    """Returns the counts: full dots were seen, rings came later, crosses were left out."""
    layers = []
    tips = [
        alt.Tooltip("month:N", title="month"),
        alt.Tooltip("y:Q", title="count", format=",.4~r"),
        alt.Tooltip("state:N", title="known?"),
    ]
    for state, style in DOTS.items():
        kept = [row for row in rows if row["state"] == state]
        if kept:
            marks = frame.chart(state, kept).mark_point(opacity=1, clip=True, **style)
            layers.append(marks.encode(x=frame.x(), y=frame.y("y"), tooltip=tips))
    return layers


def _curves(
    frame: Frame, months: Sequence[str], fans: Sequence[Fan], names: Sequence[str]
) -> list[alt.Chart]:
    average = _average(fans)
    band = [] if average is None else fan_layers(frame, fan_rows(months, average))
    return band + median_layers(frame, months, fans, names)


def _average(fans: Sequence[Fan]) -> Fan | None:
    return next((one for one in fans if one.explanation == ALL), None)


def _domain(months: Sequence[str]) -> tuple[float, float]:
    ends = [year_fraction(one) or 0.0 for one in (months[0], months[-1])] if months else [0.0, 1.0]
    return ends[0] - 0.06, ends[1] + 0.06


def slug(text: str) -> str:
    """Returns a word that can stand in an HTML id."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in text).strip("-") or "x"


def capital(text: str) -> str:
    """Returns the text with its first letter raised and the rest as it stands."""
    return text[:1].upper() + text[1:]
