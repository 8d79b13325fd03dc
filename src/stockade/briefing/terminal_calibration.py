"""A calibration in a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stockade.briefing.calibration import Calibration
from stockade.briefing.calibrations import calibration_sentences, chance, headline, told_claims, told_ranks
from stockade.briefing.wording import SPACE, count, coverage, day, number, percent

ROWS = 20


def print_calibration(found: Calibration, console: Console) -> None:
    """Prints what a calibration found: in sentences, the least uniform ranks, words of claims, claims."""
    console.print()
    heading = f"Calibration of “{found.explanation}” as of {day(found.date)}: {headline(found)}"
    console.print(Text(heading, "bold"))
    for sentence in calibration_sentences(found):
        console.print(Text("- " + sentence.replace(SPACE, "")))
    _ranks(found, console)
    _words(found, console)
    _claims(found, console)


def _ranks(found: Calibration, console: Console) -> None:
    table = _table("ranked, the least uniform first", ("p", "by Holm", "mean rank", "50%", "80%", "90%"))
    for one in told_ranks(found, ROWS):
        covered = (
            coverage(each).replace(SPACE, "") for each in (one.covered_50, one.covered_80, one.covered_90)
        )
        style = "bold red" if one.alarm else ""
        table.add_row(
            Text(one.quantity, style),
            chance(one.p_value),
            chance(one.adjusted),
            f"{one.mean_rank:.2f}",
            *covered,
        )
    console.print(table)
    if len(found.ranks) > ROWS:
        console.print(Text(f"- {count(len(found.ranks) - ROWS, 'more row')} in the JSON."))


def _words(found: Calibration, console: Console) -> None:
    if not found.words:
        return
    table = _table("said of claims", ("times", "in the mean", "true", "90% interval"))
    for one in found.words:
        ends = "" if one.low is None else f"{coverage(one.low)} to {coverage(one.high)}"
        row = (str(one.count), percent(one.said), coverage(one.true), ends)
        table.add_row(Text(one.word), *(each.replace(SPACE, "") for each in row))
    console.print(table)


def _claims(found: Calibration, console: Console) -> None:
    table = _table("claim", ("times", "said", "true", "Brier", "if right"))
    for one in told_claims(found):
        said, true = (each.replace(SPACE, "") for each in (percent(one.said), coverage(one.true)))
        table.add_row(Text(one.claim), str(one.count), said, true, number(one.brier), number(one.expected))
    if table.row_count:
        console.print(table)


def _table(first: str, others: tuple[str, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(first, overflow="fold", min_width=16)
    for name in others:
        table.add_column(name, justify="right", overflow="fold")
    return table
