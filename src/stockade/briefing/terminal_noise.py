"""What noise in the flows changes, in a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stockade.briefing.noise import Noise, NoisyDate
from stockade.briefing.wording import NOTHING, SPACE, coverage, day, number, percent


def print_noise(found: Noise, console: Console) -> None:
    """Prints evidence and coverage without noise in the flows and with it."""
    for line in (*found.flows, *found.notes):
        console.print(Text(f"- {line}"))
    for one in found.dates:
        console.print()
        console.print(Text(f"As of {day(one.date)}", "bold"))
        for sentence in one.says:
            console.print(Text(f"- {_tight(sentence)}"))
        console.print(Text("Fits without noise → with it", "bold"))
        console.print(_evidence(one))
        if any(row.held_out for row in one.rows):
            said = "Months held out within the 50 % and the 90 % intervals, without noise → with it"
            console.print(Text(said, "bold"))
            console.print(_coverage(one))
        if one.claims:
            console.print(Text("Claims, without noise → with it", "bold"))
            console.print(_claims(one))
        for row in one.explanations:
            for scale in row.scales:
                said = f"{number(scale.median)} ({number(scale.low)} to {number(scale.high)})"
                console.print(Text(f"- {row.explanation}: {scale.parameter} {said}"))
        for row in one.rows:
            for warning in row.warnings:
                console.print(Text(f"- {row.explanation}: {warning}", "yellow"))


def _evidence(one: NoisyDate) -> Table:
    table = _table([row.explanation for row in one.explanations])
    for heading in ("log evidence", "weight", "variance", "ESS"):
        table.add_column(heading, justify="right", overflow="fold")
    for row in one.explanations:
        logs = _change(
            _log(row.log_evidence_without, row.error_without), _log(row.log_evidence_with, row.error_with)
        )
        weight = _change(percent(row.weight_without), percent(row.weight_with))
        table.add_row(Text(row.explanation), logs, weight, number(row.variance), _tight(percent(row.ess)))
    return table


def _coverage(one: NoisyDate) -> Table:
    rows = sorted(one.rows, key=lambda row: row is not one.average)
    table = _table([row.explanation for row in rows if row.held_out])
    table.add_column("series", overflow="fold", min_width=10)
    for heading in ("in 50 %", "in 90 %", "CRPS"):
        table.add_column(heading, justify="right", overflow="fold")
    for row in rows:
        for held in row.held_out:
            table.add_row(
                Text(row.explanation), Text(held.series),
                _change(coverage(held.without50), coverage(held.with50)),
                _change(coverage(held.without90), coverage(held.with90)),
                _change(number(held.crps_without), number(held.crps_with)),
            )  # fmt: skip
    return table


def _claims(one: NoisyDate) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("claim", overflow="fold")
    table.add_column("probability", justify="right", overflow="fold")
    table.add_column("in words", overflow="fold")
    for claim in one.claims:
        words = claim.phrase_with
        if claim.phrase_without != words:
            words = _change(claim.phrase_without, words)
        likely = _change(percent(claim.probability_without), percent(claim.probability_with))
        table.add_row(Text(claim.id), likely, Text(words))
    return table


def _table(names: list[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    longest = max((len(name) for name in names), default=12)
    table.add_column("explanation", overflow="fold", min_width=min(22, longest))
    return table


def _log(value: float | None, error: float | None) -> str:
    return NOTHING if value is None else f"{value:.1f}" + ("" if error is None else f" ±{error:.1f}")


def _change(without: str, with_: str) -> str:
    return _tight(f"{without} → {with_}")


def _tight(text: str) -> str:
    """Rich breaks lines at a no-break space too, so a percentage goes without one."""
    return text.replace(SPACE, "")
