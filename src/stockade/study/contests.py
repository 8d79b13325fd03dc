"""Several studies scored in one go: a bad one is named with its cause and costs no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stockade.briefing.scoreboard import Failure, Scoreboard, StudyScores
from stockade.errors import StockadeError
from stockade.forecasts.tracks import Track, series_scores
from stockade.progress import Progress, silent
from stockade.study.batch import each_once
from stockade.study.folder import StudyFolder
from stockade.study.ingredients import versions
from stockade.study.lookouts import tasks_of, tracks_of
from stockade.study.plans import Plan
from stockade.study.read import open_study
from stockade.study.store import FOLDER
from stockade.tasks.processes import Processes
from stockade.tasks.results import Results, Shelves
from stockade.tasks.run import run_tasks
from stockade.tasks.task import Summary, Task
from stockade.tasks.workers import Workers

SCORES_FOLDER = "scores"


@dataclass(frozen=True)
class _Contest:
    """One study: what it is called, and a task for each day."""

    name: str
    folder: StudyFolder
    tasks: Mapping[str, Task]
    kept: Results


def score_studies(
    folders: Sequence[str | Path],
    plan: Plan | None = None,
    *,
    results: str | Path | None = None,
    opened: Callable[[], Workers] = Processes,
    elsewhere: bool = False,
    progress: Progress = silent,
    fresh: bool = False,
) -> Scoreboard:
    """Forecasts from many past days and scores what came, study by study.

    Every origin of every study is a task of its own. What it gave is kept at once, so that a run that was
    stopped goes on where it was.

    Args:
        folders: The studies' folders, each once.
        plan: Horizons, origins, explanations; the usual ones where not given.
        results: A folder in which scores are kept, as Parquet files, which several runs can share; None
            for ``.stockade/scores`` in each study's folder.
        opened: Gets the workers: processes of this machine, or those of a cluster.
        elsewhere: The workers do not see this machine's disk: studies travel as the bytes of their files.
        progress: Told how many origins are done, and how many of them failed.
        fresh: Pass over whatever is kept.

    Returns:
        The scores of every study that could be scored, and every failure with its cause.

    Raises:
        StockadeError: ``study-twice``, ``results-not-written``, and what the workers raise.
    """
    plan = plan or Plan()
    keys = each_once(folders)
    names = [study_name(key) for key in keys]
    contests, failures = [], []
    for key, name in zip(keys, names, strict=True):
        # In a shared folder, or beside its namesake, a study goes by its path.
        label = key if results is not None or names.count(name) > 1 else name
        try:
            folder = open_study(key)
            tasks = tasks_of(folder, label, plan, elsewhere=elsewhere, fresh=fresh)
            own = Results(Path(results) if results else folder.study.folder / FOLDER / SCORES_FOLDER)
            contests.append(_Contest(name, folder, tasks, own))
        except StockadeError as error:
            failures.append(Failure(name, "", _why(error)))
        except Exception as error:  # noqa: BLE001 - a fault of ours in one study must not cost the others
            failures.append(Failure(name, "", f"unexpected {type(error).__name__}: {error}"))
    together = [task for one in contests for task in one.tasks.values()]
    shelves = Shelves({task.key: one.kept for one in contests for task in one.tasks.values()})
    done = run_tasks(together, shelves, opened=opened, fresh=fresh, progress=progress, stage="scoring")
    studies = []
    for one in contests:
        failed = _failed(one, done)
        failures += failed
        without = {task.key for task in one.tasks.values()} & {each.key for each in done.failures}
        tracks = tracks_of(one.kept.rows([each for each in one.tasks.values() if each.key not in without]))
        if tracks:
            kept = len(set(done.kept) & {task.key for task in one.tasks.values()})
            studies.append(_scores(one.name, one.folder, plan, tracks, kept))
    return Scoreboard(tuple(studies), tuple(failures), versions())


def _failed(one: _Contest, done: Summary) -> list[Failure]:
    """Returns the days that failed; what ended all of them alike is said once, of the study."""
    causes = {each.key: _plain(each.cause) for each in done.failures}
    found = {day: causes[task.key] for day, task in one.tasks.items() if task.key in causes}
    if len(found) == len(one.tasks) > 1 and len(set(found.values())) == 1:
        return [Failure(one.name, "", next(iter(found.values())))]
    return [Failure(one.name, day, why) for day, why in found.items()]


def _plain(cause: str) -> str:
    """Returns a cause without excerpts and hints, which stand further in."""
    return "; ".join(line for line in cause.splitlines() if not line.startswith("  "))


def _scores(name: str, folder: StudyFolder, plan: Plan, tracks: Sequence[Track], kept: int) -> StudyScores:
    study = folder.study
    columns = dict.fromkeys(one.series for one in tracks)
    return StudyScores(
        study=name,
        title=study.title,
        horizons=plan.horizons,
        every=plan.every,
        labels={one.column: one.label or one.column for one in study.observes},
        series=tuple(series_scores([one for one in tracks if one.series == column]) for column in columns),
        kept=kept,
    )


def study_name(path: str | Path) -> str:
    """Returns what a study goes by: its folder's name."""
    return Path(path).resolve().name


def _why(error: StockadeError) -> str:
    first, *rest = error.diagnostics
    more = f" (and {len(rest)} more)" if rest else ""
    return f"{first.place}: {first.message}{more}" if first.place.file else f"{first.message}{more}"
