"""Models with the files that they read, made where a test runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from stockade.errors import Diagnostic, StockadeError
from stockade.formats.load import load
from stockade.model.model import Model
from stockade.simulation.single import simulate
from tests.formats.helpers import CONTROLS

Cells = Sequence[Sequence[object]]
SERIES: Cells = (
    ("time", 0, 2, "a note", 4, 6, None),
    ("A", 1.5, None, 7, 3.5, 9, None),
    ("B", 10, 20, 7, "NA", 40, None),
)
"""Times across from B1; the third column is a note, and each element lacks one value."""


def write_xlsx(
    path: Path,
    sheets: Mapping[str, Cells],
    names: Mapping[str, str] | None = None,
    local: Mapping[tuple[str, str], str] | None = None,
) -> Path:
    """Writes a workbook; `names` are its own, `local` those of a sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    for name, text in (names or {}).items():
        book.defined_names[name] = DefinedName(name, attr_text=text)
    for (title, name), text in (local or {}).items():
        book[title].defined_names[name] = DefinedName(name, attr_text=text)
    book.properties.created = book.properties.modified = dt.datetime(2026, 1, 1)  # noqa: DTZ001
    book.save(path)
    return path


def loaded(folder: Path, equations: str, **options: object) -> Model:
    """Reads a model of these equations and the usual control variables from a folder."""
    (folder / "model.mdl").write_text("{UTF-8}\n" + equations + CONTROLS, encoding="utf-8")
    return load(folder / "model.mdl", **options)  # type: ignore[arg-type]


def run(folder: Path, equations: str, **options: object) -> dict[str, np.ndarray]:
    """Reads and runs a model: the values at times 0, 0.5 ... 10 by name."""
    table = simulate(loaded(folder, equations, **options))
    return dict(zip(table.names, table.values.T, strict=True))


def refused(folder: Path, equations: str, **options: object) -> Diagnostic:
    """Returns the one thing that is wrong with a model."""
    with pytest.raises(StockadeError) as caught:
        loaded(folder, equations, **options)
    assert len(caught.value.diagnostics) == 1, caught.value
    return caught.value.diagnostics[0]
