"""Arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

StudyArgument = Annotated[
    Path, typer.Argument(metavar="STUDY", help="The study's folder: it holds study.toml.")
]
ModelArgument = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL",
        help="A model file (.mdl, .xmile, .stmx, .xml), a folder with one, or the name of a reference model.",
    ),
]
JsonOption = Annotated[
    Path | None,
    typer.Option(
        "--json", metavar="FILE", help="Write the result (or what is wrong) as JSON; - is standard output."
    ),
]
FreshOption = Annotated[bool, typer.Option("--fresh", help="Compute everything again, whatever is kept.")]
SeedOption = Annotated[int | None, typer.Option("--seed", min=0, help="Instead of the study's seed.")]
ParticlesOption = Annotated[
    int | None, typer.Option("--particles", min=16, help="Instead of the study's number.")
]
RepeatsOption = Annotated[
    int | None, typer.Option("--repeats", min=2, help="Independent fits of each explanation, two or more.")
]
DataOption = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        metavar="FILE",
        help="Time series for the model's data variables (.tab, .csv, .dat); may be repeated.",
    ),
]
OutsideOption = Annotated[
    bool, typer.Option("--allow-outside", help="Let the model read files outside of its folder.")
]
DatesOption = Annotated[
    list[str] | None,
    typer.Option("--as-of", metavar="DAY", help="A date of the study; may be repeated. All if not given."),
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, help="Processes at a time; one a core if not given.")
]
SchedulerOption = Annotated[
    str | None, typer.Option("--scheduler", metavar="ADDRESS", help="Use a Dask cluster: tcp://HOST:PORT.")
]
