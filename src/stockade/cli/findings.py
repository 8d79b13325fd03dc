"""What `stockade check` shows on a terminal: units side by side, structure tests as a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stockade.cli.complaints import visible
from stockade.errors import Diagnostic

if TYPE_CHECKING:
    from stockade.structure.reality_results import Miss, Reality
    from stockade.structure.trials import Structure

MOST_ROWS = 40
STYLES = {
    "sound": "green",
    "held": "green",
    "found": "bold yellow",
    "failed": "bold red",
    "not tried": "dim",
    "not judged": "yellow",
    "never met": "dim",
}


def print_units(diagnostics: Sequence[Diagnostic], console: Console) -> None:
    """Prints the warnings on units, a row each: where, whose, what was expected and what was found."""
    if not diagnostics:
        return
    console.print(Text(f"Units that do not fit: {len(diagnostics)}", style="bold"))
    table = _table("line", "variable", "expected", "found", "where they do not fit")
    for one in diagnostics[:MOST_ROWS]:
        said = one.message.partition(": expected ")[0]
        if said.startswith(str(one.place.name)):
            said = "its equation"
        cell = Text(visible(said))
        if one.excerpt:
            cell.append(f"\n{visible(one.excerpt)}", style="cyan")
        line = "" if one.place.line is None else str(one.place.line)
        # As text, or rich would take a subscript for a style: births[north].
        plain = (Text(visible(part)) for part in (one.place.name or "", one.expected, one.found))
        table.add_row(line, *plain, cell)
    console.print(table)
    if len(diagnostics) > MOST_ROWS:
        console.print(f"... and {len(diagnostics) - MOST_ROWS} more; --json FILE writes all of them")


def print_structure(structure: Structure, path: Path, console: Console) -> None:
    """Prints what the structure tests tried and found, and where each flow comes from and goes to."""
    console.print(Text(f"\nStructure of {visible(str(path))}", style="bold"))
    table = _table("test", "result", "what was tried, and what came of it")
    for one in structure.trials:
        count = len(one.findings)
        result = one.verdict if one.verdict != "found" else f"{count} finding{'' if count == 1 else 's'}"
        table.add_row(one.name, Text(result, style=STYLES[one.verdict]), visible(one.said))
    console.print(table)
    if not structure.flows:
        return
    console.print()
    table = _table("flow", "from", "to")
    for flow in structure.flows[:MOST_ROWS]:
        name = visible(flow.flow) + (f" (after {visible(flow.after)})" if flow.after else "")
        table.add_row(Text(name), _ends(flow.from_), _ends(flow.to))
    console.print(table)
    if len(structure.flows) > MOST_ROWS:
        console.print(f"... and {len(structure.flows) - MOST_ROWS} more; --json FILE writes all of them")


def print_reality(reality: Reality, path: Path, console: Console) -> None:
    """Prints every Reality Check: whether it held when forced and as it stands, and by how much not."""
    console.print(Text(f"\nReality Checks of {visible(str(path))}", style="bold"))
    if not reality.checks:
        console.print("the model holds none")
        return
    table = _table("line", "check", "forced", "first fails", "missed by", "as it stands")
    for one in reality.checks[:MOST_ROWS]:
        miss: Miss | None = one.miss or one.passive_miss
        verdict = one.verdict if one.verdict == "not judged" else ("failed" if one.miss else "held")
        table.add_row(
            "" if one.place.line is None else str(one.place.line),
            Text(visible(one.name)),
            Text(verdict, style=STYLES[verdict]),
            "" if miss is None else f"{miss.time:g}",
            "" if miss is None else f"{miss.largest:.4g}",
            Text(one.passive, style=STYLES[one.passive]),
        )
    console.print(table)
    if len(reality.checks) > MOST_ROWS:
        console.print(f"... and {len(reality.checks) - MOST_ROWS} more; --json FILE writes all of them")


def _ends(stocks: Sequence[str]) -> Text:
    return Text(visible(", ".join(stocks))) if stocks else Text("outside", style="dim")


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for one in columns:
        table.add_column(one, justify="right" if one == "line" else "left", overflow="fold")
    return table
