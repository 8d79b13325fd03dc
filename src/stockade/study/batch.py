"""Many studies assessed at once, on the cores of this machine or on a cluster; one bad study ends no batch.

A study travels as the bytes of its files, so that a worker needs neither its folder nor this machine's disk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stockade.briefing.document import AsOf, Document
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.progress import Progress, silent
from stockade.study.carried import Carried, carried, unpacked
from stockade.study.ingredients import digest, of_files
from stockade.study.read import open_study
from stockade.study.route import assess_study
from stockade.tasks.processes import Processes
from stockade.tasks.results import Results
from stockade.tasks.run import run_tasks
from stockade.tasks.task import Cell, Failure, Row, Summary, Task
from stockade.tasks.workers import Workers


@dataclass(frozen=True)
class Batch:
    """Many studies, assessed.

    Attributes:
        rows: A long table of what was found, study by study: `study`, `as_of`, `kind` (explanation, claim or
            forecast), `id`, `by` (the explanation or baseline whose forecast it is), `measure`, and its
            `value` or its `text`.
        summary: What was kept, what was computed, and what failed why.
    """

    rows: tuple[dict[str, Cell], ...]
    summary: Summary


def batch_studies(
    folders: Sequence[str | Path],
    results: str | Path,
    *,
    opened: Callable[[], Workers] = Processes,
    fresh: bool = False,
    progress: Progress = silent,
    **fit: int,
) -> Batch:
    """Assesses studies, each in a worker, and keeps what was found in a folder of Parquet files.

    What is in the folder and still matches is not computed again. Nothing is written into the studies.

    Args:
        folders: The studies' folders, each once.
        results: Where results are kept; several batches can share it.
        opened: Gets the workers: processes of this machine, or those of a cluster.
        fresh: Assess all, whatever is kept.
        progress: Told how many studies are done.
        **fit: seed, particles or repeats in the place of each study's.

    Raises:
        StockadeError: ``study-twice``, ``results-not-written``, and what the workers raise; what is wrong
            with a study is in the summary.
    """
    keys = each_once(folders)
    tasks, unreadable = [], []
    for key in keys:
        try:
            tasks.append(task_of(key, fit))
        except StockadeError as error:
            unreadable.append(Failure(key, "\n".join(str(one) for one in error.diagnostics)))
    kept = Results(Path(results), sole=True)
    summary = run_tasks(tasks, kept, opened=opened, fresh=fresh, progress=progress, stage="assessing")
    failed = {one.key: one for one in (*unreadable, *summary.failures)}
    in_order = tuple(failed[key] for key in keys if key in failed)
    rows = kept.rows([task for task in tasks if task.key not in failed])
    return Batch(tuple(rows), replace(summary, failures=in_order))


def each_once(folders: Sequence[str | Path]) -> list[str]:
    """Returns the folders as text.

    Raises:
        StockadeError: ``study-twice``.
    """
    keys = [str(one) for one in folders]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        place = Place(twice[0])
        raise StockadeError(Diagnostic("study-twice", "a study is named twice", place, hint="Name it once."))
    return keys


def task_of(key: str, fit: Mapping[str, int]) -> Task:
    """Returns the task of one study.

    Args:
        key: The study's folder.
        fit: seed, particles or repeats in the place of the study's.

    Raises:
        StockadeError: With what is wrong in the folder; ``study-too-large``.
    """
    study = open_study(key).study
    wanted = digest({"verb": "batch", **of_files(study, replace(study.fit, **fit))})
    return Task(key, wanted, assess_rows, (key, carried(study, whole=True), dict(fit)))


def assess_rows(key: str, study: Carried, fit: dict[str, int]) -> list[Row]:
    """Returns what an assessment of a study found, as rows of `Batch.rows`; workers call it.

    Args:
        key: The study's folder as the user gave it.
        study: The study.
        fit: seed, particles or repeats in the place of the study's.
    """
    with unpacked(study) as folder:
        return _rows(key, assess_study(folder, progress=silent, fresh=False, **fit))


def _rows(key: str, document: Document) -> list[Row]:
    rows: list[Row] = []
    for part in document.as_of:
        for kind, id_, by, measures in _found(part):
            rows += [
                {
                    "study": key, "as_of": part.date, "kind": kind, "id": id_, "by": by, "measure": measure,
                    "value": None if isinstance(value, str) or value is None else float(value),
                    "text": value if isinstance(value, str) else None,
                }
                for measure, value in measures.items()
            ]  # fmt: skip
    return rows


def _found(part: AsOf) -> list[tuple[str, str, str, dict[str, float | str | None]]]:
    """Returns (kind, id, by, measures) of all that was found as of a date."""
    return [
        *(
            (
                "explanation", one.id, one.id,
                {
                    "weight": one.weight, "log_evidence": one.log_evidence, "mc_error": one.mc_error,
                    "warnings": " ".join(one.warnings),
                },
            )
            for one in part.explanations
        ),
        *(
            (
                "claim", one.id, "average",
                {
                    "probability": one.probability, "mc_error": one.mc_error, "verdict": one.verdict,
                    "phrase": one.phrase,
                },
            )
            for one in part.claims
        ),
        *(
            (
                "forecast", one.series, one.explanation_or_baseline,
                {"crps": one.crps, "coverage50": one.coverage50, "coverage90": one.coverage90},
            )
            for one in part.forecasts
        ),
    ]  # fmt: skip
