"""``stockade simulate``: one run of a model, drawn, and as CSV or JSON."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from stockade.cli.bars import bars
from stockade.cli.outputs import STANDARD_OUTPUT, write_bytes, write_json, write_text
from stockade.cli.sources import ModelFiles
from stockade.errors import Diagnostic, Place, StockadeError

if TYPE_CHECKING:
    from stockade.charts.chart import Chart
    from stockade.model.model import Model
    from stockade.simulation.single import Table

_TABLES = (".csv", "")
_CHARTS = (".html", ".svg", ".png")


@dataclass(frozen=True)
class Wanted:
    """What a run is to leave behind.

    Attributes:
        out: Files: .csv or no suffix for the table (``-`` is standard output), .html, .svg, .png for a chart.
        json_file: The JSON file: names, times, and a list of values by name.
        plotted: The variables to draw; the stocks if none are named.
        nothing_drawn: Whether the terminal gets no chart. Then the table goes to standard output, unless
            it or the JSON goes elsewhere.
    """

    out: tuple[Path, ...] = ()
    json_file: Path | None = None
    plotted: tuple[str, ...] = ()
    nothing_drawn: bool = False

    @property
    def tables(self) -> tuple[Path, ...]:
        """Where the table goes."""
        named = tuple(one for one in self.out if one.suffix.lower() in _TABLES)
        alone = self.nothing_drawn and not self.out and self.json_file is None
        return (STANDARD_OUTPUT,) if alone else named

    @property
    def charts(self) -> tuple[Path, ...]:
        """The files that get a chart."""
        return tuple(one for one in self.out if one.suffix.lower() in _CHARTS)


def simulate_model(
    files: ModelFiles, settings: Sequence[str], method: Literal["euler", "rk4"] | None, wanted: Wanted
) -> None:
    """Runs a model, draws it on the terminal, and writes what is wanted.

    Args:
        files: The model file, a folder with one, or the name of a reference model; and what it may read.
        settings: Pieces ``NAME=VALUE``.
        method: How to integrate; None for what the file says.
        wanted: What to draw and write.

    Raises:
        StockadeError: Codes ``unknown-output``, ``setting-unreadable``, and what the library raises.
    """
    path = files.path
    values = read_settings(settings)
    _look_at_suffixes(wanted.out)
    with bars() as progress:
        progress(f"running {path.name}", 0, 0)
        model, table = _run(files, values, method)
        drawn = not wanted.nothing_drawn
        chart = _chart(model, table, path, wanted) if drawn or wanted.charts or wanted.plotted else None
    for file in wanted.tables:
        write_text(table_as_csv(table), file)
    for file in wanted.charts:
        from stockade.charts.page import DRAWERS

        assert chart is not None
        write_bytes(DRAWERS[file.suffix.lower()](chart), file)
    if wanted.json_file is not None:
        write_json(_table_as_data(table, str(path), method or model.method, values), wanted.json_file)
    taken = STANDARD_OUTPUT in (*wanted.tables, wanted.json_file)
    # Where data have standard output, a chart is drawn beside them only if it was asked for.
    if chart is not None and drawn and (wanted.plotted or not taken):
        _draw(chart, to_standard_error=taken)


def _run(
    files: ModelFiles, values: dict[str, float], method: Literal["euler", "rk4"] | None
) -> tuple[Model, Table]:
    model = files.read()
    from stockade.simulation.single import simulate  # after the reader: a missing file is told at once

    return model, simulate(model, values, method=method)


def _chart(model: Model, table: Table, path: Path, wanted: Wanted) -> Chart:
    from stockade.charts.panels import chart_of

    return chart_of(model, table, model.title or str(path), wanted.plotted)


def _draw(chart: Chart, *, to_standard_error: bool) -> None:
    from rich.console import Console
    from rich.text import Text

    from stockade.charts.terminal import draw_text

    console = Console(stderr=to_standard_error, highlight=False, soft_wrap=True)
    console.print(Text(draw_text(chart, console.width)), end="")


def _look_at_suffixes(out: Sequence[Path]) -> None:
    wrong = [
        Diagnostic(
            "unknown-output",
            f"{one.suffix} is not the suffix of anything that a run is written as",
            Place(str(one)),
            hint=f"Name a file that ends with .csv, {', '.join(_CHARTS)}; --json FILE writes JSON.",
        )
        for one in out
        if one.suffix.lower() not in (*_TABLES, *_CHARTS)
    ]
    if wrong:
        raise StockadeError(wrong)


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
