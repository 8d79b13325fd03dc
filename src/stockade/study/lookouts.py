"""One look from a past day as a task: what another process is given, and the rows that it gives back."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from stockade.data.months import last_day
from stockade.forecasts.tracks import MEASURES, Track
from stockade.progress import silent
from stockade.study.backtest import Bench, bench_of, fit_of, lean, look_from, origins_of
from stockade.study.carried import Carried, carried, opened
from stockade.study.folder import StudyFolder
from stockade.study.ingredients import digest, of_files
from stockade.study.plans import Plan
from stockade.study.store import Store
from stockade.tasks.task import Row, Task

NOTHING_CAME = Track("", "", "baseline", "", (0,), np.array([np.nan]), {})
"""Stands in the table for an origin after which nothing is known: a result has a row at least."""


def tasks_of(folder: StudyFolder, label: str, plan: Plan, *, elsewhere: bool, fresh: bool) -> dict[str, Task]:
    """Returns a task for each day that a study is to be looked from, by the day.

    An origin is one piece: the weighted average takes the draws of all its explanations.

    Args:
        folder: The study.
        label: What the study is called in tasks and rows.
        plan: What to do.
        elsewhere: Workers do not see this machine's disk. Where they do, fits are kept in the study's folder.
        fresh: Pass over fits that are kept.

    Raises:
        StockadeError: ``unknown-explanation-to-score``, ``no-origin-to-score``, ``study-too-large``.
    """
    here = lean(folder, plan)
    files = of_files(here.study, fit_of(here, plan))
    explanations = [one.id for one in here.study.explanations]
    sent = carried(here.study, whole=elsewhere)
    found = {}
    for month in origins_of(here, plan):
        day = last_day(month).isoformat()
        made_from = {
            "verb": "score", "origin": day, "horizons": list(plan.horizons), "explanations": explanations,
            **files,
        }  # fmt: skip
        found[day] = Task(f"{label} {day}", digest(made_from), look_rows, (label, sent, plan, day, fresh))
    return found


def look_rows(label: str, study: Carried, plan: Plan, day: str, fresh: bool) -> list[Row]:  # noqa: FBT001
    """Returns the scores from one origin as rows; workers call it, with arguments in their order.

    Args:
        label: What the study is called.
        study: The study.
        plan: What to do.
        day: The day to look from.
        fresh: Pass over fits that are kept in the study's folder.
    """
    bench = _bench(study, plan)
    if study.files is None:
        return rows_of(label, day, look_from(bench, date.fromisoformat(day), silent, fresh=fresh))
    with tempfile.TemporaryDirectory() as place:
        bench = replace(bench, store=Store(Path(place)))
        return rows_of(label, day, look_from(bench, date.fromisoformat(day), silent))


@lru_cache(maxsize=2)
def _bench(study: Carried, plan: Plan) -> Bench:
    """Returns what all origins of a study share; compiled once in each process, study after study."""
    return bench_of(opened(study), plan)


def rows_of(label: str, day: str, tracks: Sequence[Track]) -> list[Row]:
    """Returns a row for each series, forecaster and horizon; NaN is what nobody knows."""
    rows: list[Row] = []
    for one in tracks or (NOTHING_CAME,):
        for at, horizon in enumerate(one.horizons):
            scores = {name: float(one.scores[name][at]) if one.scores else np.nan for name in MEASURES}
            rows.append(
                {
                    "study": label, "origin": day, "series": one.series, "forecaster": one.name,
                    "kind": one.kind, "horizon": horizon, "came": float(one.truth[at]), **scores,
                }
            )  # fmt: skip
    return rows


def tracks_of(rows: Sequence[Mapping[str, Any]]) -> list[Track]:
    """Returns the tracks that were kept as rows."""
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["series"]:
            groups.setdefault((row["origin"], row["series"], row["forecaster"]), []).append(row)
    return [
        Track(
            series, name, those[0]["kind"], day, tuple(row["horizon"] for row in those),
            np.array([row["came"] for row in those]),
            {measure: np.array([row[measure] for row in those]) for measure in MEASURES},
        )
        for (day, series, name), those in groups.items()
    ]  # fmt: skip
