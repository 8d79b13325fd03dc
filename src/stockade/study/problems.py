"""From a study to the problems that inference solves: one for each explanation and as-of date.

All problems of a study share their parameters, series and reports, so that one compiled program fits
them all; what a date may not see is masked.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from stockade.compiler.compile import Simulator
from stockade.data.asof import visible_series
from stockade.data.months import Window
from stockade.data.series import SeriesTable
from stockade.inference.priors import Prior
from stockade.inference.problem import CountObservation, Problem, ReportObservation
from stockade.model.names import canonical
from stockade.study.folder import StudyFolder
from stockade.study.inputs import at_steps, input_paths
from stockade.study.statements import Statement, biases
from stockade.study.study import Explanation, Observe, Study

HISTORY = 24
"""Months before the period that nulls and baselines may look back on."""


def parameter_names(folder: StudyFolder, *, noisy: bool = False) -> tuple[str, ...]:
    """Returns the parameters of all problems of the study: whatever has a prior or is held, then biases.

    The scales of noisy flows are among them only where flows are noisy: without, nothing depends on them.
    """
    study = folder.study
    named = [one.canonical for one in study.priors]
    for one in study.explanations:
        named += [prior.canonical for prior in one.priors]
        named += list(one.hold)
    found = dict.fromkeys((*named, *biases(study, folder.reports)))
    scales = {canonical(one.scale) for one in study.noises if one.scale is not None}
    scales -= {canonical(one.dispersion) for one in study.observes}
    return tuple(name for name in found if noisy or name not in scales)


def seen_series(folder: StudyFolder, as_of: date) -> SeriesTable:
    """Returns the series as they were known at a date."""
    study = folder.study
    return visible_series(folder.series, as_of, study.lag_months, otherwise=study.published_after)


def fitted_counts(observe: Observe, table: SeriesTable, window: Window) -> np.ndarray:
    """Returns the counts (month,) of a window that are fitted: NaN where unseen or left out."""
    values = table.over(observe.column, window).copy()
    for one in observe.leave_out:
        inside = [month in one.window for month in window.months()]
        values[np.array(inside, dtype=bool)] = np.nan
    return values


def problem(
    folder: StudyFolder, simulator: Simulator, explanation: Explanation, as_of: date, *, noisy: bool = False
) -> Problem:
    """Returns what an explanation is fitted to, as of a date.

    Args:
        folder: The study.
        simulator: Its fitting simulator.
        explanation: One of its explanations. A null's problem holds the data and the priors of the
            dispersions, which is all that it uses.
        as_of: One of its dates.
        noisy: Whether the scales of noisy flows are parameters too.
    """
    study = folder.study
    names = parameter_names(folder, noisy=noisy)
    reports = _reports(folder, as_of)
    priors, free, held = _parameters(folder, simulator, explanation, as_of, reports, names)
    return Problem(
        simulator=simulator,
        parameters=names,
        priors=priors,
        free=free,
        held=held,
        counts=_counts(study, seen_series(folder, as_of)),
        reports=reports,
        inputs=input_array(folder, simulator, as_of),
    )


def input_array(folder: StudyFolder, simulator: Simulator, as_of: date) -> np.ndarray | None:
    """Returns the inputs' paths (input, step) as they were known at a date; None where there are none."""
    if not simulator.inputs:
        return None
    paths = at_steps(input_paths(folder.study, folder.reports, as_of), simulator.steps)
    return np.array([paths[name] for name in simulator.inputs])


def _counts(study: Study, table: SeriesTable) -> tuple[CountObservation, ...]:
    before = Window(study.period.first - HISTORY, study.period.first - 1)
    return tuple(
        CountObservation(
            series=one.column,
            output=one.canonical,
            dispersion=_canonical_of(study, one.dispersion),
            values=fitted_counts(one, table, study.period),
            history=fitted_counts(one, table, before),
        )
        for one in study.observes
    )


def _canonical_of(study: Study, written: str) -> str:
    return next(one.canonical for one in study.priors if written in (one.name, one.canonical))


def _reports(folder: StudyFolder, as_of: date) -> tuple[ReportObservation, ...]:
    study = folder.study
    return tuple(
        _report(study, definition.canonical, definition.statistic, one, as_of)
        for definition in study.definitions
        if definition.canonical is not None
        for one in folder.statements(definition.name)
    )


def _report(study: Study, output: str, statistic: str, one: Statement, as_of: date) -> ReportObservation:
    return ReportObservation(
        report=f"{one.definition}:{one.report.line}",
        output=output,
        first=one.window.first - study.period.first,
        last=one.window.last - study.period.first,
        statistic="peak" if statistic == "peak" else "mean",
        kind=one.kind,
        low=one.low,
        best=one.best,
        high=one.high,
        sigma=one.sigma,
        bias=one.bias,
        seen=one.report.reported_on <= as_of,
        series=one.definition,
        published=one.report.reported_on.toordinal(),
    )


def _parameters(
    folder: StudyFolder,
    simulator: Simulator,
    explanation: Explanation,
    as_of: date,
    reports: tuple[ReportObservation, ...],
    names: tuple[str, ...],
) -> tuple[tuple[Prior | None, ...], np.ndarray, np.ndarray]:
    """Returns priors, what is free, and the values of the rest. A bias is free once its source has spoken."""
    defaults = dict(zip(simulator.constants, simulator.defaults, strict=True))
    own = folder.study.priors_of(explanation)
    spoken = {one.bias for one in reports if one.seen}
    bias = biases(folder.study, folder.reports)
    priors: list[Prior | None] = []
    free = np.zeros(len(names), dtype=bool)
    held = np.zeros(len(names))
    for row, name in enumerate(names):
        prior = own.get(name)
        if name in bias:
            priors.append(Prior(name, "normal", 0.0, bias[name]))
            free[row] = name in spoken
            continue
        priors.append(None if prior is None else Prior(name, prior.family, prior.a, prior.b))
        value = explanation.hold.get(name)
        if value is None and prior is not None:
            value = prior.held_as_of(as_of)
            free[row] = value is None
        elif value is None:
            value = float(defaults.get(name, 0.0))
        held[row] = 0.0 if value is None else value
    return tuple(priors), free, held
