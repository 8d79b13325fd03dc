"""``stockade new``: a study's folder out of a file of events, and what was done."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from stockade.cli.outputs import STANDARD_OUTPUT, write_json
from stockade.errors import Diagnostic, Place

if TYPE_CHECKING:
    from stockade.starter.new import NewStudy


def make_study(
    folder: Path,
    events: Path,
    actor: str,
    country: str | None,
    as_of: str | None,
    json_file: Path | None,
    **reading: Any,
) -> None:
    """Makes a study and says what was done and what comes next.

    Args:
        folder: The new folder.
        events: The file of events.
        actor: The group.
        country: Only events there, if given.
        as_of: The first date, if given.
        json_file: Where the same goes as JSON, if anywhere.
        reading: How the file is to be read: aliases, encoding, dates.
    """
    from stockade.data.months import parse_day
    from stockade.starter.new import new_study

    day = None if as_of is None else parse_day(as_of, Place(name="--as-of"))
    made = new_study(folder, events, actor, country=country, as_of=day, **reading)
    if made.record.government:
        _warn(made)
    aside = json_file == STANDARD_OUTPUT
    for line in _told(made):
        typer.echo(line, err=aside)
    if json_file is not None:
        write_json(_as_data(made), json_file)


def _told(made: NewStudy) -> list[str]:
    record, span = made.record, made.span
    where = f" in {record.country}" if record.country else ""
    clashes, civilians = (sum_of(record.columns[one]) for one in ("clashes", "attacks_on_civilians"))
    scored = str(span.held_back) if span.held_back else "nothing: the record ends there"
    name = shlex.quote(str(made.folder))
    return [
        f"{made.folder}: a study of {record.actor}{where}",
        f"  record       {record.window}: {clashes} clashes, {civilians} attacks on civilians",
        f"  priors from  {span.scaling}, the year before the months that are fitted",
        f"  fitted       {span.fitted}",
        f"  held back    {scored}",
        f"  looks from   {', '.join(map(str, span.as_of))}",
        f"  files        {', '.join(made.files)}",
        "Next:",
        f"  stockade assess {name}",
        f"and read {name}/README.md and study.toml, which say what was assumed.",
    ]


def sum_of(column: Any) -> str:
    """Returns the sum of what is known of a column, as text."""
    import numpy as np

    return f"{np.nansum(column):,.0f}"


def _warn(made: NewStudy) -> None:
    from stockade.cli.complaints import error_console, print_diagnostics

    message = (
        f"'{made.record.actor}' is a state, and the model speaks of a group that recruits and is pursued."
    )
    hint = "Read members as forces committed; for its opponent, name the group instead."
    found = Diagnostic(
        "actor-is-a-state", message, Place(name=made.record.actor), hint=hint, severity="warning"
    )
    print_diagnostics((found,), error_console())


def _as_data(made: NewStudy) -> dict[str, Any]:
    span = made.span
    return {
        "folder": str(made.folder),
        "actor": made.record.actor,
        "country": made.record.country or None,
        "record": str(made.record.window),
        "scaling": str(span.scaling),
        "fitted": str(span.fitted),
        "held_back": None if span.held_back is None else str(span.held_back),
        "as_of": [one.isoformat() for one in span.as_of],
        "files": list(made.files),
        "notes": list(made.record.notes),
    }
