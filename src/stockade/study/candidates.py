"""Observations that could be made, and what every explanation expects of them, draw by draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from stockade.arrays import Floats
from stockade.contrasts.predictive import Counts, Figure, Predictive, figure
from stockade.data.asof import published_on
from stockade.data.months import Window, month_of
from stockade.forecasts.predict import predict_counts, seed_for
from stockade.inference.nulls import NullFit, next_report
from stockade.inference.posterior import Posterior, parameter_draws
from stockade.inference.problem import Problem
from stockade.model.names import canonical
from stockade.study.folder import StudyFolder
from stockade.study.study import Observe, ReportDefinition, Watch
from stockade.study.worlds import LARGEST_COUNT, Account

Kind = Observe | ReportDefinition | Watch


@dataclass(frozen=True, eq=False)
class Voice:
    """One explanation as of the date, thinned to as many draws as every other.

    Attributes:
        id: The explanation.
        account: What it says happened, all draws.
        chosen: (draw,) which of them are used.
        posterior: Of a mechanism; None for a null.
        null: Of a null; None for a mechanism.
        problem: What it was fitted to.
    """

    id: str
    account: Account
    chosen: np.ndarray
    posterior: Posterior | None
    null: NullFit | None
    problem: Problem


@dataclass(frozen=True)
class Candidate:
    """An observation that could be made.

    Attributes:
        of: The table of study.toml that it is about.
        window: Months that it is about.
        sigma: Sd of the log of a figure, bias of an unknown source included; None for counts.
        known_by: Day on which the last of it would be out; None where nobody can say.
    """

    of: Kind
    window: Window
    sigma: float | None
    known_by: date | None = None

    @property
    def id(self) -> str:
        """Its name in study.toml."""
        return self.of.column if isinstance(self.of, Observe) else self.of.name

    @property
    def kind(self) -> str:
        """Whether it goes on by itself, is a figure of a known kind, or is not collected yet."""
        kinds = {Observe: "series", ReportDefinition: "report", Watch: "not collected"}
        return kinds[type(self.of)]

    @property
    def column(self) -> str | None:
        """The column of series.csv that it continues; None for anything else."""
        return self.of.column if isinstance(self.of, Observe) else None

    @property
    def measure(self) -> str:
        """What its value is over the months."""
        if self.sigma is None:
            return "total"
        return self.of.statistic if isinstance(self.of, ReportDefinition) else "mean"


def coming(first: int, months: int, period: Window) -> Window | None:
    """Returns so many months from the first on, cut at the end of the period; None where it is over."""
    return None if first > period.last else Window(first, min(first + months - 1, period.last))


def next_month(observe: Observe, when: date, period: Window) -> int:
    """Returns the first month of the period whose figure is not out at a date."""
    month = max(month_of(when) - observe.published_after - 1, period.first)
    while published_on(month, observe.published_after) <= when:
        month += 1
    return month


def candidates(
    folder: StudyFolder, when: date, months: int, precision: float | None
) -> tuple[list[Candidate], list[str]]:
    """Returns the observations that could be made after a date, and a sentence on each that could not.

    Args:
        folder: The study.
        when: The date.
        months: How many coming months to look at.
        precision: Sd of the log of a new report, in the place of each kind's own.
    """
    study, found, left_out = folder.study, [], []
    for one in study.observes:
        window = coming(next_month(one, when, study.period), months, study.period)
        if window is None:
            left_out.append(f"{one.label}: the study's period ends before its next figure.")
            continue
        found.append(Candidate(one, window, None, published_on(window.last, one.published_after)))
    ahead = coming(max(month_of(when), study.period.first), months, study.period)
    for one in study.definitions:
        if one.canonical is None:
            continue
        if ahead is None:
            left_out.append(f"{one.label}: the study's period ends before the coming months.")
            continue
        # A report to come is taken to be by a source not heard before, of the best grade.
        sigma = np.hypot(precision or one.sigma, one.bias_per_source or 0.0)
        found.append(Candidate(one, ahead, float(sigma)))
    for one in study.watches:
        window = one.window or ahead
        if window is None:
            left_out.append(f"{one.label}: the study's period ends before the coming months.")
            continue
        found.append(Candidate(one, window, one.spread if one.noise == "lognormal" else None))
    return found, left_out


def predictive(folder: StudyFolder, candidate: Candidate, one: Voice, seed: int) -> Predictive | None:
    """Returns what an explanation expects of an observation; None where it says nothing of it."""
    rows = slice(
        candidate.window.first - folder.study.period.first,
        candidate.window.last + 1 - folder.study.period.first,
    )
    words = ("watch", candidate.kind, candidate.id, one.id)
    stream = seed_for(seed, *words)
    if isinstance(candidate.of, Observe):
        return _series(candidate.of, one, rows, stream)
    levels = _levels(candidate, one, rows, np.random.default_rng(stream))
    if levels is None:
        return None
    if candidate.sigma is not None:
        return figure(_over(levels, candidate.measure), candidate.sigma, np.random.default_rng(stream))
    spread = candidate.of.spread if isinstance(candidate.of, Watch) else 1.0
    means, dispersion = np.clip(levels, 0.0, LARGEST_COUNT), np.full(levels.shape[1], spread)
    return Counts(predict_counts(means, dispersion, stream).T, means, dispersion)


def value_of(predicted: Predictive) -> Floats:
    """Returns the number (draw,) that sums an observation up: counts in all, or the figure."""
    return predicted.outcomes[:, 0] if isinstance(predicted, Figure) else predicted.outcomes.sum(axis=1)


def _series(observe: Observe, one: Voice, rows: slice, stream: np.random.SeedSequence) -> Counts:
    """Returns the coming counts of an observed series; those drawn are those that claims are judged on."""
    outcomes = one.account.predicted[observe.column][rows][:, one.chosen].T
    if one.posterior is not None:
        (dispersion,) = parameter_draws(one.posterior, [canonical(observe.dispersion)])
        means = np.nan_to_num(one.account.world.base[observe.canonical][rows][:, one.chosen])
        return Counts(outcomes, np.clip(means, 0.0, LARGEST_COUNT), dispersion[one.chosen])
    assert one.null is not None
    (series,) = (two for two in one.null.series if two.series == observe.column)
    size = len(one.chosen)
    dispersion = np.random.default_rng(stream).choice(series.nodes, size=size, p=series.weights)
    return Counts(outcomes, np.repeat(series.means[rows][:, None], size, axis=1), dispersion)


def _levels(candidate: Candidate, one: Voice, rows: slice, random: np.random.Generator) -> Floats | None:
    """Returns the months' true levels (month, draw) of what is watched; None where a null says nothing."""
    of = candidate.of
    assert not isinstance(of, Observe)
    if one.posterior is not None:
        assert of.canonical is not None
        return np.nan_to_num(one.account.world.base[of.canonical][rows][:, one.chosen])
    if of.first_guess is None:
        return None
    guess = (of.first_guess.median, of.first_guess.sigma)
    centre, spread = (
        next_report(one.problem, of.name, guess)
        if isinstance(of, ReportDefinition)
        else (float(np.log(guess[0])), guess[1])
    )
    level = np.exp(centre + spread * random.standard_normal(len(one.chosen)))
    return np.repeat(level[None], rows.stop - rows.start, axis=0)


def _over(levels: Floats, measure: str) -> Floats:
    return levels.max(axis=0) if measure == "peak" else levels.mean(axis=0)


def chosen_draws(sizes: Sequence[int], most: int) -> Mapping[int, np.ndarray]:
    """Returns for each number of draws which of them are used: as many of all, evenly spaced."""
    size = min(most, *sizes)
    return {total: np.arange(size) * total // size for total in set(sizes)}
