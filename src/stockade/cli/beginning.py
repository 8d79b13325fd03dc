"""The commands that begin a study: ``new`` out of a file of events, ``claims`` out of an article."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from stockade.cli.arguments import JsonOption
from stockade.cli.doors import door


def new(
    name: Annotated[Path, typer.Argument(metavar="NAME", help="The folder to make; nothing is overwritten.")],
    events: Annotated[
        Path,
        typer.Option("--events", metavar="FILE", help="UCDP GED, ACLED, GTD or a table of attacks (CSV)."),
    ],
    actor: Annotated[str, typer.Option("--actor", metavar="ACTOR", help="The group, as the file names it.")],
    country: Annotated[
        str | None, typer.Option("--country", metavar="COUNTRY", help="Only events there; all if not given.")
    ] = None,
    aliases: Annotated[
        Path | None,
        typer.Option(
            "--aliases", metavar="FILE", help="Other names: a CSV file with actor,also,from,to,because."
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DAY", help="First date to look from; leaves a year to score if not given."
        ),
    ] = None,
    encoding: Annotated[
        Literal["utf-8", "latin-1", "utf-16"], typer.Option("--encoding", help="How the file writes letters.")
    ] = "utf-8",
    dates: Annotated[
        Literal["day-first", "month-first"] | None,
        typer.Option("--dates", help="Which comes first in dates such as 3/4/2008, where no date shows it."),
    ] = None,
    json_file: JsonOption = None,
) -> None:
    """Make a study of a group from a file of events: series, a generic model, priors scaled to it, claims.

    It assesses as it stands. README.md and study.toml in it say what was assumed, and what to change first.
    """
    with door(json_file):
        from stockade.cli.starting import make_study

        make_study(
            name, events, actor, country, as_of, json_file, aliases=aliases, encoding=encoding, dates=dates
        )


def claims(
    text: Annotated[
        Path, typer.Argument(metavar="TEXT", help="The article as plain text (UTF-8); - is standard input.")
    ],
    on: Annotated[
        str | None,
        typer.Option(
            "--on", metavar="DAY", help="Day of publication; a date in the text's first lines if not given."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="A new file for the draft; standard output if not given."),
    ] = None,
    json_file: JsonOption = None,
) -> None:
    """Draft claims from an article in English: who says it, when, how surely, what type, which months.

    Plain rules suggest; nothing is understood, and nothing is sent anywhere. Complete the draft by hand.
    """
    with door(json_file, out):
        from stockade.cli.drafting import draft_claims

        draft_claims(text, on, out, json_file)
