"""The command ``stockade score``: its arguments and help; nothing heavy is imported before it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stockade.cli.arguments import (
    FreshOption,
    JsonOption,
    ParticlesOption,
    RepeatsOption,
    SchedulerOption,
    SeedOption,
    WorkersOption,
)
from stockade.cli.doors import door


def score(
    studies: Annotated[
        list[Path], typer.Argument(metavar="STUDY...", help="Folders of studies, one or more.")
    ],
    horizons: Annotated[
        str, typer.Option("--horizons", metavar="MONTHS", help="Months ahead: 1-12, or 1,3,6.")
    ] = "1-12",
    origins: Annotated[
        str | None,
        typer.Option(
            "--origins",
            metavar="WINDOW",
            help="Months at whose last day to look, as in 2007-06..2009-12. All that allow it if not given.",
        ),
    ] = None,
    every: Annotated[int, typer.Option("--every", min=1, help="Months from one origin to the next.")] = 6,
    explanations: Annotated[
        list[str] | None,
        typer.Option(
            "--explanations", metavar="ID", help="Score this explanation; may be repeated. All if not given."
        ),
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the tables and figures as one page.")
    ] = None,
    json_file: JsonOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FOLDER",
            help="Where scores are kept, as Parquet files. In each study's .stockade/scores if not given.",
        ),
    ] = None,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    seed: SeedOption = None,
    particles: ParticlesOption = None,
    repeats: RepeatsOption = None,
    fresh: FreshOption = False,
) -> None:
    """Forecast from many past days, each time from what was published by then, and score what came.

    Every explanation, their weighted average and the nulls stand beside six simple baselines. What is
    finished is kept: a run that was stopped goes on. A study that cannot be scored ends no other.
    """
    with door(json_file, html_file):
        from stockade.cli.scoring import score_and_show

        score_and_show(
            tuple(studies), horizons, origins, every, tuple(explanations or ()), (html_file, json_file),
            results=out, workers=workers, scheduler=scheduler, fresh=fresh,
            seed=seed, particles=particles, repeats=repeats,
        )  # fmt: skip
