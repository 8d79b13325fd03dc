"""The evidence month by month in a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stockade.briefing.aheads import ahead_rows, ahead_sentences, letter
from stockade.briefing.course import Course
from stockade.briefing.courses import told_sentences
from stockade.briefing.wording import day, month, number, percent

COLUMNS = 6


def print_course(course: Course, console: Console) -> None:
    """Prints the weights on some days, the study's dates among them, and what the data could tell when."""
    console.print()
    console.print(Text("Weight of each explanation, as the data became known", "bold"))
    shown = _shown(course)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("explanation", overflow="fold", min_width=14)
    for index in shown:
        when = course.days[index]
        marked = when in course.marked
        heading = day(when) if marked else month(when[:7])
        table.add_column(heading, justify="right", style="bold" if marked else "", min_width=5, max_width=9)
    for one in sorted(course.paths, key=lambda path: -path.weight[-1]):
        weights = (percent(one.weight[index]).replace("\u00a0", "") for index in shown)
        table.add_row(Text(one.explanation), *weights)
    console.print(table)
    console.print(Text("When the data could first tell two apart (a Bayes factor above 10)", "bold"))
    for sentence in told_sentences(course):
        console.print(Text(f"- {sentence}"))
    _print_ahead(course, console)
    if course.restarts:
        console.print(
            Text(f"- Started anew from the prior, as a month's data left few draws: {course.restarts} times.")
        )
    lowest = number(None if course.lowest_ess is None else 100 * course.lowest_ess)
    console.print(Text(f"- Lowest effective sample size after a month's data: {lowest}% of the draws."))
    for doubt in course.doubts:
        console.print(Text(f"- {doubt}"))


def _print_ahead(course: Course, console: Console) -> None:
    """Prints how each explanation predicted what came next, and whether the intervals were right."""
    rows = ahead_rows(course)
    if not rows:
        return
    console.print()
    console.print(Text("Each month as it was expected the day before it became known", "bold"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("explanation", overflow="fold", min_width=14)
    table.add_column("log predictive density", justify="right", min_width=10, max_width=10)
    for index, _ in enumerate(course.ahead):
        table.add_column(f"{letter(index)}: in 90% (50%)", justify="right", min_width=9, max_width=9)
    for row in rows:
        held = (one.replace("\u00a0", "") for one in row.held)
        table.add_row(Text(row.who), row.density, *held)
    console.print(table)
    for index, sentence in enumerate(ahead_sentences(course)):
        console.print(Text(f"- {letter(index)}. {sentence}"))
    console.print()
    console.print(Text("The runs", "bold"))


def _shown(course: Course) -> list[int]:
    """Returns the days to show: the marked ones, the first and the last, and others evenly between."""
    last = len(course.days) - 1
    shown = {index for index, one in enumerate(course.days) if one in course.marked} | {0, last}
    for index in (round(last * i / (COLUMNS - 1)) for i in range(COLUMNS)):
        if len(shown) < COLUMNS and all(abs(index - other) > last / (2 * COLUMNS) for other in shown):
            shown.add(index)
    return sorted(shown)
