"""Walking expressions without recursion: a deep expression must not meet Python's recursion limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from stockade.model.expressions import Binary, Call, Expression, Reference, Unary
from stockade.model.walk import children


def postorder(root: Expression) -> Iterator[Expression]:
    """Yields every node, operands before what uses them, left to right."""
    stack: list[tuple[Expression, bool]] = [(root, False)]
    while stack:
        node, opened = stack.pop()
        below = () if opened else children(node)
        if not below:
            yield node
            continue
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(below))


def with_children(node: Expression, below: tuple[Expression, ...]) -> Expression:
    """Returns the node with other operands."""
    if isinstance(node, Unary):
        return Unary(node.operator, below[0], node.place)
    if isinstance(node, Binary):
        return Binary(node.operator, below[0], below[1], node.place)
    if isinstance(node, Call):
        return Call(node.function, below, node.written, node.place)
    return node


def rewrite(root: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Returns the expression with `change` applied to every node, from the leaves up."""
    values: list[Expression] = []
    for one in postorder(root):
        node, below = one, children(one)
        if below:
            done = tuple(values[-len(below) :])
            del values[-len(below) :]
            if any(new is not old for new, old in zip(done, below, strict=True)):
                node = with_children(node, done)
        values.append(change(node))
    return values[0]


def names_in(root: Expression) -> tuple[str, ...]:
    """Returns the canonical names that an expression refers to, each once, in order of appearance."""
    found = (node.name for node in postorder(root) if isinstance(node, Reference))
    return tuple(dict.fromkeys(found))
