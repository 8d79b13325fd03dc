"""The arguments and help of ``stockade profile``."""

from __future__ import annotations

from typing import Annotated

import typer

from stockade.cli.arguments import JsonOption, StudyArgument
from stockade.cli.doors import door


def profile(
    study: StudyArgument,
    explanation: Annotated[str, typer.Option("--explanation", metavar="ID", help="One with a mechanism.")],
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DAY", help="A date of the study. The latest if not given."),
    ] = None,
    points: Annotated[int, typer.Option("--points", min=5, help="Values of each parameter to try.")] = 15,
    json_file: JsonOption = None,
) -> None:
    """Profile an explanation: for each parameter, how well the data can be explained at each value of it.

    The likelihood is maximised over all other parameters; the priors only bound the search. A parameter
    whose profile stays within the 95 % bound everywhere is not identified: what is said of it comes from
    its prior, or from what others are held at.
    """
    with door(json_file):
        from stockade.cli.profiling import profile_and_show

        profile_and_show(study, explanation, json_file, as_of=as_of, points=points)
