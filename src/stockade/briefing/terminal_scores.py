"""Scores of many origins in a terminal: a table for each series, then what failed."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stockade.briefing.scoreboard import Scoreboard, StudyScores, against
from stockade.briefing.wording import number
from stockade.forecasts.tracks import Line, SeriesScores

KINDS = {"average": "average", "explanation": "mechanism", "null": "no mechanism", "baseline": "baseline"}
BARS = " ▁▂▃▄▅▆▇█"


def print_scores(board: Scoreboard, console: Console) -> None:
    """Prints every study's tables, and every failure with its cause."""
    for study in board.studies:
        _study(study, console)
    if board.studies:
        console.print(
            Text(
                "Lower is better for CRPS, log and interval scores (IS). Coverage should be 50 and 90 %, and "
                "the PIT flat: high ends mean too narrow, a high middle too wide. The difference is the mean "
                "CRPS less that of the best baseline, which is known only afterwards."
            )
        )
    _failures(board, console)


def _study(study: StudyScores, console: Console) -> None:
    console.print()
    console.print(Text(study.title, "bold"))
    for series in study.series:
        console.print()
        first, last = series.origins[0], series.origins[-1]
        label = study.labels.get(series.series, series.series)
        console.print(
            Text(
                f"{label}: {len(series.origins)} origins, {first} to {last}, every {study.every} months, "
                f"{_horizons(series.horizons)} ahead, {series.cases} months scored"
            )
        )
        console.print(_table(series))
        console.print(Text(against(series)[1]))
        if series.left_out:
            console.print(Text(f"Missing at most origins: {', '.join(series.left_out)}."))


def _table(series: SeriesScores) -> Table:
    # No padding: the box has a space between columns.
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    table.add_column("forecast by", overflow="fold", min_width=11)
    # As wide as the longest word, and a whole histogram, in a terminal of 80 columns too.
    table.add_column("", min_width=len("mechanism"))
    for name in ("CRPS", "difference (90 %)", "log", "IS 50", "IS 90", "in 50", "in 90"):
        table.add_column(
            name, justify="right", overflow="fold", min_width=5 if name[:2] in ("in", "IS") else 4
        )
    table.add_column("PIT", justify="right", no_wrap=True, min_width=10)
    best = next((one.name for one in series.lines if one.kind == "baseline"), "")
    for one in series.lines:
        style = "bold" if one.kind == "average" else ""
        table.add_row(*(Text(cell, style) for cell in _cells(one, series, best)))
    return table


def _cells(line: Line, series: SeriesScores, best: str) -> tuple[str, ...]:
    return (
        line.name, KINDS[line.kind], number(line.crps), _difference(line, series, best),
        number(line.log_score), number(line.interval50), number(line.interval90),
        f"{line.coverage50:.0%}", f"{line.coverage90:.0%}", bars(line.pit),
    )  # fmt: skip


def _difference(line: Line, series: SeriesScores, best: str) -> str:
    pair = next((one for one in series.apart if (one.name, one.baseline) == (line.name, best)), None)
    if pair is None:
        return "best" if line.name == best else ""
    if pair.low is None or pair.high is None:
        return number(pair.difference)
    return f"{number(pair.difference)} ({number(pair.low)} to {number(pair.high)})"


def bars(counts: tuple[int, ...]) -> str:
    """Returns a histogram in a row of signs, the highest bar full."""
    top = max(counts, default=0) or 1
    return "".join(BARS[round(one / top * (len(BARS) - 1))] for one in counts)


def _horizons(horizons: tuple[int, ...]) -> str:
    if len(horizons) == 1:
        return "1 month" if horizons[0] == 1 else f"{horizons[0]} months"
    return f"{horizons[0]} to {horizons[-1]} months"


def _failures(board: Scoreboard, console: Console) -> None:
    if not board.failures:
        return
    console.print()
    console.print(Text(f"Failed: {len(board.failures)}", "bold red"))
    for one in board.failures:
        where = f"{one.study}, {one.origin}" if one.origin else one.study
        console.print(Text(f"  {where}: {one.why}"))
