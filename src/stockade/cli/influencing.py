"""``stockade influence``: every figure and every source left out in turn, shown and written."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from stockade.cli.bars import bars
from stockade.cli.folders import study_folder
from stockade.cli.outputs import STANDARD_OUTPUT, write_json


def influence_and_show(
    study: Path, as_of: tuple[str, ...], json_file: Path | None, *, fresh: bool, **overrides: int | None
) -> None:
    """Leaves every figure and every source out in turn, prints what changes, and writes it where asked.

    Args:
        study: The study's folder.
        as_of: Dates; all of the study's where empty.
        json_file: Where JSON goes, if anywhere.
        fresh: Use nothing that is kept.
        overrides: seed, particles, repeats; None leaves the study's own.
    """
    folder = study_folder(study)
    from stockade.briefing.document import to_json
    from stockade.briefing.terminal_influence import print_influence
    from stockade.study.influence import influence_study

    given = {name: value for name, value in overrides.items() if value is not None}
    with bars() as progress:
        found = influence_study(folder, as_of=as_of, progress=progress, fresh=fresh, **given)
    if json_file is not None:
        write_json(to_json(found), json_file)
    print_influence(found, Console(stderr=json_file == STANDARD_OUTPUT))
