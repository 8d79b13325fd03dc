"""``stockade noise``: what noise in the flows changes, shown and written."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from stockade.cli.bars import bars
from stockade.cli.folders import study_folder
from stockade.cli.outputs import STANDARD_OUTPUT, write_json


def noise_and_show(
    study: Path,
    as_of: tuple[str, ...],
    explanations: tuple[str, ...],
    json_file: Path | None,
    *,
    fresh: bool,
    **overrides: int | None,
) -> None:
    """Fits a study with noise in its flows, prints what that changes, and writes it where asked.

    Args:
        study: The study's folder.
        as_of: Days of the study; all if none.
        explanations: Ids; all with a mechanism if none.
        json_file: Where JSON goes, if anywhere.
        fresh: Use nothing that is kept of noisy fits.
        overrides: seed, particles, repeats; None leaves the usual ones.
    """
    folder = study_folder(study)
    from stockade.briefing.document import to_json
    from stockade.briefing.terminal_noise import print_noise
    from stockade.study.noising import noise_study

    given = {name: value for name, value in overrides.items() if value is not None}
    with bars() as progress:
        found = noise_study(
            folder, as_of=as_of, explanations=explanations, progress=progress, fresh=fresh, **given
        )
    if json_file is not None:
        write_json(to_json(found), json_file)
    print_noise(found, Console(stderr=json_file == STANDARD_OUTPUT))
