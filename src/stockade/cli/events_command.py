"""``stockade events``: its arguments and help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from stockade.cli.arguments import JsonOption
from stockade.cli.doors import door


def events(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="UCDP GED, ACLED, GTD or a table of attacks, as CSV.")
    ],
    actors: Annotated[
        list[str] | None,
        typer.Option("--actor", metavar="NAME", help="Count events that name it; may be repeated."),
    ] = None,
    countries: Annotated[
        list[str] | None,
        typer.Option("--country", metavar="NAME", help="Count events in it; may be repeated."),
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="NAME", help="A first-level region: the finest place.")
    ] = None,
    by: Annotated[
        Literal["month"] | None, typer.Option("--by", help="Count by month: the finest time.")
    ] = None,
    aliases: Annotated[
        Path | None,
        typer.Option(
            "--aliases", metavar="FILE", help="Other names: a CSV file with actor,also,from,to,because."
        ),
    ] = None,
    side: Annotated[
        Literal["any", "a", "b"], typer.Option("--side", help="On which side the actor must stand.")
    ] = "any",
    no_associates: Annotated[
        bool, typer.Option("--no-associates", help="Leave out those who are only associated with a side.")
    ] = False,
    spread: Annotated[
        bool, typer.Option("--spread", help="Share out events over many days, instead of by their first day.")
    ] = False,
    coarsest_date: Annotated[
        Literal["day", "week", "month", "longer"],
        typer.Option("--coarsest-date", help="Leave out events whose day is known less well than this."),
    ] = "longer",
    covers: Annotated[
        str | None,
        typer.Option(
            "--covers",
            metavar="MONTHS",
            help="What the file covers: 2003-01..2010-12; else first to last event.",
        ),
    ] = None,
    window: Annotated[
        str | None, typer.Option("--window", metavar="MONTHS", help="The months wanted: 2006-01..2008-12.")
    ] = None,
    known_by: Annotated[
        str | None, typer.Option("--known-by", metavar="DAY", help="Only what had come out by a day.")
    ] = None,
    published_after: Annotated[
        str | None,
        typer.Option("--published-after", metavar="LAG", help='When figures come out, such as "1 month".'),
    ] = None,
    encoding: Annotated[
        Literal["utf-8", "latin-1", "utf-16"], typer.Option("--encoding", help="How letters are written.")
    ] = "utf-8",
    dates: Annotated[
        Literal["day-first", "month-first"] | None,
        typer.Option("--dates", help="Which comes first in dates such as 3/4/2008."),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many actors and countries to list.")] = 15,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The series as a study's series.csv.")
    ] = None,
    chart: Annotated[
        Path | None, typer.Option("--chart", metavar="FILE", help="The series drawn: .html, .svg or .png.")
    ] = None,
    json_file: JsonOption = None,
) -> None:
    """Say what a file of events holds: format, actors, countries, months, gaps, precision.

    With an actor, a country or --by month: the monthly series, drawn and as a table. Columns that could name
    or locate a person are not read; a month in a first-level region is the finest cell.
    """
    with door(json_file, out, chart):
        from stockade.cli.events import Asked, Given, show_events

        asked = Asked(
            tuple(actors or ()), tuple(countries or ()), region, aliases, side, not no_associates, spread,
            coarsest_date, covers, window, known_by, published_after,
        )  # fmt: skip
        show_events(Given(file, encoding, dates, out, chart, json_file, by is not None, most), asked)
