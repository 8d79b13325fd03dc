"""``stockade whatif``: scenarios against what was, shown and written."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from stockade.cli.bars import bars
from stockade.cli.folders import study_folder
from stockade.cli.outputs import STANDARD_OUTPUT, write_json


def compare(
    study: Path,
    scenarios: tuple[str, ...],
    as_of: tuple[str, ...],
    json_file: Path | None,
    *,
    fresh: bool,
    noise: bool,
    **overrides: int | None,
) -> None:
    """Compares scenarios with what was, prints the tables, and writes them as JSON where asked.

    Args:
        study: The study's folder.
        scenarios: Ids, ``one+other`` for several together; all where empty.
        as_of: Dates; the latest where empty.
        json_file: Where JSON goes, if anywhere.
        fresh: Use nothing that is kept.
        noise: Take the fits with noise in the flows.
        overrides: seed, particles, repeats; None leaves the study's own.
    """
    folder = study_folder(study)
    from stockade.briefing.document import to_json
    from stockade.briefing.terminal_contrasts import print_contrasts
    from stockade.study.whatif import whatif_study

    given = {name: value for name, value in overrides.items() if value is not None}
    with bars() as progress:
        found = whatif_study(
            folder, scenarios, as_of=as_of, progress=progress, fresh=fresh, noise=noise, **given
        )
    if json_file is not None:
        write_json({"study": folder.resolve().name, "contrasts": [to_json(one) for one in found]}, json_file)
    print_contrasts(found, Console(stderr=json_file == STANDARD_OUTPUT))
