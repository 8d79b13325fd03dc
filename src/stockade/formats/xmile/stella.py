"""Functions of Stella's that its help defines in full: annuities, means of several values, earlier runs.

Source:
    isee systems, Stella's help, "Financial builtins", "Array builtins", "Data builtins".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from types import MappingProxyType

from stockade.model.expressions import Binary, BinaryOperator, Call, Expression, Number, Unary

Builder = Callable[[Call], Expression]
_ZERO, _ONE = Number(0.0, "0"), Number(1.0, "1")


def _join(operator: BinaryOperator, left: Expression, right: Expression, node: Call) -> Binary:
    return Binary(operator, left, right, node.place)


def _choose(condition: Expression, yes: Expression, no: Expression, node: Call) -> Call:
    return Call("if then else", (condition, yes, no), "IF THEN ELSE", node.place)


def _growth(rate: Expression, periods: Expression, node: Call) -> Expression:
    return _join("^", _join("+", _ONE, rate, node), periods, node)


def _annuity(rate: Expression, periods: Expression, node: Call) -> Expression:
    """What payments of 1 at the end of each period have grown to."""
    none = _join("=", rate, _ZERO, node)
    safe = _choose(none, _ONE, rate, node)
    grown = _join("/", _join("-", _growth(rate, periods, node), _ONE, node), safe, node)
    return _choose(none, periods, grown, node)


def _future_value(node: Call) -> Expression:
    rate, periods, payment, present = node.arguments
    start = _join("*", present, _growth(rate, periods, node), node)
    paid = _join("*", payment, _annuity(rate, periods, node), node)
    return Unary("-", _join("+", start, paid, node), node.place)


def _payment(node: Call) -> Expression:
    rate, periods, present, future = node.arguments
    due = _join("+", _join("*", present, _growth(rate, periods, node), node), future, node)
    return Unary("-", _join("/", due, _annuity(rate, periods, node), node), node.place)


def _present_value(node: Call) -> Expression:
    rate, periods, payment, future = node.arguments
    due = _join("+", _join("*", payment, _annuity(rate, periods, node), node), future, node)
    return Unary("-", _join("/", due, _growth(rate, periods, node), node), node.place)


def _mean(node: Call) -> Expression:
    total = reduce(lambda left, right: _join("+", left, right, node), node.arguments)
    return _join("/", total, Number(float(len(node.arguments)), "", node.place), node)


def _last_of_the_run_before(node: Call) -> Expression:
    """Every run is a first one here: then it is the second argument, or else the value at the start."""
    x, *start = node.arguments
    return start[0] if start else Call("initial", (x,), "INITIAL", node.place)


STELLA: Mapping[str, tuple[int, int, Builder]] = MappingProxyType(
    {
        "fv": (4, 4, _future_value),
        "pmt": (4, 4, _payment),
        "pv": (4, 4, _present_value),
        "mean": (2, 99, _mean),
        "endval": (1, 2, _last_of_the_run_before),
    }
)
"""Name -> how many arguments at least and at most, and what it becomes."""
RUNS = ("runcount", "sensiruncount", "sensiruntotal")
"""Words that count runs: 0 in the first one, and where none are made for their sensitivity."""
