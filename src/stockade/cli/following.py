"""``stockade follow``: the evidence month by month, shown and written."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from stockade.cli.bars import bars
from stockade.cli.folders import study_folder
from stockade.cli.outputs import STANDARD_OUTPUT, write_json


def follow_and_show(study: Path, json_file: Path | None, *, fresh: bool, **overrides: int | None) -> None:
    """Follows the explanations of a study, prints their weights over time, and writes them where asked.

    Args:
        study: The study's folder.
        json_file: Where JSON goes, if anywhere.
        fresh: Use nothing that is kept.
        overrides: seed, particles, repeats; None leaves the usual ones.
    """
    folder = study_folder(study)
    from stockade.briefing.document import to_json
    from stockade.briefing.terminal_course import print_course
    from stockade.study.following import follow_study

    given = {name: value for name, value in overrides.items() if value is not None}
    with bars() as progress:
        found = follow_study(folder, progress=progress, fresh=fresh, **given)
    if json_file is not None:
        write_json(to_json(found), json_file)
    print_course(found, Console(stderr=json_file == STANDARD_OUTPUT))
