"""``stockade check``: what is wrong with a study or a model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from stockade.cli.complaints import error_console, print_diagnostics
from stockade.cli.doors import EXIT_MISTAKE
from stockade.cli.folders import study_folder
from stockade.cli.outputs import write_json
from stockade.errors import Diagnostic, StockadeError


def check_path(
    path: Path, json_file: Path | None, *, data: Sequence[str] = (), outside: bool = False
) -> None:
    """Checks a study's folder (or its study.toml) or a model file and prints what it finds.

    Args:
        path: The folder or the file.
        json_file: Where to write what was found, too.
        data: Files with time series for a model's data variables.
        outside: Whether a model may read files outside of its folder.

    Raises:
        typer.Exit: With status 2 where an error was found.
    """
    try:
        found = _found(path, data, outside=outside)
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


def _found(path: Path, data: Sequence[str], *, outside: bool) -> tuple[Diagnostic, ...]:
    if path.is_dir() or path.name == "study.toml":
        return _check_study(path)
    return _check_model(path, data, outside=outside)


def _check_study(path: Path) -> tuple[Diagnostic, ...]:
    folder = study_folder(path)
    from stockade.study.route import check_study

    return tuple(check_study(folder))


def _check_model(path: Path, data: Sequence[str], *, outside: bool) -> tuple[Diagnostic, ...]:
    from stockade.formats.load import load
    from stockade.model.checks import check

    return tuple(check(load(path, data=data, outside=outside)))
