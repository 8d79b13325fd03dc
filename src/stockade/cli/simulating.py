"""``stockade simulate``: one run of a model, as CSV or JSON."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from stockade.cli.bars import bars
from stockade.cli.models import ModelFiles
from stockade.cli.outputs import STANDARD_OUTPUT, write_json, write_text
from stockade.errors import Diagnostic, Place, StockadeError

if TYPE_CHECKING:
    from stockade.simulation.single import Table


def simulate_model(
    files: ModelFiles,
    settings: Sequence[str],
    method: Literal["euler", "rk4"] | None,
    out: Path | None,
    json_file: Path | None,
) -> None:
    """Runs a model and writes a row per saved time.

    Args:
        files: The model file, and what it may read.
        settings: Pieces ``NAME=VALUE``.
        method: How to integrate; None for what the file says.
        out: The CSV file; standard output where neither it nor ``json_file`` is given.
        json_file: The JSON file: names, times, and a list of values by name.
    """
    values = read_settings(settings)
    with bars() as progress:
        progress(f"running {files.path.name}", 0, 0)
        table, method = _run(files, values, method)
    if out is not None or json_file is None:
        write_text(table_as_csv(table), out or STANDARD_OUTPUT)
    if json_file is not None:
        write_json(_table_as_data(table, str(files.path), method, values), json_file)


def _run(
    files: ModelFiles, values: dict[str, float], method: Literal["euler", "rk4"] | None
) -> tuple[Table, Literal["euler", "rk4"]]:
    model = files.read()
    from stockade.simulation.single import simulate  # after the reader: a missing file is told at once

    return simulate(model, values, method=method), method or model.method


def read_settings(settings: Sequence[str]) -> dict[str, float]:
    """Returns values by name from ``NAME=VALUE`` pieces.

    Raises:
        StockadeError: Codes ``setting-unreadable``, ``setting-twice``; all that is wrong at once.
    """
    from stockade.model.names import canonical

    values: dict[str, float] = {}
    seen: set[str] = set()
    wrong: list[Diagnostic] = []
    for text in settings:
        name, _, number = text.rpartition("=")
        name = name.strip()
        place = Place(file="--set", name=name or None)
        value = _finite(number)
        if not name or value is None:
            hint = "write NAME=VALUE with a finite number, such as --set 'birth rate=0.03'"
            wrong.append(Diagnostic("setting-unreadable", "this is not NAME=VALUE", place, text, hint))
        elif canonical(name) in seen:
            hint = "keep one of them"
            wrong.append(Diagnostic("setting-twice", "this name is set twice", place, text, hint))
        else:
            values[name] = value
            seen.add(canonical(name))
    if wrong:
        raise StockadeError(wrong)
    return values


def table_as_csv(table: Table) -> str:
    """Returns a run as CSV: names quoted where they need it, numbers that read back exactly."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["Time", *table.names])
    for time, row in zip(table.times.tolist(), table.values.tolist(), strict=True):
        writer.writerow([repr(time), *map(repr, row)])
    return stream.getvalue()


def _table_as_data(table: Table, model: str, method: str, settings: dict[str, float]) -> dict[str, Any]:
    columns = table.values.T.tolist()
    return {
        "model": model,
        "method": method,
        "settings": settings,
        "times": table.times.tolist(),
        "values": dict(zip(table.names, columns, strict=True)),
    }


def _finite(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
