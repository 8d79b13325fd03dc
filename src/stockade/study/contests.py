"""Several studies scored in one go: a bad one is named with its cause and costs no other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stockade.briefing.scoreboard import Failure, Scoreboard, StudyScores
from stockade.errors import StockadeError
from stockade.forecasts.tracks import Track, series_scores
from stockade.progress import Progress, silent
from stockade.study.backtest import backtest, study_name
from stockade.study.folder import StudyFolder
from stockade.study.ingredients import versions
from stockade.study.plans import Plan
from stockade.study.read import open_study


def score_studies(
    folders: Sequence[str | Path],
    plan: Plan | None = None,
    *,
    progress: Progress = silent,
    fresh: bool = False,
) -> Scoreboard:
    """Forecasts from many past days and scores what came, study by study.

    What an origin gave is kept in its study's folder, so that a run that was stopped goes on where it was.

    Args:
        folders: The studies' folders.
        plan: Horizons, origins, explanations; the usual ones where not given.
        progress: Told how far the work is.
        fresh: Pass over whatever is kept.

    Returns:
        The scores of every study that could be scored, and every failure with its cause.
    """
    studies, failures = [], []
    for path in folders:
        name = study_name(path)
        try:
            folder = open_study(path)
            found = backtest(folder, plan or Plan(), progress, fresh=fresh)
        except StockadeError as error:
            failures.append(Failure(name, "", _why(error)))
            continue
        except Exception as error:  # noqa: BLE001 - a fault of ours in one study must not cost the others
            failures.append(Failure(name, "", f"unexpected {type(error).__name__}: {error}"))
            continue
        failures += [Failure(name, day, why) for day, why in found.failed]
        if found.tracks:
            studies.append(_scores(name, folder, plan or Plan(), found.tracks, found.kept))
    return Scoreboard(tuple(studies), tuple(failures), versions())


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


def _why(error: StockadeError) -> str:
    first, *rest = error.diagnostics
    more = f" (and {len(rest)} more)" if rest else ""
    return f"{first.place}: {first.message}{more}" if first.place.file else f"{first.message}{more}"
