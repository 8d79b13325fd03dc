"""The figures of what noise in the flows changes: each number without it and with it, joined by a line."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from stockade.briefing.fans import slug
from stockade.briefing.marks import BLUE, GREY, INK, Figure, unit, wrapped
from stockade.briefing.noise import Noise, NoisyDate
from stockade.briefing.noises import judged
from stockade.briefing.wording import SPACE, coverage, day, percent

WRAP = 24
"""Letters of a name on one line beside a figure."""

LINE = 14
"""Pixels of such a line."""

WITHOUT, WITH = "without noise", "with noise"

_Pairs = Sequence[tuple[str, float, float, str]]
"""Name, number without noise, number with it, both in words."""


def noise_figures(noise: Noise | None, labels: Mapping[str, str]) -> tuple[tuple[Figure, ...], ...]:
    """Returns for each date its figures: weights, then held-out months within 90 % and 50 % intervals.

    Args:
        noise: What noise changes, if that is known.
        labels: What each series counts, by its column.
    """
    if noise is None:
        return ()
    return tuple((*_weights(at), *_coverages(at, labels)) for at in noise.dates)


def _weights(at: NoisyDate) -> tuple[Figure, ...]:
    rows = [one for one in at.explanations if one.weight_with is not None]
    rows.sort(key=lambda one: -(one.weight_with or 0.0))
    if len(rows) < 2:
        return ()
    pairs = [
        (one.explanation, one.weight_without or 0.0, one.weight_with or 0.0,
         f"{percent(one.weight_without)} → {percent(one.weight_with)}")
        for one in rows
    ]  # fmt: skip
    says = "Among the explanations that were fitted with noise, each as likely as any other before the data."
    return (_figure(f"weights-{slug(at.date)}", "Weights without noise and with it", at, says, pairs),)


def _coverages(at: NoisyDate, labels: Mapping[str, str]) -> tuple[Figure, ...]:
    row = judged(at)
    if row is None:
        return ()
    who = "The average over the explanations" if row is at.average else f"“{row.explanation}”"
    found = []
    for level, without, with_ in ((0.9, "without90", "with90"), (0.5, "without50", "with50")):
        pairs = [
            (labels.get(one.series, one.series), getattr(one, without), getattr(one, with_),
             f"{coverage(getattr(one, without))} → {coverage(getattr(one, with_))}")
            for one in row.held_out
        ]  # fmt: skip
        promised = f"{round(100 * level)}{SPACE}%"
        says = f"{who}. Dashed: the {promised} that the intervals promise."
        name = f"within{round(100 * level)}-{slug(at.date)}"
        title = f"Held-out months within the {promised} intervals"
        found.append(_figure(name, title, at, says, pairs, level))
    return tuple(found)


def _figure(
    name: str, title: str, at: NoisyDate, says: str, pairs: _Pairs, level: float | None = None
) -> Figure:
    named = [(_label(who, words), who, first, last, words) for who, first, last, words in pairs]
    order = list(dict.fromkeys(label for label, *_ in named))
    points = [
        {"label": label, "who": who, "which": which, "x": value, "shown": words}
        for label, who, *values, words in named
        for which, value in zip((WITHOUT, WITH), values, strict=True)
    ]
    spans = [
        {"label": label, "low": min(first, last), "high": max(first, last)}
        for label, _, first, last, _ in named
    ]
    data: dict[str, list[dict[str, Any]]] = {"points": points, "spans": spans}
    # A share is at most 1, whatever a file says: ticks are counted off up to here.
    top = 1.0 if level is not None else min(1.0, max(one["high"] for one in spans))
    layers = _layers(order, top)
    if level is not None:
        data["promised"] = [{"x": level}]
        layers.insert(0, _promised(top))
    lines = max(label.count("\n") + 1 for label in order)
    height = (LINE * lines + 10) * len(order) + 12
    spec = wrapped({"layer": [unit(one) for one in layers], "width": "container", "height": height}, data)
    return Figure(f"figure-noise-{name}", title, f"as of {day(at.date)}", says, spec, height + 80)


def _label(who: str, words: str) -> str:
    """Returns a name on lines short enough for a phone, and what the figure shows of it below."""
    return "\n".join([*textwrap.wrap(who, WRAP), words])


def _x(column: str, top: float) -> alt.X:
    # Room at the end for half a point.
    scale = alt.Scale(domain=[-0.02 * top, 1.03 * top + 1e-9], nice=False)
    step = 0.25 if top > 0.6 else 0.1
    values = [round(step * i, 2) for i in range(int(top / step + 1e-9) + 1)]
    axis = alt.Axis(format="%", title=None, values=values, labelOverlap=True)
    return alt.X(f"{column}:Q", axis=axis, scale=scale)


def _layers(order: list[str], top: float) -> list[alt.Chart]:
    left = alt.Axis(
        title=None, labelLimit=170, labelPadding=10, labelFontSize=12, labelLineHeight=LINE, grid=False,
        ticks=False, domain=False, labelOffset=-LINE / 2, labelExpr="split(datum.label, '\\n')",
    )  # fmt: skip
    y = alt.Y("label:N", sort=order, axis=left)
    key = alt.Legend(orient="top", direction="horizontal", title=None, symbolSize=90, labelFontSize=12)
    both = [WITHOUT, WITH]
    spans, points = (alt.Chart(alt.NamedData(name=name)).encode(y=y) for name in ("spans", "points"))
    tips = [
        alt.Tooltip(f"{field}:N", title=title)
        for field, title in (("who", "of"), ("shown", "without → with"))
    ]
    return [
        spans.mark_rule(color=GREY, strokeWidth=2).encode(x=_x("low", top), x2="high:Q"),
        points.mark_point(stroke=BLUE, strokeWidth=1.6, size=75, opacity=1).encode(
            x=_x("x", top),
            shape=alt.Shape("which:N", scale=alt.Scale(domain=both, range=["circle", "diamond"]), legend=key),
            fill=alt.Fill("which:N", scale=alt.Scale(domain=both, range=["white", BLUE]), legend=key),
            tooltip=tips,
        ),
    ]


def _promised(top: float) -> alt.Chart:
    base = alt.Chart(alt.NamedData(name="promised"))
    return base.mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=1.2).encode(x=_x("x", top))
