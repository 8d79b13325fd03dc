"""What if: the draws of every explanation under two histories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np

from stockade.briefing.contrasts import Contrast, ContrastRow
from stockade.claims.weights import softmax
from stockade.compiler.compile import Simulator, compile
from stockade.contrasts.difference import Measure, difference, structure_dependent
from stockade.data.months import Window
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.forecasts.mixture import mix, pick
from stockade.forecasts.predict import seed_for
from stockade.inference.noisy_fit import NOISY_SETTINGS
from stockade.inference.posterior import Posterior
from stockade.model.elaborate import elaborate
from stockade.model.expressions import Table
from stockade.model.flows import flows
from stockade.model.units import parse_units, synonym_table
from stockade.progress import Progress, silent
from stockade.simulation.ensembles import ensemble
from stockade.simulation.finite import check_finite
from stockade.simulation.scenarios import resolve
from stockade.simulation.trajectories import trajectories
from stockade.study.curves import DRAWS
from stockade.study.findings import months_of
from stockade.study.fits import Fits, fit_study
from stockade.study.folder import StudyFolder
from stockade.study.form import did_you_mean
from stockade.study.interventions import changes
from stockade.study.noisy_fits import REPEATS, NoisyFits, need_noise
from stockade.study.noisy_runs import noisy_draws
from stockade.study.problems import input_array
from stockade.study.read import open_study
from stockade.study.simulators import fitting_simulator
from stockade.study.store import FOLDER, Store
from stockade.study.study import Fit, Scenario
from stockade.study.worlds import Run, constants_of, month_times, unchanged

ALL = "all"
Paths = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class _Shown:
    """A variable that is compared."""

    canonical: str
    name: str
    units: str
    kind: str
    measure: Measure


def whatif_study(
    folder: str | Path,
    wanted: Sequence[str] = (),
    *,
    as_of: Sequence[str] = (),
    progress: Progress = silent,
    fresh: bool = False,
    noise: bool = False,
    **fit: int,
) -> tuple[Contrast, ...]:
    """Compares every stock and flow under scenarios with the same draws as it was.

    Args:
        folder: The study's folder.
        wanted: Scenarios by id; ``one+other`` for several together. All of the study's where empty.
        as_of: Dates of the study to look from, ``2008-03-21``; the latest where empty.
        progress: Told how far the work is.
        fresh: Pass over whatever is kept.
        noise: Take the fits with noise in the flows; a draw then has the same chance in both histories.
        **fit: seed, particles or repeats in the place of the study's; only a seed with noise.

    Returns:
        For each date, each scenario.

    Raises:
        StockadeError: With what is wrong in the folder; ``no-scenarios``, ``unknown-scenario``,
            ``unknown-as-of``, ``scenarios-in-conflict``, ``not-finite``; with noise ``no-noise``.
    """
    study = open_study(folder)
    if noise:
        need_noise(study.study)
    together = _scenarios(study, wanted)
    dates = dates_named(study, as_of)
    settings = replace(study.study.fit, **fit)
    fitting = fitting_simulator(study)
    month_times(fitting, study.study)
    for one in together:
        changes(one, study.study.period.first)
    store = Store(study.study.folder / FOLDER)
    fits = fit_study(study, fitting, settings, store, progress, fresh=fresh)
    shown = _shown(study)
    simulator = _simulator(study, shown, noisy=noise)
    noisy = NoisyFits(study, fits, store, NOISY_SETTINGS, settings.seed, REPEATS) if noise else None
    found, total = [], len(dates) * len(together)
    for when in dates:
        drawn = (
            _plain_draws(fits, simulator, when)
            if noisy is None
            else noisy_draws(noisy, simulator, when, progress, fresh=fresh)
        )
        runs = _Runs(study, simulator, fits, when, settings, shown, drawn, noise)
        for one in together:
            progress("comparing", len(found), total)
            found.append(runs.contrast(one))
    progress("comparing", total, total)
    return tuple(found)


_Drawn = Mapping[str, tuple[Posterior, Run]]
"""Explanation -> its posterior and how the draws of it are run."""


def _plain_draws(fits: Fits, simulator: Simulator, when: date) -> _Drawn:
    run = partial(ensemble, simulator)
    return {name: (one, run) for (day, name), one in fits.posteriors.items() if day == when}


@dataclass(frozen=True, eq=False)
class _Runs:
    """What comparisons as of one date share."""

    folder: StudyFolder
    simulator: Simulator
    fits: Fits
    when: date
    fit: Fit
    shown: Sequence[_Shown]
    drawn: _Drawn
    noise: bool

    def contrast(self, scenarios: Sequence[Scenario]) -> Contrast:
        """Runs every explanation under scenarios that hold together, and as it was."""
        study = self.folder.study
        pairs = {name: self._pair(*one, scenarios) for name, one in self.drawn.items()}
        weights, silence = self._weights()
        window = Window(min(one.from_ for one in scenarios), study.period.last)
        rows = slice(window.first - study.period.first, None)
        averaged = self._average(pairs, weights)
        found, torn = [], []
        for shown in self.shown:
            name = shown.canonical
            told = partial(_row, shown, rows=rows, window=window)
            ours = [told(ALL, 1.0, base=averaged[0][name], under=averaged[1][name])]
            for one, (base, under) in pairs.items():
                ours.append(told(one, weights[one], base=base[name], under=under[name]))
            if structure_dependent({one.explanation: one.more for one in ours[1:]}, weights):
                torn.append(name)
            found += ours
        return Contrast(
            scenarios=tuple(one.id for one in scenarios), says=tuple(one.says for one in scenarios),
            date=self.when.isoformat(), window=str(window), beside=_beside(self.folder),
            structure_dependent=tuple(torn), silent=silence, rows=tuple(found), doubts=self._doubts(weights),
            noise=self.noise,
        )  # fmt: skip

    def _weights(self) -> tuple[dict[str, float], float]:
        """Returns weights among the explanations with a mechanism, and the weight of those without."""
        with_mechanism = {name: one.log_evidence for name, (one, _) in self.drawn.items()}
        nulls = [one.log_evidence for (when, _), one in self.fits.nulls.items() if when == self.when]
        share = softmax(np.array([*with_mechanism.values(), *nulls]))[: len(with_mechanism)]
        own = dict(zip(with_mechanism, map(float, share / share.sum()), strict=True))
        return own, float(1.0 - share.sum())

    def _pair(self, posterior: Posterior, run: Run, scenarios: Sequence[Scenario]) -> tuple[Paths, Paths]:
        simulator = self.simulator
        constants = constants_of(simulator, posterior, prior=False)
        inputs = input_array(self.folder, simulator, self.when)
        plain = trajectories(simulator, run(constants, inputs, unchanged(simulator, constants.shape[1])))
        meant = resolve(changes(scenarios, self.folder.study.period.first), simulator, plain)
        results = run(constants, inputs, meant)
        wrong = check_finite(simulator, constants, results, inputs, meant)
        if wrong is not None:
            names = " and ".join(f"'{one.id}'" for one in scenarios)
            raise StockadeError(replace(wrong, message=f"under {names}, {wrong.message}"))
        return plain.values, trajectories(simulator, results).values

    def _average(
        self, pairs: Mapping[str, tuple[Paths, Paths]], weights: Mapping[str, float]
    ) -> tuple[Paths, Paths]:
        """Returns both histories of draws picked in proportion to the weights, the same ones in both."""
        names = list(pairs)
        sizes = [next(iter(pairs[name][0].values())).shape[1] for name in names]
        seed = seed_for(self.fit.seed, "contrast", self.when.isoformat())
        picks = pick(sizes, [weights[name] for name in names], DRAWS, seed)
        base, under = (
            {
                one.canonical: mix([pairs[name][side][one.canonical] for name in names], picks)
                for one in self.shown
            }
            for side in (0, 1)
        )
        return base, under

    def _doubts(self, weights: Mapping[str, float]) -> tuple[str, ...]:
        return tuple(
            f"{name}, with {100 * weights[name]:.0f} % of the weight: {two.message} {two.hint}"
            for name, (one, _) in self.drawn.items()
            for two in one.diagnostics
            if weights[name] >= 0.01
        )


def _row(
    shown: _Shown,
    explanation: str,
    weight: float,
    *,
    base: np.ndarray,
    under: np.ndarray,
    rows: slice,
    window: Window,
) -> ContrastRow:
    found = difference(base, under, shown.measure, rows)
    path = found.by_month[:, rows]
    return ContrastRow(
        variable=shown.canonical, name=shown.name, units=shown.units, kind=shown.kind, measure=shown.measure,
        explanation=explanation, weight=weight,
        base_low=found.base.low, base_median=found.base.median, base_high=found.base.high,
        low=found.under.low, median=found.under.median, high=found.under.high,
        difference_low=found.difference.low, difference_median=found.difference.median,
        difference_high=found.difference.high, more=found.more, months=months_of(window),
        path_low=tuple(map(float, path[0])), path_median=tuple(map(float, path[1])),
        path_high=tuple(map(float, path[2])),
    )  # fmt: skip


def _shown(folder: StudyFolder) -> tuple[_Shown, ...]:
    """Returns strength and civilian deaths, then every stock, every flow, and what is observed."""
    model = elaborate(folder.model)
    flowing, synonyms = set(flows(model)), synonym_table(model.unit_synonyms)
    observed = [one.canonical for one in folder.study.observes]
    stocks = [one.canonical for one in model.variables if one.kind == "stock"]
    found = []
    for name in dict.fromkeys((*_beside(folder), *stocks, *flows(model), *observed)):
        variable = model.by_name.get(name)
        if variable is None or isinstance(variable.equation, Table):
            continue
        kind = "stock" if variable.kind == "stock" else "flow" if name in flowing else "auxiliary"
        counted = kind == "flow" or name in observed or name == folder.study.briefing.civilian_deaths
        measure: Measure = "end" if kind == "stock" else "total" if counted else "mean"
        units = _summed(variable.units, synonyms) if measure == "total" else variable.units
        found.append(_Shown(name, variable.name, units, kind, measure))
    return tuple(found)


def _summed(units: str, synonyms: Mapping[str, str]) -> str:
    """Returns the units of a sum over months of something per month."""
    try:
        return str(parse_units(units, synonyms) * parse_units("month", synonyms)) if units else ""
    except StockadeError:
        return f"{units} summed"


def _beside(folder: StudyFolder) -> tuple[str, ...]:
    """Returns the group's strength and civilian deaths: neither is shown without the other."""
    stocks = {one.canonical for one in folder.model.variables if one.kind == "stock"}
    shown = [name for name in folder.study.briefing.latent if name in stocks]
    strength = shown[:1] or [one.canonical for one in folder.model.variables if one.kind == "stock"][:1]
    deaths = folder.study.briefing.civilian_deaths
    return (*strength, *(() if deaths is None else (deaths,)))


def _simulator(folder: StudyFolder, shown: Sequence[_Shown], *, noisy: bool) -> Simulator:
    changed = dict.fromkeys(one.canonical for two in folder.study.scenarios for one in two.interventions)
    flowing = [one.canonical for one in folder.study.noises] if noisy else []
    variables = [name for name in changed if folder.model.by_name[name].kind != "constant"]
    return compile(
        folder.model,
        outputs=tuple(dict.fromkeys((*(one.canonical for one in shown), *variables))),
        inputs=tuple(one.canonical for one in folder.study.inputs),
        overridable=tuple(dict.fromkeys((*changed, *flowing))),
        average=True,
        together=False if noisy else None,
    )


def _scenarios(folder: StudyFolder, wanted: Sequence[str]) -> list[list[Scenario]]:
    known = {one.id: one for one in folder.study.scenarios}
    place = Place(folder.study.file, name="scenario")
    if not known:
        hint = "Add a table [scenario.a_name] with 'says', 'from' and what it changes."
        raise StockadeError(Diagnostic("no-scenarios", "The study has no scenario.", place, hint=hint))
    problems = []
    found = []
    for text in wanted or known:
        names = [name.strip() for name in text.split("+")]
        for name in names:
            if name not in known:
                hint = did_you_mean(name, known, f"Its scenarios: {', '.join(known)}.")
                problems.append(
                    Diagnostic("unknown-scenario", f"The study has no scenario '{name}'.", place, hint=hint)
                )
        found.append([known[name] for name in dict.fromkeys(names) if name in known])
    if problems:
        raise StockadeError(problems)
    return found


def dates_named(folder: StudyFolder, wanted: Sequence[str]) -> list[date]:
    """Returns as-of dates of a study by how they are written, earliest first; the latest where none is named.

    Raises:
        StockadeError: ``unknown-as-of``.
    """
    known = {one.isoformat(): one for one in sorted(folder.study.as_of)}
    lacking = [one for one in wanted if one not in known]
    if lacking:
        message = f"'{lacking[0]}' is no as-of date of the study."
        hint = did_you_mean(lacking[0], known, f"Its dates: {', '.join(known)}.")
        place = Place(folder.study.file, name="study.as_of")
        raise StockadeError(Diagnostic("unknown-as-of", message, place, hint=hint))
    return [known[one] for one in sorted(dict.fromkeys(wanted))] or list(known.values())[-1:]
