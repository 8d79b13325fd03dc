"""Ill-posed claims, found before anything is fitted: names, windows and what a window can be taken of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from stockade.claims.measures import measure_mistakes
from stockade.claims.nodes import (
    Claim,
    Comparison,
    Explanations,
    Expression,
    Observed,
    Reported,
    Span,
    Variable,
    WindowTerm,
    diagnose,
)
from stockade.claims.walk import descend, window_terms
from stockade.data.months import format_month
from stockade.errors import Diagnostic, Severity


@dataclass(frozen=True)
class ClaimNames:
    """What the claims of a study can speak about.

    Attributes:
        variables: Canonical name of every variable of the model -> its units as written, or empty.
        series: Column of the monthly counts -> units of its monthly figure (``attack/Month``), or empty.
        reports: Ids of the study's reports.
        scenarios: Ids of its scenarios.
        explanations: Ids of its explanations, nulls among them.
        period: First and last month of the study.
    """

    variables: Mapping[str, str]
    series: Mapping[str, str]
    reports: Collection[str]
    scenarios: Collection[str]
    explanations: Collection[str]
    period: tuple[int, int]


def check(claim: Claim, names: ClaimNames) -> tuple[Diagnostic, ...]:
    """Returns what makes a claim ill-posed (errors) or doubtful (warnings), in the order of the text.

    A claim with an error gets the verdict ``ill-posed``, which is not the verdict that it is false.

    Args:
        claim: As `stockade.claims.grammar.parse` returns it.
        names: What the study knows.
    """
    found = list(_unknown_names(claim, names))
    for term in window_terms(claim.expression):
        found += _window_mistakes(claim, term, names)
    found += _empty_comparisons(claim)
    if not any(one.severity == "error" for one in found):
        found += measure_mistakes(claim, names.variables, names.series)
    return tuple(found)


def _say(
    claim: Claim, span: Span, code: str, message: str, hint: str, severity: Severity = "error"
) -> Diagnostic:
    return diagnose(claim.text, claim.place, span, code, message, hint, severity)


def _unknown_names(claim: Claim, names: ClaimNames) -> Iterator[Diagnostic]:
    for node in descend(claim.expression):
        match node:
            case Variable() if node.name not in names.variables:
                yield _unknown(
                    claim, node.span, "variable", node.name, names.variables, _other_reading(node, names)
                )
            case Observed() if node.series not in names.series:
                yield _unknown(claim, node.span, "series", node.series, names.series)
            case Reported() if node.report not in names.reports:
                yield _unknown(claim, node.span, "report", node.report, names.reports)
            case WindowTerm(scenario=str()) if node.scenario not in names.scenarios:
                yield _unknown(claim, node.span, "scenario", str(node.scenario), names.scenarios)
            case Explanations():
                yield from _explanation_mistakes(claim, node, names)


def _other_reading(node: Variable, names: ClaimNames) -> str:
    """Returns a hint where the name is known, but as something else than a variable."""
    for kind, known in (("observed", names.series), ("reported", names.reports)):
        for one in known:
            if one.replace("_", " ").lower() == node.name:
                return f"It is no variable of the model; write {kind}({one})."
    return ""


def _unknown(
    claim: Claim, span: Span, kind: str, name: str, known: Collection[str], hint: str = ""
) -> Diagnostic:
    where = {"variable": "The model", "series": "The data"}.get(kind, "The study")
    if not hint:
        near = get_close_matches(name, known, n=1, cutoff=0.7)
        some = ", ".join(sorted(known)[:8])
        hint = (
            f"Did you mean {near[0]}?" if near else f"Known are: {some}{', ...' if len(known) > 8 else '.'}"
        )
    return _say(claim, span, f"claim-unknown-{kind}", f"{where} has no {kind} {name}.", hint)


def _explanation_mistakes(claim: Claim, node: Explanations, names: ClaimNames) -> Iterator[Diagnostic]:
    named = (*node.favoured, *node.against)
    for one in dict.fromkeys(named):
        if one not in names.explanations:
            yield _unknown(claim, node.span, "explanation", one, names.explanations)
        elif named.count(one) > 1:
            yield _say(
                claim,
                node.span,
                "claim-explanation-twice",
                f"The explanation {one} stands in the lists twice.",
                "Name each explanation once, on one side.",
            )


def _window_mistakes(claim: Claim, term: WindowTerm, names: ClaimNames) -> Iterator[Diagnostic]:
    window = term.window
    first, last = names.period
    period = f"{format_month(first)} to {format_month(last)}"
    if window.months < 1:
        yield _say(
            claim,
            window.span,
            "claim-empty-window",
            f"The window {window.text} ends before it begins.",
            "Write the earlier month first.",
        )
        return
    if window.first < first or window.last > last:
        yield _say(
            claim,
            window.span,
            "claim-window-outside-study",
            f"The window {window.text} leaves the study's period, {period}.",
            "Shorten the window, or widen the period of the study.",
        )
    if term.statistic == "at" and window.months > 1:
        yield _say(
            claim,
            window.span,
            "claim-at-several-months",
            f"at needs one month, and {window.text} holds {window.months}.",
            "Name one month, or write mean over the window.",
        )
    if term.statistic == "change" and window.months == 1:
        yield _say(
            claim,
            window.span,
            "claim-change-in-one-month",
            f"Nothing changes from {window.text} to {window.text}.",
            "change is the last month less the first: give it a window of several months.",
        )
    yield from _content_mistakes(claim, term)


def _content_mistakes(claim: Claim, term: WindowTerm) -> Iterator[Diagnostic]:
    """Yields mistakes about what may stand inside a window."""
    inside = tuple(descend(term.quantity))
    counted = [one for one in inside if isinstance(one, Observed)]
    stated = [one for one in inside if isinstance(one, Reported)]
    if not counted and not stated and not any(isinstance(one, Variable) for one in inside):
        yield _say(
            claim,
            term.quantity.span,
            "claim-says-nothing",
            "The window holds numbers only.",
            "Name a variable, observed(series) or reported(report) in it.",
        )
    if term.scenario is not None and (counted or stated):
        yield _say(
            claim,
            term.span,
            "claim-record-under-scenario",
            "Records and reports are of what happened, and say nothing of a scenario.",
            "Name the model's variable in place of observed(...) or reported(...).",
        )
    if stated and (len(inside) > 1 or term.statistic not in ("mean", "at")):
        yield _say(
            claim,
            term.span,
            "claim-reported-alone",
            "What sources stated of a window is one figure for all of it.",
            f"Write mean({_written(claim, stated[0])}, ...) and do arithmetic outside the window.",
        )


def _written(claim: Claim, node: Expression) -> str:
    return claim.text[node.span.start : node.span.end]


def _empty_comparisons(claim: Claim) -> Iterator[Diagnostic]:
    """Yields comparisons that are true or false whatever happened, and totals over unlike windows."""
    for node in descend(claim.expression):
        if not isinstance(node, Comparison):
            continue
        terms = window_terms(node)
        if not terms or node.left == node.right:
            yield _say(
                claim,
                node.span,
                "claim-says-nothing",
                "This is true or false whatever happened.",
                "Compare a window with a number, or with another window.",
            )
        lengths = sorted({one.window.months for one in terms if one.statistic == "total"})
        # A window that ends before it begins has been told already.
        if len(lengths) > 1 and lengths[0] > 0:
            yield _say(
                claim,
                node.span,
                "claim-unequal-windows",
                f"Totals over {' and '.join(map(str, lengths))} months are compared.",
                "Longer windows have larger totals: take mean, or windows of one length.",
                "warning",
            )
