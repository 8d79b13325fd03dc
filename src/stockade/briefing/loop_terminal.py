"""Feedback loops in a terminal: a table that holds at 80 columns."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stockade.briefing.document import Document
from stockade.briefing.loop_words import groups, listed, path, sentences, share, spans
from stockade.briefing.loops import Feedback
from stockade.briefing.wording import SPACE, day


def print_feedback(document: Document, console: Console) -> None:
    """Prints the loops of every date that has any."""
    for as_of in document.as_of:
        one = as_of.feedback
        if one is not None and one.loops:
            console.print()
            said = f"Which feedback dominates when, under “{one.explanation}”, as of {day(as_of.date)}"
            console.print(Text(said, "bold"))
            print_loops(one, console)


def print_loops(feedback: Feedback, console: Console) -> None:
    """Prints the sentences and the table of one run's loops."""
    for sentence in sentences(feedback):
        console.print(Text("- " + sentence.replace(SPACE, "")))
    shown = listed(feedback)
    if not shown:
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("loop")
    several = len(groups(feedback)) > 1
    if several:
        table.add_column("group", justify="right")
    table.add_column("goes round", overflow="fold", ratio=3)
    table.add_column("share", overflow="fold", max_width=13)
    table.add_column("dominates", overflow="fold", ratio=2)
    for one in shown:
        said = Text(path(one), overflow="fold")
        said.append(f"\n{one.polarity}", "dim")
        group = [str(one.group)] if several else []
        table.add_row(one.label, *group, said, share(one).replace(SPACE, ""), spans(one))
    console.print(table)
