"""What the parts of a claim are measured in: totals of what is no flow, and comparisons of unlike things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from stockade.claims.nodes import (
    Arithmetic,
    Claim,
    Comparison,
    Expression,
    Negative,
    Number,
    Observed,
    Variable,
    WindowTerm,
    diagnose,
)
from stockade.claims.walk import children, descend
from stockade.errors import Diagnostic, StockadeError
from stockade.model.units import DIMENSIONLESS, Units, parse_units, synonym_table

MONTH = "month"


@dataclass
class _Measuring:
    """The known units, and what was found on the way."""

    claim: Claim
    variables: Mapping[str, str]
    series: Mapping[str, str]
    synonyms: Mapping[str, str] = field(default_factory=synonym_table)
    found: list[Diagnostic] = field(default_factory=list)

    def say(self, node: Expression, code: str, message: str, hint: str) -> None:
        self.found.append(diagnose(self.claim.text, self.claim.place, node.span, code, message, hint))


def measure_mistakes(
    claim: Claim, variables: Mapping[str, str], series: Mapping[str, str]
) -> tuple[Diagnostic, ...]:
    """Returns what the units of a claim's parts forbid.

    Where units are not given nothing is said of them: a claim is not ill-posed because a model's
    author left a unit out.

    Args:
        claim: The claim.
        variables: Canonical name -> units as written.
        series: Series -> units of its monthly figure.
    """
    work = _Measuring(claim, variables, series)
    for node in descend(claim.expression):
        if isinstance(node, Comparison):
            _alike(work, node, _measure(work, node.left), _measure(work, node.right))
    return tuple(dict.fromkeys(work.found))


def _read(work: _Measuring, text: str) -> Units | None:
    """Returns units as written; None where none are given, or where the model's own check complains."""
    try:
        return parse_units(text, work.synonyms) if text.strip() else None
    except StockadeError:
        return None


def _literal(node: Expression) -> bool:
    """Says whether a part is numbers only: it takes the units of what it stands beside."""
    if isinstance(node, Arithmetic | Negative):
        return all(map(_literal, children(node)))
    return isinstance(node, Number)


def _measure(work: _Measuring, node: Expression) -> Units | None:
    """Returns the units of a part; None where they are not known."""
    units: Units | None = None
    match node:
        case Number():
            units = DIMENSIONLESS
        case Variable():
            units = _read(work, work.variables.get(node.name, ""))
        case Observed():
            units = _read(work, work.series.get(node.series, ""))
        case Negative():
            units = _measure(work, node.operand)
        case WindowTerm():
            units = _measure(work, node.quantity)
            if node.statistic == "total":
                units = _total(work, node, units)
        case Arithmetic():
            left, right = _measure(work, node.left), _measure(work, node.right)
            if node.operator in "+-":
                units = _alike(work, node, left, right)
            elif left is not None and right is not None:
                units = left * right if node.operator == "*" else left / right
    return units


def _alike(
    work: _Measuring, node: Arithmetic | Comparison, left: Units | None, right: Units | None
) -> Units | None:
    """Returns the units that both sides share, and notes it where they share none."""
    if _literal(node.left):
        return right
    if _literal(node.right) or left == right:
        return left
    if left is None or right is None:
        return None
    verb = "compared" if isinstance(node, Comparison) else "added or subtracted"
    hint = "Both sides need the same units: divide or multiply until they have them."
    month = Units(((MONTH, Fraction(1)),))
    if month in (left / right, right / left):
        hint = "One side is an amount, the other an amount a month: take total on both, or mean on both."
    work.say(
        node,
        "claim-units-mismatch",
        f"Unlike things are {verb}: [{left}] on the left, [{right}] on the right.",
        hint,
    )
    return None


def _total(work: _Measuring, term: WindowTerm, units: Units | None) -> Units | None:
    """Returns the units of a total, and notes it where the months' values do not add up to anything."""
    if units is None:
        return None
    written = work.claim.text[term.quantity.span.start : term.quantity.span.end]
    rest = units * Units(((MONTH, Fraction(1)),))
    if (MONTH, -1) in units.powers and rest != DIMENSIONLESS and all(power > 0 for _, power in rest.powers):
        return rest
    if any(power < 0 for _, power in units.powers):
        divided = isinstance(term.quantity, Arithmetic) and term.quantity.operator == "/"
        work.say(
            term,
            "claim-count-is-rate",
            f"{written} is a rate [{units}]; adding up its months counts nothing.",
            "Take mean of the rate, or drop the division and count." if divided else "Take mean of the rate.",
        )
    else:
        work.say(
            term,
            "claim-total-of-stock",
            f"{written} is no flow [{units}]: its months cannot be added up.",
            "Take mean, peak or at, or the total of a flow.",
        )
    return None
