"""``stockade profile``: what the data alone know of each parameter, shown and written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stockade.cli.bars import bars
from stockade.cli.folders import study_folder
from stockade.cli.outputs import STANDARD_OUTPUT, write_json

if TYPE_CHECKING:
    from stockade.study.profiling import Profiles


def profile_and_show(
    study: Path, explanation: str, json_file: Path | None, *, as_of: str | None, points: int
) -> None:
    """Profiles an explanation, prints a line for each parameter, and writes JSON where asked.

    Args:
        study: The study's folder.
        explanation: Id of one with a mechanism.
        json_file: Where JSON goes, if anywhere.
        as_of: A date of the study; its latest where None.
        points: Of each profile.
    """
    folder = study_folder(study)
    from stockade.study.profiling import profile_study, profiles_to_json

    with bars() as progress:
        found = profile_study(folder, explanation, as_of=as_of, points=points, progress=progress)
    if json_file is not None:
        write_json(profiles_to_json(found), json_file)
    print_profiles(found, Console(stderr=json_file == STANDARD_OUTPUT))


def print_profiles(found: Profiles, console: Console) -> None:
    """Prints for each parameter the 95 % interval of its profile, and in how far it is identified."""
    console.print(Text(f"What the data alone know: {found.explanation}, as of {found.as_of}", "bold"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("parameter", overflow="fold")
    for heading in ("from", "best", "to"):
        table.add_column(heading, justify="right")
    table.add_column("identified", overflow="fold")
    for name, units, one in zip(found.names, found.units, found.profiles, strict=True):
        said = "not identified: flat" if one.flat else one.identified
        said += ", with gaps in between" if one.gaps else ""
        shown = name if units in ("", "Dmnl") else f"{name} [{units}]"
        table.add_row(Text(shown), _end(one.low), _end(one.best), _end(one.high), said)
    console.print(table)


def _end(value: float | None) -> str:
    return "open" if value is None else f"{value:.3g}"
