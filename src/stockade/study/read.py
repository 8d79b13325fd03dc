"""Reads a study's folder: the only door through which a study comes in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from stockade.data.ledger import read_ledger
from stockade.data.series import read_series
from stockade.data.table import read_text
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.formats.external.resolve import files_of
from stockade.formats.load import load
from stockade.study.build import build
from stockade.study.checks import check
from stockade.study.folder import StudyFolder
from stockade.study.form import parse_form
from stockade.study.measures import with_measures
from stockade.study.study import Study

STUDY_FILE = "study.toml"
LARGEST_STUDY = 4 * 1024 * 1024  # bytes

T = TypeVar("T")


def read_study(folder: str | Path) -> Study:
    """Reads and checks what a study says; see `open_study` for its model and data.

    Raises:
        StockadeError: With everything that is wrong in the folder.
    """
    return open_study(folder).study


def open_study(folder: str | Path) -> StudyFolder:
    """Reads a study's folder, and checks that its parts fit one another.

    Args:
        folder: The folder that holds study.toml, or the path of that file.

    Raises:
        StockadeError: With everything that is wrong in study.toml; where its form is right, with
            everything that is wrong in the files too; where all can be read, with all that does not fit.
    """
    folder = Path(folder)
    if folder.name == STUDY_FILE and folder.is_file():
        folder = folder.parent
    file = folder / STUDY_FILE
    if not file.is_file() or not file.resolve().is_relative_to(folder.resolve()):
        message = f"There is no {STUDY_FILE} in this folder."
        hint = "A study is a folder with a study.toml; studies/iraq-2008 is one."
        raise StockadeError(Diagnostic("missing-study", message, Place(str(folder)), hint=hint))
    form, source = parse_form(str(file), read_text(file, LARGEST_STUDY))
    study = build(form, source, folder)
    problems: list[Diagnostic] = []
    series = _collect(read_series, study.series, problems)
    reports = () if study.reports is None else _collect(read_ledger, study.reports, problems)
    model = _collect(lambda path: load(path, data=study.model_data), study.model, problems)
    if series is None or reports is None or model is None:
        raise StockadeError(problems)
    study = replace(study, model_reads=files_of(model, study.model_data))
    model = with_measures(study, source, model)
    if problems := list(check(study, source, model, series, reports)):
        raise StockadeError(problems)
    return StudyFolder(study, model, series, reports)


def _collect(read: Callable[[Path], T], path: Path, problems: list[Diagnostic]) -> T | None:
    """Reads a file and notes its complaints; None where it has any."""
    try:
        return read(path)
    except StockadeError as error:
        problems += error.diagnostics
        return None
