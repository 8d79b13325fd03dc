"""Fits of a study's explanations with noise in their flows, each finished repeat kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import jax.numpy as jnp
import numpy as np

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.inference.noisy import NoisyLayout, noisy_layout
from stockade.inference.noisy_fit import (
    FilterQuality,
    enough_particles,
    more_particles,
    noisy_paths,
    quality,
    sample_noisy_repeat,
)
from stockade.inference.posterior import Posterior, parameter_draws, pool_repeats
from stockade.inference.priors import to_coordinates
from stockade.inference.problem import Problem, arrays_of
from stockade.inference.records import Repeat, SmcSettings
from stockade.inference.replay import Luck
from stockade.model.names import canonical
from stockade.progress import Progress
from stockade.study.build_noise import noise_of
from stockade.study.fits import ROOMS, Fits
from stockade.study.folder import StudyFolder
from stockade.study.ingredients import code_digest, digest, of_model, of_problem
from stockade.study.pool import in_threads
from stockade.study.problems import problem
from stockade.study.simulators import fitting_simulator
from stockade.study.store import Store
from stockade.study.study import Study

REPEATS = 2
"""Independent repeats of a noisy fit: they give the error of its evidence."""

MOST_FITS = 3
"""Fits of one explanation, each with the particles that the one before it showed to be needed."""

DRAWS = 8
"""Draws of a posterior at which the filter is looked at."""

_Key = tuple[date, str]


@dataclass(frozen=True, eq=False)
class NoisyFit:
    """An explanation fitted with noise in its flows, as of a date.

    Attributes:
        posterior: Its draws.
        quality: How the filter did at some of them.
        problem: What it was fitted to.
        paths: (month, output, draw) a path of each draw, noise included, from the filter.
        luck: All the chance of those paths.
    """

    posterior: Posterior
    quality: FilterQuality
    problem: Problem
    paths: np.ndarray
    luck: Luck


@dataclass(frozen=True)
class _Task:
    """One noisy repeat that is not in the store."""

    key: _Key
    index: int
    problem: Problem
    digest: str
    particles: int


@dataclass(frozen=True, eq=False)
class NoisyFits:
    """What the noisy fits of a study share.

    Attributes:
        folder: The study.
        fits: Its fits without noise.
        store: Where finished repeats are kept.
        settings: Of the sampler.
        seed: Of everything random.
        repeats: Independent repeats.
    """

    folder: StudyFolder
    fits: Fits
    store: Store
    settings: SmcSettings
    seed: int
    repeats: int

    def of(
        self, when: date, names: Sequence[str], progress: Progress, *, fresh: bool = False
    ) -> dict[str, NoisyFit]:
        """Fits explanations as of a date, and draws a path for each draw."""
        problems = self.problems(when, names)
        layout = self.layout(problems[names[0]])
        posteriors, found = self.fitted(when, problems, layout, progress, fresh=fresh)
        fits = {}
        for index, name in enumerate(names):
            progress("drawing paths", index, len(names))
            one = problems[name]
            z = _coordinates(posteriors[name], one)
            paths, luck = noisy_paths(z, arrays_of(one), layout, found[name].particles, seed=self.seed)
            fits[name] = NoisyFit(posteriors[name], found[name], one, paths, luck)
        progress("drawing paths", len(names), len(names))
        return fits

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
        return noisy_layout(one, noise_of(study, self.folder.model), scales_of(study))

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
            made = digest(
                {**parts, "settings": repr(self.settings), "code": code_digest((*ROOMS, "simulation"))}
            )
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


def need_noise(study: Study) -> None:
    """Makes sure that a flow of a study is noisy.

    Raises:
        StockadeError: ``no-noise``.
    """
    if not study.noises:
        message = "No flow of this study is declared noisy."
        hint = 'Add a table such as [noise."arrivals"] with demographic = true; docs/noise.md explains it.'
        raise StockadeError(Diagnostic("no-noise", message, Place(study.file, name="noise"), hint=hint))


def scales_of(study: Study) -> tuple[str, ...]:
    """Returns the parameter that is the scale of each environmental flow, in their order."""
    return tuple(canonical(one.scale) for one in study.noises if one.scale is not None)


def _coordinates(posterior: Posterior, one: Problem) -> np.ndarray:
    theta = parameter_draws(posterior, one.parameters)
    return np.asarray(to_coordinates(jnp.asarray(theta), arrays_of(one).priors))


def _kept_as(explanation: str, particles: int) -> str:
    # The first fit is kept beside the one with more particles that it showed to be needed.
    return f"{explanation} with noise {particles}"
