"""Which variables are flows: those that a stock's rate is made of."""

from __future__ import annotations

from stockade.model.expressions import Binary, Call, Expression, Reference, Unary
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
