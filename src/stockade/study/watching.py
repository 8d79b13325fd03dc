"""What to watch: observations not yet made, ranked by what they can be expected to tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from stockade.arrays import Floats
from stockade.briefing.document import to_json, watchlist_from_json
from stockade.briefing.watchlist import (
    EXPLANATIONS,
    WatchAnswer,
    WatchCandidate,
    WatchIndicator,
    Watchlist,
    WatchQuestion,
    WatchSide,
)
from stockade.claims.weights import simulated_weights, weights
from stockade.contrasts.indicators import Side, indicator
from stockade.contrasts.information import (
    Outer,
    Question,
    entropy,
    information,
    outcomes_from,
    which_explanation,
)
from stockade.contrasts.predictive import Predictive
from stockade.data.months import Window
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.progress import Progress, silent
from stockade.study.asking import Asked, ask, claims_named, thinned
from stockade.study.candidates import (
    Candidate,
    Voice,
    candidates,
    chosen_draws,
    coming,
    next_month,
    predictive,
    value_of,
)
from stockade.study.fits import fit_study
from stockade.study.folder import StudyFolder
from stockade.study.ingredients import digest, of_files
from stockade.study.judging import judge_statements, needs
from stockade.study.read import open_study
from stockade.study.simulators import fitting_simulator, judging_simulator
from stockade.study.store import FOLDER, Store
from stockade.study.study import Fit, Study, Watch
from stockade.study.whatif import dates_named
from stockade.study.worlds import WorldMaker, mechanism_account, month_times, null_account

MONTHS = 3
DRAWS, OUTCOMES, SCATTERED = 1024, 1024, 64
INTERVAL = (0.05, 0.5, 0.95)
NAME = "watch"


def watch_study(
    folder: str | Path,
    claims: Sequence[str] = (),
    *,
    as_of: str | None = None,
    months: int = MONTHS,
    precision: float | None = None,
    progress: Progress = silent,
    fresh: bool = False,
    **fit: int,
) -> Watchlist:
    """Ranks observations not yet made by what they can be expected to tell.

    Args:
        folder: The study's folder.
        claims: Ids of claims that the observations are to tell about, beside which explanation holds;
            candidates are ranked by the last of them.
        as_of: A date of the study; the latest that leaves so many coming months where None.
        months: How many coming months to look at.
        precision: Sd of the log of a new report, in the place of each kind's own.
        progress: Told how far the work is.
        fresh: Pass over whatever is kept.
        **fit: seed, particles or repeats in the place of the study's.

    Raises:
        StockadeError: With what is wrong in the folder; ``unknown-as-of``, ``unknown-claim``,
            ``claim-cannot-be-watched``, ``nothing-to-watch``.
        ValueError: ``months`` below 1, or a precision that is not above 0.
    """
    if months < 1 or (precision is not None and not precision > 0):
        raise ValueError("months and precision must be above 0")
    study = open_study(folder)
    settings = replace(study.study.fit, **fit)
    when = dates_named(study, [as_of])[0] if as_of else _default_date(study.study, months)
    named = claims_named(study, claims)
    found, left_out = candidates(study, when, months, precision)
    if not found:
        raise StockadeError(_nothing(study.study, when))
    store = Store(study.study.folder / FOLDER)
    asked = {"claims": list(claims), "as_of": when.isoformat(), "months": months, "precision": precision}
    kept = None if fresh else kept_watchlist(study.study, settings)
    if kept is not None and asked == _asked(kept):
        return kept
    ground = _ground(study, when, settings, store, progress, fresh=fresh)
    statements = judge_statements(study, when)
    questions = [ask(study, one, ground.worlds, statements, settings.seed) for one in named]
    weighed = []
    for index, one in enumerate(found):
        progress("weighing observations", index, len(found))
        weighed.append(_weigh(ground, one, questions))
    progress("weighing observations", len(found), len(found))
    result = Watchlist(
        study=study.study.folder.resolve().name, date=when.isoformat(), months=months, precision=precision,
        questions=(_first_question(ground), *(_question(ground, one) for one in questions)),
        candidates=tuple(sorted(weighed, key=lambda one: -one.answers[-1].bits)), left_out=tuple(left_out),
        doubts=ground.doubts(), outcomes=len(ground.outer.draw), draws=ground.draws,
        made=datetime.now(tz=UTC).date().isoformat(),
    )  # fmt: skip
    store.keep_document(NAME, digest({"verb": NAME, **of_files(study.study, settings)}), to_json(result))
    return result


def kept_watchlist(study: Study, fit: Fit | None = None) -> Watchlist | None:
    """Returns the watchlist that was made last of a study as it stands; None where there is none."""
    wanted = digest({"verb": NAME, **of_files(study, fit or study.fit)})
    found = Store(study.folder / FOLDER).document(NAME, wanted)
    try:
        return None if found is None else watchlist_from_json(found)
    except (KeyError, TypeError, ValueError, AttributeError):  # spoilt: as good as absent
        return None


def _asked(kept: Watchlist) -> dict[str, object]:
    claims = [one.id for one in kept.questions[1:]]
    return {"claims": claims, "as_of": kept.date, "months": kept.months, "precision": kept.precision}


# ---------------------------------------------------------------- what all observations share


@dataclass(frozen=True, eq=False)
class _Ground:
    """Every explanation as of the date, its weight, and where outcomes come from."""

    folder: StudyFolder
    voices: Sequence[Voice]
    weights: Floats
    scattered: Floats
    outer: Outer
    seed: int

    @property
    def worlds(self):
        return [thinned(one.account.world, one.chosen) for one in self.voices]

    @property
    def draws(self) -> int:
        return len(self.voices[0].chosen)

    def doubts(self) -> tuple[str, ...]:
        """Returns what the fits of weight failed."""
        return tuple(
            f"{one.id}, with {100 * weight:.0f} % of the weight: {two.message} {two.hint}"
            for one, weight in zip(self.voices, self.weights, strict=True)
            for two in one.account.world.diagnostics
            if weight >= 0.01
        )


def _ground(
    folder: StudyFolder, when: date, fit: Fit, store: Store, progress: Progress, *, fresh: bool
) -> _Ground:
    fitting = fitting_simulator(folder)
    month_times(fitting, folder.study)
    fits = fit_study(folder, fitting, fit, store, progress, fresh=fresh)
    wants = needs(folder)
    watched = [one.canonical for one in folder.study.watches]
    wants = replace(wants, variables=tuple(dict.fromkeys((*wants.variables, *watched))))
    maker = WorldMaker(folder, judging_simulator(folder, wants.variables), when, wants, fit.seed)
    draws = max(len(one.draws) for (day, _), one in fits.posteriors.items() if day == when)
    accounts = {}
    for one in folder.study.explanations:
        key = (when, one.id)
        accounts[one.id] = (
            mechanism_account(maker, fits.posteriors[key])
            if one.mechanism
            else null_account(maker, one.id, fits.nulls[key], fits.problems[key], draws)
        )
    chosen = chosen_draws([one.world.draws for one in accounts.values()], DRAWS)
    voices = [
        Voice(
            name, one, chosen[one.world.draws], fits.posteriors.get((when, name)),
            fits.nulls.get((when, name)), fits.problems[when, name],
        )
        for name, one in accounts.items()
    ]  # fmt: skip
    worlds = [one.world for one in accounts.values()]
    shares = weights(worlds)
    share = np.array([shares[one.id] for one in voices])
    outer = outcomes_from(share, len(voices[0].chosen), OUTCOMES)
    return _Ground(folder, voices, share, simulated_weights(worlds, fit.seed, SCATTERED), outer, fit.seed)


def _first_question(ground: _Ground) -> WatchQuestion:
    return WatchQuestion(EXPLANATIONS, "Which explanation holds", entropy(ground.weights), None)


def _question(ground: _Ground, asked: Asked) -> WatchQuestion:
    joint = ground.weights @ np.array([one.mean(axis=0) for one in asked.own])
    share = joint / joint.sum()
    return WatchQuestion(asked.claim.id, asked.claim.means, entropy(share), float(share[0]))


# ---------------------------------------------------------------- one observation


def _weigh(ground: _Ground, candidate: Candidate, questions: Sequence[Asked]) -> WatchCandidate:
    every = [predictive(ground.folder, candidate, one, ground.seed) for one in ground.voices]
    heard = {index: one for index, one in enumerate(every) if one is not None}
    values = {index: value_of(one) for index, one in heard.items()}
    names = [ground.voices[index].id for index in heard]
    answers = [
        _answer(ground, heard, values, which_explanation(len(heard), ground.draws), EXPLANATIONS, names)
    ]
    rows = _rows(ground.folder, candidate.window)
    for asked in questions:
        both = {index: one for index, one in heard.items() if asked.speaking[index]}
        seen = _outcomes(both, _cut(ground.outer, list(both)))
        question = asked.question(list(both), candidate.column, rows, seen)
        answers.append(_answer(ground, both, values, question, asked.claim.id, ["true", "false"], asked))
    low, median, high = _expected(ground, values)
    units = ground.folder.units(candidate.of.canonical or "")
    return WatchCandidate(
        id=candidate.id, kind=candidate.kind, label=candidate.of.label,
        variable=candidate.of.canonical or "", units=units, measure=candidate.measure,
        window=str(candidate.window), noise=_noise(candidate),
        because=candidate.of.because if isinstance(candidate.of, Watch) else "",
        known_by="" if candidate.known_by is None else candidate.known_by.isoformat(),
        silent=float(max(0.0, 1.0 - ground.weights[list(heard)].sum())),
        low=low, median=median, high=high, answers=tuple(answers),
    )  # fmt: skip


def _answer(
    ground: _Ground,
    heard: dict[int, Predictive],
    values: dict[int, Floats],
    question: Question,
    name: str,
    sides: Sequence[str],
    asked: Asked | None = None,
) -> WatchAnswer:
    """Returns what an observation can be expected to tell about a question.

    Args:
        ground: What all observations share.
        heard: Index of an explanation -> what it expects; those that speak both of the observation and to
            the question.
        values: The same summed up to one number a draw.
        question: The question.
        name: Its id.
        sides: Names of its answers.
        asked: The claim; None for the explanations.
    """
    which = list(heard)
    # To a claim, explanations that say nothing count no more than they do in its verdict.
    able = ground.weights if asked is None else ground.weights * asked.speaking
    speaking = float(ground.weights[which].sum() / max(able.sum(), 1e-300))
    share = ground.weights[which] / ground.weights[which].sum()
    scattered = ground.scattered[:, which] / ground.scattered[:, which].sum(axis=1, keepdims=True)
    outer = _cut(ground.outer, which)
    seen = _outcomes(heard, outer)
    found = information(
        [one.log_density(seen) for one in heard.values()], question, outer, share, scattered,
        silent=max(0.0, 1.0 - speaking),
    )  # fmt: skip
    mark = indicator(
        [values[index] for index in which], question.own, share,
        silent=max(0.0, 1.0 - speaking) if asked is None else 0.0,
    )  # fmt: skip
    shown = None
    if mark is not None:
        above, below = (_side(one, sides) for one in (mark.above, mark.below))
        shown = WatchIndicator(mark.threshold, above, below, mark.bits)
    return WatchAnswer(name, found.bits, found.error, found.bias, shown)


def _side(side: Side, names: Sequence[str]) -> WatchSide:
    return WatchSide(
        favours=names[side.favours], before=side.before, after=side.after, seen=side.seen,
        seen_error=side.seen_error, if_so=side.if_so, misleads=side.misleads,
        misleads_error=side.misleads_error,
    )  # fmt: skip


def _cut(outer: Outer, which: Sequence[int]) -> Outer:
    """Returns the outer sample of some explanations, counted anew from 0."""
    kept = np.isin(outer.explanation, which)
    return Outer(np.searchsorted(which, outer.explanation[kept]), outer.draw[kept])


def _outcomes(heard: dict[int, Predictive], outer: Outer) -> Floats:
    """Returns the outcomes (outcome, part) of the outer sample."""
    every = [one.outcomes for one in heard.values()]
    return np.array([every[m][i] for m, i in zip(outer.explanation, outer.draw, strict=True)])


def _expected(ground: _Ground, values: dict[int, Floats]) -> tuple[float, float, float]:
    """Returns 5, 50 and 95 % quantiles of the value over the explanations that speak."""
    everything = np.concatenate(list(values.values()))
    share = np.concatenate([np.full(len(one), ground.weights[index]) for index, one in values.items()])
    order = np.argsort(everything)
    heights = np.cumsum(share[order]) / share.sum()
    at = np.minimum(np.searchsorted(heights, INTERVAL), len(order) - 1)
    low, median, high = (float(one) for one in everything[order][at])
    return low, median, high


def _rows(folder: StudyFolder, window: Window) -> slice:
    first = folder.study.period.first
    return slice(window.first - first, window.last + 1 - first)


def _noise(candidate: Candidate) -> str:
    if candidate.sigma is not None:
        return f"within a factor of {np.exp(candidate.sigma):.2f} two times in three"
    if isinstance(candidate.of, Watch):
        return f"counts with a dispersion of {candidate.of.spread:g}"
    return "counts, as the study fits them"


# ---------------------------------------------------------------- dates


def _default_date(study: Study, months: int) -> date:
    """Returns the latest date that leaves so many months of every series; else the latest that leaves any."""
    for least in (months, 1):
        for when in sorted(study.as_of, reverse=True):
            ahead = [
                coming(next_month(one, when, study.period), months, study.period) for one in study.observes
            ]
            if ahead and all(one is not None and len(one) >= least for one in ahead):
                return when
    return max(study.as_of)


def _nothing(study: Study, when: date) -> Diagnostic:
    return Diagnostic(
        "nothing-to-watch",
        f"As of {when} the study has no month left to watch: its period is {study.period}.",
        Place(study.file, name="study.period"),
        hint="Look from an earlier date with --as-of, or make the period of study and model longer.",
    )
