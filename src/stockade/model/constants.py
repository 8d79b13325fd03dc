"""The number that arithmetic of constants gives."""

from __future__ import annotations

import math
from collections.abc import Mapping

from stockade.model.expressions import Binary, Call, Expression, Number, Reference, Unary
from stockade.model.model import Variable

_DEEPEST = 50


def constant_value(expression: Expression, by_name: Mapping[str, Variable], depth: int = 0) -> float | None:
    """Returns the value of sums, products and whole parts of numbers and constants; None for all else."""
    if isinstance(expression, Number):
        return expression.value
    if depth > _DEEPEST:
        return None
    if isinstance(expression, Reference):
        found = by_name.get(expression.name)
        known = found is not None and not found.subscripts and not expression.subscripts
        return constant_value(found.equation, by_name, depth + 1) if found is not None and known else None
    if isinstance(expression, Unary) and expression.operator in ("-", "+"):
        value = constant_value(expression.operand, by_name, depth + 1)
        return value if value is None or expression.operator == "+" else -value
    if isinstance(expression, Call) and expression.function == "integer" and len(expression.arguments) == 1:
        value = constant_value(expression.arguments[0], by_name, depth + 1)
        return value if value is None or not math.isfinite(value) else float(math.trunc(value))
    if not isinstance(expression, Binary):
        return None
    left = constant_value(expression.left, by_name, depth + 1)
    right = constant_value(expression.right, by_name, depth + 1)
    return None if left is None or right is None else _computed(expression.operator, left, right)


def _computed(operator: str, left: float, right: float) -> float | None:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    return left / right if operator == "/" and right != 0 else None
