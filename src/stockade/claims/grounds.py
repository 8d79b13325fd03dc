"""The grounds of a verdict: dated figures behind it, what its terms come to, and confidence in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from stockade.claims.check import ClaimNames
from stockade.claims.confidence import (
    ConfidencePart,
    agreement_part,
    shrinkage_part,
    skill_part,
    sources_part,
)
from stockade.claims.evaluate import Outcome
from stockade.claims.moved import MovedBy
from stockade.claims.nodes import Expression
from stockade.claims.render import render, render_window
from stockade.claims.verdict import ClaimSpec, EvidenceRow, TermValue
from stockade.claims.walk import observed, reported, scenarios, variables
from stockade.claims.worlds import Statement, Statements, World

RECORDS_GRADE = "B2"  # event data gathered by one published method, checked against several reports


@dataclass(frozen=True)
class JudgeSettings:
    """What judging needs beside claims and worlds.

    Attributes:
        as_of: The date of knowledge, ISO.
        seed: Fixes everything random; the same seed gives the same verdicts.
        names: What claims can speak about; None leaves checking to the caller.
        sources: Canonical variable -> ids of the reports and series that observe it.
        grades: Series -> Admiralty grade of its records.
    """

    as_of: str = ""
    seed: int = 0
    names: ClaimNames | None = None
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    grades: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One claim with all that it is judged on.

    Attributes:
        spec: The claim as written.
        worlds: What each explanation says happened, as of one date.
        statements: Report id -> its statements that were visible on that date.
        settings: Date, seed, names and which reports observe what.
    """

    spec: ClaimSpec
    worlds: Sequence[World]
    statements: Statements
    settings: JudgeSettings


def evidence_rows(case: Case, expression: Expression | None = None) -> tuple[EvidenceRow, ...]:
    """Returns the visible figures of every report that bears on a claim, by report and month."""
    names = list(case.spec.evidence)
    if expression is not None:
        names += reported(expression)
        names += [one for name in variables(expression) for one in case.settings.sources.get(name, ())]
    return tuple(
        EvidenceRow(name, render_window(one.window), figure(one), one.source, one.grade, one.published)
        for name in dict.fromkeys(names)
        for one in sorted(
            case.statements.get(name, ()), key=lambda each: (each.window.first, each.window.last)
        )
    )


def figure(one: Statement) -> str:
    """Returns a statement's figure as it is printed."""
    match one.kind:
        case "range":
            return f"{one.low:g} to {one.high:g}"
        case "upper":
            return f"at most {one.high:g}"
        case "lower":
            return f"at least {one.low:g}"
        case _:
            return f"{one.best:g}"


def term_values(outcomes: Mapping[str, Outcome], weights: Mapping[str, float]) -> tuple[TermValue, ...]:
    """Returns the 5, 50 and 95 % points of each window term over the explanations that speak, by weight."""
    first = next(iter(outcomes.values()))
    found = []
    for term in first.terms:
        values = [outcomes[name].terms[term] for name in outcomes]
        of_draws = [
            np.full(one.size, weights.get(name, 0.0) / one.size)
            for name, one in zip(outcomes, values, strict=True)
        ]
        low, median, high = _quantiles(np.concatenate(values), np.concatenate(of_draws), (0.05, 0.5, 0.95))
        found.append(TermValue(render(term), low, median, high))
    return tuple(found)


def _quantiles(values: np.ndarray, weights: np.ndarray, levels: tuple[float, ...]) -> list[float]:
    known = ~np.isnan(values)
    order = np.argsort(values[known], kind="stable")
    heights = np.cumsum(weights[known][order])
    at = np.searchsorted(heights, np.array(levels) * heights[-1])
    return [float(one) for one in values[known][order][np.minimum(at, order.size - 1)]]


def confidence_parts(
    case: Case, expression: Expression, heavy: Mapping[str, float], moved: MovedBy | None, *, decided: bool
) -> list[ConfidencePart]:
    """Returns the grounds of the confidence in a verdict, as `stockade.claims.confidence` defines them.

    Args:
        case: The claim with what it is judged on.
        expression: What it says.
        heavy: Probability by explanation of weight above 0.05.
        moved: What moved the claim most.
        decided: Whether seen records decide it.
    """
    parts = [_sources(case, expression)]
    if not decided and (observed(expression) or variables(expression)):
        parts.append(agreement_part(heavy))
        if moved is not None:
            parts.append(shrinkage_part(moved.parameter, moved.shrinkage))
        parts.append(skill_part(case.worlds))
    return parts


def _sources(case: Case, expression: Expression) -> ConfidencePart:
    spec, statements, settings = case.spec, case.statements, case.settings
    grades = [
        one.grade for name in (*spec.evidence, *reported(expression)) for one in statements.get(name, ())
    ]
    grades += [settings.grades.get(name, RECORDS_GRADE) for name in observed(expression)]
    bare = []
    for variable in variables(expression):
        bearing = _grades_of(case, variable)
        grades += bearing
        if not bearing and not spec.evidence:
            bare.append(variable)
    return sources_part(grades, bare, scenario=bool(scenarios(expression)))


def _grades_of(case: Case, variable: str) -> list[str]:
    """Returns the grades of the visible reports, and of the records, that observe a variable."""
    found: list[str] = []
    series = case.settings.names.series if case.settings.names else {}
    for name in case.settings.sources.get(variable, ()):
        if name in series:
            found.append(case.settings.grades.get(name, RECORDS_GRADE))
        else:
            found += [one.grade for one in case.statements.get(name, ())]
    return found
