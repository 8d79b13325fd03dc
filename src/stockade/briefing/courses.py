"""The figure of the weights over time, and what the data could tell when."""

from __future__ import annotations

from typing import Any

import altair as alt

from stockade.briefing.course import Course, EvidencePath, Told
from stockade.briefing.marks import BLUE, INK, STROKES, Figure, unit, wrapped
from stockade.briefing.wording import count, day, percent, year_fraction

SHOWN = 0.05
"""Weight that an explanation must once have had to be drawn by itself."""

OTHERS, PALE = "the others", "#cfd4dc"
HEIGHT = 300


def course_figures(course: Course | None) -> tuple[Figure, ...]:
    """Returns the weights over time as stacked bands, the as-of dates marked; nothing without a course."""
    if course is None or len(course.days) < 2:
        return ()
    bands = _bands(course)
    data = {"weights": _rows(course, bands), "dates": _dates(course)}
    layers = [unit(one) for one in (*_areas(course, [name for name, _ in bands]), *_rules(course))]
    spec = wrapped({"layer": layers, "width": "container", "height": HEIGHT}, data)
    says = "Each band is as thick as an explanation is probable, given all that was known by that day."
    dated = f"{day(course.days[0])} to {day(course.days[-1])}"
    return (Figure("figure-course", "Weight of each explanation over time", dated, says, spec, HEIGHT + 90),)


def told_sentences(course: Course, most: int = 8) -> list[str]:
    """Returns when the data could first tell explanations apart, pairs that were both once heavy first."""
    heaviest = {one.explanation: max(one.weight) for one in course.paths if one.kind == "mechanism"}
    ranked = sorted(
        course.told,
        key=lambda one: (-min(heaviest.get(one.favoured, 0.0), heaviest.get(one.against, 0.0)), one.first),
    )
    sentences = [_sentence(one) for one in ranked[:most]]
    if len(ranked) > most:
        sentences.append(f"{count(len(ranked) - most, 'more pair')} in the JSON.")
    if course.untold:
        pairs = "; ".join(f"{a} and {b}" for a, b in course.untold[:most])
        sentences.append(f"Never told apart by a factor of 10: {pairs}.")
    return sentences


def _sentence(one: Told) -> str:
    begin = f"{one.favoured} over {one.against}: first on {day(one.first)}"
    if one.since is None:
        return f"{begin}, but not on the last day."
    return (
        f"{begin}, and ever since."
        if one.since == one.first
        else f"{begin}, for good since {day(one.since)}."
    )


def _bands(course: Course) -> list[tuple[str, list[EvidencePath]]]:
    """Returns what is drawn from the bottom up: heavy explanations by their last weight, then the others."""
    heavy = [one for one in course.paths if max(one.weight) >= SHOWN]
    heavy.sort(key=lambda one: -one.weight[-1])
    alone = heavy[: len(STROKES) + 1]
    rest = [one for one in course.paths if one not in alone]
    return [(one.explanation, [one]) for one in alone] + ([(OTHERS, rest)] if rest else [])


def _rows(course: Course, bands: list[tuple[str, list[EvidencePath]]]) -> list[dict[str, Any]]:
    rows = []
    for index, when in enumerate(course.days):
        bottom = 0.0
        for name, paths in bands:
            weight = sum(one.weight[index] for one in paths)
            row = {"x": round(year_fraction(when) or 0.0, 5), "who": name, "day": day(when)}
            rows.append(
                row | {"low": round(bottom, 5), "high": round(bottom + weight, 5), "shown": percent(weight)}
            )
            bottom += weight
    return rows


def _dates(course: Course) -> list[dict[str, Any]]:
    first, last = course.days[0], course.days[-1]
    return [
        {"x": year_fraction(one), "says": day(one), "align": "right"}
        for one in course.marked
        if first <= one <= last
    ]


def _x(course: Course) -> alt.X:
    ends = [year_fraction(course.days[0]), year_fraction(course.days[-1])]
    axis = alt.Axis(format="d", tickMinStep=1, title=None, grid=False, labelFlush=False, tickCount=6)
    return alt.X("x:Q", axis=axis, scale=alt.Scale(domain=ends, nice=False))


def _areas(course: Course, names: list[str]) -> list[alt.Chart]:
    colours = [BLUE, *(colour for colour, _ in STROKES)][: len(names)]
    colours = [
        PALE if name == OTHERS else colour for name, colour in zip(names, [*colours, PALE], strict=False)
    ]
    key = alt.Legend(
        orient="top",
        title=None,
        symbolType="square",
        labelFontSize=12,
        labelLimit=220,
        columns=2,
        direction="horizontal",
    )
    colour = alt.Color("who:N", sort=names, scale=alt.Scale(domain=names, range=colours), legend=key)
    axis = alt.Axis(title=None, format="%", values=[0, 0.25, 0.5, 0.75, 1], grid=True)
    y = alt.Y("low:Q", axis=axis, scale=alt.Scale(domain=[0, 1], nice=False))
    tips = [
        alt.Tooltip("who:N", title="explanation"),
        alt.Tooltip("day:N", title="known by"),
        alt.Tooltip("shown:N", title="weight"),
    ]
    base = alt.Chart(alt.NamedData(name="weights"))
    # Data come by the month, and what is known does not change in between.
    area = base.mark_area(interpolate="step-after", opacity=0.85, stroke="white", strokeWidth=0.8)
    return [area.encode(x=_x(course), y=y, y2="high:Q", color=colour, tooltip=tips)]


def _rules(course: Course) -> list[alt.Chart]:
    base = alt.Chart(alt.NamedData(name="dates")).encode(x=_x(course))
    word = base.mark_text(align="right", dx=2, dy=-4, fontSize=11, baseline="bottom", color=INK)
    return [
        base.mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=1.4),
        word.encode(y=alt.value(0), text="says:N"),
    ]
