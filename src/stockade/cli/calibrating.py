"""``stockade calibrate``: made-up studies of known truths, shown and written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console

from stockade.cli.bars import bars
from stockade.cli.folders import study_folder
from stockade.cli.openers import opener
from stockade.cli.outputs import STANDARD_OUTPUT, write_json


def calibrate_and_show(
    study: Path,
    json_file: Path | None,
    *,
    replicates: int,
    explanations: tuple[str, ...],
    as_of: str | None,
    workers: int | None,
    scheduler: str | None,
    fresh: bool,
    seed: int | None,
    particles: int | None,
) -> None:
    """Calibrates explanations of a study, prints what was found, and writes it where asked.

    Args:
        study: The study's folder.
        json_file: Where JSON goes, if anywhere.
        replicates: How many made-up studies for each explanation.
        explanations: Ids; all with a mechanism where empty.
        as_of: A date of the study; the latest where None.
        workers: How many processes; None for one a core.
        scheduler: Address of a Dask scheduler; None for processes of this machine.
        fresh: Use nothing that is kept.
        seed: In the place of the study's; None leaves it.
        particles: The same.
    """
    folder = study_folder(study)
    from stockade.briefing.document import to_json
    from stockade.briefing.terminal_calibration import print_calibration
    from stockade.study.calibrating import calibrate_study

    asked = {"seed": seed, "particles": particles}
    given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    with bars() as progress:
        found = calibrate_study(
            folder, replicates=replicates, explanations=explanations, as_of=as_of, progress=progress,
            opened=opener(scheduler, workers), elsewhere=scheduler is not None, fresh=fresh, **given,
        )  # fmt: skip
    if json_file is not None:
        content = {"study": folder.resolve().name, "calibrations": [to_json(one) for one in found]}
        write_json(content, json_file)
    console = Console(stderr=json_file == STANDARD_OUTPUT)
    for one in found:
        print_calibration(one, console)
