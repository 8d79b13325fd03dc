"""What claims need of a study: its names, its statements, and which variables and scenarios they look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from stockade.claims.check import ClaimNames
from stockade.claims.check import check as check_claim
from stockade.claims.grammar import parse
from stockade.claims.grounds import JudgeSettings
from stockade.claims.nodes import MonthWindow, WindowTerm
from stockade.claims.verdict import ClaimSpec
from stockade.claims.walk import observed, variables, window_terms
from stockade.claims.worlds import Statement, Statements
from stockade.data.asof import visible_reports
from stockade.data.ledger import Report
from stockade.errors import Diagnostic, StockadeError
from stockade.model.expressions import Table
from stockade.study.folder import StudyFolder
from stockade.study.statements import statements
from stockade.study.study import Claim
from stockade.study.worlds import Needs


def claim_spec(claim: Claim) -> ClaimSpec:
    """Returns a claim of study.toml in the words of the claims room."""
    return ClaimSpec(
        id=claim.id, type=claim.type, quote=claim.quote, who=claim.who, means=claim.means,
        says=claim.says or "", on=claim.on.isoformat(), not_testable=claim.not_testable or "",
        evidence=claim.evidence, place=claim.place,
    )  # fmt: skip


def claim_names(folder: StudyFolder) -> ClaimNames:
    """Returns what the claims of a study can speak about. A count has the units of what it counts."""
    study, model = folder.study, folder.model
    units = {one.column: folder.units(one.canonical) for one in study.observes}
    return ClaimNames(
        variables={
            one.canonical: one.units for one in model.variables if not isinstance(one.equation, Table)
        },
        series={column: units.get(column, "") for column in folder.series.columns},
        reports=tuple(one.name for one in study.definitions),
        scenarios=tuple(one.id for one in study.scenarios),
        explanations=tuple(one.id for one in study.explanations),
        period=(study.period.first, study.period.last),
    )


def claim_diagnostics(folder: StudyFolder) -> tuple[Diagnostic, ...]:
    """Returns what is wrong or doubtful with the claims of a study, in the order of the file."""
    names, found = claim_names(folder), []
    for claim in folder.study.claims:
        if claim.says is None:
            continue
        try:
            found += check_claim(parse(claim.says, claim.place), names)
        except StockadeError as error:
            found += error.diagnostics
    return tuple(found)


def needs(folder: StudyFolder) -> Needs:
    """Returns what the worlds of a study must hold for its claims and its briefing."""
    study = folder.study
    shown = list(study.briefing.latent) or [
        one.canonical for one in folder.model.variables if one.kind == "stock"
    ]
    shown += [one.canonical for one in study.observes]
    shown += [one.canonical for one in study.definitions if one.canonical is not None]
    deaths = study.briefing.civilian_deaths
    beside = [] if deaths is None else [deaths]
    under: dict[str, list[str]] = {one.id: list(beside) for one in study.scenarios}
    series = [one.column for one in study.observes]
    for term in _terms(folder):
        names = list(variables(term.quantity))
        series += observed(term.quantity)
        if term.scenario is None:
            shown += names
        else:
            under[term.scenario] += names
            shown += names
    for scenario in study.scenarios:
        shown += [one.canonical for one in scenario.interventions]
    return Needs(
        variables=tuple(dict.fromkeys((*shown, *beside))),
        under={name: tuple(dict.fromkeys(wanted)) for name, wanted in under.items()},
        series=tuple(dict.fromkeys(series)),
    )


def judge_settings(folder: StudyFolder, when: date, seed: int) -> JudgeSettings:
    """Returns what judging needs to know of the study."""
    study = folder.study
    sources: dict[str, list[str]] = {}
    for one in study.observes:
        sources.setdefault(one.canonical, []).append(one.column)
    for one in study.definitions:
        if one.canonical is not None:
            sources.setdefault(one.canonical, []).append(one.name)
    return JudgeSettings(
        as_of=when.isoformat(),
        seed=seed,
        names=claim_names(folder),
        sources={name: tuple(found) for name, found in sources.items()},
    )


def judge_statements(folder: StudyFolder, when: date) -> Statements:
    """Returns what sources had stated by a date: by report definition, and by series of the ledger.

    A series that no definition reads is there for the evidence rows alone; its sigma is not used.
    """
    study = folder.study
    visible = visible_reports(folder.reports, when)
    found: dict[str, tuple[Statement, ...]] = {}
    for definition in study.definitions:
        found[definition.name] = tuple(
            Statement(
                MonthWindow(one.window.first, one.window.last), one.kind, one.low, one.best, one.high,
                one.sigma, one.report.grade, one.report.source, definition.share,
                one.report.reported_on.isoformat(),
            )
            for one in statements(study, definition, visible)
        )  # fmt: skip
    for series in dict.fromkeys(one.series for one in visible):
        if series not in found:
            found[series] = tuple(row for one in visible if one.series == series for row in _as_stated(one))
    return found


def _as_stated(report: Report) -> Sequence[Statement]:
    if report.kind is None:
        return ()
    window = MonthWindow(report.period.first, report.period.last)
    return (
        Statement(
            window, report.kind, report.low, report.best, report.high, 1.0, report.grade, report.source,
            False, report.reported_on.isoformat(),
        ),
    )  # fmt: skip


def _terms(folder: StudyFolder) -> list[WindowTerm]:
    """Returns the window terms of every claim that is well-posed; the others never reach a world."""
    names, found = claim_names(folder), []
    for claim in folder.study.claims:
        if claim.says is None:
            continue
        try:
            parsed = parse(claim.says, claim.place)
        except StockadeError:
            continue
        if not any(one.severity == "error" for one in check_claim(parsed, names)):
            found += window_terms(parsed.expression)
    return found
