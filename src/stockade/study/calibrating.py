"""Simulation-based calibration: made-up studies of known truths, fitted and judged like the real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from scipy.special import ndtr

from stockade.briefing.calibration import Calibration, ClaimKept, Covered, Ranked, WordKept
from stockade.claims.reliability import Judged, reliability, spoken
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.inference.ranks import COVERAGES, FALSE_ALARM, coverage_of_all, judge_ranks
from stockade.progress import Progress, silent
from stockade.study.calibrations import ROOMS, keep_calibrations
from stockade.study.carried import carried
from stockade.study.form import did_you_mean
from stockade.study.ingredients import code_digest, digest, of_model, of_problem
from stockade.study.read import open_study
from stockade.study.replicates import (
    LOG_LIKELIHOOD,
    Bench,
    Question,
    Replicate,
    bench,
    from_rows,
    replicate_rows,
)
from stockade.study.store import FOLDER
from stockade.study.study import Study
from stockade.tasks.processes import Processes
from stockade.tasks.results import Results
from stockade.tasks.run import run_tasks
from stockade.tasks.task import Task
from stockade.tasks.workers import Workers

REPLICATES = 200
NONE_FAILED: Mapping[int, str] = MappingProxyType({})
LEAST_REPLICATES = 10
REPLICATES_FOLDER = "replicates"


def calibrate_study(
    folder: str | Path,
    *,
    replicates: int = REPLICATES,
    explanations: Sequence[str] = (),
    as_of: str | None = None,
    opened: Callable[[], Workers] = Processes,
    elsewhere: bool = False,
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
        opened: Gets the workers: processes of this machine, or those of a cluster.
        elsewhere: The workers do not see this machine's disk: the study travels as the bytes of its files.
        progress: Told how many replicates are done, and how many of them failed.
        fresh: Pass over whatever is kept.
        **fit: seed or particles in the place of the study's.

    Returns:
        One for each explanation; each names the replicates that failed, with the cause.

    Raises:
        StockadeError: With what is wrong in the folder; ``unknown-explanation``,
            ``explanation-without-mechanism``, ``unknown-as-of``, ``too-few-replicates``,
            ``study-too-large``, ``results-not-written``, and what the workers raise.
    """
    if replicates < LEAST_REPLICATES:
        raise StockadeError(_too_few(replicates))
    study = open_study(folder)
    settings = replace(study.study.fit, **fit, repeats=1)
    when, chosen = _date(study.study, as_of), _explanations(study.study, explanations)
    sent = carried(study.study, whole=elsewhere)
    shared = {name: bench(Question(sent, name, when, settings)) for name in chosen}
    tasks = {name: _tasks(one, replicates) for name, one in shared.items()}
    kept = Results(study.study.folder / FOLDER / REPLICATES_FOLDER)
    together = [task for those in tasks.values() for task in those]
    done = run_tasks(together, kept, opened=opened, fresh=fresh, progress=progress, stage="calibrating")
    failed = {one.key: one.cause for one in done.failures}
    made = []
    for name, those in tasks.items():
        ended = [from_rows(kept.rows([task])) for task in those if task.key not in failed]
        why = {index: failed[task.key] for index, task in enumerate(those) if task.key in failed}
        made.append(summary(shared[name], ended, replicates, why))
    keep_calibrations(study.study, made)
    return tuple(made)


def _tasks(shared: Bench, replicates: int) -> list[Task]:
    question, wanted = shared.question, _digest(shared)
    return [
        Task(
            f"{question.when.isoformat()} {question.explanation} replicate {index}", wanted, replicate_rows,
            (question, index),
        )
        for index in range(replicates)
    ]  # fmt: skip


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


# ---------------------------------------------------------------- what the replicates say


def summary(
    shared: Bench, replicates: Sequence[Replicate], wanted: int, failed: Mapping[int, str] = NONE_FAILED
) -> Calibration:
    """Returns what the replicates of one explanation say together, in any order of their coming.

    Args:
        shared: What they have in common.
        replicates: Those that ended.
        wanted: How many were asked for.
        failed: Number of a replicate that did not end -> why.
    """
    done = sorted(replicates, key=lambda one: one.index)
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
        failed=len(failed), failures=_causes(failed),
        redrawn=sum(one.redrawn for one in done), particles=question.fit.particles, repeats=1,
        draws=draws, seed=question.fit.seed, false_alarm=FALSE_ALARM,
        ranks=_ranks(shared, done, draws), coverage=_coverage(done, draws),
        claims=_claims(judged), words=_words(judged),
        left_out=dict(shared.left_out), made=datetime.now(tz=UTC).date().isoformat(),
    )  # fmt: skip


def _causes(failed: Mapping[int, str]) -> tuple[str, ...]:
    """Returns each cause once, with the numbers of all replicates that it ended."""
    by_cause: dict[str, list[int]] = {}
    for index in sorted(failed):
        by_cause.setdefault(failed[index].splitlines()[0], []).append(index)
    return tuple(
        f"replicate{'s' * (len(those) > 1)} {', '.join(str(one) for one in those)}: {cause}"
        for cause, those in by_cause.items()
    )


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
