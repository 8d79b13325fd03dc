"""One-step-ahead prediction for a reader: figures, a table's rows, and whether the intervals were right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

import altair as alt

from stockade.briefing.ahead import AheadPath, AheadSeries
from stockade.briefing.course import Course
from stockade.briefing.curves import ALL
from stockade.briefing.fans import capital, slug
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
    top_of,
)
from stockade.briefing.wording import count, coverage, day, month, number, several, year_fraction

HEIGHT = 210
UNEVEN = 0.05
"""Least p-value at which predictions pass without a word."""


@dataclass(frozen=True)
class AheadRow:
    """How one explanation predicted.

    Attributes:
        who: The explanation, or the average of all.
        kind: ``average``, ``mechanism`` or ``null``.
        density: Log predictive density of all that came after the first day, as printed.
        held: For each series how many counts the 90 % and, in brackets, the 50 % intervals held.
    """

    who: str
    kind: str
    density: str
    held: tuple[str, ...]


def ahead_rows(course: Course) -> list[AheadRow]:
    """Returns the average, then the explanations by how well they predicted."""
    if not course.ahead:
        return []
    gains = {one.explanation: sum(one.gain[1:]) for one in course.paths}
    names = sorted(gains, key=lambda name: -gains[name])
    kinds = {one.explanation: one.kind for one in course.paths} | {ALL: "average"}
    gains[ALL] = sum(course.average_gain[1:])
    return [
        AheadRow(
            "the weighted average" if name == ALL else name, kinds[name], _tenth(gains[name]),
            tuple(_held(one, name) for one in course.ahead),
        )
        for name in (ALL, *names)
    ]  # fmt: skip


def ahead_sentences(course: Course) -> list[str]:
    """Returns for each series how the weighted average's intervals did."""
    return [f"{capital(one.label or one.name)}: {_told(one)}" for one in course.ahead]


def letter(index: int) -> str:
    """Returns what a narrow table calls a series: A, B, C ..., and numbers once letters are used up."""
    return ascii_uppercase[index] if index < len(ascii_uppercase) else str(index + 1)


def ahead_figures(course: Course | None) -> tuple[Figure, ...]:
    """Returns for each series the fan expected one step ahead, with what came; nothing without a course."""
    return () if course is None else tuple(_figure(course, one) for one in course.ahead)


def _tenth(value: float) -> str:
    return f"{value:,.1f}".replace("-", "\N{MINUS SIGN}")


def _path(series: AheadSeries, name: str) -> AheadPath | None:
    return next((one for one in series.paths if one.explanation == name), None)


def _held(series: AheadSeries, name: str) -> str:
    path = _path(series, name)
    if path is None:
        return ""
    shares = [coverage(one / len(series.months)) for one in (path.inside_90, path.inside_50)]
    return f"{shares[0]} ({shares[1]})"


def _told(series: AheadSeries) -> str:
    path, n = series.paths[0], len(series.months)
    below = n - path.inside_90 - path.above_90
    fifths = several([str(one) for one in path.fifths])
    wide, narrow = coverage(path.inside_90 / n), coverage(path.inside_50 / n)
    return (
        f"of {count(n, 'month')}, the 90 % intervals held {path.inside_90} ({wide}) and the 50 % intervals "
        f"{path.inside_50} ({narrow}); {path.above_90 or 'none'} came above the 90 % interval, "
        f"{below or 'none'} below. In fifths of what was expected, from the lowest: {fifths}, where even "
        f"would be {number(n / len(path.fifths))} each; {_judged(path)}"
    )


def _judged(path: AheadPath) -> str:
    """Returns what the places of the counts in their predictive distributions say."""
    p = path.p_value
    if p is None or p >= UNEVEN:
        return f"chance alone may do that (p = {number(p)})."
    places = [one for one in path.pit if one is not None]
    n, said = len(places), []
    lean = sum(places) / n - 0.5
    if abs(lean) > 2.0 / math.sqrt(12.0 * n):
        said.append(f"counts came {'higher' if lean > 0 else 'lower'} than expected")
    outer = path.fifths[0] + path.fifths[-1] - 0.4 * n
    if abs(outer) > 2.0 * math.sqrt(0.24 * n):
        said.append(f"the intervals are too {'narrow' if outer > 0 else 'wide'}")
    why = several(said) if said else "the predictions are off"
    return f"that is more than chance (p = {number(p)}): {why}."


def _figure(course: Course, series: AheadSeries) -> Figure:
    average = series.paths[0]
    rows = fan_rows(series.months, average.fan)
    ends = [year_fraction(one) or 0.0 for one in (min(series.months), max(series.months))]
    top = top_of([average.fan.q95], [average.fan.q75, series.observed])
    frame = Frame((ends[0] - 0.06, ends[1] + 0.06), top)
    layers = fan_layers(frame, rows)
    null = _heaviest_null(course, series)
    if null is not None:
        line = frame.chart("null", fan_rows(series.months, null.fan))
        line = line.mark_line(color=RUST, strokeDash=[7, 3], strokeWidth=1.6, clip=True)
        layers.append(line.encode(x=frame.x(), y=frame.y("q50")))
    layers += _dots(frame, series, average)
    for when in course.marked:
        if ends[0] <= (year_fraction(when) or 0.0) <= ends[1]:
            layers += as_of_layers(frame, when)
    return Figure(
        f"figure-ahead-{slug(series.name)}",
        f"{capital(series.label or series.name)}, one step ahead",
        f"known by {day(series.known[0])} to {day(series.known[-1])}",
        capital(_told(series)) + " A diamond came outside the 90 % interval.",
        finished(frame, layers, HEIGHT),
        HEIGHT + 40,
    )


def _heaviest_null(course: Course, series: AheadSeries) -> AheadPath | None:
    nulls = [one for one in course.paths if one.kind == "null"]
    if not nulls:
        return None
    return _path(series, max(nulls, key=lambda one: one.log_evidence[-1]).explanation)


def _dots(frame: Frame, series: AheadSeries, average: AheadPath) -> list[alt.Chart]:
    inside, outside = [], []
    for i, (when, value) in enumerate(zip(series.months, series.observed, strict=True)):
        low, high, place = average.fan.q5[i], average.fan.q95[i], average.pit[i]
        if value is None:
            continue
        held = low is not None and high is not None and low <= value <= high
        (inside if held else outside).append(
            {"x": year_fraction(when), "y": value, "month": month(when), "known": day(series.known[i])}
            | {"place": number(place)}
        )
    tips = [
        alt.Tooltip("month:N", title="month"),
        alt.Tooltip("y:Q", title="count", format=",.4~r"),
        alt.Tooltip("known:N", title="known by"),
        alt.Tooltip("place:N", title="place in what was expected, 0 to 1"),
    ]
    styles: tuple[tuple[str, Rows, dict[str, Any]], ...] = (
        ("held", inside, {"fill": INK, "stroke": "white", "strokeWidth": 0.6, "size": 26}),
        (
            "outside",
            outside,
            {"shape": "diamond", "fill": "white", "stroke": INK, "strokeWidth": 1.4, "size": 50},
        ),
    )
    return [
        frame.chart(name, rows)
        .mark_point(opacity=1, clip=True, **style)
        .encode(x=frame.x(), y=frame.y("y"), tooltip=tips)
        for name, rows, style in styles
        if rows
    ]
