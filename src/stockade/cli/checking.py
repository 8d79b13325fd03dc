"""``stockade check``: what is wrong with a study or a model."""

from __future__ import annotations

from pathlib import Path

import typer

from stockade.cli.complaints import error_console, print_diagnostics
from stockade.cli.doors import EXIT_MISTAKE
from stockade.cli.folders import is_study, study_folder
from stockade.cli.outputs import write_json
from stockade.errors import Diagnostic, StockadeError


def check_path(path: Path, json_file: Path | None) -> None:
    """Checks a study's folder (or its study.toml) or a model file and prints what it finds.

    Raises:
        typer.Exit: With status 2 where an error was found.
    """
    try:
        found = _check_study(path) if is_study(path) else _check_model(path)
    except StockadeError as error:
        found = error.diagnostics
    errors = sum(one.severity == "error" for one in found)
    warnings = len(found) - errors
    print_diagnostics(found, error_console())
    if json_file is not None:
        write_json({"ok": errors == 0, "diagnostics": [one.as_dict() for one in found]}, json_file)
    if errors:
        raise typer.Exit(EXIT_MISTAKE)
    typer.echo(f"{path}: nothing stops it from running" + (f", {warnings} warning(s)" if warnings else ""))


def _check_study(path: Path) -> tuple[Diagnostic, ...]:
    folder = study_folder(path)
    from stockade.study.route import check_study

    return tuple(check_study(folder))


def _check_model(path: Path) -> tuple[Diagnostic, ...]:
    from stockade.formats.load import load
    from stockade.model.checks import check

    return tuple(check(load(path)))
