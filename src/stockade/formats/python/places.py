"""Where in the user's Python file a call stands, and diagnostics that point there."""

from __future__ import annotations

import inspect
import linecache
import os
from dataclasses import replace
from pathlib import Path

from stockade.errors import Diagnostic, Place, StockadeError

_OURS = str(Path(__file__).resolve().parents[2]) + os.sep
_WIDEST_EXCERPT = 100


def here() -> Place:
    """Returns the file and line of the nearest caller outside of this package."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    if frame is None:  # pragma: no cover - somebody always calls
        return Place("<python>")
    return Place(frame.f_code.co_filename.removeprefix(str(Path.cwd()) + os.sep), frame.f_lineno)


def trouble(
    code: str, message: str, hint: str, place: Place | None = None, name: str | None = None
) -> Diagnostic:
    """Returns the diagnostic for a line of the user's Python; of the present call where no place is given."""
    place = place or here()
    line = linecache.getline(place.file, place.line or 0).strip()
    if len(line) > _WIDEST_EXCERPT:
        line = line[: _WIDEST_EXCERPT - 3] + "..."
    return Diagnostic(code, message, replace(place, name=name or place.name), line, hint)


def mistake(
    code: str, message: str, hint: str, place: Place | None = None, name: str | None = None
) -> StockadeError:
    """Returns the error to raise for a line of the user's Python."""
    return StockadeError(trouble(code, message, hint, place, name))
