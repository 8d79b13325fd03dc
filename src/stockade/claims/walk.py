"""Walking over the nodes of a claim."""

from __future__ import annotations

from collections.abc import Iterator

from stockade.claims.nodes import (
    Arithmetic,
    Both,
    Comparison,
    Conditional,
    Either,
    Expression,
    Negative,
    Not,
    Observed,
    Reported,
    Variable,
    WindowTerm,
)


def children(node: Expression) -> tuple[Expression, ...]:
    """Returns the nodes directly below `node`, in the order of the text."""
    match node:
        case Arithmetic() | Comparison() | Both() | Either():
            return (node.left, node.right)
        case Negative() | Not():
            return (node.operand,)
        case Conditional():
            return (node.condition, node.consequence)
        case WindowTerm():
            return (node.quantity,)
        case _:
            return ()


def descend(node: Expression) -> Iterator[Expression]:
    """Yields `node` and everything below it, in the order of the text."""
    yield node
    for child in children(node):
        yield from descend(child)


def window_terms(node: Expression) -> tuple[WindowTerm, ...]:
    """Returns the window terms, each once, in the order of the text."""
    return tuple(dict.fromkeys(one for one in descend(node) if isinstance(one, WindowTerm)))


def variables(node: Expression) -> tuple[str, ...]:
    """Returns the canonical names of the model's variables that are mentioned, each once."""
    return tuple(dict.fromkeys(one.name for one in descend(node) if isinstance(one, Variable)))


def observed(node: Expression) -> tuple[str, ...]:
    """Returns the series whose counts are mentioned, each once."""
    return tuple(dict.fromkeys(one.series for one in descend(node) if isinstance(one, Observed)))


def reported(node: Expression) -> tuple[str, ...]:
    """Returns the reports that are mentioned, each once."""
    return tuple(dict.fromkeys(one.report for one in descend(node) if isinstance(one, Reported)))


def scenarios(node: Expression) -> tuple[str, ...]:
    """Returns the scenarios that are mentioned, each once."""
    found = (one.scenario for one in window_terms(node) if one.scenario is not None)
    return tuple(dict.fromkeys(found))
