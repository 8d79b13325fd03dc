"""A study looked at from many past days: forecasts from what was published by then, scored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from stockade.claims.weights import weights
from stockade.compiler.compile import Simulator
from stockade.data.months import Window, format_month, month_of
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.forecasts.tracks import Track, track
from stockade.inference.problem import data_count
from stockade.progress import Progress
from stockade.study.fits import fit_study
from stockade.study.folder import StudyFolder
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
class Bench:
    """What all origins of a study share."""

    folder: StudyFolder
    fitting: Simulator
    judging: Simulator
    needs: Needs
    fit: Fit
    store: Store
    plan: Plan


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


def look_from(bench: Bench, when: date, progress: Progress, *, fresh: bool = False) -> list[Track]:
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


def lean(folder: StudyFolder, plan: Plan) -> StudyFolder:
    """Returns the study with what takes part in a score alone: no claims, scenarios or explanations unasked.

    Raises:
        StockadeError: ``unknown-explanation-to-score``.
    """
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
    return replace(folder, study=replace(study, explanations=kept, claims=(), scenarios=()))


def fit_of(folder: StudyFolder, plan: Plan) -> Fit:
    """Returns the study's fit with what the plan has in its place."""
    return replace(folder.study.fit, **(plan.fit or {}))


def bench_of(folder: StudyFolder, plan: Plan) -> Bench:
    """Returns what all origins of a study share; compiles its model.

    Raises:
        StockadeError: ``unknown-explanation-to-score``; whatever is wrong with the model.
    """
    here = lean(folder, plan)
    study = here.study
    observed = tuple(dict.fromkeys(one.canonical for one in study.observes))
    needs = Needs(observed, {}, tuple(one.column for one in study.observes))
    fitting = fitting_simulator(here)
    month_times(fitting, study)
    return Bench(
        here, fitting, judging_simulator(here, observed), needs, fit_of(here, plan),
        Store(study.folder / FOLDER), plan,
    )  # fmt: skip


def _check_known(bench: Bench, when: date) -> None:
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
