"""From fits to worlds: what each explanation says happened, month by month, as it was and under scenarios."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import NamedTuple

import numpy as np

from stockade.arrays import Floats
from stockade.claims.worlds import World
from stockade.compiler.compile import Simulator
from stockade.compiler.integrate import Overrides
from stockade.data.months import Window
from stockade.data.series import SeriesTable
from stockade.errors import Diagnostic, StockadeError
from stockade.forecasts.predict import predict_counts, seed_for, with_seen
from stockade.inference.nulls import NullFit, draw_counts, fit_null
from stockade.inference.posterior import Posterior, parameter_draws
from stockade.inference.priors import Prior
from stockade.inference.problem import CountObservation, Problem
from stockade.model.names import canonical
from stockade.simulation.ensembles import ensemble
from stockade.simulation.finite import check_finite
from stockade.simulation.scenarios import resolve
from stockade.simulation.trajectories import Trajectories, trajectories
from stockade.study.folder import StudyFolder
from stockade.study.interventions import changes
from stockade.study.problems import HISTORY, input_array, seen_series
from stockade.study.study import Observe, Scenario, Study

PRIOR_DRAWS = 1024
"""Draws of the prior that claims are judged on before the data."""

LARGEST_COUNT = 1e12
"""Expected monthly counts are cut here before counts are drawn: a prior may run away, a table may not."""

UNFITTED_DISPERSION = Prior("dispersion", "lognormal", 2.0, 1.0)
"""What a null takes for the dispersion of a series that the study does not fit."""


Run = Callable[[Floats, Floats | None, Overrides], Floats]
"""Constants (constants, draw), inputs and overrides -> outputs (month, output, draw)."""


class Runs(NamedTuple):
    """How the draws of an explanation are run.

    Attributes:
        prior: Those of its prior, the first `PRIOR_DRAWS` of them.
        posterior: Those of its posterior.
    """

    prior: Run
    posterior: Run


@dataclass(frozen=True)
class Needs:
    """What worlds must hold.

    Attributes:
        variables: Canonical names of the variables wanted of the base run.
        under: Scenario -> canonical names wanted under it.
        series: Columns of series.csv whose counts are wanted.
    """

    variables: tuple[str, ...]
    under: Mapping[str, tuple[str, ...]]
    series: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Account:
    """What one explanation says, as of one date.

    Attributes:
        world: For judging: seen counts stand where they were seen.
        predicted: Series -> (month, draw) counts as the explanation predicts them in every month, seen or
            not; for fans and scores.
    """

    world: World
    predicted: Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class WorldMaker:
    """Makes the worlds of one date.

    Attributes:
        folder: The study.
        simulator: Its judging simulator.
        when: The date.
        needs: What the worlds must hold.
        seed: Of everything random.
    """

    folder: StudyFolder
    simulator: Simulator
    when: date
    needs: Needs
    seed: int

    @property
    def seen(self) -> SeriesTable:
        """The series as they were known at the date."""
        return seen_series(self.folder, self.when)


def mechanism_account(maker: WorldMaker, posterior: Posterior, runs: Runs | None = None) -> Account:
    """Returns the account of an explanation with a mechanism, the world of its prior beside it.

    Args:
        maker: What worlds of a date share.
        posterior: The explanation's.
        runs: How its draws are run; without noise where None is given.

    Raises:
        StockadeError: ``not-finite`` where a posterior draw runs into NaN or infinity.
    """
    if runs is None:
        plain = partial(ensemble, maker.simulator)
        runs = Runs(plain, plain)
    prior = _account(maker, posterior, runs.prior, prior=True)
    account = _account(maker, posterior, runs.posterior, prior=False)
    return replace(account, world=replace(account.world, prior=prior.world))


def posterior_account(maker: WorldMaker, posterior: Posterior) -> Account:
    """Returns the account of an explanation with a mechanism, its prior left aside.

    Raises:
        StockadeError: ``not-finite`` as `mechanism_account`.
    """
    return _account(maker, posterior, partial(ensemble, maker.simulator), prior=False)


def null_account(maker: WorldMaker, name: str, fit: NullFit, problem: Problem, draws: int) -> Account:
    """Returns the account of a null: counts only. Series that the study does not fit are its own guess."""
    study, seen = maker.folder.study, maker.seen
    extra = [one for one in maker.needs.series if one not in {two.column for two in study.observes}]
    seed = int(seed_for(maker.seed, "null", name, maker.when.isoformat()).generate_state(1)[0])
    drawn = draw_counts(fit, seed=seed, draws=draws)
    if extra:
        unfitted = fit_null(_unfitted(problem, extra, seen, study.period), fit.kind, {})
        drawn |= draw_counts(unfitted, seed=seed + 1, draws=draws)
    counts = {column: with_seen(values, seen.over(column, study.period)) for column, values in drawn.items()}
    world = World(
        explanation=name, mechanism=False, log_evidence=fit.log_evidence, mc_error=0.0,
        first_month=study.period.first, base={}, scenarios={}, counts=counts, parameters={}, shrinkage={},
        repeat=np.zeros(draws, dtype=int),
    )  # fmt: skip
    return Account(world, drawn)


def month_times(simulator: Simulator, study: Study) -> np.ndarray:
    """Returns the month of each row of a simulator's averages.

    Raises:
        StockadeError: ``model-not-monthly`` where its rows are not the months of the study's period.
    """
    rows = np.rint(np.asarray(simulator.times)).astype(int)
    if len(rows) != len(study.period) or not np.allclose(simulator.times, np.arange(len(study.period))):
        raise StockadeError(
            Diagnostic(
                "model-not-monthly",
                f"the model saves {len(rows)} rows from time {simulator.times[0]:g}; the study's period has "
                f"{len(study.period)} months from time 0",
                hint="set INITIAL TIME = 0, SAVEPER = 1 and FINAL TIME = the number of months of the period",
            )
        )
    return rows + study.period.first


def _account(maker: WorldMaker, posterior: Posterior, run: Run, *, prior: bool) -> Account:
    """Runs the draws of a posterior, or of its prior, as they are and under every scenario."""
    simulator, study = maker.simulator, maker.folder.study
    keep = slice(0, min(PRIOR_DRAWS, len(posterior.prior_draws))) if prior else slice(None)
    constants = constants_of(simulator, posterior, prior=prior)[:, keep]
    inputs = input_array(maker.folder, simulator, maker.when)
    nothing = unchanged(simulator, constants.shape[1])
    results = run(constants, inputs, nothing)
    wrong = None if prior else check_finite(simulator, constants, results, inputs, nothing)
    if wrong is not None:
        raise StockadeError(wrong)
    base = trajectories(simulator, results)
    under = {
        one.id: _under(maker, one, run, constants, inputs, base, prior=prior)
        for one in study.scenarios
        if one.id in maker.needs.under
    }
    predicted = _predicted(maker, posterior, base, keep, prior=prior)
    world = World(
        explanation=posterior.explanation, mechanism=True, log_evidence=posterior.log_evidence,
        mc_error=posterior.mc_error, first_month=study.period.first,
        base={name: base.values[name] for name in maker.needs.variables}, scenarios=under,
        counts=_counts(maker, predicted, base.draws, prior=prior),
        parameters={
            name: (posterior.prior_draws if prior else posterior.draws)[keep, column]
            for column, name in enumerate(posterior.names)
        },
        shrinkage={} if prior else posterior.shrinkage,
        repeat=np.zeros(constants.shape[1], dtype=int) if prior else posterior.repeat,
        diagnostics=() if prior else posterior.diagnostics,
    )  # fmt: skip
    return Account(world, predicted)


def constants_of(simulator: Simulator, posterior: Posterior, *, prior: bool) -> np.ndarray:
    """Returns the model's constants (constants, draw): the file's own where the study says nothing."""
    known = [name for name in simulator.constants if name in posterior.names or name in posterior.held]
    rows = parameter_draws(posterior, known, prior=prior)
    constants = np.repeat(np.asarray(simulator.defaults)[:, None], rows.shape[1], axis=1)
    constants[[simulator.constants.index(name) for name in known]] = rows
    return constants


def unchanged(simulator: Simulator, draws: int) -> Overrides:
    """Returns overrides that change nothing, so that the base run shares the scenarios' program."""
    size = len(simulator.overridable)
    return Overrides(np.full(size, np.inf), np.full(size, np.inf), np.zeros((size, draws)))


def _under(
    maker: WorldMaker,
    scenario: Scenario,
    run: Run,
    constants: np.ndarray,
    inputs: np.ndarray | None,
    base: Trajectories,
    *,
    prior: bool,
) -> dict[str, np.ndarray]:
    """Runs the same draws under a scenario and keeps what is wanted of them.

    Raises:
        StockadeError: ``not-finite`` where a posterior draw runs into NaN or infinity under it: claims
            would pass over such draws in silence.
    """
    meant = changes([scenario], maker.folder.study.period.first)
    overrides = resolve(meant, maker.simulator, base)
    results = run(constants, inputs, overrides)
    wrong = None if prior else check_finite(maker.simulator, constants, results, inputs, overrides)
    if wrong is not None:
        raise StockadeError(replace(wrong, message=f"under the scenario '{scenario.id}', {wrong.message}"))
    found = trajectories(maker.simulator, results)
    return {name: found.values[name] for name in maker.needs.under[scenario.id]}


def _predicted(
    maker: WorldMaker, posterior: Posterior, base: Trajectories, keep: slice, *, prior: bool
) -> dict[str, np.ndarray]:
    """Returns counts (month, draw) of each observed series, drawn around the model in every month."""
    found = {}
    for one in maker.folder.study.observes:
        dispersion = parameter_draws(posterior, [_dispersion(one)], prior=prior)[0][keep]
        mean = np.clip(np.nan_to_num(base.values[one.canonical]), 0.0, LARGEST_COUNT)
        words = ("counts", posterior.explanation, one.column, maker.when.isoformat(), str(prior))
        found[one.column] = predict_counts(mean, dispersion, seed_for(maker.seed, *words))
    return found


def _counts(
    maker: WorldMaker, predicted: Mapping[str, np.ndarray], draws: int, *, prior: bool
) -> dict[str, np.ndarray]:
    """Returns counts (month, draw): seen where they were, else predicted; before the data nothing is seen.

    A series that the model does not count is known where it was seen.
    """
    period, seen = maker.folder.study.period, maker.seen
    counts = dict(predicted)
    if not prior:
        counts = {name: with_seen(values, seen.over(name, period)) for name, values in predicted.items()}
    for column in maker.needs.series:
        if column not in counts:
            known = np.full(len(period), np.nan) if prior else seen.over(column, period)
            counts[column] = np.broadcast_to(known[:, None], (len(known), draws))
    return counts


def _dispersion(observe: Observe) -> str:
    return canonical(observe.dispersion)


def _unfitted(problem: Problem, columns: list[str], seen: SeriesTable, period: Window) -> Problem:
    """Returns a problem of series that no explanation is fitted to, for the nulls' guess at them."""
    before = Window(period.first - HISTORY, period.first - 1)
    names = tuple(f"dispersion of {one}" for one in columns)
    return Problem(
        simulator=_OutputsOnly(tuple(columns), problem),
        parameters=names,
        priors=tuple(replace(UNFITTED_DISPERSION, name=one) for one in names),
        free=np.ones(len(names), dtype=bool),
        held=np.zeros(len(names)),
        counts=tuple(
            CountObservation(
                column, column, name, values=seen.over(column, period), history=seen.over(column, before)
            )
            for column, name in zip(columns, names, strict=True)
        ),
    )


@dataclass(frozen=True, eq=False)
class _OutputsOnly:
    """Stands where a problem wants a simulator and a null never runs one."""

    outputs: tuple[str, ...]
    source: Problem

    @property
    def constants(self) -> tuple[str, ...]:
        return ()

    @property
    def defaults(self) -> np.ndarray:
        return np.empty(0)

    @property
    def run(self):
        return self.source.simulator.run
