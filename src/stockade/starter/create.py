"""The folder of a first study: a safe name, nothing overwritten, all of it or none."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from stockade.errors import Diagnostic, Place, StockadeError

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def must_be_new(folder: Path) -> None:
    """Raises a StockadeError where a study's folder cannot be made at a path.

    Codes: ``unsafe-name``, ``folder-exists``, ``output-folder-missing``, ``output-not-writable``.
    """
    place = Place(file=str(folder))
    if not _SAFE.fullmatch(folder.name) or folder.name.endswith(".") or _DEVICES.fullmatch(folder.name):
        message = f"'{folder.name}' is no safe name for a folder."
        hint = "Take up to 80 letters a-z, digits, hyphens, dots and underscores, such as my-study."
        raise StockadeError(Diagnostic("unsafe-name", message, place, hint=hint))
    if ".." in folder.parts:
        message = "The path goes up by '..'."
        hint = "Name a folder here or below, or give its whole path."
        raise StockadeError(Diagnostic("unsafe-name", message, place, hint=hint))
    if folder.exists() or folder.is_symlink():
        message = "There is something of this name already, and nothing is overwritten."
        raise StockadeError(Diagnostic("folder-exists", message, place, hint="Take another name."))
    if not folder.parent.is_dir():
        message = f"There is no folder {folder.parent} to make it in."
        hint = f"Make it first: mkdir -p {folder.parent}"
        raise StockadeError(Diagnostic("output-folder-missing", message, place, hint=hint))
    if not os.access(folder.parent, os.W_OK):
        message = "A folder may not be made here."
        raise StockadeError(Diagnostic("output-not-writable", message, place, hint="Name another place."))


def write_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """Makes a folder with files in it: all of them, or nothing.

    Args:
        folder: Where; it must not be there yet.
        texts: Text of every file by its name.

    Raises:
        StockadeError: See `must_be_new`.
    """
    must_be_new(folder)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name, text in texts.items():
            (beside / name).write_bytes(text.encode("utf-8"))
        beside.chmod(0o755)
        beside.rename(folder)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        message = f"Writing failed: {error.strerror}."
        hint = "Free some room, or name another place."
        raise StockadeError(
            Diagnostic("output-not-writable", message, Place(file=str(folder)), hint=hint)
        ) from error
