"""``stockade score``: forecasts from many past days, scored, shown and written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console

from stockade.cli.bars import bars
from stockade.cli.doors import EXIT_MISTAKE
from stockade.cli.openers import opener
from stockade.cli.outputs import STANDARD_OUTPUT, write_json, write_text


def score_and_show(
    studies: Sequence[Path],
    horizons: str,
    origins: str | None,
    every: int,
    explanations: Sequence[str],
    outputs: tuple[Path | None, Path | None],
    *,
    results: Path | None,
    workers: int | None,
    scheduler: str | None,
    fresh: bool,
    **overrides: int | None,
) -> None:
    """Scores studies, prints the tables, and writes them as HTML and JSON where asked.

    Args:
        studies: The studies' folders.
        horizons: Months after the origin's month: ``1-12``, or ``1,3,6``.
        origins: Window of months at whose last day to look; None for all that the period allows.
        every: Months from one origin to the next.
        explanations: Ids; all where empty.
        outputs: The HTML file and the JSON file.
        results: Folder of the scores that are kept; None for one in each study.
        workers: How many processes; None for one a core.
        scheduler: Address of a Dask scheduler; None for processes of this machine.
        fresh: Use nothing that is kept.
        overrides: seed, particles, repeats; None leaves the study's own.

    Raises:
        StockadeError: ``bad-horizons``; what a window of months is complained of.
        typer.Exit: With status 2 where a study could not be scored at all.
    """
    html_file, json_file = outputs
    from stockade.study.contests import score_studies
    from stockade.study.plans import plan_from

    given = {name: value for name, value in overrides.items() if value is not None}
    plan = plan_from(horizons, origins, every, explanations, given)

    with bars() as progress:
        board = score_studies(
            studies, plan, results=results, opened=opener(scheduler, workers),
            elsewhere=scheduler is not None, progress=progress, fresh=fresh,
        )  # fmt: skip
    from stockade.briefing.scoreboard import plain
    from stockade.briefing.terminal_scores import print_scores

    if json_file is not None:
        write_json(plain(board), json_file)
    if html_file is not None:
        from stockade.briefing.html_scores import render_scores

        write_text(render_scores(board), html_file)
    print_scores(board, Console(stderr=STANDARD_OUTPUT in outputs))
    if any(not one.origin for one in board.failures) or not board.studies:
        raise typer.Exit(EXIT_MISTAKE)
