"""Opens a model file and hands it to the reader of its format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.formats.decoding import decode
from stockade.formats.external.resolve import resolve
from stockade.formats.locate import locate
from stockade.formats.vensim.read import parse_mdl
from stockade.formats.xmile.read import parse_xmile
from stockade.model.model import Model

_XMILE = (".xmile", ".stmx", ".xml")
_NOT_YET = (".itmx", ".isdb", ".vpm", ".vpmx", ".vmf", ".vmfx")
_LARGEST = 64 * 2**20
_SAYS_UTF8 = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*utf-?8\s*\}", re.IGNORECASE)


def load(path: str | Path, *, data: Sequence[str | Path] = (), outside: bool = False) -> Model:
    """Reads a model file, and the files from which the model takes data, constants, lookups and subscripts.

    Args:
        path: A Vensim model in text form (.mdl), or an XMILE model (.xmile, .stmx, .xml); a folder that holds
            one; or the name of a reference model, such as ``deitchman-1962``.
        data: Files with time series (.tab, .csv, .dat) for the data variables that have no equation; where
            several hold a variable, the last one counts. ``?TAG=FILE`` says what a file's tag stands for.
        outside: Whether the files that the model names may lie outside of its folder.

    Raises:
        StockadeError: The file is missing, is of a format that is not read, or is wrong in its form; or
            something is wrong with a file that it reads. What its equations mean is checked by
            `stockade.model.checks.check`.
    """
    return resolve(_model(path), data, outside=outside)


def _model(path: str | Path) -> Model:
    path = file = locate(path)
    suffix = file.suffix.lower()
    if suffix in _NOT_YET:
        raise _problem(
            "format-not-yet-read",
            path,
            f"files of type {suffix} are not read yet",
            "Save the model as text: .mdl from Vensim, .stmx or .xmile from Stella.",
        )
    if suffix in _XMILE:
        return parse_xmile(_text(file, path), str(path))
    if suffix != ".mdl":
        raise _problem(
            "unknown-format",
            path,
            f"{suffix or 'no suffix'} is not the suffix of a model file",
            "Models are read from .mdl (Vensim), .xmile, .stmx and .xml (XMILE).",
        )
    return parse_mdl(_text(file, path), str(path))


def _text(file: Path, path: str | Path) -> str:
    try:
        if file.is_file() and file.stat().st_size > _LARGEST:
            raise _problem("file-too-large", path, "this model file is larger than 64 MiB", "Is it a model?")
        raw = file.read_bytes()
    except OSError as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else f"{error.strerror}"
        raise _problem("file-not-read", path, reason, "Check the path.") from error
    text = decode(raw)
    if text is None:
        hint = "Save the model as text (.mdl), not as binary."
        raise _problem("not-a-text-file", path, "this file is not text", hint)
    if _SAYS_UTF8.match(raw):
        _check_utf8(raw, path)
    return text


def _check_utf8(raw: bytes, path: str | Path) -> None:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        said = "this byte is not UTF-8, though the file says that it is"
        raise _problem("not-utf-8", path, said, "Save the file as UTF-8.", line) from error


def _problem(code: str, path: str | Path, message: str, hint: str, line: int | None = None) -> StockadeError:
    return StockadeError(Diagnostic(code, message, Place(str(path), line), hint=hint))
