"""Turns a model file of one format into one of another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.formats.load import load
from stockade.formats.vensim.write import write_mdl
from stockade.formats.xmile.write import write_xmile
from stockade.model.model import Model

WRITERS: Mapping[str, Callable[[Model], str]] = MappingProxyType(
    {".mdl": write_mdl, ".xmile": write_xmile, ".stmx": write_xmile, ".xml": write_xmile}
)


def written_as(model: Model, suffix: str) -> str:
    """Returns the text of a model in the format of a suffix.

    Args:
        model: The model.
        suffix: ``.mdl``, ``.xmile``, ``.stmx`` or ``.xml``, in any case.

    Raises:
        StockadeError: ``unknown-format``, ``cannot-be-written``, ``unsupported-non-negative``.
    """
    writer = WRITERS.get(suffix.lower())
    if writer is None:
        said = f"{suffix or 'no suffix'} is not the suffix of a format that is written"
        hint = f"Name a file that ends with {', '.join(WRITERS)}."
        raise StockadeError(Diagnostic("unknown-format", said, Place(suffix), hint=hint))
    return writer(model)


def convert(
    source: str | Path, target: str | Path, *, data: Sequence[str | Path] = (), outside: bool = False
) -> Model:
    """Reads a model file and writes it in the format that the other name tells.

    Args:
        source: A .mdl, .xmile, .stmx or .xml file.
        target: Where to write, UTF-8; an existing file is replaced. Calls that read from files are written
            as they are to a .mdl, and the numbers that they read to XMILE.
        data: Files with time series for the data variables that have no equation.
        outside: Whether the files that the model names may lie outside of its folder.

    Returns:
        The model.

    Raises:
        StockadeError: What `load` and `written_as` raise, and ``output-not-writable``.
    """
    model = load(source, data=data, outside=outside)
    save(model, target)
    return model


def save(model: Model, target: str | Path) -> None:
    """Writes a model in the format that the name of the file tells.

    Args:
        model: The model, read from a file or built in Python.
        target: Where to write, UTF-8: .mdl, .xmile, .stmx or .xml; an existing file is replaced.

    Raises:
        StockadeError: What `written_as` raises, and ``output-not-writable``.
    """
    text = written_as(model, Path(target).suffix)
    try:
        Path(target).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        said = f"it cannot be written: {error.strerror}"
        hint = "Name another file."
        raise StockadeError(Diagnostic("output-not-writable", said, Place(str(target)), hint=hint)) from error
