"""The arguments and help of ``stockade calibrate``."""

from __future__ import annotations

from typing import Annotated

import typer

from stockade.cli.arguments import (
    FreshOption,
    JsonOption,
    ParticlesOption,
    SchedulerOption,
    SeedOption,
    StudyArgument,
    WorkersOption,
)
from stockade.cli.doors import door


def calibrate(
    study: StudyArgument,
    replicates: Annotated[
        int, typer.Option("--replicates", help="Made-up studies for each explanation, 10 or more.")
    ] = 200,
    explanations: Annotated[
        list[str] | None,
        typer.Option(
            "--explanation", metavar="ID", help="One with a mechanism; may be repeated. All if not given."
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DAY", help="A date of the study. The latest if not given."),
    ] = None,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    json_file: JsonOption = None,
    seed: SeedOption = None,
    particles: ParticlesOption = None,
    fresh: FreshOption = False,
) -> None:
    """Calibrate a study: draw truths from the prior, make up its figures, fit and judge them, and compare.

    Long. A run that was stopped goes on where it was; the next assess shows what was found. A replicate
    that fails ends no other, and is named with its cause.
    """
    with door(json_file):
        from stockade.cli.calibrating import calibrate_and_show

        calibrate_and_show(
            study, json_file, replicates=replicates, explanations=tuple(explanations or ()), as_of=as_of,
            workers=workers, scheduler=scheduler, fresh=fresh, seed=seed, particles=particles,
        )  # fmt: skip
