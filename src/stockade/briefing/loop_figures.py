"""Which feedback loop dominates when, as stacked areas: reinforcing above the line, balancing below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from stockade.briefing.document import Document
from stockade.briefing.loop_words import group_name, groups
from stockade.briefing.loops import Feedback, FeedbackLoop
from stockade.briefing.marks import INK, Figure, Frame, Rows, as_of_layers, finished
from stockade.briefing.wording import count, day, several, year_fraction

HEIGHT = 260
MOST_AREAS = 7
MOST_GROUPS = 4
COLOURS = ("#6fa8d6", "#e6b06a", "#5fb39a", "#c58bb8", "#d9835a", "#b3a24a", "#8f9bb3")
REST = "#d6dae0"
ROOM = 0.15
"""White above the line, for the word at the as-of date."""

LEAST_ROOM = 0.09
"""An area narrower than this share has no room for its label."""


def feedback_figures(document: Document) -> list[list[Figure]]:
    """Returns, for each date that has any, the figures of its loops, the weightiest group first."""
    return [
        figures_of(as_of.feedback, as_of.date)
        for as_of in document.as_of
        if as_of.feedback is not None and as_of.feedback.loops
    ]


def figures_of(feedback: Feedback, date: str = "") -> list[Figure]:
    """Returns a figure for each group with more than one loop, the weightiest groups only.

    Args:
        feedback: The loops.
        date: The as-of date; empty for a run without a study.
    """
    times = len(feedback.months or feedback.times)
    drawn = [
        tuple(one for one in loops if one.variables and len(one.influence) == times)
        for loops in groups(feedback)
    ]
    shown = [one for one in drawn if len(one) > 1 and times > 1][:MOST_GROUPS]
    found = [_figure(feedback, one, date) for one in shown]
    return [one for one in found if one is not None]


def _figure(feedback: Feedback, loops: tuple[FeedbackLoop, ...], date: str) -> Figure | None:
    times = [year_fraction(one) for one in feedback.months] or list(feedback.times)
    x = [0.0 if one is None else float(one) for one in times]
    rows, words = _stack(x, loops)
    if not rows:
        return None
    ends = [row[key] for row in rows for key in ("low", "high")]
    top, bottom = max(_half(max(ends)), ROOM), -_half(-min(ends))
    frame = Frame((x[0], x[-1]), top, bottom)
    height = round(HEIGHT * max(top - bottom, 1.0) / 2)
    axis = alt.Axis(
        title=None, values=[-1, -0.5, 0, 0.5, 1], labelExpr="format(abs(datum.value), '.0%')", grid=True
    )
    y = alt.Y("low:Q", axis=axis, scale=alt.Scale(domain=[bottom, top], nice=False))
    names = [one.label for one in loops[:MOST_AREAS]] + (["others"] if len(loops) > MOST_AREAS else [])
    scale = alt.Scale(domain=names, range=[*COLOURS[: min(len(loops), MOST_AREAS)], REST][: len(names)])
    key = alt.Legend(
        orient="top", direction="horizontal", columns=4, title=None, symbolType="square", labelFontSize=12
    )
    area = frame.chart("areas", rows).mark_area(opacity=1, stroke="white", strokeWidth=0.7, clip=True)
    plain = alt.Axis(format="d" if feedback.months else ",.6~g", title=None, grid=False, tickCount=6)
    across = alt.X("x:Q", axis=plain, scale=alt.Scale(domain=list(frame.domain), nice=False))
    layers = [
        area.encode(
            x=across, y=y, y2="high:Q", detail="side:N", color=alt.Color("loop:N", scale=scale, legend=key)
        ),
        frame.chart("line", [{"y": 0}]).mark_rule(color=INK, strokeWidth=1.2).encode(y=alt.Y("y:Q")),
        frame.chart("labels", words)
        .mark_text(fontSize=12, fontWeight="bold", stroke="white", strokeWidth=2.5, strokeOpacity=0.85)
        .encode(x=across, y=alt.Y("middle:Q"), text="loop:N"),
        frame.chart("labels", words)
        .mark_text(fontSize=12, fontWeight="bold", color=INK)
        .encode(x=across, y=alt.Y("middle:Q"), text="loop:N"),
    ]
    layers += as_of_layers(frame, date) if feedback.months and date else []
    dated = f"“{feedback.explanation}”, as of {day(date)}" if date else "share of influence over the run"
    return Figure(
        f"figure-loops-{loops[0].group}{'-' + date if date else ''}",
        f"Loops that act on {group_name(loops)}",
        dated,
        _caption(loops),
        finished(frame, layers, height),
        height + 70,
    )


def _half(end: float) -> float:
    """Returns where an axis ends: at 0, 50 or 100 %."""
    return 0.0 if end <= 0 else 0.5 if end <= 0.5 else 1.0


def _caption(loops: Sequence[FeedbackLoop]) -> str:
    rest = len(loops) - MOST_AREAS
    more = f" Grey: {count(rest, 'other loop')}." if rest > 0 else ""
    most = several([f"{one.label} {round(100 * (one.share or 0.0))} %" for one in loops[:3]])
    return f"Above the line what reinforces, below what balances. Shares over the run: {most}.{more}"


def _stack(x: Sequence[float], loops: Sequence[FeedbackLoop]) -> tuple[Rows, Rows]:
    """Returns the areas' edges at each time, and a label for each area at its widest place."""
    top, bottom = [0.0] * len(x), [0.0] * len(x)
    rows: Rows = []
    words: Rows = []
    for key, (name, influence) in enumerate(_named(loops)):
        widest: dict[str, Any] = {"size": LEAST_ROOM}
        for at, value in enumerate(influence):
            for side, edge in (("up", top), ("down", bottom)):
                part = max(value, 0.0) if side == "up" else min(value, 0.0)
                low, high = edge[at], edge[at] + part
                edge[at] = high
                rows.append(
                    {
                        "x": _short(x[at]),
                        "low": _short(low),
                        "high": _short(high),
                        "loop": name,
                        "side": f"{side}{key}",
                    }
                )
                if abs(part) > widest["size"] and 0.04 < at / len(influence) < 0.96:
                    widest = {
                        "size": abs(part),
                        "x": _short(x[at]),
                        "middle": _short((low + high) / 2),
                        "loop": name,
                    }
        if "x" in widest:
            words.append(widest)
    return _needed(rows), words


def _named(loops: Sequence[FeedbackLoop]) -> list[tuple[str, list[float]]]:
    values = [[one or 0.0 for one in loop.influence] for loop in loops]
    found = [(loop.label, row) for loop, row in zip(loops[:MOST_AREAS], values, strict=False)]
    rest = values[MOST_AREAS:]
    if rest:
        found.append(("others", [sum(max(one, 0.0) for one in column) for column in zip(*rest, strict=True)]))
        found.append(("others", [sum(min(one, 0.0) for one in column) for column in zip(*rest, strict=True)]))
    return found


def _needed(rows: Rows) -> Rows:
    """Returns the rows without areas that are empty all the time."""
    filled = {row["side"] for row in rows if row["low"] != row["high"]}
    return [row for row in rows if row["side"] in filled]


def _short(value: float) -> float:
    return float(f"{value:.6g}")
