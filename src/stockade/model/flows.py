"""Which variables are flows: those that a stock's rate is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from stockade.model.expressions import Binary, Call, Expression, Number, Reference, Unary
from stockade.model.model import Model


def flows(model: Model) -> tuple[str, ...]:
    """Returns the canonical names of the variables that are added in a stock's rate, or taken from it.

    Only sums and signs are looked through: in ``INTEG(births - rate * people)`` births is a flow, and what
    stands in the product is none.
    """
    found: dict[str, None] = {}
    for variable in model.variables:
        equation = variable.equation
        if variable.kind == "stock" and isinstance(equation, Call) and equation.function == "integ":
            found |= dict.fromkeys(_added(equation.arguments[0]))
    known = {one.canonical for one in model.variables if one.kind in ("auxiliary", "data")}
    return tuple(name for name in found if name in known)


def _added(rate: Expression) -> list[str]:
    names: list[str] = []
    waiting = [rate]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Reference):
            names.append(node.name)
        elif isinstance(node, Unary) and node.operator in "+-":
            waiting.append(node.operand)
        elif isinstance(node, Binary) and node.operator in "+-":
            waiting += [node.right, node.left]
    return names


def summands(rate: Expression) -> Iterator[tuple[float, Expression]]:
    """Yields (factor, part) for a sum; a literal factor is taken out of a part."""
    pending = [(1.0, rate)]
    while pending:
        factor, node = pending.pop()
        if isinstance(node, Unary) and node.operator in ("+", "-"):
            pending.append((-factor if node.operator == "-" else factor, node.operand))
        elif isinstance(node, Binary) and node.operator in ("+", "-"):
            pending.append((-factor if node.operator == "-" else factor, node.right))
            pending.append((factor, node.left))
        elif isinstance(node, Binary) and node.operator in ("*", "/") and _is_negative(node.left):
            pending.append((-factor, replace(node, left=node.left.operand)))  # type: ignore[union-attr]
        elif isinstance(node, Binary) and node.operator == "*" and isinstance(node.left, Number):
            pending.append((factor * node.left.value, node.right))
        elif isinstance(node, Binary) and node.operator == "*" and isinstance(node.right, Number):
            pending.append((factor * node.right.value, node.left))
        elif isinstance(node, Binary) and node.operator == "/" and _is_divisor(node.right):
            pending.append((factor / node.right.value, node.left))  # type: ignore[union-attr]
        elif not (isinstance(node, Number) and node.value == 0):
            yield factor, node


def _is_negative(node: Expression) -> bool:
    return isinstance(node, Unary) and node.operator == "-"


def _is_divisor(node: Expression) -> bool:
    return isinstance(node, Number) and node.value != 0
