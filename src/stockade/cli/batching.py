"""``stockade batch``: many studies assessed, a line a study, and every failure named at the end."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table

from stockade.cli.bars import bars
from stockade.cli.doors import EXIT_MISTAKE
from stockade.cli.openers import opener
from stockade.cli.outputs import STANDARD_OUTPUT, write_json

if TYPE_CHECKING:
    from stockade.study.batch import Batch


def batch_and_show(
    studies: list[Path],
    results: Path,
    json_file: Path | None,
    *,
    scheduler: str | None,
    workers: int | None,
    fresh: bool,
    **overrides: int | None,
) -> None:
    """Assesses studies in workers and prints what became of each.

    Args:
        studies: The studies' folders.
        results: Where the table of what was found is kept.
        json_file: Where JSON goes, if anywhere.
        scheduler: Address of a Dask scheduler; None for processes of this machine.
        workers: How many processes; None for one a core.
        fresh: Use nothing that is kept.
        overrides: seed, particles, repeats; None leaves each study's own.

    Raises:
        typer.Exit: With status 2 where a study failed.
    """
    from stockade.study.batch import batch_studies

    given = {name: value for name, value in overrides.items() if value is not None}
    with bars() as progress:
        batch = batch_studies(
            studies, results, opened=opener(scheduler, workers), fresh=fresh, progress=progress, **given
        )
    if json_file is not None:
        write_json({"rows": list(batch.rows), **asdict(batch.summary)}, json_file)
    _print(batch, results, Console(stderr=json_file == STANDARD_OUTPUT))
    if batch.summary.failures:
        raise typer.Exit(EXIT_MISTAKE)


def _print(batch: Batch, results: Path, console: Console) -> None:
    table = Table("Study", "As of", "Weightiest explanation", "Weight", "Claims judged", box=None)
    for study, when in dict.fromkeys((row["study"], row["as_of"]) for row in batch.rows):
        rows = [row for row in batch.rows if (row["study"], row["as_of"]) == (study, when)]
        weights = {row["id"]: row["value"] or 0.0 for row in rows if row["measure"] == "weight"}
        chances = [row for row in rows if row["measure"] == "probability"]
        heaviest = max(weights, key=weights.__getitem__)
        judged = f"{sum(row['value'] is not None for row in chances)} of {len(chances)}"
        cells = (study, when, heaviest, f"{weights[heaviest]:.0%}", judged)
        table.add_row(*(str(cell) for cell in cells))
    if batch.rows:
        console.print(table)
    summary = batch.summary
    done = f"{len(summary.computed)} assessed now, {len(summary.kept)} kept from before"
    console.print(f"\n{done}, {len(summary.failures)} failed. The results: {results}", highlight=False)
    for failure in summary.failures:
        console.print(
            f"\n{failure.key}: {failure.cause}\n{failure.trace}".rstrip(), markup=False, highlight=False
        )
