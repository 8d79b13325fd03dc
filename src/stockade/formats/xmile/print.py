"""Writes expressions as XMILE text, with no more parentheses than are needed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from stockade.formats.xmile.functions import VENSIM
from stockade.formats.xmile.tokens import WORDS
from stockade.model.expressions import Array, Binary, Call, Expression, Number, Reference, Unary
from stockade.model.names import canonical
from stockade.model.printing import NOT_AVAILABLE
from stockade.model.walk import fold

_PLAIN = re.compile(r"(?:[^\W\d]|_)[\w]*")
_ATOM, _POWER, _SIGN, _COMPARISON = 100, 80, 70, 40
_STRENGTH = {"or": 10, "and": 20, "+": 50, "-": 50, "*": 60, "/": 60, "^": _POWER}
_RESERVED = frozenset((*WORDS, "pi", "inf", "dt", "starttime", "stoptime"))

Printed = tuple[str, int]


class NoWordError(Exception):
    """XMILE has no word for a node; the writer, which knows the variable, makes a diagnostic of it."""


def print_equation(
    expression: Expression, dimensions: Mapping[str, tuple[str, ...]], macros: Collection[str] = ()
) -> str:
    """Returns the text of an equation; reading it again gives an equal expression.

    Args:
        expression: The equation.
        dimensions: Of each array, by canonical name.
        macros: Canonical names of the model's macros.

    Raises:
        NoWordError: Where XMILE cannot say it.
    """

    def printed(node: Expression, parts: tuple[Printed, ...]) -> Printed:
        if isinstance(node, Call) and node.function in macros:
            return f"{print_identifier(node.function)}({', '.join(text for text, _ in parts)})", _ATOM
        return _print(node, parts, dimensions)

    return fold(expression, printed)[0]


def print_identifier(name: str) -> str:
    """Returns a name as it stands in an equation: with underscores, or in quotes."""
    joined = name.replace(" ", "_")
    if _PLAIN.fullmatch(joined) and joined.lower() not in _RESERVED and canonical(joined) == canonical(name):
        return joined
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _print(
    node: Expression, parts: tuple[Printed, ...], dimensions: Mapping[str, tuple[str, ...]]
) -> Printed:
    if isinstance(node, Number):
        return _number(node)
    if isinstance(node, Reference):
        return _reference(node, dimensions), _ATOM
    if isinstance(node, Unary):
        sign = "not " if node.operator == "not" else node.operator
        return sign + _within(parts[0], _SIGN), _SIGN
    if isinstance(node, Binary):
        return _binary(node.operator, *parts)
    if isinstance(node, Call):
        return _call(node, parts)
    if isinstance(node, Array) and len(node.rows) == 1 and len(node.rows[0]) > 1:
        return ", ".join(_plain_number(one) for one in node.rows[0]), 0
    raise NoWordError("a list of numbers, a text or a table within an equation")


def _within(part: Printed, weakest: int) -> str:
    text, strength = part
    return text if strength >= weakest else f"({text})"


def _binary(operator: str, left: Printed, right: Printed) -> Printed:
    strength = _STRENGTH.get(operator, _COMPARISON)
    if strength == _COMPARISON:
        return f"{_within(left, 50)} {operator} {_within(right, 50)}", 30
    beside_left = strength + (strength == _POWER)
    beside_right = _SIGN if strength == _POWER else strength + 1
    return f"{_within(left, beside_left)} {operator} {_within(right, beside_right)}", strength


def _number(node: Number) -> Printed:
    if node.value == NOT_AVAILABLE:
        raise NoWordError("the number :NA:")
    text = _plain_number(node.value)
    return text, _SIGN if text.startswith("-") else _ATOM


def _plain_number(value: float) -> str:
    if value == NOT_AVAILABLE:
        raise NoWordError("the number :NA:")
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _reference(node: Reference, dimensions: Mapping[str, tuple[str, ...]]) -> str:
    if node.subscripts == (node.name + "!",):
        raise NoWordError(f"the place of each element of {node.name} in a sum")
    name = node.written if node.written and canonical(node.written) == node.name else node.name
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = node.name
    subscripts = []
    own = dimensions.get(node.name, ())
    for at, one in enumerate(node.subscripts):
        if not one.endswith("!"):
            subscripts.append(_subscript(one))
        elif at < len(own) and own[at] == one[:-1]:
            subscripts.append("*")
        else:
            raise NoWordError(f"the sum over {one[:-1]}, which is a part of a dimension")
    inside = f"[{', '.join(subscripts)}]" if subscripts else ""
    return print_identifier(" ".join(name.split())) + inside


def _subscript(name: str) -> str:
    return name if name.isdigit() else print_identifier(name)


def _call(node: Call, parts: tuple[Printed, ...]) -> Printed:
    texts = [text for text, _ in parts]
    if node.function == "if then else" and len(parts) == 3:
        return f"(IF {texts[0]} THEN {texts[1]} ELSE {texts[2]})", _ATOM
    if node.function == "modulo" and len(parts) == 2:
        return f"{_within(parts[0], 60)} MOD {_within(parts[1], 61)}", 60
    marked = any(
        isinstance(one, Reference) and any("!" in name for name in one.subscripts) for one in node.arguments
    )
    rule = _CALLS.get(node.function)
    if rule is not None and (written := rule(node, texts)) is not None:
        return written, _ATOM
    if node.function in ("with lookup", "integ", "active initial") or marked:
        raise NoWordError(f"{node.function.upper()} within a larger equation")
    return f"{VENSIM}{print_identifier(node.function.upper())}({', '.join(texts)})", _ATOM


def _as(name: str, *order: int) -> Callable[[Call, list[str]], str | None]:
    """A function under XMILE's name, its arguments in XMILE's order."""

    def written(_: Call, texts: list[str]) -> str | None:
        if order and len(texts) != len(order):
            return None
        return f"{name}({', '.join([texts[at] for at in order] if order else texts)})"

    return written


def _log(node: Call, texts: list[str]) -> str:
    base = node.arguments[-1]
    ten = len(texts) == 2 and isinstance(base, Number) and base.value == 10
    return f"LOG10({texts[0]})" if ten else f"{VENSIM}LOG({', '.join(texts)})"


_SAME = (
    "abs",
    "exp",
    "ln",
    "sqrt",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "sinh",
    "cosh",
    "tanh",
)
_CALLS: Mapping[str, Callable[[Call, list[str]], str | None]] = MappingProxyType(
    {
        **{name: _as(name.upper()) for name in (*_SAME, "step", "sum", "prod", "delay1", "delay3")},
        "integer": _as("INT"),
        "log": _log,
        "lookup": _as("LOOKUP"),
        "min": _as("MIN", 0, 1),
        "max": _as("MAX", 0, 1),
        "vmin": _as("MIN", 0),
        "vmax": _as("MAX", 0),
        "initial": _as("INIT"),
        "ramp": _as("RAMP", 0, 1, 2),
        "smooth": _as("SMTH1"),
        "smoothi": _as("SMTH1", 0, 1, 2),
        "smooth3": _as("SMTH3"),
        "smooth3i": _as("SMTH3", 0, 1, 2),
        "smooth n": _as("SMTHN", 0, 1, 3, 2),
        "delay1i": _as("DELAY1", 0, 1, 2),
        "delay3i": _as("DELAY3", 0, 1, 2),
        "delay n": _as("DELAYN", 0, 1, 3, 2),
        "delay fixed": _as("DELAY", 0, 1, 2),
        "trend": _as("TREND", 0, 1, 2),
        "forecast": _as("FORCST", 0, 1, 2),
        "random uniform": _as("RANDOM", 0, 1, 2),
    }
)
