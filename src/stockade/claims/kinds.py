"""What the grammar leaves open: which parts are true or false, and which are numbers."""

from __future__ import annotations

from stockade.claims.nodes import (
    Arithmetic,
    Both,
    Comparison,
    Conditional,
    Either,
    Explanations,
    Expression,
    Negative,
    Not,
    Observed,
    Reported,
    Variable,
    diagnose,
)
from stockade.claims.walk import children
from stockade.errors import Diagnostic, Place

Truth = (Comparison, Both, Either, Not, Conditional, Explanations)


def kind_mistakes(text: str, place: Place, expression: Expression) -> tuple[Diagnostic, ...]:
    """Returns what the grammar alone cannot refuse; empty where all is well.

    That is ``claim-syntax`` for a number in the place of a truth or a truth in the place of a number, and
    ``claim-needs-window`` for a quantity that names no months.
    """
    found: list[Diagnostic] = []
    _expect_truth(text, place, expression, found)
    return tuple(found)


def _expect_truth(text: str, place: Place, node: Expression, found: list[Diagnostic]) -> None:
    if not isinstance(node, Truth):
        _expect_number(text, place, node, found)
        if not found:
            found.append(
                diagnose(
                    text,
                    place,
                    node.span,
                    "claim-syntax",
                    "This is a number, and a claim is true or false.",
                    "Compare it with something: < > <= >=.",
                )
            )
        return
    visit = _expect_number if isinstance(node, Comparison) else _expect_truth
    for child in children(node):
        visit(text, place, child, found)


def _expect_number(text: str, place: Place, node: Expression, found: list[Diagnostic]) -> None:
    if isinstance(node, Truth):
        found.append(
            diagnose(
                text,
                place,
                node.span,
                "claim-syntax",
                "This is true or false, where a number is expected.",
                "Compare two numbers at a time with < > <= >=, and join comparisons by and, or, not.",
            )
        )
    elif isinstance(node, Variable | Observed | Reported):
        words = text[node.span.start : node.span.end]
        found.append(
            diagnose(
                text,
                place,
                node.span,
                "claim-needs-window",
                f"{words} names no months.",
                f"Say when: at({words}, 2008-03), or mean, total, peak, lowest, change over a window.",
            )
        )
    elif isinstance(node, Arithmetic | Negative):
        for child in children(node):
            _expect_number(text, place, child, found)
