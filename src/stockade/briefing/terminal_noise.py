"""What noise in the flows changes, in a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stockade.briefing.noise import Noise, NoiseRow, NoisyDate
from stockade.briefing.wording import day, percent


def print_noise(found: Noise, console: Console) -> None:
    """Prints evidence and coverage without noise in the flows and with it."""
    for line in found.flows:
        console.print(Text(f"- {line}"))
    for one in found.dates:
        console.print()
        console.print(Text(f"As of {day(one.date)}", "bold"))
        console.print(_evidence(one))
        if any(row.held_out for row in one.rows):
            console.print(Text("Months held out that lie within the 50 % and the 90 % interval", "bold"))
            console.print(_coverage(one))
        for row in one.rows:
            for warning in row.warnings:
                console.print(Text(f"- {row.explanation}: {warning}", "yellow"))


def _evidence(one: NoisyDate) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("explanation", overflow="fold", min_width=12)
    for heading in ("log evidence", "with noise", "weight", "with noise", "variance", "least ESS"):
        table.add_column(heading, justify="right")
    for row in one.rows:
        if row.log_evidence_with is not None:
            table.add_row(
                Text(row.explanation), _with_error(row.log_evidence_without, row.error_without),
                _with_error(row.log_evidence_with, row.error_with), _share(row.weight_without),
                _share(row.weight_with), _number(row.variance, 2), _share(row.ess),
            )  # fmt: skip
    return table


def _coverage(one: NoisyDate) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("explanation", overflow="fold", min_width=12)
    table.add_column("series", overflow="fold", min_width=10)
    for heading in ("50 %", "with noise", "90 %", "with noise", "CRPS", "with noise"):
        table.add_column(heading, justify="right")
    for row in one.rows:
        _add_held_out(table, row)
    return table


def _add_held_out(table: Table, row: NoiseRow) -> None:
    for one in row.held_out:
        table.add_row(
            Text(row.explanation), Text(one.series), _share(one.without50), _share(one.with50),
            _share(one.without90), _share(one.with90), _number(one.crps_without, 1),
            _number(one.crps_with, 1),
        )  # fmt: skip


def _share(value: float | None) -> str:
    return "" if value is None else percent(value)


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _with_error(value: float | None, error: float | None) -> str:
    return "" if value is None else f"{value:.1f}" + ("" if error is None else f" ± {error:.1f}")
