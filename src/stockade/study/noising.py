"""What noise in the flows of a study changes: every explanation fitted without it and with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import jax.numpy as jnp
import numpy as np

from stockade.briefing.noise import AVERAGE, Noise, NoiseRow, NoiseScale, NoisyDate
from stockade.briefing.noises import told
from stockade.claims.weights import softmax
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.inference.noisy import NoisyLayout, noisy_layout
from stockade.inference.noisy_fit import (
    NOISY_SETTINGS,
    FilterQuality,
    collapse,
    enough_particles,
    more_particles,
    quality,
    sample_noisy_repeat,
)
from stockade.inference.posterior import Posterior, parameter_draws, pool_repeats
from stockade.inference.priors import to_coordinates
from stockade.inference.problem import Problem, arrays_of
from stockade.inference.records import Repeat, SmcSettings
from stockade.model.names import canonical
from stockade.progress import Progress, silent
from stockade.study.build_noise import noise_of
from stockade.study.fits import ROOMS, Fits, fit_study, smc_settings
from stockade.study.folder import StudyFolder
from stockade.study.held_out import HeldOutForecasts
from stockade.study.ingredients import code_digest, digest, of_model, of_problem
from stockade.study.noises import keep_noise, untried, untried_dates
from stockade.study.pool import in_threads
from stockade.study.problems import problem
from stockade.study.read import open_study
from stockade.study.simulators import fitting_simulator
from stockade.study.store import FOLDER, Store
from stockade.study.study import Study
from stockade.study.worlds import month_times

REPEATS = 2
MOST_FITS = 3
"""Fits of one explanation, each with the particles that the one before it showed to be needed."""

DRAWS = 8
"""Draws of a posterior at which the filter is looked at."""

_Key = tuple[date, str]


def noise_study(
    folder: str | Path,
    *,
    as_of: Sequence[str] = (),
    explanations: Sequence[str] = (),
    progress: Progress = silent,
    fresh: bool = False,
    repeats: int = REPEATS,
    particles: int | None = None,
    seed: int | None = None,
) -> Noise:
    """Fits explanations with noise in their flows, beside the fits without.

    Finished repeats are kept, so that a run that was stopped goes on. What was found is kept beside what
    earlier runs found of other explanations and dates, for the briefing (see `stockade.study.noises`); a
    run with another seed than the study's is not.

    Args:
        folder: The study's folder.
        as_of: Days of the study; all where none are given.
        explanations: Ids; all with a mechanism where none are given.
        progress: Told how far the work is.
        fresh: Pass over whatever is kept of the noisy fits.
        repeats: Independent repeats, at least 2: they give the error.
        particles: Draws of a noisy repeat in the place of the usual ones.
        seed: In the place of the study's.

    Raises:
        StockadeError: With everything that is wrong in the folder; ``no-noise``, ``unknown-explanation``,
            ``unknown-date``.
    """
    if repeats < 2:
        raise ValueError("the error of the evidence needs two repeats or more")
    opened = open_study(folder)
    study = opened.study
    dates, names = _wanted(study, as_of, explanations)
    fit = study.fit if seed is None else replace(study.fit, seed=seed)
    simulator = fitting_simulator(opened)
    month_times(simulator, study)
    store = Store(study.folder / FOLDER)
    fits = fit_study(opened, simulator, fit, store, progress, fresh=False)
    settings = NOISY_SETTINGS
    if particles is not None:
        settings = replace(settings, particles=smc_settings(replace(fit, particles=particles)).particles)
    work = _Noisy(opened, fits, store, settings, fit.seed, repeats)
    found = [work.date(when, names, progress, fresh=fresh) for when in dates]
    notes = untried_dates(study, found)
    if fit.seed != study.fit.seed:
        notes = (*notes, f"Made with the seed {fit.seed}, not the study's: not kept for the briefing.")
    noise = Noise(study.folder.resolve().name, _words(study), tuple(found), fit.seed, notes)
    if fit.seed == study.fit.seed:
        keep_noise(study, noise)
    return noise


def _wanted(study: Study, as_of: Sequence[str], explanations: Sequence[str]) -> tuple[list[date], list[str]]:
    if not study.noises:
        message = "No flow of this study is declared noisy."
        hint = 'Add a table such as [noise."arrivals"] with demographic = true; docs/noise.md explains it.'
        raise StockadeError(Diagnostic("no-noise", message, Place(study.file, name="noise"), hint=hint))
    ids = [one.id for one in study.explanations if one.mechanism]
    days = [one.isoformat() for one in study.as_of]
    for given, known, code, what in (
        (explanations, ids, "unknown-explanation", "explanation with a mechanism"),
        (as_of, days, "unknown-date", "as-of date"),
    ):
        for one in given:
            if one not in known:
                message = f"'{one}' is no {what} of this study."
                hint = f"It has {', '.join(known)}."
                raise StockadeError(Diagnostic(code, message, Place(study.file), hint=hint))
    dates = [one for one in study.as_of if not as_of or one.isoformat() in as_of]
    return dates, [one for one in ids if not explanations or one in explanations]


def _words(study: Study) -> tuple[str, ...]:
    found = []
    for one in study.noises:
        kinds = ["in whole persons"] if one.demographic else []
        kinds += [] if one.scale is None else [f"times a monthly factor, its scale '{one.scale}'"]
        found.append(f"{one.name}: {' and '.join(kinds)} ({one.because}).")
    return tuple(found)


@dataclass(frozen=True)
class _Task:
    """One noisy repeat that is not in the store."""

    key: _Key
    index: int
    problem: Problem
    digest: str
    particles: int


@dataclass(frozen=True, eq=False)
class _Noisy:
    """What the noisy fits of a study share."""

    folder: StudyFolder
    fits: Fits
    store: Store
    settings: SmcSettings
    seed: int
    repeats: int

    def date(self, when: date, names: Sequence[str], progress: Progress, *, fresh: bool) -> NoisyDate:
        """Fits explanations as of a date and compares them with the fits without noise."""
        problems = self.problems(when, names)
        layout = self.layout(problems[names[0]])
        posteriors, found = self.fitted(when, problems, layout, progress, fresh=fresh)
        plain = [self.fits.posteriors[when, name] for name in names]
        noisy = [posteriors[name] for name in names]
        before, after = (softmax(np.array([one.log_evidence for one in two])) for two in (plain, noisy))
        forecasts = HeldOutForecasts(self.folder, when, self.seed)
        rows = []
        for index, name in enumerate(names):
            progress("forecasting", index, len(names))
            z = _coordinates(noisy[index], problems[name])
            held = forecasts.add(name, plain[index], noisy[index], self.fits.problems[when, name],
                                 problems[name], z, layout, found[name].particles)  # fmt: skip
            row = _row(
                plain[index], noisy[index], before[index], after[index], found[name], self.folder.study
            )
            rows.append(replace(row, held_out=held))
        average = forecasts.average(before, after)
        if average:
            shown = NoiseRow(
                AVERAGE, None, None, None, None, 1.0, 1.0,
                max(one.particles for one in found.values()), None, None, (), average,
                made=_today(),
            )  # fmt: skip
            rows.append(shown)
        return told(NoisyDate(when.isoformat(), tuple(rows), untried(self.folder.study, names)))

    def fitted(
        self,
        when: date,
        problems: Mapping[str, Problem],
        layout: NoisyLayout,
        progress: Progress,
        *,
        fresh: bool,
    ) -> tuple[dict[str, Posterior], dict[str, FilterQuality]]:
        """Returns the noisy posteriors, and how the filter did at draws of each.

        Where a posterior has noise so large that the filter scatters too widely at its own draws, it is
        fitted again with the particles that it needs.
        """
        wanted = dict.fromkeys(problems, self.particles(when, problems, layout, progress).particles)
        posteriors, found = {}, {}
        again = list(problems)
        for _ in range(MOST_FITS):
            these = {name: problems[name] for name in again}
            posteriors |= self.posteriors(when, these, layout, wanted, progress, fresh=fresh)
            for name in again:
                found[name] = self.looked_at(posteriors[name], problems[name], layout, wanted[name])
            more = {name: more_particles(found[name]) for name in again}
            again = [name for name in again if more[name] > wanted[name]]
            wanted |= {name: more[name] for name in again}
            if not again:
                break
        return posteriors, found

    def looked_at(
        self, posterior: Posterior, one: Problem, layout: NoisyLayout, particles: int
    ) -> FilterQuality:
        """Returns how the filter does at draws of a noisy posterior."""
        z = _coordinates(posterior, one)
        spread = np.linspace(0, z.shape[1], DRAWS, endpoint=False).astype(int)
        return quality(z[:, spread], arrays_of(one), layout, particles, self.settings.chains, seed=self.seed)

    def problems(self, when: date, names: Sequence[str]) -> dict[str, Problem]:
        """Returns what explanations are fitted to with noise."""
        simulator = fitting_simulator(self.folder, noisy=True)
        by_id = {one.id: one for one in self.folder.study.explanations}
        return {name: problem(self.folder, simulator, by_id[name], when, noisy=True) for name in names}

    def layout(self, one: Problem) -> NoisyLayout:
        """Returns what the noisy problems of a date share."""
        study = self.folder.study
        scales = tuple(canonical(one.scale) for one in study.noises if one.scale is not None)
        return noisy_layout(one, noise_of(study, self.folder.model), scales)

    def particles(
        self, when: date, problems: Mapping[str, Problem], layout: NoisyLayout, progress: Progress
    ) -> FilterQuality:
        """Returns how many particles hold the variance near 1, at draws of the best fit without noise."""
        heaviest = max(problems, key=lambda name: self.fits.posteriors[when, name].log_evidence)
        posterior, one = self.fits.posteriors[when, heaviest], problems[heaviest]
        spread = np.linspace(0, len(posterior.draws), DRAWS, endpoint=False).astype(int)
        known = {*posterior.names, *posterior.held}
        theta = np.tile(one.held[:, None], (1, DRAWS))
        names = [name for name in one.parameters if name in known]
        theta[[one.parameters.index(name) for name in names]] = parameter_draws(posterior, names)[:, spread]
        arrays = arrays_of(one)
        scales = np.array([name not in known for name in one.parameters]) & np.asarray(one.free)
        # A scale has no draws yet: it stands at the middle of its prior, coordinate 0.
        theta[scales] = 1.0
        z = jnp.where(jnp.asarray(scales)[:, None], 0.0, to_coordinates(jnp.asarray(theta), arrays.priors))
        progress("choosing particles", 0, 0)
        return enough_particles(np.asarray(z), arrays, layout, self.settings.chains, seed=self.seed)

    def posteriors(
        self,
        when: date,
        problems: Mapping[str, Problem],
        layout: NoisyLayout,
        particles: Mapping[str, int],
        progress: Progress,
        *,
        fresh: bool,
    ) -> dict[str, Posterior]:
        """Returns the noisy posteriors of a date: kept repeats first, the rest computed and kept."""
        model, fit = of_model(self.folder.model), replace(self.folder.study.fit, seed=self.seed)
        flows = [(one.canonical, one.demographic, one.scale) for one in self.folder.study.noises]
        repeats: dict[str, dict[int, Repeat]] = {name: {} for name in problems}
        tasks = []
        for name, one in problems.items():
            parts = {**of_problem(one, model, fit), "flows": flows, "filter": particles[name]}
            made = digest({**parts, "settings": repr(self.settings), "code": code_digest(ROOMS)})
            for index in range(self.repeats):
                kept = (
                    None if fresh else self.store.repeat(when, _kept_as(name, particles[name]), index, made)
                )
                if kept is None:
                    tasks.append(_Task((when, name), index, one, made, particles[name]))
                else:
                    repeats[name][index] = kept
        done, total = self.repeats * len(problems) - len(tasks), self.repeats * len(problems)
        progress("fitting with noise", done, total)
        for task, found in self.run(tasks, layout):
            kept_as = _kept_as(task.key[1], task.particles)
            self.store.keep_repeat(when, kept_as, task.index, task.digest, found)
            repeats[task.key[1]][task.index] = found
            done += 1
            progress("fitting with noise", done, total)
        return {
            name: pool_repeats(
                problems[name], [found[index] for index in sorted(found)],
                explanation=name, as_of=when.isoformat(), seed=self.seed,
            )
            for name, found in repeats.items()
        }  # fmt: skip

    def run(self, tasks: Sequence[_Task], layout: NoisyLayout) -> Iterator[tuple[_Task, Repeat]]:
        """Yields each task with its repeat as they finish."""

        def work(task: _Task, listen: Progress) -> Repeat:
            return sample_noisy_repeat(
                task.problem, layout, task.particles,
                seed=self.seed, repeat=task.index, settings=self.settings, progress=listen,
            )  # fmt: skip

        yield from in_threads(tasks, work)


def _today() -> str:
    return datetime.now(tz=UTC).date().isoformat()


def _coordinates(posterior: Posterior, one: Problem) -> np.ndarray:
    theta = parameter_draws(posterior, one.parameters)
    return np.asarray(to_coordinates(jnp.asarray(theta), arrays_of(one).priors))


def _kept_as(explanation: str, particles: int) -> str:
    # The first fit is kept beside the one with more particles that it showed to be needed.
    return f"{explanation} with noise {particles}"


def _row(
    plain: Posterior, noisy: Posterior, before: float, after: float, found: FilterQuality, study: Study
) -> NoiseRow:
    scales = []
    for one in study.noises:
        if one.scale is not None and canonical(one.scale) in noisy.names:
            drawn = noisy.draws[:, noisy.names.index(canonical(one.scale))]
            low, median, high = (float(np.quantile(drawn, q)) for q in (0.05, 0.5, 0.95))
            scales.append(NoiseScale(one.scale, low, median, high))
    collapsed = collapse(plain.explanation, found)
    wrong = [*noisy.diagnostics, *(() if collapsed is None else (collapsed,))]
    return NoiseRow(
        plain.explanation, plain.log_evidence, plain.mc_error, noisy.log_evidence, noisy.mc_error,
        float(before), float(after), found.particles, found.variance, found.ess, tuple(scales), (),
        tuple(one.message for one in wrong), collapsed is not None, len(noisy.draws), _today(),
    )  # fmt: skip
