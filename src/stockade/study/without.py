"""Every explanation of a study without each part of its data: by weights of its draws, or fitted anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from stockade.arrays import Floats
from stockade.inference.leaving import Reweighted, pointwise, reweigh, without_data
from stockade.inference.nulls import NullFit, NullKind, fit_null
from stockade.inference.posterior import Posterior
from stockade.inference.problem import Problem
from stockade.progress import Progress
from stockade.study.fits import Fits, Work, first_guesses, fit_ingredients, smc_settings
from stockade.study.folder import StudyFolder
from stockade.study.ingredients import of_model
from stockade.study.parts import Part, masks
from stockade.study.store import Store
from stockade.study.study import Fit

REPEATS = 2
"""Independent repeats of a fit that is made anew: they give its error."""


@dataclass(frozen=True, eq=False)
class Account:
    """One explanation without one part of the data.

    Attributes:
        log_predictive: Log predictive density of the part given the rest.
        mc_error: Its Monte Carlo error.
        how: ``weights``, ``refit``, ``exact`` or ``unused``.
        pareto_k: Shape of the tail of the weights; None where there are none.
        weights: (draw,) of the full fit's draws, sum 1; None where they count alike, or are not used.
        posterior: The fit made anew.
        null: A null without the part.
    """

    log_predictive: float
    mc_error: float
    how: str
    pareto_k: float | None = None
    weights: Floats | None = None
    posterior: Posterior | None = None
    null: NullFit | None = None


UNUSED = Account(0.0, 0.0, "unused")
Key = tuple[date, str, str]
"""Date, explanation, and the name of a part."""


def without_each(
    folder: StudyFolder,
    fits: Fits,
    parts: Mapping[date, Sequence[Part]],
    fit: Fit,
    store: Store,
    progress: Progress,
    *,
    fresh: bool,
) -> dict[Key, Account]:
    """Returns every explanation without every part, for each date.

    Args:
        folder: The study.
        fits: Of all its data.
        parts: Date -> what to leave out; parts of the same data are looked at once.
        fit: Seed and particles.
        store: Where fits made anew are kept, each repeat as it is finished.
        progress: Told how far the work is.
        fresh: Whether to pass over what the store holds.
    """
    found: dict[Key, Account] = {}
    problems: dict[Key, Problem] = {}
    keys = [key for key in fits.problems if key[0] in parts]
    for index, (when, name) in enumerate(keys):
        progress("leaving out", index, len(keys))
        problem, each = fits.problems[when, name], {one.name: one for one in parts[when]}
        if (when, name) in fits.posteriors:
            ours = _reweighted(problem, fits.posteriors[when, name], each)
            unsound = [key for key, one in ours.items() if one.how == "refit"]
            problems |= {(when, name, key): _without(problem, each[key]) for key in unsound}
        else:
            kinds: dict[str, NullKind | None] = {one.id: one.null for one in folder.study.explanations}
            ours = _nulls(folder, problem, fits.nulls[when, name], kinds[name] or "mean", each)
        found |= {(when, name, key): one for key, one in ours.items()}
    progress("leaving out", len(keys), len(keys))
    again = _fitted_anew(folder, problems, replace(fit, repeats=REPEATS), store, progress, fresh=fresh)
    for (when, name, key), posterior in again.items():
        full, old = fits.posteriors[when, name], found[when, name, key]
        found[when, name, key] = replace(
            old,
            log_predictive=full.log_evidence - posterior.log_evidence,
            mc_error=float(np.hypot(full.mc_error, posterior.mc_error)),
            posterior=posterior,
        )
    return found


def _reweighted(problem: Problem, posterior: Posterior, parts: Mapping[str, Part]) -> dict[str, Account]:
    """Returns an explanation with a mechanism without each part; ``refit`` where weights will not do."""
    each, found = pointwise(problem, posterior), {}
    for key, part in parts.items():
        months, reports = masks(part, problem)
        if not (months.any() or reports.any()):
            found[key] = UNUSED
            continue
        out = each.counts[months].sum(axis=0) + each.reports[reports].sum(axis=0)
        found[key] = _account(reweigh(out, posterior.repeat))
    return found


def _account(one: Reweighted) -> Account:
    how = "weights" if one.sound else "refit"
    shape = float(one.pareto_k) if np.isfinite(one.pareto_k) else None
    return Account(one.log_predictive, one.mc_error, how, shape, np.exp(one.log_weights))


def _without(problem: Problem, part: Part) -> Problem:
    return without_data(problem, *masks(part, problem))


def _nulls(
    folder: StudyFolder, problem: Problem, fit: NullFit, kind: NullKind, parts: Mapping[str, Part]
) -> dict[str, Account]:
    """Returns a null without each part, exactly: what never came is neither predicted nor looked back on."""
    guesses, found = first_guesses(folder), {}
    for key, part in parts.items():
        months, reports = masks(part, problem)
        if not (months.any() or reports.any()):
            found[key] = UNUSED
            continue
        less = without_data(problem, months, reports)
        touched = np.flatnonzero(months.any(axis=1))
        series = list(fit.series)
        again = fit_null(replace(less, counts=tuple(less.counts[i] for i in touched), reports=()), kind, {})
        for index, one in zip(touched, again.series, strict=True):
            series[index] = one
        told = fit.reports
        if reports.any():
            told = fit_null(replace(less, counts=()), kind, guesses).reports
        total = sum(one.log_evidence for one in series) + sum(told.values())
        null = NullFit(kind, tuple(series), told, total)
        found[key] = Account(fit.log_evidence - total, 0.0, "exact", null=null)
    return found


def _fitted_anew(
    folder: StudyFolder,
    problems: Mapping[Key, Problem],
    fit: Fit,
    store: Store,
    progress: Progress,
    *,
    fresh: bool,
) -> dict[Key, Posterior]:
    """Returns the fits whose weights could not be trusted, made without the part; kept like any other fit."""
    model, settings = of_model(folder.model), smc_settings(fit)
    names = {(when, f"{name} without {key}"): (when, name, key) for when, name, key in problems}
    todo = {short: problems[key] for short, key in names.items()}
    ingredients = {short: fit_ingredients(one, model, fit, settings) for short, one in todo.items()}
    work = Work(todo, ingredients, fit, settings, store)
    work.take_kept(fresh=fresh)
    work.compute(progress, "fitting without")
    return {key: replace(work.posteriors[short], explanation=key[1]) for short, key in names.items()}
