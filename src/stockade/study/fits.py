"""Fits every explanation of a study at each of its dates, keeps what is finished, and reuses what matches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from stockade.compiler.compile import Simulator
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.inference.nulls import NullFit, fit_null
from stockade.inference.posterior import Posterior, pool_repeats
from stockade.inference.problem import Problem
from stockade.inference.smc import Repeat, SmcSettings, sample_one_repeat, warm
from stockade.progress import Progress
from stockade.study.folder import StudyFolder
from stockade.study.ingredients import Ingredients, code_digest, digest, of_model, of_problem
from stockade.study.pool import in_threads
from stockade.study.problems import problem
from stockade.study.store import Store
from stockade.study.study import Fit
from stockade.study.trial import try_model

ROOMS = ("compiler", "inference", "model", "arrays.py")
"""Rooms whose code decides a fit."""


@dataclass(frozen=True, eq=False)
class Fits:
    """All fits of a study.

    Attributes:
        posteriors: (date, explanation) -> what a mechanism says after the data.
        nulls: (date, explanation) -> what a null says.
        problems: (date, explanation) -> what was fitted, nulls included.
        computed: How many repeats were computed now, and not found in the store.
    """

    posteriors: Mapping[tuple[date, str], Posterior]
    nulls: Mapping[tuple[date, str], NullFit]
    problems: Mapping[tuple[date, str], Problem]
    computed: int = 0


_Key = tuple[date, str]


@dataclass(frozen=True, eq=False)
class _Task:
    """One repeat that is not in the store."""

    key: _Key
    index: int
    problem: Problem


def fit_study(
    folder: StudyFolder, simulator: Simulator, fit: Fit, store: Store, progress: Progress, *, fresh: bool
) -> Fits:
    """Fits all explanations at all dates.

    Repeats run in threads, one a core: JAX computes outside Python's lock. Each finished repeat is
    kept at once, so that a run that is stopped goes on where it was.

    Args:
        folder: The study.
        simulator: Its fitting simulator.
        fit: Seed, particles and repeats.
        store: Where finished work is kept.
        progress: Told how many repeats are done.
        fresh: Whether to pass over what the store holds.
    """
    study = folder.study
    problems = {
        (when, one.id): problem(folder, simulator, one, when)
        for when in study.as_of
        for one in study.explanations
    }
    mechanisms = [one for one in study.explanations if one.mechanism]
    settings = smc_settings(fit)
    model = of_model(folder.model)
    ingredients = {
        (when, one.id): fit_ingredients(problems[when, one.id], model, fit, settings)
        for when in study.as_of
        for one in mechanisms
    }
    work = Work(problems, ingredients, fit, settings, store)
    work.take_kept(fresh=fresh)
    if work.missing:
        progress("trying the model", 0, 0)
        try_model(simulator, {key: problems[key] for key in ingredients}, fit.seed)
    computed = work.compute(progress)
    nulls = {
        (when, one.id): fit_null(problems[when, one.id], one.null, first_guesses(folder))
        for when in study.as_of
        for one in study.explanations
        if one.null is not None
    }
    # In the study's order: that in which threads came to their end is chance.
    posteriors = {key: work.posteriors[key] for key in ingredients}
    return Fits(posteriors, nulls, problems, computed)


def smc_settings(fit: Fit) -> SmcSettings:
    """Returns how the sampler runs.

    Raises:
        StockadeError: ``particles-not-in-eights``.
    """
    if fit.particles % 8:
        near = max(16, round(fit.particles / 8) * 8)
        message = f"{fit.particles} particles: they run in eights."
        hint = f"Write {near}, in [fit] of study.toml or as --particles."
        place = Place("study.toml", name="fit.particles")
        raise StockadeError(Diagnostic("particles-not-in-eights", message, place, hint=hint))
    return SmcSettings(particles=fit.particles)


def fit_ingredients(problem: Problem, model: str, fit: Fit, settings: SmcSettings) -> Ingredients:
    """Returns what a posterior is made from; its digest says whether a kept one still matches."""
    return of_problem(problem, model, fit) | {"settings": repr(settings), "code": code_digest(ROOMS)}


def first_guesses(folder: StudyFolder) -> dict[str, tuple[float, float]]:
    """Returns (median, sigma) of what a null expects of the first report of a kind."""
    return {
        one.name: (one.first_guess.median, one.first_guess.sigma)
        for one in folder.study.definitions
        if one.first_guess is not None
    }


class Work:
    """Fits on their way: what is kept, what is missing, what has come.

    Attributes:
        problems: (date, name) -> what to fit; the name is an explanation's, or says more.
        posteriors: (date, name) -> what is finished.
        repeats: (date, name) -> repeats that are finished.
    """

    def __init__(
        self,
        problems: Mapping[_Key, Problem],
        ingredients: Mapping[_Key, Ingredients],
        fit: Fit,
        settings: SmcSettings,
        store: Store,
    ) -> None:
        self.problems = problems
        self.ingredients = ingredients
        self.digests = {key: digest(parts) for key, parts in ingredients.items()}
        self.fit = fit
        self.settings = settings
        self.store = store
        self.posteriors: dict[_Key, Posterior] = {}
        self.repeats: dict[_Key, dict[int, Repeat]] = {}

    def take_kept(self, *, fresh: bool) -> None:
        """Takes what the store holds and still matches: whole posteriors, then single repeats."""
        for key, wanted in self.digests.items():
            kept = None if fresh else self.store.posterior(*key, wanted)
            if kept is not None:
                self.posteriors[key] = kept
                continue
            found = {} if fresh else {i: self.store.repeat(*key, i, wanted) for i in range(self.fit.repeats)}
            self.repeats[key] = {index: one for index, one in found.items() if one is not None}
            self._finish(key)

    @property
    def missing(self) -> list[_Task]:
        """The repeats that neither the store holds nor anybody has computed."""
        return [
            _Task(key, index, self.problems[key])
            for key, done in self.repeats.items()
            for index in range(self.fit.repeats)
            if index not in done
        ]

    def compute(self, progress: Progress, says: str = "fitting") -> int:
        """Computes what is missing, keeps it, and returns how many repeats that took.

        Args:
            progress: Told how many repeats are done.
            says: What is being done, in its words.
        """
        tasks = self.missing
        if not tasks:
            return 0
        total = len(self.repeats) * self.fit.repeats
        done = total - len(tasks)
        progress(says, done, total)
        warm(tasks[0].problem, self.settings)
        for task, found in _run(tasks, self.fit, self.settings):
            self.store.keep_repeat(*task.key, task.index, self.digests[task.key], found)
            self.repeats[task.key][task.index] = found
            done += 1
            progress(says, done, total)
            self._finish(task.key)
        return len(tasks)

    def _finish(self, key: _Key) -> None:
        """Pools an explanation's repeats once all are there."""
        done = self.repeats[key]
        if len(done) < self.fit.repeats:
            return
        when, name = key
        self.posteriors[key] = pool_repeats(
            self.problems[key], [done[index] for index in range(self.fit.repeats)],
            explanation=name, as_of=when.isoformat(), seed=self.fit.seed,
            ingredients={"digest": self.digests[key], **self.ingredients[key]},
        )  # fmt: skip
        self.store.keep_posterior(when, name, self.posteriors[key])


def _run(tasks: list[_Task], fit: Fit, settings: SmcSettings) -> Iterator[tuple[_Task, Repeat]]:
    """Yields each task with its repeat as they finish; an interrupt ends all threads at their next stage."""

    def work(task: _Task, listen: Progress) -> Repeat:
        return sample_one_repeat(
            task.problem, seed=fit.seed, repeat=task.index, settings=settings, progress=listen
        )

    return in_threads(tasks, work)
