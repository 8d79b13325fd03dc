"""The ledger's figures: what was reported, contradictions and all, over what the posterior makes of it."""

from __future__ import annotations

from typing import Any

import altair as alt

from stockade.briefing.curves import ALL, Latent, LedgerRow
from stockade.briefing.document import AsOf, Document
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
)
from stockade.briefing.wording import day, figure_of, window, year_fraction

HEIGHT = 260
HALF_MONTH = 0.045


def ledger_numbers(document: Document) -> dict[tuple[object, ...], int]:
    """Returns the numbers that tie the figures to the table: one for each report, whatever the date."""
    keys = dict.fromkeys(report_key(row) for as_of in document.as_of for row in as_of.ledger)
    return {key: n for n, key in enumerate(keys, start=1)}


def report_key(row: LedgerRow) -> tuple[object, ...]:
    """Returns what makes a report the same report at every date."""
    return (
        row.report,
        row.period,
        row.kind,
        row.low,
        row.best,
        row.high,
        row.source,
        row.reported_on,
        row.label,
    )


def ledger_figures(document: Document) -> list[list[Figure]]:
    """Returns, for each variable that reports speak of, a figure for each date."""
    variables = dict.fromkeys(
        row.variable for as_of in document.as_of for row in as_of.ledger if row.variable and _figures(row)
    )
    numbers = ledger_numbers(document)
    found = []
    for variable in variables:
        parts = []
        for as_of in document.as_of:
            latent = next((one for one in as_of.latents if one.variable == variable), None)
            spoken = [row for row in as_of.ledger if row.variable == variable and _figures(row)]
            rows = [(numbers[report_key(row)], row) for row in spoken]
            if latent is not None and rows:
                parts.append((as_of, latent, rows))
        if parts:
            ends = _ends(parts)
            found.append([_ledger_figure(as_of, latent, rows, ends) for as_of, latent, rows in parts])
    return found


def _figures(row: LedgerRow) -> list[float]:
    return [value for value in (row.low, row.best, row.high) if value is not None and value > 0]


def _ends(parts: list[tuple[AsOf, Latent, list[tuple[int, LedgerRow]]]]) -> tuple[float, float]:
    values = [value for _, _, rows in parts for _, row in rows for value in _figures(row)]
    medians = [
        value
        for _, latent, _ in parts
        for fan in latent.fans
        if fan.explanation == ALL
        for value in fan.q50
        if value is not None and value > 0
    ]
    every = values + medians
    # A fan that falls towards zero must not squeeze the reports: two powers of ten below them are enough.
    return max(min(every) / 2, min(values) / 30), max(every) * 2


def _ledger_figure(
    as_of: AsOf, latent: Latent, rows: list[tuple[int, LedgerRow]], ends: tuple[float, float]
) -> Figure:
    edge = [year_fraction(one) or 0.0 for one in (latent.months[0], latent.months[-1])]
    frame = Frame((edge[0] - 0.06, edge[1] + 0.06), ends[1], ends[0], log=True)
    average = next((one for one in latent.fans if one.explanation == ALL), None)
    layers = [] if average is None else fan_layers(frame, fan_rows(latent.months, average, ends[0]))
    layers += _report_layers(frame, [_mark(n, row) for n, row in rows if _span(row)])
    layers += as_of_layers(frame, as_of.date)
    known = sum(1 for _, row in rows if row.visible)
    units = f" ({latent.units})" if latent.units not in ("", "1") else ""
    what = capital(latent.label or latent.name) + units
    return Figure(
        f"figure-ledger-{slug(latent.variable)}-{as_of.date}",
        f"{what}: reports against the posterior",
        f"as of {day(as_of.date)}",
        f"{known} of {len(rows)} reports were public. Numbers are rows of the table below. Logarithmic axis.",
        finished(frame, layers, HEIGHT),
        HEIGHT + 40,
    )


def _span(row: LedgerRow) -> tuple[float, float] | None:
    first, _, last = row.period.partition("..")
    start, end = year_fraction(first), year_fraction(last or first)
    if start is None or end is None:
        return None
    if len(first) == 4:  # a whole year
        start, end = start - 0.46, end + (0.46 if len(last or first) == 4 else 0.0)
    return start - HALF_MONTH, end + HALF_MONTH


def _mark(n: int, row: LedgerRow) -> dict[str, Any]:
    span = _span(row) or (0.0, 0.0)
    figures = _figures(row)
    at = {"upper": max(figures), "lower": min(figures)}.get(row.kind, figures[-1])
    return {
        "x": span[0],
        "x2": span[1],
        "middle": (span[0] + span[1]) / 2,
        "y": at,
        "low": min(figures),
        "high": max(figures),
        "kind": row.kind,
        "known": row.visible,
        "n": str(n),
        "says": figure_of(row.kind, row.low, row.best, row.high),
        "period": window(row.period),
        "source": f"{row.source} ({row.grade})" if row.grade else row.source,
    }


def _report_layers(frame: Frame, rows: Rows) -> list[alt.Chart]:
    tips = [alt.Tooltip(f"{key}:N", title=key) for key in ("n", "says", "period", "source")]
    layers: list[alt.Chart] = []
    for known, colour in ((False, "#8a8f98"), (True, RUST)):
        kept = [row for row in rows if row["known"] is known]
        word = "known" if known else "later"
        dash = [1, 0] if known else [2, 2]
        ranges = [row for row in kept if row["kind"] == "range"]
        if ranges:
            box = frame.chart(f"{word} ranges", ranges).mark_rect(
                fill=colour, fillOpacity=0.22, stroke=colour, strokeWidth=1.2, strokeDash=dash, clip=True
            )
            layers.append(box.encode(x=frame.x("x"), x2="x2:Q", y=frame.y("low"), y2="high:Q", tooltip=tips))
        lines = [row for row in kept if row["kind"] != "range"]
        if lines:
            rule = frame.chart(f"{word} lines", lines).mark_rule(
                color=colour, strokeWidth=2.6, strokeDash=dash, clip=True
            )
            layers.append(rule.encode(x=frame.x("x"), x2="x2:Q", y=frame.y("y"), tooltip=tips))
        for kind, shape, shift in (("upper", "triangle-down", 6), ("lower", "triangle-up", -6)):
            bounds = [row for row in kept if row["kind"] == kind]
            if bounds:
                arrow = frame.chart(f"{word} {kind}", bounds).mark_point(
                    shape=shape, fill=colour, stroke=colour, size=36, opacity=1, yOffset=shift
                )
                layers.append(arrow.encode(x=frame.x("middle"), y=frame.y("y"), tooltip=tips))
        layers += _number_layers(frame, word, kept)
    return layers


def _number_layers(frame: Frame, word: str, rows: Rows) -> list[alt.Chart]:
    """The rows' numbers: above what is reported, below a lower bound, whose arrow points up."""
    layers = []
    for side, dy in (("above", -8), ("below", 9)):
        kept = [row for row in rows if (row["kind"] == "lower") == (side == "below")]
        if kept:
            text = frame.chart(
                f"{word} numbers {side}", [row | {"top": max(row["y"], row["high"])} for row in kept]
            )
            text = text.mark_text(dy=dy, fontSize=10.5, fontWeight="bold", color=INK)
            layers.append(text.encode(x=frame.x("middle"), y=frame.y("top"), text="n:N"))
    return layers
