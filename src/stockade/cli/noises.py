"""The command ``noise``: its arguments and help."""

from __future__ import annotations

from typing import Annotated

import typer

from stockade.cli.arguments import DatesOption, FreshOption, JsonOption, SeedOption, StudyArgument
from stockade.cli.doors import door


def noise(
    study: StudyArgument,
    as_of: DatesOption = None,
    explanation: Annotated[
        list[str] | None,
        typer.Option(
            "--explanation", metavar="ID", help="An explanation; may be repeated. All if not given."
        ),
    ] = None,
    json_file: JsonOption = None,
    seed: SeedOption = None,
    particles: Annotated[
        int | None, typer.Option("--particles", min=16, help="Draws of a noisy repeat: 128 if not given.")
    ] = None,
    repeats: Annotated[
        int | None,
        typer.Option("--repeats", min=2, help="Independent noisy repeats: 2 if not given."),
    ] = None,
    fresh: FreshOption = False,
) -> None:
    """Fit explanations with the noise that study.toml gives their flows, beside the fits without.

    Says what noise changes: the evidence, and how many months held out lie within the intervals.
    """
    with door(json_file):
        from stockade.cli.noising import noise_and_show

        noise_and_show(
            study, tuple(as_of or ()), tuple(explanation or ()), json_file,
            fresh=fresh, seed=seed, particles=particles, repeats=repeats,
        )  # fmt: skip
