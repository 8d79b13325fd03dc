"""The scores of many origins as one page that loads nothing: tables, CRPS by horizon, PIT histograms."""

from __future__ import annotations

from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from stockade.briefing.html import render_page
from stockade.briefing.marks import BLUE, GREY, INK, RUST, Figure, unit, wrapped
from stockade.briefing.scoreboard import Scoreboard, StudyScores, against
from stockade.briefing.terminal_scores import KINDS
from stockade.forecasts.tracks import SeriesScores

SHOWN = 6
"""Forecasters in a figure: the average, the best baseline, then by their CRPS."""


def render_scores(board: Scoreboard) -> str:
    """Returns the page. Every text is escaped; nothing is loaded when it is viewed."""
    with debug_mode(False):
        views = [_view(study, series) for study in board.studies for series in study.series]
    figures = [figure for view in views for figure in view["figures"]]
    return render_page("scores.html", {"board": board, "views": views, "figures": figures, "dates": ()})


def _view(study: StudyScores, series: SeriesScores) -> dict[str, Any]:
    pair, words = against(series)
    pairs = {one.name: one for one in series.apart if pair is not None and one.baseline == pair.baseline}
    return {
        "study": study,
        "series": series,
        "label": study.labels.get(series.series, series.series),
        "words": words,
        "best": "" if pair is None else pair.baseline,
        "rows": [(one, KINDS[one.kind], pairs.get(one.name)) for one in series.lines],
        "figures": _figures(study, series),
    }


def _figures(study: StudyScores, series: SeriesScores) -> list[Figure]:
    names = _shown(series)
    lines = {one.name: one for one in series.lines}
    label = study.labels.get(series.series, series.series)
    rows = [
        {"who": name, "horizon": horizon, "crps": value}
        for name in names
        for horizon, value in zip(series.horizons, lines[name].by_horizon, strict=True)
        if value is not None
    ]
    tenths = [
        {"who": name, "tenth": (i + 0.5) / 10, "months": count}
        for name in names
        for i, count in enumerate(lines[name].pit)
    ]
    dated = f"{len(series.origins)} origins"
    key = f"{study.study}-{series.series}"
    slug = "".join(one if one.isalnum() and one.isascii() else "-" for one in key)
    return [
        Figure(
            f"figure-horizon-{slug}", f"{label}: CRPS by months ahead", dated,
            "Lower is better. The average, the best baseline, and the next by CRPS.",
            wrapped(_by_horizon(names), {"horizons": rows}), 300,
        ),
        Figure(
            f"figure-pit-{slug}", f"{label}: where in the forecast the months fell", dated,
            "Flat is calibrated; high ends mean too narrow, a high middle too wide.",
            wrapped(_pit(names), {"tenths": tenths}), 90 * len(names) + 60,
        ),
    ]  # fmt: skip


def _shown(series: SeriesScores) -> list[str]:
    first = [one.name for one in series.lines if one.kind == "average"]
    first += [one.name for one in series.lines if one.kind == "baseline"][:1]
    return (first + [one.name for one in series.lines if one.name not in first])[:SHOWN]


def _by_horizon(names: list[str]) -> dict[str, Any]:
    colours = [BLUE, RUST, "#00785a", "#a03e7b", "#7a6200", GREY]
    axis = alt.Axis(title="months ahead", tickMinStep=1, format="d", grid=False)
    scale = alt.Scale(domain=names, range=colours[: len(names)])
    key = alt.Legend(orient="top", title=None, columns=3)
    line = alt.Chart(alt.NamedData(name="horizons")).mark_line(point=True).encode(
        x=alt.X("horizon:Q", axis=axis), y=alt.Y("crps:Q", title="mean CRPS"),
        color=alt.Color("who:N", sort=names, scale=scale, legend=key),
        strokeDash=alt.StrokeDash("who:N", sort=names, legend=None),
        tooltip=["who:N", "horizon:Q", alt.Tooltip("crps:Q", format=",.3~r")],
    )  # fmt: skip
    return unit(line) | {"width": "container", "height": 220}


def _pit(names: list[str]) -> dict[str, Any]:
    axis = alt.Axis(title="place in the forecast, 0 to 1", values=[0, 0.5, 1], grid=False)
    bar = alt.Chart(alt.NamedData(name="tenths")).mark_bar(color=BLUE, stroke=INK, strokeWidth=0.3).encode(
        x=alt.X("tenth:Q", bin=alt.Bin(step=0.1, extent=[0, 1]), axis=axis),
        y=alt.Y("months:Q", title=None, axis=alt.Axis(tickCount=2)),
        row=alt.Row("who:N", sort=names, title=None, header=alt.Header(labelAngle=0, labelAlign="left")),
    )  # fmt: skip
    return unit(bar) | {"width": 380, "height": 60}
