"""What-if in a terminal: each variable as it was, under the scenario, and the difference."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stockade.briefing.contrasts import Contrast, ContrastRow
from stockade.briefing.wording import day, number, percent, window
from stockade.claims.words import percent as printed
from stockade.claims.words import phrase

ALL = "all"
MEASURES = {"end": "at the end", "total": "in all", "mean": "on average"}


def print_contrasts(contrasts: Sequence[Contrast], console: Console) -> None:
    """Prints a table for each contrast, strength and civilian deaths first."""
    for one in contrasts:
        _print(one, console)
    if contrasts:
        noisy = any(one.noise for one in contrasts)
        luck = ", with the same chance in its flows where the scenario leaves them some" if noisy else ""
        _paragraph(
            console,
            f"Medians with 90 % intervals, draw by draw: the same draw lives through both histories{luck}. A "
            "scenario says what the model implies; what the model leaves out, it leaves out of both.",
        )


def _print(contrast: Contrast, console: Console) -> None:
    console.print()
    console.print(Text(f"What if: {' '.join(contrast.says)}", "bold"))
    console.print(
        Text(f"{' + '.join(contrast.scenarios)}, {window(contrast.window)}, as of {day(contrast.date)}")
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", overflow="fold", min_width=16)
    for name in ("as it was", "under it", "difference"):
        table.add_column(name, justify="right")
    table.add_column("it gives more", overflow="fold")
    for row in contrast.rows:
        if row.explanation == ALL:
            table.add_row(*_cells(row, torn=row.variable in contrast.structure_dependent))
    console.print(table)
    _notes(contrast, console)


def _cells(row: ContrastRow, *, torn: bool) -> tuple[Text, ...]:
    low, high = number(row.difference_low), number(row.difference_high)
    same = row.difference_low == row.difference_high == 0
    change = "none" if same else f"{number(row.difference_median)} ({low} to {high})"
    word = "-" if same else f"{phrase(row.more)} ({printed(row.more)})"
    units = "" if row.units.strip().lower() in ("", "1", "dmnl") else f", {row.units}"
    return (
        Text(f"{row.name}{units}, {MEASURES[row.measure]}"),
        Text(number(row.base_median)),
        Text(number(row.median)),
        Text(change),
        Text("structure-dependent" if torn else word, "magenta" if torn else ""),
    )


def _notes(contrast: Contrast, console: Console) -> None:
    names = {row.variable: row.name for row in contrast.rows}
    for variable in contrast.structure_dependent:
        said = [
            f"{row.explanation} ({percent(row.weight)}) {printed(row.more)}"
            for row in contrast.rows
            if row.variable == variable and row.explanation != ALL and row.weight > 0.05
        ]
        _paragraph(console, f"{names[variable]}, chance of more: {'; '.join(said)}.")
    if contrast.silent >= 0.01:
        share = percent(contrast.silent)
        _paragraph(
            console, f"Explanations without a mechanism hold {share} of the weight and say nothing here."
        )
    for doubt in contrast.doubts:
        _paragraph(console, doubt)


def _paragraph(console: Console, text: str) -> None:
    console.print(Text("- " + text.replace("\u00a0", "")))
