"""Worlds and data as the briefing's curves: series, latent variables, the ledger, inputs, scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from stockade.briefing.curves import ALL, Input, Knot, Latent, LedgerRow, Series
from stockade.briefing.document import LeftOut, Scenario
from stockade.data.ledger import Report
from stockade.data.months import Window, format_month
from stockade.forecasts.mixture import Picks, mix, pick
from stockade.forecasts.predict import seed_for
from stockade.study.findings import INTERVAL, fan_of, months_of
from stockade.study.folder import StudyFolder
from stockade.study.inputs import figure_of, input_paths
from stockade.study.problems import fitted_counts, seen_series
from stockade.study.statements import left_out, statements
from stockade.study.study import Observe, ReportDefinition
from stockade.study.worlds import Account

DRAWS = 4000
"""Draws of an average over explanations."""

SHOWN_WEIGHT = 0.05
"""Weight above which an explanation's own fan is kept beside the average."""


@dataclass(frozen=True, eq=False)
class Picture:
    """All that curves are drawn from, as of one date.

    Attributes:
        folder: The study.
        when: The date.
        accounts: Explanation -> its account.
        weights: Explanation -> its weight.
        seed: Of everything random.
    """

    folder: StudyFolder
    when: date
    accounts: Mapping[str, Account]
    weights: Mapping[str, float]
    seed: int

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """Explanations whose own fan is kept: those of weight, and the heaviest mechanism in any case."""
        heavy = [name for name in self.accounts if self.weights[name] > SHOWN_WEIGHT]
        heavy.append(max(self.mechanisms, key=lambda name: self.weights[name]))
        return tuple(dict.fromkeys(heavy))

    @cached_property
    def mechanisms(self) -> tuple[str, ...]:
        """Explanations that speak of latent variables."""
        return tuple(name for name, one in self.accounts.items() if one.world.mechanism)

    @cached_property
    def of_all(self) -> Picks:
        """Draws of the average over all explanations."""
        return self._picks(tuple(self.accounts))

    @cached_property
    def of_mechanisms(self) -> Picks:
        """Draws of the average over those with a mechanism."""
        return self._picks(self.mechanisms)

    def average_counts(self, column: str) -> np.ndarray:
        """Returns predicted counts (month, draw) averaged over all explanations."""
        return mix([one.predicted[column] for one in self.accounts.values()], self.of_all)

    def average(self, variable: str) -> np.ndarray:
        """Returns a variable (month, draw) averaged over the explanations with a mechanism."""
        return mix([self.accounts[name].world.base[variable] for name in self.mechanisms], self.of_mechanisms)

    def _picks(self, names: Sequence[str]) -> Picks:
        shares = np.array([self.weights[name] for name in names])
        shares = shares if shares.sum() > 0 else np.ones(len(names))
        sizes = [self.accounts[name].world.draws for name in names]
        return pick(sizes, list(shares), DRAWS, seed_for(self.seed, "mixture", self.when.isoformat()))


def series(picture: Picture) -> tuple[Series, ...]:
    """Returns every observed series with what is predicted of it, month by month."""
    return tuple(_series(picture, one) for one in picture.folder.study.observes)


def _series(picture: Picture, observe: Observe) -> Series:
    folder = picture.folder
    period = folder.study.period
    observed = folder.series.over(observe.column, period)
    seen = seen_series(folder, picture.when)
    visible = np.isfinite(seen.over(observe.column, period))
    fitted = np.isfinite(fitted_counts(observe, seen, period))
    fans = [fan_of(ALL, picture.average_counts(observe.column), counts=True)]
    fans += [
        fan_of(name, picture.accounts[name].predicted[observe.column], counts=True) for name in picture.shown
    ]
    return Series(
        name=observe.column, label=observe.label, months=months_of(period),
        observed=tuple(None if np.isnan(one) else float(one) for one in observed),
        visible=tuple(bool(one) for one in visible),
        left_out=tuple(bool(one) for one in visible & ~fitted), fans=tuple(fans),
    )  # fmt: skip


def latents(picture: Picture) -> tuple[Latent, ...]:
    """Returns the variables that nobody counts, as the study asks for them."""
    folder = picture.folder
    stocks = [one.canonical for one in folder.model.variables if one.kind == "stock"]
    found = []
    for name in folder.study.briefing.latent or stocks:
        variable = folder.model.by_name[name]
        fans = [fan_of(ALL, picture.average(name))]
        fans += [
            fan_of(one, picture.accounts[one].world.base[name])
            for one in picture.shown
            if one in picture.mechanisms
        ]
        kind = "stock" if variable.kind == "stock" else "flow" if _per_month(variable.units) else "auxiliary"
        found.append(
            Latent(
                variable=name, name=variable.name,
                units="" if variable.units.strip().lower() in ("dmnl", "1") else variable.units,
                label=variable.name,
                months=months_of(folder.study.period), fans=tuple(fans), kind=kind,
            )
        )  # fmt: skip
    return tuple(found)


def _per_month(units: str) -> bool:
    return "/month" in units.lower().replace(" ", "") and not units.strip().startswith("1")


def ledger(picture: Picture) -> tuple[LedgerRow, ...]:
    """Returns what sources stated, beside what the posterior makes of the same quantity and months."""
    folder = picture.folder
    reasons = {(one.definition, one.report.id): one.reason for one in left_out(folder.study, folder.reports)}
    found, read = [], set()
    for definition in folder.study.definitions:
        used = {one.report.id for one in statements(folder.study, definition, folder.reports)}
        for report in folder.reports:
            reason = reasons.get((definition.name, report.id), "")
            if report.id in used or reason:
                found.append(_ledger_row(picture, definition, report, reason))
                read.add(report.id)
    found += [_unread_row(picture, report) for report in folder.reports if report.id not in read]
    return tuple(found)


def _ledger_row(picture: Picture, definition: ReportDefinition, report: Report, reason: str) -> LedgerRow:
    visible = report.reported_on <= picture.when
    posterior: list[float | None] = [None, None, None]
    if definition.canonical is not None and not reason:
        path = picture.average(definition.canonical)
        first = report.period.first - picture.folder.study.period.first
        rows = path[first : first + len(report.period)]
        level = rows.max(axis=0) if definition.statistic == "peak" else rows.mean(axis=0)
        posterior = [float(one) for one in np.quantile(level, INTERVAL)]
    why = reason or ("" if definition.canonical else "the model has no such variable; claims read it")
    return LedgerRow(
        report=definition.name, label=definition.label, period=str(report.period), kind=report.kind or "none",
        low=report.low, best=report.best, high=report.high, grade=report.grade, source=report.source,
        url=report.url, reported_on=report.reported_text, visible=visible,
        used=visible and not why, why=why or ("" if visible else "published later"),
        variable=definition.canonical or "", unit=report.unit, note=report.note,
        posterior_low=posterior[0], posterior_median=posterior[1], posterior_high=posterior[2],
        bias=_bias(picture, report, definition),
    )  # fmt: skip


def _unread_row(picture: Picture, report: Report) -> LedgerRow:
    inputs = {one.report for one in picture.folder.study.inputs}
    why = (
        "it gives a path of an input"
        if report.series in inputs
        else "no [report] table of the study reads it"
    )
    return LedgerRow(
        report=report.series, label=report.series.replace("_", " "), period=str(report.period),
        kind=report.kind or "none", low=report.low, best=report.best, high=report.high, grade=report.grade,
        source=report.source, url=report.url, reported_on=report.reported_text,
        visible=report.reported_on <= picture.when, used=False, why=why, unit=report.unit, note=report.note,
    )  # fmt: skip


def _bias(picture: Picture, report: Report, definition: ReportDefinition) -> float | None:
    """Returns the factor by which a source is taken to overstate, in the heaviest mechanism that has it."""
    name = f"bias of {report.source}"
    if definition.bias_per_source is None:
        return None
    for one in sorted(picture.mechanisms, key=lambda name: -picture.weights[name]):
        draws = picture.accounts[one].world.parameters.get(name)
        if draws is not None:
            return float(np.exp(np.median(draws)))
    return None


def inputs(folder: StudyFolder, when: date) -> tuple[Input, ...]:
    """Returns the paths given from outside, as they were known at a date."""
    paths = input_paths(folder.study, folder.reports, when)
    found = []
    for one in folder.study.inputs:
        times, values = paths[one.canonical]
        reported: dict[float, list[str]] = {}
        for report in folder.reports:
            if report.series == one.report and report.reported_on <= when and figure_of(report) is not None:
                reported.setdefault(report.period.middle - folder.study.period.first, []).append(
                    report.source
                )
        knots = tuple(
            Knot(
                format_month(folder.study.period.first + int(np.floor(time))), float(value),
                "reported" if float(time) in reported else "assumed",
                "; ".join(dict.fromkeys(reported.get(float(time), []))) or one.because,
            )
            for time, value in zip(times, values, strict=True)
            if time >= 0
        )  # fmt: skip
        held = format_month(folder.study.period.first + int(np.floor(times[-1])))
        found.append(Input(folder.written(one.canonical), knots, held, one.because))
    return tuple(found)


def scenarios(picture: Picture) -> tuple[Scenario, ...]:
    """Returns every scenario with the civilian deaths that stand beside it."""
    study = picture.folder.study
    deaths = study.briefing.civilian_deaths
    found = []
    for one in study.scenarios:
        window = Window(one.from_, study.period.last if one.until is None else one.until)
        numbers: list[float | None] = [None] * 6
        if deaths is not None:
            rows = slice(window.first - study.period.first, window.last + 1 - study.period.first)
            under = mix(
                [picture.accounts[name].world.scenarios[one.id][deaths] for name in picture.mechanisms],
                picture.of_mechanisms,
            )
            totals = under[rows].sum(axis=0), picture.average(deaths)[rows].sum(axis=0)
            numbers = [float(number) for two in totals for number in np.quantile(two, INTERVAL)]
        found.append(
            Scenario(
                id=one.id, says=one.says, window=str(window), deaths_low=numbers[0], deaths_median=numbers[1],
                deaths_high=numbers[2], base_low=numbers[3], base_median=numbers[4], base_high=numbers[5],
            )
        )  # fmt: skip
    return tuple(found)


def left_out_rows(folder: StudyFolder, when: date) -> tuple[LeftOut, ...]:
    """Returns what was known at a date and not used: months of series, and rows of the ledger."""
    found = [
        LeftOut(f"series {one.column}", str(months.window), months.because)
        for one in folder.study.observes
        for months in one.leave_out
    ]
    visible = [one for one in folder.reports if one.reported_on <= when]
    found += [
        LeftOut(
            f"report {one.definition}, line {one.report.line}, {one.report.source}",
            str(one.report.period),
            one.reason,
        )
        for one in left_out(folder.study, visible)
    ]
    return tuple(found)
