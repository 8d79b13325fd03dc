"""HISTORY and DERIVN: what a variable was at an earlier time of the run, and how it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import comb
from types import MappingProxyType

from stockade.formats.xmile.elements import Element
from stockade.formats.xmile.scope import Scope
from stockade.model.expressions import Binary, Call, Expression, Number, Reference

_HIGHEST = 8


def history(node: Call, scope: Scope) -> Expression:
    """Returns what a variable was a fixed time ago, and 0 before the run; or what it was at the beginning.

    Source:
        isee systems, Stella's help, "Data builtins": ``HISTORY(stock, TIME - 1)`` is ``DELAY(stock, 1)``, and
        times after the present one or before the first give 0.

    Raises:
        StockadeError: ``wrong-argument-count``, ``unsupported-function`` for other times.
    """
    if len(node.arguments) != 2:
        said = f"HISTORY takes 2 arguments here, not {len(node.arguments)}: other runs are not looked at"
        hint = "Write HISTORY(x, TIME - lag)."
        raise scope.problem("wrong-argument-count", said, node.place, hint, node.written)
    x, when = node.arguments
    if _is(when, "initial time"):
        return Call("initial", (x,), "INITIAL", node.place)
    if isinstance(when, Binary) and when.operator == "-" and _is(when.left, "time"):
        lag = _constant(when.right, scope)
        if lag is not None and lag > 0:
            zero = Number(0.0, "0", node.place)
            return Call("delay fixed", (x, when.right, zero), "DELAY FIXED", node.place)
        if _is(when.right, "time step"):
            return Call("delay fixed", (x, when.right, Number(0.0, "0")), "DELAY FIXED", node.place)
    said = "the time that HISTORY looks at is neither TIME less a positive constant, nor STARTTIME"
    hint = "Write HISTORY(x, TIME - lag) with a lag that is a number, or hold the value in a stock."
    raise scope.problem("unsupported-function", said, node.place, hint, node.written)


def derivative(node: Call, scope: Scope) -> Expression:
    """Returns a derivative in time by differences of steps, 0 while there are too few of them.

    Source:
        isee systems, Stella's help, "Data builtins": DERIVN is (x(t) - x(t - dt)) / dt, again and again, and
        returns 0 for the first steps, as many as its order.

    Raises:
        StockadeError: ``wrong-argument-count``, ``unsupported-function`` for an order that is no number.
    """
    if len(node.arguments) != 2:
        said, hint = f"DERIVN takes 2 arguments, here it has {len(node.arguments)}", "Write DERIVN(x, order)."
        raise scope.problem("wrong-argument-count", said, node.place, hint, node.written)
    x, order = node.arguments
    if not isinstance(order, Number) or order.value not in range(_HIGHEST + 1):
        said = f"the order of DERIVN is not a whole number from 0 to {_HIGHEST}"
        raise scope.problem("unsupported-function", said, node.place, "Write the number.", node.written)
    count = int(order.value)
    step = Reference("time step", (), "TIME STEP", node.place)
    found = x
    for back in range(1, count + 1):
        lag = Binary("*", Number(float(back)), step, node.place)
        past = Call("delay fixed", (x, lag, Number(0.0, "0")), "DELAY FIXED", node.place)
        weight = Number(float(comb(count, back)))
        found = Binary("-" if back % 2 else "+", found, Binary("*", weight, past, node.place), node.place)
    if count == 0:
        return x
    found = Binary("/", found, Binary("^", step, Number(float(count)), node.place), node.place)
    since = Binary(
        "-", Reference("time", (), "Time"), Reference("initial time", (), "INITIAL TIME"), node.place
    )
    early = Binary("<", since, Binary("*", Number(count - 0.5), step, node.place), node.place)
    return Call("if then else", (early, Number(0.0, "0"), found), "IF THEN ELSE", node.place)


def _is(node: Expression, name: str) -> bool:
    return isinstance(node, Reference) and node.name == name


def _constant(node: Expression, scope: Scope) -> float | None:
    """Returns the number that an argument is, or that the equation of the variable consists of."""
    if isinstance(node, Number):
        return node.value
    draft = scope.drafts.get(node.name) if isinstance(node, Reference) else None
    if draft is None or draft.element.name != "aux" or draft.dimensions:
        return None
    if draft.graphical is not None or draft.source is not None:
        return None
    return _number(draft.element.first("eqn"))


def _number(equation: Element | None) -> float | None:
    try:
        return None if equation is None else float(equation.text)
    except ValueError:
        return None


OVER_TIME: Mapping[str, Callable[[Call, Scope], Expression]] = MappingProxyType(
    {"history": history, "derivn": derivative}
)
