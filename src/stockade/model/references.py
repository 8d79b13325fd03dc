"""Which variables an expression reads."""

from __future__ import annotations

from stockade.model.expressions import Expression, Reference
from stockade.model.walk import walk


def references(expression: Expression) -> frozenset[str]:
    """Returns the canonical names that are read, lookups called by name and ``time`` among them."""
    return frozenset(node.name for node in walk(expression) if isinstance(node, Reference))


def reference_nodes(expression: Expression) -> tuple[Reference, ...]:
    """Returns every reference, from left to right, with its place."""
    return tuple(node for node in walk(expression) if isinstance(node, Reference))
