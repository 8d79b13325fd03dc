"""``stockade batch``: its arguments and help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stockade.cli.arguments import (
    JsonOption,
    ParticlesOption,
    RepeatsOption,
    SchedulerOption,
    SeedOption,
    WorkersOption,
)
from stockade.cli.doors import door


def batch(
    studies: Annotated[
        list[Path], typer.Argument(metavar="STUDY...", help="The studies' folders; each holds study.toml.")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the results are kept, as Parquet files.")
    ] = Path("results"),
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    json_file: JsonOption = None,
    seed: SeedOption = None,
    particles: ParticlesOption = None,
    repeats: RepeatsOption = None,
    fresh: Annotated[
        bool,
        typer.Option("--fresh/--resume", help="Assess all again, or only what is not kept."),
    ] = False,
) -> None:
    """Assess many studies; what was found is kept in a table that several batches can share.

    A study that fails ends nothing but itself: failures are told at the end, with exit status 2.
    """
    with door(json_file):
        from stockade.cli.batching import batch_and_show

        batch_and_show(
            studies, out, json_file, scheduler=scheduler, workers=workers, fresh=fresh,
            seed=seed, particles=particles, repeats=repeats,
        )  # fmt: skip
