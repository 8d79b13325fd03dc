"""Files that commands write: whole or not at all, and never in place of a folder."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from stockade.errors import Diagnostic, Place, StockadeError

STANDARD_OUTPUT = Path("-")


def must_be_writable(path: Path) -> None:
    """Raises a StockadeError where a file cannot be written at a path.

    Codes: ``output-is-a-folder``, ``output-folder-missing``, ``output-not-writable``.
    """
    if path == STANDARD_OUTPUT:
        return
    place = Place(file=str(path))
    if path.is_dir():
        raise StockadeError(
            Diagnostic(
                "output-is-a-folder", "this is a folder, a file cannot take its place", place,
                hint=f"name a file, such as {path / ('result' + (path.suffix or '.json'))}",
            )
        )  # fmt: skip
    folder = path.parent
    if not folder.is_dir():
        raise StockadeError(
            Diagnostic(
                "output-folder-missing", f"there is no folder {folder} to write it into", place,
                hint=f"make it first: mkdir -p {folder}",
            )
        )  # fmt: skip
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise StockadeError(
            Diagnostic("output-not-writable", "it may not be written here", place, hint="name another file")
        )


def write_text(text: str, path: Path) -> None:
    """Writes a text file in one step: a reader sees the old file or the new one, never half of it.

    Args:
        text: What to write, UTF-8, line ends as they are.
        path: Where to; ``-`` is standard output. A link is followed, a device is written to directly.
    """
    if path == STANDARD_OUTPUT:
        sys.stdout.write(text)
        return
    write_bytes(text.encode(), path)


def write_bytes(content: bytes, path: Path) -> None:
    """Writes a file in one step, as `write_text` does; never to standard output."""
    must_be_writable(path)
    target = path.resolve()
    if target.exists() and not target.is_file():
        with target.open("wb") as stream:
            stream.write(content)
        return
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
        beside.replace(target)
    except OSError as error:
        raise StockadeError(
            Diagnostic(
                "output-not-writable", f"writing failed: {error.strerror}", Place(file=str(path)),
                hint="free some room, or name another file",
            )
        ) from error  # fmt: skip
    finally:
        beside.unlink(missing_ok=True)


def write_json(content: Any, path: Path) -> None:
    """Writes plain data as JSON; see `write_text`. NaN and infinity are refused: JSON lacks them."""
    write_text(json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n", path)
