"""The study that an argument means."""

from __future__ import annotations

from pathlib import Path

from stockade.errors import Diagnostic, Place, StockadeError

STUDY_FILE = "study.toml"


def is_study_folder(path: Path) -> bool:
    """Says whether a path is meant as a study: its study.toml, or a folder that is not a model's alone.

    A folder with a model and data is a study that lacks its study.toml.
    """
    if path.name == STUDY_FILE or not path.is_dir():
        return path.name == STUDY_FILE
    alone = (path / "model.mdl").is_file() and not any(path.glob("*.csv"))
    return (path / STUDY_FILE).exists() or not alone


def study_folder(path: Path) -> Path:
    """Returns the folder of a study, given that folder or the study.toml in it.

    Raises:
        StockadeError: Codes ``study-not-found``, ``not-a-study``.
    """
    if path.name == STUDY_FILE and path.is_file():
        return path.parent
    place = Place(file=str(path))
    if not path.exists():
        raise StockadeError(
            Diagnostic(
                "study-not-found", "there is no such folder", place,
                hint=f"name the folder that holds {STUDY_FILE}, such as studies/iraq-2008",
            )
        )  # fmt: skip
    if not path.is_dir():
        raise StockadeError(
            Diagnostic(
                "not-a-study", "this is a file; a study is a folder", place,
                hint=f"name the folder of {STUDY_FILE}; a model alone runs with: stockade simulate {path}",
            )
        )  # fmt: skip
    if not (path / STUDY_FILE).is_file():
        raise StockadeError(
            Diagnostic(
                "not-a-study", f"this folder holds no {STUDY_FILE}", place,
                hint=f"a study is a folder with {STUDY_FILE}, its model and data; docs/concepts.md shows one",
            )
        )  # fmt: skip
    return path
