"""A study looked at from many past days: forecasts from what was published by then, scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from stockade.claims.weights import weights
from stockade.compiler.compile import Simulator
from stockade.data.months import Window, format_month, last_day, month_of
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.forecasts.tracks import MEASURES, Track, track
from stockade.inference.problem import data_count
from stockade.progress import Progress
from stockade.study.fits import fit_study
from stockade.study.folder import StudyFolder
from stockade.study.ingredients import digest, of_files
from stockade.study.inputs import input_paths
from stockade.study.plans import Plan
from stockade.study.problems import problem, seen_series
from stockade.study.scoring import forecasts_of
from stockade.study.simulators import fitting_simulator, judging_simulator
from stockade.study.store import FOLDER, Store
from stockade.study.study import Fit
from stockade.study.study import Forecast as ForecastTable
from stockade.study.worlds import Account, Needs, WorldMaker, mechanism_account, month_times, null_account

FIRST_YEAR = 12
"""Months of the study's period that must be out before the first origin that is looked from unasked."""


@dataclass(frozen=True, eq=False)
class _Bench:
    """What all origins of a study share."""

    folder: StudyFolder
    fitting: Simulator
    judging: Simulator
    needs: Needs
    fit: Fit
    store: Store
    plan: Plan


@dataclass(frozen=True, eq=False)
class Backtest:
    """What came of a study's origins.

    Attributes:
        tracks: By series, origin and forecaster.
        failed: (origin, why) of those that could not be looked from.
        kept: How many origins were taken from an earlier run.
    """

    tracks: tuple[Track, ...]
    failed: tuple[tuple[str, str], ...]
    kept: int


def backtest(folder: StudyFolder, plan: Plan, progress: Progress, *, fresh: bool = False) -> Backtest:
    """Forecasts from every origin of the plan and scores what came.

    What an origin gave is kept in the study's folder at once; a run that was stopped goes on where it
    was. An origin that cannot be looked from is named with its cause and costs no other.

    Args:
        folder: The study.
        plan: What to do.
        progress: Told how many origins are done.
        fresh: Pass over whatever is kept.

    Raises:
        StockadeError: ``unknown-explanation-to-score``, ``no-origin-to-score``; whatever is wrong with
            the model.
    """
    bench = _bench(folder, plan)
    origins = origins_of(bench.folder, plan)
    tracks: list[Track] = []
    failed, kept = [], 0
    stage = f"scoring {folder.study.folder.resolve().name}"
    for done, month in enumerate(origins):
        progress(stage, done, len(origins))
        when = last_day(month)
        wanted = _digest(bench, when)
        found = None if fresh else _kept(bench.store, when, wanted)
        kept += found is not None
        if found is None:
            try:
                found = look_from(bench, when, progress, fresh=fresh)
            except StockadeError as error:
                failed.append((when.isoformat(), "; ".join(str(one.message) for one in error.diagnostics)))
                continue
            bench.store.keep_document(_name(when, wanted), wanted, {"tracks": [_plain(one) for one in found]})
        tracks += found
    progress(stage, len(origins), len(origins))
    return Backtest(tuple(tracks), tuple(failed), kept)


def origins_of(folder: StudyFolder, plan: Plan) -> tuple[int, ...]:
    """Returns the months at whose last day to look, rising.

    Unasked they begin once a year of the period is out, and end where the nearest horizon is still
    known; asked for, they are those of the window that lie in the period.

    Raises:
        StockadeError: ``no-origin-to-score``.
    """
    study = folder.study
    lag = max((one.published_after for one in study.observes), default=0)
    nearest = min(plan.horizons)
    last = min(study.period.last, _last_known(folder)) - nearest
    first = study.period.first + FIRST_YEAR - 1 + lag if plan.origins is None else plan.origins.first
    if plan.origins is not None:
        first, last = max(first, study.period.first), min(last, plan.origins.last)
    found = tuple(range(first, last + 1, plan.every))
    if not found:
        raise StockadeError(
            Diagnostic(
                "no-origin-to-score",
                f"no month of the study's period can be looked from {nearest} months ahead or more",
                Place(study.file, name="study.period"),
                hint=f"the series are known to {format_month(_last_known(folder))}: ask for earlier "
                "--origins, nearer --horizons, or give a longer series",
            )
        )
    return found


def look_from(bench: _Bench, when: date, progress: Progress, *, fresh: bool = False) -> list[Track]:
    """Fits, forecasts and scores as of one day.

    Raises:
        StockadeError: ``nothing-known-at-origin``; whatever a fit or a run complains of.
    """
    study = bench.folder.study
    _check_known(bench, when)
    here = replace(bench.folder, study=replace(study, as_of=(when,)))
    fits = fit_study(here, bench.fitting, bench.fit, bench.store, progress, fresh=fresh)
    maker = WorldMaker(here, bench.judging, when, bench.needs, bench.fit.seed)
    draws = max(len(one.draws) for one in fits.posteriors.values())
    accounts: dict[str, Account] = {}
    for one in study.explanations:
        key = (when, one.id)
        accounts[one.id] = (
            mechanism_account(maker, fits.posteriors[key])
            if one.mechanism
            else null_account(maker, one.id, fits.nulls[key], fits.problems[key], draws)
        )
    shares = weights([one.world for one in accounts.values()])
    origin = month_of(when)
    window = Window(
        origin + min(bench.plan.horizons), min(origin + max(bench.plan.horizons), study.period.last)
    )
    inside = [h for h in bench.plan.horizons if origin + h <= window.last]
    rows = np.array(inside) - min(inside)
    table = ForecastTable(when, window)
    found = []
    for observe in study.observes:
        truth = _padded(here.series.over(observe.column, window)[rows], len(bench.plan.horizons))
        if not np.isfinite(truth).any():
            continue
        for one in forecasts_of(here, table, accounts, shares, observe, bench.fit.seed):
            drawn = replace(one, draws=_padded(one.draws[rows], len(bench.plan.horizons)))
            found.append(track(drawn, truth, when.isoformat(), bench.plan.horizons, bench.fit.seed))
    return found


def bench_of(folder: StudyFolder, plan: Plan) -> _Bench:
    """Returns what all origins of a study share; for `look_from`."""
    return _bench(folder, plan)


def _bench(folder: StudyFolder, plan: Plan) -> _Bench:
    study = folder.study
    known = [one.id for one in study.explanations if one.mechanism]
    unknown = [one for one in plan.explanations if one not in known]
    if unknown:
        raise StockadeError(
            Diagnostic(
                "unknown-explanation-to-score",
                f"the study has no explanation with a mechanism called '{unknown[0]}'",
                Place(study.file, name=unknown[0]),
                hint=f"it has {', '.join(known)}",
            )
        )
    kept = tuple(
        one for one in study.explanations if one.null or not plan.explanations or one.id in plan.explanations
    )
    # Claims, scenarios and the briefing take no part in a score.
    lean = replace(folder, study=replace(study, explanations=kept, claims=(), scenarios=()))
    observed = tuple(dict.fromkeys(one.canonical for one in study.observes))
    needs = Needs(observed, {}, tuple(one.column for one in study.observes))
    fitting = fitting_simulator(lean)
    month_times(fitting, study)
    fit = replace(study.fit, **(plan.fit or {}))
    return _Bench(
        lean, fitting, judging_simulator(lean, observed), needs, fit, Store(study.folder / FOLDER), plan
    )


def _check_known(bench: _Bench, when: date) -> None:
    """Complains where a day knows nothing to fit, or no value of an input."""
    study = bench.folder.study
    without = [
        name for name, (times, _) in input_paths(study, bench.folder.reports, when).items() if not len(times)
    ]
    (mechanism, *_) = (one for one in study.explanations if one.mechanism)
    known = not without and data_count(problem(bench.folder, bench.fitting, mechanism, when))
    seen = seen_series(bench.folder, when)
    if not known or not any(np.isfinite(seen.over(one.column, study.period)).any() for one in study.observes):
        what = f"no value of the input '{without[0]}'" if without else "no figure of any series"
        raise StockadeError(
            Diagnostic(
                "nothing-known-at-origin",
                f"on {when.isoformat()} {what} was known",
                Place(study.file, name="study.period"),
                hint="ask for later --origins",
            )
        )


def _last_known(folder: StudyFolder) -> int:
    """Returns the last month in which an observed series has a figure."""
    window = folder.series.window
    known = [np.flatnonzero(np.isfinite(folder.series.values[one.column])) for one in folder.study.observes]
    return window.first + max((int(rows[-1]) for rows in known if rows.size), default=-1)


def _padded(values: np.ndarray, length: int) -> np.ndarray:
    """Returns values with rows of NaN at their end, for horizons past the model's time."""
    missing = ((0, length - len(values)), *(((0, 0),) * (values.ndim - 1)))
    return np.pad(values, missing, constant_values=np.nan)


def _digest(bench: _Bench, when: date) -> str:
    names = [one.id for one in bench.folder.study.explanations]
    return digest(
        {
            "verb": "score",
            "origin": when.isoformat(),
            "horizons": list(bench.plan.horizons),
            "explanations": names,
            **of_files(bench.folder.study, bench.fit),
        }
    )


def _name(when: date, wanted: str) -> str:
    return f"score-{when.isoformat()}-{wanted[:8]}"


def _kept(store: Store, when: date, wanted: str) -> list[Track] | None:
    found = store.document(_name(when, wanted), wanted)
    try:
        return None if found is None else [_track(one) for one in found["tracks"]]
    except (KeyError, TypeError, ValueError, AttributeError):  # spoilt: as good as absent
        return None


def _plain(one: Track) -> dict[str, Any]:
    """Returns a track as JSON takes it: None for what is not known."""
    return {
        "series": one.series, "name": one.name, "kind": one.kind, "origin": one.origin,
        "horizons": list(one.horizons), "truth": _listed(one.truth),
        "scores": {name: _listed(one.scores[name]) for name in MEASURES},
    }  # fmt: skip


def _track(data: Mapping[str, Any]) -> Track:
    return Track(
        data["series"], data["name"], data["kind"], data["origin"], tuple(data["horizons"]),
        np.array(data["truth"], dtype=float),
        {name: np.array(data["scores"][name], dtype=float) for name in MEASURES},
    )  # fmt: skip


def _listed(values: Sequence[float] | np.ndarray) -> list[float | None]:
    return [float(one) if np.isfinite(one) else None for one in values]


def study_name(path: str | Path) -> str:
    """Returns what a study goes by: its folder's name."""
    return Path(path).resolve().name
