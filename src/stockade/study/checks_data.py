"""Whether a study fits its data: columns, series, units, evidence, and what could be seen at its dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np

from stockade.data.asof import published_on
from stockade.data.ledger import Report
from stockade.data.months import format_month
from stockade.data.series import SeriesTable
from stockade.errors import Diagnostic
from stockade.study.form import did_you_mean
from stockade.study.inputs import input_paths
from stockade.study.lines import Key, Source
from stockade.study.statements import matches, statements
from stockade.study.study import Study


def check_data(
    study: Study, source: Source, table: SeriesTable, reports: tuple[Report, ...]
) -> Iterable[Diagnostic]:
    """Returns everything in a study that does not fit its series and its ledger."""
    checks = _Checks(study, source, table, reports)
    yield from checks.columns()
    yield from checks.series()
    yield from checks.shares_and_biases()
    yield from checks.dates()
    yield from checks.forecast()
    yield from checks.claims()


UNFINISHED = "?"
"""What a draft register leaves where an analyst has a word to find."""


class _Checks:
    def __init__(self, study: Study, source: Source, table: SeriesTable, reports: tuple[Report, ...]) -> None:
        self.study = study
        self.source = source
        self.table = table
        self.reports = reports
        self.names = list(dict.fromkeys(one.series for one in reports))

    def columns(self) -> Iterable[Diagnostic]:
        for one in self.study.observes:
            if one.column not in self.table.values:
                message = f"{self.study.series.name} has no column '{one.column}'."
                known = f"Its columns: {', '.join(self.table.columns)}."
                hint = did_you_mean(one.column, self.table.columns, known)
                yield self._problem("unknown-column", message, ("observe", one.column), hint)
        if not self.study.observes and not self.study.definitions:
            hint = "Add an [observe] or a [report] table."
            yield self._problem("nothing-observed", "The study observes nothing.", ("study",), hint)

    def series(self) -> Iterable[Diagnostic]:
        named = [
            (one.series, one.units, ("report", one.name), "series") for one in self.study.definitions
        ] + [
            (one.report, one.units, ("input", one.name), "report")
            for one in self.study.inputs
            if one.report is not None
        ]
        for series, units, key, word in named:
            if series not in self.names:
                message = f"There is no series '{series}' in {self.study.reports_name}."
                if self.study.reports is None:
                    message = f"There is no series '{series}': [study] names no 'reports'."
                hint = did_you_mean(series, self.names, f"Known series: {', '.join(self.names) or 'none'}.")
                yield self._problem("unknown-series", message, (*key, word), hint)
                continue
            known = list(dict.fromkeys(one.unit for one in self.reports if one.series == series))
            for unit in units:
                if unit not in known:
                    message = f"No report of '{series}' has the unit '{unit}'."
                    hint = did_you_mean(unit, known, f"Its units: {'; '.join(known)}.")
                    yield self._problem("unknown-unit", message, (*key, "unit"), hint)

    def shares_and_biases(self) -> Iterable[Diagnostic]:
        sds: dict[str, float] = {}
        for definition in self.study.definitions:
            key = ("report", definition.name)
            for report in self.reports:
                high = max(one for one in (report.low, report.best, report.high, 0.0) if one is not None)
                if definition.share and matches(definition, report) and high > 1:
                    message = f"{high:g} in line {report.line} of {self.study.reports_name} is no share."
                    yield self._problem(
                        "share-above-one", message, (*key, "share"), "Write shares between 0 and 1."
                    )
            for one in statements(self.study, definition, self.reports):
                sd = definition.bias_per_source
                if one.bias is not None and sd is not None and sds.setdefault(one.bias, sd) != sd:
                    message = f"The source '{one.report.source}' has another sd of its bias elsewhere."
                    hint = (
                        "A source has one bias: give the same bias_per_source to all reports that it makes."
                    )
                    yield self._problem("bias-conflict", message, (*key, "bias_per_source"), hint)
                    break

    def dates(self) -> Iterable[Diagnostic]:
        """The first datum that the study could use has to be out, and every input has to be known."""
        first = self._first_datum()
        for index, day in enumerate(self.study.as_of):
            key = ("study", "as_of", index)
            if first is None or day < first:
                message = f"Nothing that the study observes was out by {day}."
                hint = "Look from a later day."
                if first is not None:
                    hint = f"The first figure within {self.study.period} came out on {first}."
                yield self._problem("as-of-before-data", message, key, hint)
            for name, (x, _) in input_paths(self.study, self.reports, day).items():
                if not len(x):
                    written = self._input_name(name)
                    message = f"Nothing about the input '{written}' was known by {day}."
                    hint = "Assume a knot that was known by then, or look from a later day."
                    yield self._problem("input-without-knots", message, ("input", written), hint)

    def forecast(self) -> Iterable[Diagnostic]:
        forecast = self.study.forecast
        if forecast is None:
            return
        if forecast.as_of not in self.study.as_of:
            message = f"{forecast.as_of} is none of the study's as-of dates."
            hint = "Add it to as_of in [study], or forecast from one of those."
            yield self._problem("forecast-not-as-of", message, ("forecast", "as_of"), hint)
        if not forecast.window.within(self.study.period):
            message = f"{forecast.window} is not inside the study's period, {self.study.period}."
            yield self._problem(
                "outside-period", message, ("forecast", "window"), "Shorten it, or make the period longer."
            )
        for one in self.study.observes:
            out = published_on(forecast.window.first, one.published_after)
            if out <= forecast.as_of:
                month = format_month(forecast.window.first)
                message = f"'{one.column}' of {month} was out on {out}: it would not be a forecast."
                yield self._problem("forecast-already-known", message, ("forecast", "window"), "Begin later.")

    def claims(self) -> Iterable[Diagnostic]:
        definitions = [one.name for one in self.study.definitions]
        known = list(dict.fromkeys([*definitions, *self.names, *self.table.columns]))
        seen: dict[str, int] = {}
        for index, claim in enumerate(self.study.claims):
            if claim.id in seen:
                message = f"Claim {seen[claim.id] + 1} has the id '{claim.id}' too."
                yield self._problem(
                    "duplicate-claim", message, ("claim", index, "id"), "Give each claim an id of its own."
                )
            seen.setdefault(claim.id, index)
            for word in ("who", "means", "says", "not_testable"):
                if (getattr(claim, word) or "").strip() == UNFINISHED:
                    hint = "Put words in its place, or delete the claim; `stockade claims` leaves such marks."
                    message = f"'{word}' is still to be written."
                    yield self._problem("claim-unfinished", message, ("claim", index, word), hint)
            for number, name in enumerate(claim.evidence):
                if name not in known:
                    message = f"There is no series '{name}' to show as evidence."
                    hint = did_you_mean(name, known, "Name a series of the ledger or a column of the series.")
                    yield self._problem(
                        "unknown-evidence", message, ("claim", index, "evidence", number), hint
                    )

    def _first_datum(self) -> date | None:
        """Returns the day on which the first figure that the study can use was out."""
        days: list[date] = []
        for one in self.study.observes:
            if one.column in self.table.values:
                values = self.table.over(one.column, self.study.period)
                for out in one.leave_out:
                    values[[month in out.window for month in self.study.period.months()]] = np.nan
                seen = np.flatnonzero(np.isfinite(values))
                if len(seen):
                    days.append(published_on(self.study.period.first + int(seen[0]), one.published_after))
        for definition in self.study.definitions:
            if definition.is_ is not None:
                days += [one.report.reported_on for one in statements(self.study, definition, self.reports)]
        return min(days, default=None)

    def _input_name(self, canonical: str) -> str:
        return next(one.name for one in self.study.inputs if one.canonical == canonical)

    def _problem(self, code: str, message: str, key: Key, hint: str) -> Diagnostic:
        return Diagnostic(code, message, self.source.place(*key), self.source.excerpt(*key), hint)
