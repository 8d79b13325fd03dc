"""The evidence month by month: every explanation of a study followed as its data became known."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.special import logsumexp

from stockade.briefing.course import Course, CourseWarning, EvidencePath, Told
from stockade.briefing.document import course_from_json, to_json
from stockade.briefing.wording import several as listed
from stockade.claims.weights import softmax
from stockade.compiler.compile import Simulator
from stockade.data.months import format_month
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.inference import sequential
from stockade.inference.nulls import NullFit, fit_null
from stockade.inference.problem import Problem, data_count
from stockade.inference.records import SmcSettings
from stockade.inference.sequential_checks import diagnose_course
from stockade.inference.smc import warm
from stockade.progress import Progress, silent
from stockade.study.ahead import ahead_series
from stockade.study.fits import ROOMS, first_guesses, smc_settings
from stockade.study.folder import StudyFolder
from stockade.study.ingredients import code_digest, digest, of_files, of_model, of_problem
from stockade.study.inputs import input_paths
from stockade.study.pool import in_threads
from stockade.study.problems import problem
from stockade.study.read import open_study
from stockade.study.simulators import fitting_simulator
from stockade.study.store import FOLDER, Store
from stockade.study.study import Fit, Study
from stockade.study.worlds import month_times

REPEATS = 2
FACTOR = np.log(10.0)
"""Log of the Bayes factor from which data are said to tell two explanations apart."""

SCATTERED = 2000


@dataclass(frozen=True, eq=False)
class _Task:
    """One run that is not in the store."""

    explanation: str
    repeat: int
    problems: Sequence[Problem]
    digest: str


def follow_study(
    folder: str | Path,
    *,
    progress: Progress = silent,
    fresh: bool = False,
    repeats: int = REPEATS,
    **fit: int,
) -> Course:
    """Follows every explanation from the first figure to the study's last date.

    A finished run is kept at once; a run that was stopped goes on where it was.

    Args:
        folder: The study's folder.
        progress: Told how many days of runs are done.
        fresh: Pass over whatever is kept.
        repeats: Independent runs of each explanation, at least 2: they give the error.
        **fit: seed or particles in the place of the study's.

    Raises:
        StockadeError: With everything that is wrong in the folder; ``nothing-to-follow``.
        ValueError: Fewer than two repeats.
    """
    if repeats < 2:
        raise ValueError("the error of the evidence needs two repeats or more")
    study = open_study(folder)
    settings = replace(study.study.fit, **fit, repeats=repeats)
    store = Store(study.study.folder / FOLDER)
    wanted = digest({"verb": "follow", **of_files(study.study, settings)})
    kept = None if fresh else _kept(store, wanted)
    if kept is not None:
        return kept
    simulator = fitting_simulator(study)
    month_times(simulator, study.study)
    days = _days(study, simulator)
    courses = _mechanisms(study, simulator, days, settings, store, progress, fresh=fresh)
    course = _course(study, simulator, days, courses, settings)
    store.keep_document("follow", wanted, to_json(course))
    return course


def kept_course(study: Study) -> Course | None:
    """Returns what an earlier run has kept of a study as it stands, with the usual number of repeats."""
    settings = replace(study.fit, repeats=REPEATS)
    return _kept(Store(study.folder / FOLDER), digest({"verb": "follow", **of_files(study, settings)}))


def _kept(store: Store, wanted: str) -> Course | None:
    found = store.document("follow", wanted)
    try:
        return None if found is None else course_from_json(found)
    except (KeyError, TypeError, ValueError, AttributeError):  # spoilt: as good as absent
        return None


def _days(folder: StudyFolder, simulator: Simulator) -> list[date]:
    """Returns the ends of months, and the study's dates, from the first on which anything can be fitted."""
    study = folder.study
    last = max(study.as_of)
    ends = [_month_end(month) for month in study.period.months()]
    days = sorted({*(one for one in ends if one <= last), *study.as_of})
    (mechanism, *_) = (one for one in study.explanations if one.mechanism)
    found = [
        day
        for day in days
        if all(len(times) for times, _ in input_paths(study, folder.reports, day).values())
        and data_count(problem(folder, simulator, mechanism, day))
    ]
    if not found:
        message = "On no day was anything known to fit, with a value for every input."
        place = Place(study.file, name="study.as_of")
        hint = "See what is observed and when it was published."
        raise StockadeError(Diagnostic("nothing-to-follow", message, place, hint=hint))
    return found


def _month_end(month: int) -> date:
    year, number = map(int, format_month(month).split("-"))
    return date(year, number, calendar.monthrange(year, number)[1])


def _mechanisms(
    folder: StudyFolder,
    simulator: Simulator,
    days: Sequence[date],
    fit: Fit,
    store: Store,
    progress: Progress,
    *,
    fresh: bool,
) -> dict[str, list[sequential.Course]]:
    """Returns the runs of every explanation with a mechanism, what is kept of them first."""
    model, settings = of_model(folder.model), smc_settings(fit)
    found: dict[str, dict[int, sequential.Course]] = {}
    tasks = []
    for one in folder.study.explanations:
        if not one.mechanism:
            continue
        problems = [problem(folder, simulator, one, day) for day in days]
        parts = [of_problem(two, model, fit) for two in problems]
        name = digest({"days": parts, "settings": repr(settings), "code": code_digest(ROOMS)})
        for repeat in range(fit.repeats):
            kept = None if fresh else store.course(one.id, repeat, name)
            if kept is None:
                tasks.append(_Task(one.id, repeat, problems, name))
            else:
                found.setdefault(one.id, {})[repeat] = kept
    for task, course in _run(tasks, fit, settings, progress, len(days)):
        store.keep_course(task.explanation, task.repeat, task.digest, course)
        found.setdefault(task.explanation, {})[task.repeat] = course
    return {name: [runs[index] for index in sorted(runs)] for name, runs in found.items()}


def _run(
    tasks: Sequence[_Task], fit: Fit, settings: SmcSettings, progress: Progress, days: int
) -> Iterator[tuple[_Task, sequential.Course]]:
    """Yields each run as it finishes; an interrupt ends all threads at their next day."""
    if not tasks:
        return
    done, total = [0], len(tasks) * days
    progress("following", 0, total)
    warm(tasks[0].problems[-1], settings)

    def work(task: _Task, listen: Progress) -> sequential.Course:
        return sequential.follow(
            task.problems, seed=fit.seed, repeat=task.repeat, settings=settings, progress=listen
        )

    def tell() -> None:
        done[0] += 1
        progress("following", done[0], total)

    yield from in_threads(tasks, work, tell)


def _course(
    folder: StudyFolder,
    simulator: Simulator,
    days: Sequence[date],
    courses: Mapping[str, Sequence[sequential.Course]],
    fit: Fit,
) -> Course:
    study = folder.study
    nulls = _nulls(folder, simulator, days)
    evidence = {name: np.array([null.log_evidence for null in fits]) for name, fits in nulls.items()}
    errors = {name: np.zeros(len(days)) for name in nulls}
    for name, several in courses.items():
        runs = np.array([run.log_evidence for run in several])
        evidence[name] = runs.mean(axis=0)
        errors[name] = runs.std(axis=0, ddof=1) / np.sqrt(len(runs))
    names = [one.id for one in study.explanations]
    mean, error = np.array([evidence[one] for one in names]), np.array([errors[one] for one in names])
    noise = np.random.default_rng(fit.seed).standard_normal((SCATTERED, len(names), 1))
    low, high = np.quantile(_weights(mean + error * noise), (0.05, 0.95), axis=0)
    weight = _weights(mean)
    kinds = {one.id: "null" if one.null else "mechanism" for one in study.explanations}
    paths = tuple(
        EvidencePath(
            explanation=name, kind=kinds[name], log_evidence=_floats(mean[i]), mc_error=_floats(error[i]),
            weight=_floats(weight[i]), weight_low=_floats(low[i]), weight_high=_floats(high[i]),
            gain=_floats(np.diff(mean[i], prepend=0.0)),
        )
        for i, name in enumerate(names)
    )  # fmt: skip
    told, untold = _told(names, mean, days)
    runs = [run for several in courses.values() for run in several]
    warnings = [two for name, several in courses.items() for two in diagnose_course(name, several, days)]
    last = problem(folder, simulator, next(one for one in study.explanations if one.mechanism), days[-1])
    observed = np.array([one.values for one in last.counts]).reshape(len(last.counts), last.months)
    by_name = dict(zip(names, weight, strict=True))
    return Course(
        study=study.folder.resolve().name, days=tuple(one.isoformat() for one in days),
        marked=tuple(one.isoformat() for one in sorted(study.as_of)), paths=paths, told=told, untold=untold,
        lowest_ess=float(min(run.ess[1:].min(initial=1.0) for run in runs)),
        restarts=int(sum(run.restarted.sum() for run in runs)),
        made=datetime.now(tz=UTC).date().isoformat(),
        doubts=_doubts(warnings),
        warnings=tuple(
            CourseWarning(one.code, one.place.name or "", one.message, one.hint) for one in warnings
        ),
        average_gain=_floats(np.diff(logsumexp(mean, axis=0) - np.log(len(names)), prepend=0.0)),
        ahead=ahead_series(study, observed, courses, nulls, by_name, days, fit.seed),
    )  # fmt: skip


def _doubts(warnings: Sequence[Diagnostic]) -> tuple[str, ...]:
    """Returns a paragraph for each kind of warning: one in full, whom else it is about, and what to do."""
    told: dict[str, list[Diagnostic]] = {}
    for one in warnings:
        told.setdefault(one.code, []).append(one)
    return tuple(
        f"{several[0].place.name}: {several[0].message}{_alike(several[1:])} {several[0].hint} [{code}]"
        for code, several in told.items()
    )


def _alike(others: Sequence[Diagnostic]) -> str:
    names = [one.place.name or "" for one in others]
    return f" The like holds of {listed(names)}." if names else ""


def _nulls(folder: StudyFolder, simulator: Simulator, days: Sequence[date]) -> dict[str, list[NullFit]]:
    """Returns the explanations without a mechanism as of each day."""
    guesses = first_guesses(folder)
    return {
        one.id: [fit_null(problem(folder, simulator, one, day), one.null, guesses) for day in days]
        for one in folder.study.explanations
        if one.null is not None
    }


def _weights(log_evidence: np.ndarray) -> np.ndarray:
    """Returns weights (..., explanation, day)."""
    return np.moveaxis(softmax(np.moveaxis(log_evidence, -2, -1)), -1, -2)


def _told(
    names: Sequence[str], mean: np.ndarray, days: Sequence[date]
) -> tuple[tuple[Told, ...], tuple[tuple[str, str], ...]]:
    """Returns for each pair of explanations when the data could tell them apart, and which they could not."""
    told, untold = [], []
    for a, b in combinations(range(len(names)), 2):
        factor = mean[a] - mean[b]
        above = np.abs(factor) > FACTOR
        if not above.any():
            untold.append((names[a], names[b]))
            continue
        # The side that is ahead in the end, where one is; else the one that was ahead first.
        sign = np.sign(factor[-1] if above[-1] else factor[np.argmax(above)])
        first = int(np.argmax(sign * factor > FACTOR))
        held = sign * factor > FACTOR
        # The day after the last one on which it did not hold.
        since = len(held) - int(np.argmin(held[::-1])) if not held.all() else 0
        favoured, against = (a, b) if sign > 0 else (b, a)
        told.append(
            Told(
                names[favoured], names[against], days[first].isoformat(),
                days[since].isoformat() if since < len(days) else None, float(sign * factor[-1]),
            )
        )  # fmt: skip
    return tuple(sorted(told, key=lambda one: (one.first, one.favoured, one.against))), tuple(untold)


def _floats(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(one) for one in values)
