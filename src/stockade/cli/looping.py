"""``stockade loops``: the feedback loops of a model as a table, a page, CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from rich.console import Console

from stockade.briefing.loop_words import path
from stockade.briefing.loops import Feedback
from stockade.cli.bars import bars
from stockade.cli.outputs import STANDARD_OUTPUT, write_json, write_text
from stockade.cli.simulating import read_settings
from stockade.cli.sources import ModelFiles
from stockade.errors import Diagnostic, Place, StockadeError


def show_loops(
    files: ModelFiles,
    settings: Sequence[str],
    method: Literal["euler", "rk4"] | None,
    window: tuple[float | None, float | None],
    most: int,
    out: Path | None,
    json_file: Path | None,
) -> None:
    """Runs a model and shows its loops.

    Args:
        files: The model file, a folder with one, or the name of a reference model; and what it may read.
        settings: Pieces ``NAME=VALUE``.
        method: How to integrate; None for what the file says.
        window: First and last time to look at; None for those of the run.
        most: Up to how many loops all are looked at.
        out: A page or a CSV file, by its suffix.
        json_file: The JSON file.

    Raises:
        StockadeError: `loops-output-unknown` for another suffix; what `loops_of_model` raises.
    """
    suffix = "" if out is None else out.suffix.lower()
    if out is not None and suffix not in (".html", ".csv"):
        said, hint = "the loops are written as .html or .csv", "name a file with one of these suffixes"
        raise StockadeError(Diagnostic("loops-output-unknown", said, Place(file=str(out)), hint=hint))
    model, values = files.path, read_settings(settings)
    with bars() as progress:
        progress(f"running {model.name}", 0, 0)
        from stockade.study.feedback import loops_of_model

        start, end = window
        found = loops_of_model(files.read(), values, method=method, start=start, end=end, most=most)
    from stockade.briefing.document import to_json
    from stockade.briefing.loop_terminal import print_loops

    if out is not None and suffix == ".html":
        from stockade.briefing.html import render_loops

        write_text(render_loops(found, _title(model)), out)
    elif out is not None:
        write_text(as_csv(found), out)
    if json_file is not None:
        write_json({"model": str(model), "settings": values, **to_json(found)}, json_file)
    print_loops(found, Console(stderr=json_file == STANDARD_OUTPUT))


def _title(model: Path) -> str:
    """Returns what a model goes by: the folder's name where the file is just called model."""
    return model.resolve().parent.name if model.stem == "model" else model.stem or model.resolve().name


def as_csv(feedback: Feedback) -> str:
    """Returns a row for each time and a column for each loop: its influence, negative where it balances."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["Time", *(f"{one.label}: {path(one)}" for one in feedback.loops)])
    for at, time in enumerate(feedback.times):
        writer.writerow([repr(time), *(repr(one.influence[at]) for one in feedback.loops)])
    return stream.getvalue()
