"""``stockade check``: what is wrong with a study or a model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

from stockade.cli.bars import bars
from stockade.cli.complaints import error_console, print_diagnostics
from stockade.cli.doors import EXIT_MISTAKE
from stockade.cli.findings import print_reality, print_structure, print_units
from stockade.cli.folders import is_study_folder, study_folder
from stockade.cli.outputs import STANDARD_OUTPUT, write_json
from stockade.cli.sources import ModelFiles
from stockade.errors import Diagnostic, StockadeError

if TYPE_CHECKING:
    from stockade.structure.reality_results import Reality
    from stockade.structure.trials import Structure


def check_path(
    files: ModelFiles, json_file: Path | None, *, extreme: bool = False, reality: bool = False
) -> None:
    """Checks a study's folder (or its study.toml) or a model file and prints what it finds.

    Args:
        files: The folder or file, and what a model may read.
        json_file: Where JSON goes, if anywhere.
        extreme: Run the structure tests too, where nothing stops the model from running.
        reality: Try the model's Reality Checks too.

    Raises:
        typer.Exit: With status 2 where an error was found.
    """
    path = files.path
    is_study = is_study_folder(path)
    try:
        found = _check_study(path) if is_study else _check_model(files)
    except StockadeError as error:
        found = error.diagnostics
    runs = not any(one.severity == "error" for one in found)
    structure = _structure(files, is_study=is_study) if extreme and runs else None
    judged = _reality(files, is_study=is_study) if reality and runs else None
    if judged is not None:
        found = (*(one for one in found if one.code != "reality-check-not-run"), *judged.findings)
    found = (*found, *(structure.findings if structure is not None else ()))
    _print(found)
    content: dict[str, Any] = {"ok": runs, "diagnostics": [one.as_dict() for one in found]}
    if structure is not None:
        content["structure"] = plain(structure.as_dict())
    if judged is not None:
        content["reality"] = plain(judged.as_dict())
    if json_file is not None:
        write_json(content, json_file)
    if not runs:
        raise typer.Exit(EXIT_MISTAKE)
    aside = json_file == STANDARD_OUTPUT
    if structure is not None:
        print_structure(structure, path, Console(stderr=aside))
    if judged is not None:
        print_reality(judged, path, Console(stderr=aside))
    warnings = f", {len(found)} warning(s)" if found else ""
    typer.echo(f"{path}: nothing stops it from running{warnings}", err=aside)


def _print(found: Sequence[Diagnostic]) -> None:
    """Prints what was found: on a terminal units as a table, elsewhere line by line, to be searched."""
    console = error_console()
    units = [one for one in found if one.code == "units-mismatch"] if console.is_terminal else []
    print_diagnostics([one for one in found if one not in units], console)
    print_units(units, Console(stderr=True, highlight=False))


def _structure(files: ModelFiles, *, is_study: bool) -> Structure:
    with bars() as progress:
        if is_study:
            from stockade.study.examining import examine_study

            return examine_study(study_folder(files.path), progress=progress)
        from stockade.structure.examine import examine

        return examine(files.read(), progress=progress)


def _reality(files: ModelFiles, *, is_study: bool) -> Reality:
    with bars() as progress:
        if is_study:
            from stockade.study.examining import judge_reality_of_study

            return judge_reality_of_study(study_folder(files.path), progress=progress)
        from stockade.structure.reality import judge_reality

        return judge_reality(files.read(), progress=progress)


def plain(content: Any) -> Any:
    """Returns plain data with words for what JSON lacks: infinities and NaN."""
    if isinstance(content, dict):
        return {name: plain(one) for name, one in content.items()}
    if isinstance(content, list | tuple):
        return [plain(one) for one in content]
    return str(content) if isinstance(content, float) and not math.isfinite(content) else content


def _check_study(path: Path) -> tuple[Diagnostic, ...]:
    folder = study_folder(path)
    from stockade.study.route import check_study

    return tuple(check_study(folder))


def _check_model(files: ModelFiles) -> tuple[Diagnostic, ...]:
    from stockade.model.checks import check

    return tuple(check(files.read()))
