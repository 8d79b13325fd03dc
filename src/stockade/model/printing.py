"""Writes expressions as Vensim text, with no more parentheses than are needed."""

from __future__ import annotations

import re

from stockade.model.expressions import (
    Array,
    Binary,
    Call,
    Expression,
    Number,
    Reference,
    Series,
    Several,
    Table,
    Text,
    Unary,
)
from stockade.model.names import canonical
from stockade.model.walk import fold

NOT_AVAILABLE = -(2.0**109)

_PLAIN_NAME = re.compile(r"(?:[^\W\d]|[^\x00-\x7f\s])(?:[\w'$ ]|[^\x00-\x7f\s])*")
_QUOTED_NAME = re.compile(r'"(?:\\"|[^"\n])*"')
_ATOM, _POWER, _SIGN, _NOT, _COMPARISON = 100, 80, 70, 30, 40
_STRENGTH = {"or": 10, "and": 20, "+": 50, "-": 50, "*": 60, "/": 60, "^": _POWER}
_SPELLED = {"or": ":OR:", "and": ":AND:", "not": ":NOT: "}

Printed = tuple[str, int]


def print_expression(expression: Expression) -> str:
    """Returns the text of an expression; reading it again gives an equal expression."""
    return fold(expression, _print)[0]


def print_name(name: str) -> str:
    """Returns a name as it may stand in an equation: in quotes where it holds other signs."""
    if _PLAIN_NAME.fullmatch(name) or _QUOTED_NAME.fullmatch(name):
        return name
    escaped = name.replace('"', '\\"')
    return f'"{escaped}"'


def _print(node: Expression, parts: tuple[Printed, ...]) -> Printed:
    if isinstance(node, Number):
        return _number(node)
    if isinstance(node, Text):
        return f"'{node.value}'", _ATOM
    if isinstance(node, Reference):
        return _reference(node), _ATOM
    if isinstance(node, Table):
        return _table(node), _ATOM
    if isinstance(node, Array):
        return _array(node), _ATOM
    if isinstance(node, Unary):
        strength = _NOT if node.operator == "not" else _SIGN
        return _SPELLED.get(node.operator, node.operator) + _within(parts[0], strength), strength
    if isinstance(node, Binary):
        return _binary(node, *parts)
    return _call(node, parts) if isinstance(node, Call) else (_read(node), _ATOM)


def _within(part: Printed, weakest: int) -> str:
    text, strength = part
    return text if strength >= weakest else f"({text})"


def _binary(node: Binary, left: Printed, right: Printed) -> Printed:
    strength = _STRENGTH.get(node.operator, _COMPARISON)
    # What binds as tight groups to the left, except powers, which group to the right. Comparisons do not
    # group at all. A sign may follow a ^ without parentheses, but not stand before it.
    beside_left = strength + (strength in (_POWER, _COMPARISON))
    beside_right = _SIGN if strength == _POWER else strength + 1
    spelled = _SPELLED.get(node.operator, node.operator)
    return f"{_within(left, beside_left)} {spelled} {_within(right, beside_right)}", strength


def _number(node: Number) -> Printed:
    if node.value == NOT_AVAILABLE:
        return ":NA:", _ATOM
    text = repr(node.value)
    if node.text and not node.text.startswith("-") and _spells(node.text, node.value):
        text = node.text
    elif node.value.is_integer() and abs(node.value) < 1e15:
        text = str(int(node.value))
    return text, _SIGN if text.startswith("-") else _ATOM


def _spells(text: str, value: float) -> bool:
    try:
        return float(text) == value
    except ValueError:
        return False


def _reference(node: Reference) -> str:
    name = node.written if node.written and canonical(node.written) == node.name else node.name
    subscripts = ",".join(
        print_name(one[:-1]) + "!" if one.endswith("!") else print_name(one) for one in node.subscripts
    )
    if node.subscripts == (node.name + "!",):
        return print_name(name) + "!"  # the place of each element that is summed over
    return print_name(name) + (f"[{subscripts}]" if subscripts else "")


def _call(node: Call, parts: tuple[Printed, ...]) -> Printed:
    if node.function.startswith(":"):  # :CROSSING: and its like stand beside a comparison's side.
        return f"{node.function.upper()} {_within(parts[0], _COMPARISON + 1)}", _COMPARISON + 1
    arguments = [text for text, _ in parts]
    if node.function == "lookup" and node.arguments and isinstance(node.arguments[0], Reference):
        return f"{arguments[0]}({', '.join(arguments[1:])})", _ATOM
    name = (
        node.written if node.written and canonical(node.written) == node.function else node.function.upper()
    )
    return f"{print_name(name)}({', '.join(arguments)})", _ATOM


def _read(node: Series | Several) -> str:
    """Returns what was read from a file, for the eye; a .mdl has no form for it but the call."""
    if isinstance(node, Several):
        return "; ".join(_table(one) if isinstance(one, Table) else _read(one) for one in node.items)
    return f"({','.join(f'({_coordinate(x)},{_coordinate(y)})' for x, y in node.points)})"


def _table(node: Table) -> str:
    points = [f"({_coordinate(x)},{_coordinate(y)})" for x, y in node.points]
    if node.limits is None:
        return f"({','.join(points)})"
    low_x, high_x, low_y, high_y = (_coordinate(one) for one in node.limits)
    return f"([({low_x},{low_y})-({high_x},{high_y})],{','.join(points)})"


def _array(node: Array) -> str:
    rows = [", ".join(_coordinate(one) for one in row) for row in node.rows]
    return rows[0] if len(rows) == 1 else "; ".join(rows) + ";"


def _coordinate(value: float) -> str:
    if value == NOT_AVAILABLE:
        return ":NA:"
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
