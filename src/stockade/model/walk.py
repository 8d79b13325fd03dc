"""Walks over expressions without recursion: a sum of ten thousand terms is ten thousand levels deep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from stockade.model.expressions import Binary, Call, Expression, Unary

Result = TypeVar("Result")


def children(node: Expression) -> tuple[Expression, ...]:
    """Returns a node's operands or arguments, from left to right."""
    if isinstance(node, Unary):
        return (node.operand,)
    if isinstance(node, Binary):
        return (node.left, node.right)
    return node.arguments if isinstance(node, Call) else ()


def walk(expression: Expression) -> Iterator[Expression]:
    """Yields every node, a node before its operands, from left to right."""
    pending = [expression]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(children(node)))


def fold(expression: Expression, combine: Callable[[Expression, tuple[Result, ...]], Result]) -> Result:
    """Computes something from the leaves up.

    Args:
        expression: The whole.
        combine: Takes a node and what was computed for its operands.

    Returns:
        What was computed for the whole expression.
    """
    pending: list[tuple[Expression, bool]] = [(expression, False)]
    done: list[Result] = []
    while pending:
        node, ready = pending.pop()
        parts = children(node)
        if ready or not parts:
            first = len(done) - len(parts)
            found = combine(node, tuple(done[first:]))
            del done[first:]
            done.append(found)
        else:
            pending.append((node, True))
            pending.extend((part, False) for part in reversed(parts))
    return done[0]


def rebuild(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Returns the expression with `change` applied to every node, operands first."""

    def combine(node: Expression, parts: tuple[Expression, ...]) -> Expression:
        # By identity: comparing by value would walk the whole tree again at every node.
        if any(new is not old for new, old in zip(parts, children(node), strict=True)):
            if isinstance(node, Unary):
                node = replace(node, operand=parts[0])
            elif isinstance(node, Binary):
                node = replace(node, left=parts[0], right=parts[1])
            elif isinstance(node, Call):
                node = replace(node, arguments=parts)
        return change(node)

    return fold(expression, combine)
