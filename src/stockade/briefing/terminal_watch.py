"""The watchlist in a terminal: a table of bits for every question, then indicators."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stockade.briefing.watch_words import bits, dated, heading, indicators, notes, ranked, what
from stockade.briefing.watchlist import Watchlist, WatchQuestion
from stockade.briefing.wording import number

READING = (
    "A bit halves what is open. The figure is an expectation over what may come, with its Monte Carlo error; "
    "an observation of less than twice its error is as good as none."
)


def print_watchlist(watchlist: Watchlist, console: Console) -> None:
    """Prints for each question the observations by what they would tell, and what to look for."""
    console.print()
    console.print(Text("What to watch", "bold"))
    console.print(Text(dated(watchlist)))
    for question in watchlist.questions:
        _print(watchlist, question, console)
    for sentence in (READING, *notes(watchlist)):
        console.print(Text(f"- {_plain(sentence)}"))


def _print(watchlist: Watchlist, question: WatchQuestion, console: Console) -> None:
    console.print()
    console.print(Text(_plain(heading(question)), "bold"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("to watch", overflow="fold", min_width=24)
    table.add_column("bits", justify="right")
    table.add_column("expected (90 %)", justify="right")
    table.add_column("known by", justify="right")
    for candidate, answer in ranked(watchlist, question):
        expected = f"{number(candidate.median)} ({number(candidate.low)} to {number(candidate.high)})"
        table.add_row(Text(what(candidate)), bits(answer), _plain(expected), candidate.known_by or "-")
    console.print(table)
    for sentence in indicators(watchlist, question):
        console.print(Text(f"- {_plain(sentence)}"))


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ")
