"""The model file that a path means: itself, the one in a folder, or a reference model by its name."""

from __future__ import annotations

from pathlib import Path

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.formats.catalogue import reference_models

SUFFIXES = (".mdl", ".xmile", ".stmx", ".xml")
_FOLDER = "models"


def locate(path: str | Path) -> Path:
    """Returns the model file that a path means.

    Args:
        path: A file; a folder, for the file ``model.mdl`` in it (or the one .xmile, .stmx, .xml or .mdl); or,
            where there is neither, the name of a reference model, as ``deitchman-1962`` or
            ``models/deitchman-1962``.

    Raises:
        StockadeError: ``folder-without-model``.
    """
    given = Path(path)
    if given.is_dir():
        return _within(given)
    plain = given.name == str(given) or given.parent == Path(_FOLDER)
    if plain and given.name not in ("", ".", "..") and not given.exists():
        reference = reference_models() / given.name / "model.mdl"
        if reference.is_file():
            return reference
    return given


def _within(folder: Path) -> Path:
    usual = folder / "model.mdl"
    if usual.is_file():
        return usual
    found = sorted(one for one in folder.iterdir() if one.suffix.lower() in SUFFIXES and one.is_file())
    if len(found) == 1:
        return found[0]
    said = f"this folder holds {len(found) or 'no'} model files" + (
        ", none of them model.mdl" if found else ""
    )
    hint = (
        "Name the file itself."
        if found
        else f"Name a model file ({', '.join(SUFFIXES)}) or a folder with one."
    )
    raise StockadeError(Diagnostic("folder-without-model", said, Place(str(folder)), hint=hint))
