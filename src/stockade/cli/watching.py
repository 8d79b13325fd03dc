"""``stockade watch``: the observations that would tell most, shown and written."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from stockade.cli.bars import bars
from stockade.cli.folders import study_folder
from stockade.cli.outputs import STANDARD_OUTPUT, write_json


def watch_and_show(
    study: Path,
    claims: tuple[str, ...],
    json_file: Path | None,
    *,
    as_of: str | None,
    months: int,
    precision: float | None,
    fresh: bool,
    **overrides: int | None,
) -> None:
    """Ranks observations not yet made, prints the list with its indicators, and writes it where asked.

    Args:
        study: The study's folder.
        claims: Ids of claims to learn about.
        json_file: Where JSON goes, if anywhere.
        as_of: A date; the latest that leaves so many coming months where None.
        months: How many coming months to look at.
        precision: Sd of the log of a new report; each kind's own where None.
        fresh: Use nothing that is kept.
        overrides: seed, particles, repeats; None leaves the study's own.
    """
    folder = study_folder(study)
    from stockade.briefing.document import to_json
    from stockade.briefing.terminal_watch import print_watchlist
    from stockade.study.watching import watch_study

    given = {name: value for name, value in overrides.items() if value is not None}
    with bars() as progress:
        found = watch_study(
            folder, claims, as_of=as_of, months=months, precision=precision,
            progress=progress, fresh=fresh, **given,
        )  # fmt: skip
    if json_file is not None:
        write_json(to_json(found), json_file)
    print_watchlist(found, Console(stderr=json_file == STANDARD_OUTPUT))
