"""All figures of a briefing, as Vega-Lite specifications built with Altair from the document."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from stockade.briefing.aheads import ahead_figures
from stockade.briefing.courses import course_figures
from stockade.briefing.document import AsOf, Document
from stockade.briefing.fans import forecast_figures, latent_figures, series_figures
from stockade.briefing.findings import Parameter
from stockade.briefing.influences import influence_figures
from stockade.briefing.ledgers import ledger_figures
from stockade.briefing.loop_figures import feedback_figures
from stockade.briefing.marks import BLUE, GREY, INK, RUST, Figure, unit, wrapped
from stockade.briefing.noise_figures import noise_figures
from stockade.briefing.summary import by_weight, heaviest_mechanism, series_labels
from stockade.briefing.wording import count, day, number, percent, several

# Dates are told apart by shape first: ring, full diamond, full square, triangle.
SHAPES = ("circle", "diamond", "square", "triangle-up")


@dataclass(frozen=True)
class Figures:
    """The figures of a page; an inner list holds one figure a date.

    Attributes:
        weights: Of the explanations, at all dates.
        course: The same month by month.
        ahead: Series, each month as it was expected the day before.
        influence: The same without each figure, one a date.
        series: Observed series.
        latents: What nobody counts.
        ledger: Reports against the posterior.
        parameters: Posterior against prior.
        forecasts: Against what came.
        feedback: Loops of the weightiest mechanism; an inner list for each date that has any.
        noise: What noise in the flows changes; an inner list for each of its dates.
    """

    weights: tuple[Figure, ...]
    course: tuple[Figure, ...]
    ahead: tuple[Figure, ...]
    influence: tuple[Figure, ...]
    series: tuple[tuple[Figure, ...], ...]
    latents: tuple[tuple[Figure, ...], ...]
    ledger: tuple[tuple[Figure, ...], ...]
    parameters: tuple[Figure, ...]
    forecasts: tuple[Figure, ...]
    feedback: tuple[tuple[Figure, ...], ...]
    noise: tuple[tuple[Figure, ...], ...]

    def every(self) -> tuple[Figure, ...]:
        """Returns all of them in the page's order."""
        nested = (*self.series, *self.latents, *self.feedback, *self.ledger)
        return (
            *self.weights,
            *self.course,
            *self.ahead,
            *self.influence,
            *(one for row in nested for one in row),
            *self.parameters,
            *self.forecasts,
            *(one for row in self.noise for one in row),
        )


def draw(document: Document) -> Figures:
    """Returns the specification of every figure that the document has the numbers for."""
    # Our own calls are tested against Vega-Lite once; checking them again at every run takes half the time.
    with debug_mode(False):
        return Figures(
            weights=_weights_figure(document),
            course=course_figures(document.course),
            ahead=ahead_figures(document.course),
            influence=influence_figures(document.influence),
            series=tuple(tuple(row) for row in series_figures(document)),
            latents=tuple(tuple(row) for row in latent_figures(document)),
            ledger=tuple(tuple(row) for row in ledger_figures(document)),
            parameters=tuple(one for as_of in document.as_of for one in _parameter_figure(as_of)),
            forecasts=tuple(forecast_figures(document)),
            noise=noise_figures(document.noise, series_labels(document)),
            feedback=tuple(tuple(row) for row in feedback_figures(document)),
        )


def _weights_figure(document: Document) -> tuple[Figure, ...]:
    rows = []
    for i, as_of in enumerate(document.as_of):
        for one in as_of.explanations:
            if one.weight is not None:
                low = one.weight if one.weight_low is None else one.weight_low
                high = one.weight if one.weight_high is None else one.weight_high
                said = {"weight": one.weight, "low": low, "high": high, "shown": percent(one.weight)}
                rows.append({"id": one.id, "date": day(as_of.date), "rank": i, **said})
    if not rows:
        return ()
    order = [one.id for one in by_weight(document.as_of[-1])]
    dates = [day(as_of.date) for as_of in document.as_of]
    layers = [unit(one) for one in _weight_layers(order, dates, max(row["high"] for row in rows))]
    height = 30 * len(order) + 10
    spec = wrapped({"layer": layers, "width": "container", "height": height}, {"weights": rows})
    says = "Line: what the Monte Carlo error of the evidence leaves open."
    dated = f"as of {several(dates)}"
    return (Figure("figure-weights", "Weight of each explanation", dated, says, spec, height + 60),)


def _weight_layers(order: list[str], dates: list[str], top: float) -> list[alt.Chart]:
    scale = alt.Scale(domain=[0, top * 1.3], nice=False)
    percents = alt.Axis(
        format="%", title=None, tickCount=5, values=[i / 10 for i in range(0, 11, 2 if top > 0.4 else 1)]
    )
    x = alt.X("weight:Q", axis=percents, scale=scale)
    axis = alt.Axis(
        title=None, labelLimit=170, labelPadding=10, labelFontSize=12, grid=False, ticks=False, domain=False
    )
    y = alt.Y("id:N", sort=order, axis=axis)
    offset = alt.YOffset("date:N", sort=dates)
    key = alt.Legend(orient="top", direction="vertical", title=None, symbolSize=90, labelFontSize=12)
    shape = alt.Shape("date:N", sort=dates, scale=alt.Scale(domain=dates, range=list(SHAPES)), legend=key)
    fill = alt.Fill(
        "date:N", sort=dates, scale=alt.Scale(domain=dates, range=["white", BLUE, GREY, RUST]), legend=key
    )
    tips = [
        alt.Tooltip(f"{name}:N", title=title) for name, title in (("id", "explanation"), ("date", "as of"))
    ]
    tips.append(alt.Tooltip("shown:N", title="weight"))
    base = alt.Chart(alt.NamedData(name="weights")).encode(y=y, yOffset=offset)
    low = alt.X("low:Q", axis=percents, scale=scale)
    return [
        base.mark_rule(color=GREY, strokeWidth=2).encode(x=low, x2="high:Q"),
        base.mark_point(stroke=BLUE, strokeWidth=1.6, size=70, opacity=1).encode(
            x=x, shape=shape, fill=fill, tooltip=tips
        ),
        base.mark_text(align="left", dx=9, fontSize=11, color=INK).encode(
            x=alt.X("high:Q", scale=scale), text="shown:N"
        ),
    ]


def _parameter_figure(as_of: AsOf) -> tuple[Figure, ...]:
    heaviest = heaviest_mechanism(as_of)
    rows = [row for one in as_of.parameters if (row := _parameter_row(one))]
    if heaviest is None or not rows:
        return ()
    names = [one.id for one in by_weight(as_of) if any(row["e"] == one.id for row in rows)]
    first = heaviest.id if heaviest.id in names else next(iter(names), rows[0]["e"])
    most = max(sum(1 for row in rows if row["e"] == name) for name in names or [first])
    select = {"input": "select", "options": names, "name": "Explanation: "}
    layers = [unit(one) for one in _parameter_layers()]
    height = 19 * most + 10
    spec = wrapped(
        {
            "params": [{"name": "which", "value": first, "bind": select}],
            "layer": [{**one, "transform": [{"filter": "datum.e == which"}]} for one in layers],
            "width": "container",
            "height": height,
        },
        {"parameters": rows},
    )
    known = [one for one in as_of.parameters if one.explanation == first and one.word == "estimated"]
    total = sum(1 for one in as_of.parameters if one.explanation == first)
    says = (
        f"Under “{first}”, {len(known)} of {count(total, 'parameter')} are estimated, the rest hardly moved. "
        "Grey band: the prior's 90 % interval, stretched to one width. Full bar: posterior, estimated. "
        "Hollow bar: posterior, hardly moved."
    )
    dated = f"as of {day(as_of.date)}"
    return (
        Figure(f"figure-parameters-{as_of.date}", "Prior against posterior", dated, says, spec, height + 70),
    )


def _parameter_row(one: Parameter) -> dict[str, Any] | None:
    low, high = one.prior_low, one.prior_high
    if (
        low is None
        or high is None
        or high <= low
        or one.median is None
        or one.low is None
        or one.high is None
    ):
        return None
    # A log-normal prior is even on the log scale; a beta or normal one nearly so on its own.
    logs = low > 0 and high / low > 3 and min(one.low, one.median, one.high) > 0
    place = {
        key: _place(value, low, high, logs=logs)
        for key, value in (("m", one.median), ("l", one.low), ("h", one.high))
    }
    told = f"{number(one.median)} ({number(one.low)} to {number(one.high)}) {one.units}".strip()
    prior = f"{number(one.prior_median)} ({number(low)} to {number(high)}) {one.units}".strip()
    return {
        "e": one.explanation,
        "name": one.name,
        "word": one.word,
        "s": one.shrinkage if one.shrinkage is not None else -1.0,
        "zero": 0,
        "one": 1,
        "posterior": told,
        "prior": prior,
        **place,
    }


def _place(value: float, low: float, high: float, *, logs: bool) -> float:
    if logs:
        value, low, high = math.log(value), math.log(low), math.log(high)
    return round(min(1.6, max(-0.6, (value - low) / (high - low))), 4)


def _parameter_layers() -> list[alt.Chart]:
    scale = alt.Scale(domain=[-0.35, 1.35], nice=False)
    words = "datum.value < 0.25 ? 'prior 5 %' : datum.value > 0.75 ? 'prior 95 %' : ''"
    axis = alt.Axis(title=None, values=[0, 1], labelExpr=words, orient="top", grid=True)
    sort = alt.EncodingSortField(field="s", op="max", order="descending")
    left = alt.Axis(title=None, labelLimit=190, grid=False, ticks=False, domain=False)
    tips = [
        alt.Tooltip(f"{key}:N", title=title)
        for key, title in (
            ("name", "parameter"),
            ("posterior", "posterior"),
            ("prior", "prior"),
            ("word", "word"),
        )
    ]
    tips.append(alt.Tooltip("s:Q", title="shrinkage", format=".2f"))
    base = alt.Chart(alt.NamedData(name="parameters")).encode(
        y=alt.Y("name:N", sort=sort, axis=left), tooltip=tips
    )

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", axis=axis, scale=scale)

    fill = alt.Fill(
        "word:N", legend=None, scale=alt.Scale(domain=["estimated", "hardly moved"], range=[BLUE, "white"])
    )
    return [
        base.mark_bar(color="#dfe3e8", height=13).encode(x=x("zero"), x2="one:Q"),
        base.mark_bar(stroke=BLUE, strokeWidth=1.2, height=6, clip=True).encode(
            x=x("l"), x2="h:Q", fill=fill
        ),
        base.mark_tick(color=RUST, thickness=2.5, height=13, clip=True).encode(x=x("m")),
    ]
