"""Simulation-based calibration: made-up studies of known truths, fitted and judged like the real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import ndtr

from stockade.briefing.calibration import Calibration, ClaimKept, Covered, Ranked, WordKept
from stockade.claims.reliability import Judged, reliability, spoken
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.inference.ranks import COVERAGES, FALSE_ALARM, coverage_of_all, judge_ranks
from stockade.progress import Progress, silent
from stockade.study.calibrations import ROOMS, keep_calibrations
from stockade.study.form import did_you_mean
from stockade.study.ingredients import code_digest, digest, of_files, of_model, of_problem
from stockade.study.pool import in_processes
from stockade.study.read import open_study
from stockade.study.replicates import (
    LOG_LIKELIHOOD,
    Bench,
    Question,
    Replicate,
    bench,
    replicate_from_json,
    run_replicate,
)
from stockade.study.store import FOLDER, Store
from stockade.study.study import Study
from stockade.tasks.workers import cores

REPLICATES = 200
LEAST_REPLICATES = 10


@dataclass(frozen=True)
class _Task:
    question: Question
    index: int


def calibrate_study(
    folder: str | Path,
    *,
    replicates: int = REPLICATES,
    explanations: Sequence[str] = (),
    as_of: str | None = None,
    processes: int | None = None,
    executor: Executor | None = None,
    progress: Progress = silent,
    fresh: bool = False,
    **fit: int,
) -> tuple[Calibration, ...]:
    """Calibrates explanations of a study, each by itself.

    Each replicate is kept in the study's store as soon as it is done; a run that was stopped goes on
    where it was, and one that wants more replicates adds to those that are there.

    Args:
        folder: The study's folder.
        replicates: How many made-up studies, 10 or more.
        explanations: Ids of explanations with a mechanism; all of them where empty.
        as_of: A date of the study, ``2008-03-21``; the latest where None.
        processes: How many processes share the work; as many as there are cores where None.
        executor: Runs the work in the place of processes on this machine: anything with the interface
            of `concurrent.futures.Executor`.
        progress: Told how many replicates are done.
        fresh: Pass over whatever is kept.
        **fit: seed or particles in the place of the study's.

    Returns:
        One for each explanation.

    Raises:
        StockadeError: With what is wrong in the folder; ``unknown-explanation``,
            ``explanation-without-mechanism``, ``unknown-as-of``, ``too-few-replicates``.
    """
    if replicates < LEAST_REPLICATES:
        raise StockadeError(_too_few(replicates))
    study = open_study(folder)
    settings = replace(study.study.fit, **fit, repeats=1)
    when, chosen = _date(study.study, as_of), _explanations(study.study, explanations)
    root = str(study.study.folder.resolve())
    files = digest(of_files(study.study, settings)["files"])
    shared = {name: bench(Question(root, name, when, settings, files)) for name in chosen}
    names = {name: _digest(one) for name, one in shared.items()}
    store = Store(study.study.folder / FOLDER)
    found = {name: _kept(store, when, name, names[name], replicates, fresh=fresh) for name in chosen}
    missing = [
        _Task(shared[name].question, index)
        for name, done in found.items()
        for index in range(replicates)
        if index not in done
    ]
    done, total = replicates * len(chosen) - len(missing), replicates * len(chosen)
    progress("calibrating", done, total)
    shares = cores() if processes is None else processes
    for task, one in in_processes(missing, _replicate, processes=shares, executor=executor):
        name = task.question.explanation
        store.keep_replicate(when, name, task.index, names[name], asdict(one))
        found[name][task.index] = one
        done += 1
        progress("calibrating", done, total)
    made = tuple(summary(shared[name], list(found[name].values()), replicates) for name in chosen)
    keep_calibrations(study.study, made)
    return made


def _replicate(task: _Task) -> Replicate:
    return run_replicate(bench(task.question), task.index)


def _digest(shared: Bench) -> str:
    """Returns the digest of what decides a replicate; the claims' words beside their meaning do not."""
    study = shared.folder.study
    return digest(
        {
            "problem": of_problem(shared.problem, of_model(shared.folder.model), shared.question.fit),
            "settings": repr(shared.settings),
            "claims": {one.id: one.says for one in study.claims},
            "scenarios": [[one.id, repr(one.interventions), one.from_, one.until] for one in study.scenarios],
            "series": dict(shared.folder.series.values),
            "code": code_digest(ROOMS),
        }
    )


def _kept(
    store: Store, when: date, name: str, wanted: str, replicates: int, *, fresh: bool
) -> dict[int, Replicate]:
    found = {}
    for index in range(0 if fresh else replicates):
        kept = store.replicate(when, name, index, wanted)
        try:
            if kept is not None:
                found[index] = replicate_from_json(kept)
        except (KeyError, TypeError, ValueError, AttributeError):  # spoilt: as good as absent
            continue
    return found


# ---------------------------------------------------------------- what the replicates say


def summary(shared: Bench, replicates: Sequence[Replicate], wanted: int) -> Calibration:
    """Returns what the replicates of one explanation say together, in any order of their coming."""
    ordered = sorted(replicates, key=lambda one: one.index)
    done = [one for one in ordered if not one.failed]
    question = shared.question
    judged = [
        Judged(claim, one.index, probability, true)
        for one in done
        for claim, (probability, true) in one.said.items()
    ]
    draws = max((one.draws for one in done), default=0)
    return Calibration(
        study=shared.folder.study.folder.resolve().name, date=question.when.isoformat(),
        explanation=question.explanation, replicates=len(done), wanted=wanted,
        failed=len(ordered) - len(done),
        failures=tuple(dict.fromkeys(one.failed for one in ordered if one.failed)),
        redrawn=sum(one.redrawn for one in done), particles=question.fit.particles, repeats=1,
        draws=draws, seed=question.fit.seed, false_alarm=FALSE_ALARM,
        ranks=_ranks(shared, done, draws), coverage=_coverage(done, draws),
        claims=_claims(judged), words=_words(judged),
        left_out=dict(shared.left_out), made=datetime.now(tz=UTC).date().isoformat(),
    )  # fmt: skip


def _ranks(shared: Bench, done: Sequence[Replicate], draws: int) -> tuple[Ranked, ...]:
    """Returns the ranks' verdicts, all quantities in one family of tests."""
    kinds: list[tuple[str, Callable[[Replicate], Mapping[str, int]]]] = [
        ("parameter", lambda one: one.parameters),
        ("quantity", lambda one: one.quantities),
        ("data", lambda one: {LOG_LIKELIHOOD: one.log_likelihood}),
    ]
    ranks: dict[tuple[str, str], list[int]] = {}
    for kind, of in kinds:
        for one in done:
            for name, rank in of(one).items():
                ranks.setdefault((kind, name), []).append(rank)
    keys = {f"{kind}\n{name}": (kind, name) for kind, name in ranks}
    found = judge_ranks({text: ranks[key] for text, key in keys.items()}, draws)
    return tuple(
        Ranked(
            shared.folder.written(name) if kind == "parameter" else name, kind, one.count, one.p_value,
            one.adjusted, one.mean, *one.coverage, alarm=one.alarm,
        )
        for text, one in found.items()
        for kind, name in [keys[text]]
    )  # fmt: skip


def _coverage(done: Sequence[Replicate], draws: int) -> tuple[Covered, ...]:
    """Returns how often the intervals of all quantities of a kind held the truth."""
    kinds = {
        "parameter": [list(one.parameters.values()) for one in done],
        "quantity": [list(one.quantities.values()) for one in done],
    }
    tests = len(kinds) * len(COVERAGES)
    found = []
    for kind, ranks in kinds.items():
        if not any(ranks):
            continue
        for level in COVERAGES:
            share, error = coverage_of_all(ranks, draws, level)
            off = abs(share - level) / error if error > 0 else 0.0
            adjusted = min(1.0, tests * float(2 * ndtr(-off)))
            found.append(Covered(kind, level, share, error if np.isfinite(error) else None, adjusted))
    return tuple(found)


def _claims(judged: Sequence[Judged]) -> tuple[ClaimKept, ...]:
    ids = list(dict.fromkeys(one.claim for one in judged))
    groups = [("", list(judged)), *((name, [one for one in judged if one.claim == name]) for name in ids)]
    found = []
    for name, those in groups:
        score = reliability(those)
        if score is None:
            continue
        said = float(np.mean([one.probability for one in those]))
        found.append(
            ClaimKept(
                name, score.count, said, said - score.too_high, score.brier, score.expected, score.base,
                score.p_too_high, score.p_too_sure,
            )
        )  # fmt: skip
    return tuple(found)


def _words(judged: Sequence[Judged]) -> tuple[WordKept, ...]:
    return tuple(WordKept(**asdict(one)) for one in spoken(judged)) if judged else ()


# ---------------------------------------------------------------- what was asked for


def _date(study: Study, wanted: str | None) -> date:
    known = {one.isoformat(): one for one in sorted(study.as_of)}
    if wanted is None:
        return max(study.as_of)
    if wanted not in known:
        hint = did_you_mean(wanted, known, f"Its dates: {', '.join(known)}.")
        message = f"'{wanted}' is no as-of date of the study."
        raise StockadeError(
            Diagnostic("unknown-as-of", message, Place(study.file, name="study.as_of"), hint=hint)
        )
    return known[wanted]


def _explanations(study: Study, wanted: Sequence[str]) -> list[str]:
    known: dict[str, Any] = {one.id: one for one in study.explanations}
    mechanisms = [one.id for one in study.explanations if one.mechanism]
    problems = []
    for name in wanted:
        place = Place(study.file, name="explanation")
        if name not in known:
            hint = did_you_mean(name, mechanisms, f"Those with a mechanism: {', '.join(mechanisms)}.")
            message = f"The study has no explanation '{name}'."
            problems.append(Diagnostic("unknown-explanation", message, place, hint=hint))
        elif name not in mechanisms:
            message = f"'{name}' has no mechanism, and no truth can be drawn from it."
            hint = f"Name one of {', '.join(mechanisms)}."
            problems.append(Diagnostic("explanation-without-mechanism", message, place, hint=hint))
    if problems:
        raise StockadeError(problems)
    return [name for name in mechanisms if name in wanted] if wanted else mechanisms


def _too_few(replicates: int) -> Diagnostic:
    return Diagnostic(
        "too-few-replicates",
        f"{replicates} replicates say nothing about calibration.",
        Place(name="--replicates"),
        hint=f"Ask for {LEAST_REPLICATES} or more; 200 is the usual number.",
    )
