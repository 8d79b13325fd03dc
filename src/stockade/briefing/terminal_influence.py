"""What would change without each figure, in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stockade.briefing.influence import Influence, InfluenceAt, PartLeftOut
from stockade.briefing.influences import (
    ALL,
    influence_sentences,
    moved_words,
    origins,
    part_name,
    shown_explanations,
    singles,
)
from stockade.briefing.wording import SPACE, count, day, percent

COLUMNS, ROWS = 3, 10


def print_influence(influence: Influence, console: Console) -> None:
    """Prints for each date the weights without each source, and without the figures that move most."""
    for at in influence.as_of:
        console.print()
        console.print(Text(f"What carries the weights and the claims, as of {day(at.date)}", "bold"))
        for sentence in influence_sentences(at):
            console.print(Text(f"- {_tight(sentence)}"))
        _table(at, "without all of", origins(at), console)
        _table(at, "without the figure", singles(at), console)
        if at.refits:
            console.print(Text(f"- {count(at.refits, 'fit')} made anew, as weights could not be trusted."))
    for doubt in influence.doubts:
        console.print(Text(f"- {doubt}"))


def _table(at: InfluenceAt, heading: str, parts: Sequence[PartLeftOut], console: Console) -> None:
    if not parts:
        return
    columns = shown_explanations(at)[:COLUMNS]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(heading, overflow="fold", min_width=24)
    for index in columns:
        table.add_column(at.explanations[index], justify="right", overflow="fold", min_width=5, max_width=11)
    table.add_column("moves most", overflow="fold")
    table.add_row(ALL, *(_tight(percent(at.weight[index])) for index in columns), "")
    for one in parts[:ROWS]:
        cells = (_tight(percent(one.weight[index])) for index in columns)
        table.add_row(Text(part_name(one)), *cells, Text(_tight(moved_words(at, one))))
    console.print(table)
    if len(parts) > ROWS:
        console.print(Text(f"  {len(parts) - ROWS} more that move less, in the JSON."))


def _tight(text: str) -> str:
    """Rich breaks lines at a no-break space too, so a percentage goes without one."""
    return text.replace(SPACE, "")
