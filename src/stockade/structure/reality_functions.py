"""The RC functions of Reality Checks: a course from a time on, written with functions that every model has.

Source:
    Vensim reference manual, Reality Check Functions. The basis is what it was when the course began, the
    multiplier is what it is at each moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from stockade.model.expressions import Binary, BinaryOperator, Call, Expression, Number, Reference
from stockade.model.model import Model

START = "rc start time"
ONE = Number(1.0, "1")
TIME, TIME_STEP = Reference("time", (), "Time"), Reference("time step", (), "TIME STEP")

SHAPES: Mapping[str, int] = MappingProxyType({"rc step": 2, "rc ramp": 3, "rc decay": 2, "rc grow": 2})
"""How many arguments each takes before the time of its start and how long it lasts."""

CHECK = " check"


@dataclass(frozen=True)
class Course:
    """A course.

    Attributes:
        value: What it is from its start on.
        window: Above zero while it holds; for a ``CHECK`` while it is looked at.
    """

    value: Expression
    window: Expression


def is_course(node: Expression) -> bool:
    """Says whether an expression is a call of an RC function."""
    return isinstance(node, Call) and node.function.startswith("rc ")


def course(call: Call, model: Model) -> Course | None:
    """Returns what an RC function means; None where it is unknown or has a wrong number of arguments."""
    checks = call.function.endswith(CHECK)
    shape = call.function.removesuffix(CHECK)
    given = call.arguments[1:] if checks else call.arguments
    count = SHAPES.get(shape)
    if count is None or not count <= len(given) <= count + 2:
        return None
    start = given[count] if len(given) > count else _usual_start(model)
    # What the basis was when the course began: it is followed until then, and kept.
    following = _two("-", ONE, _step(_two("+", start, TIME_STEP)))
    basis = Call("sample if true", (following, given[0], given[0]), place=call.place)
    begins = _two("+", start, call.arguments[0]) if checks else start
    window = _step(begins)
    if len(given) == count + 2:
        window = _two("-", window, _step(_two("+", start, given[count + 1])))
    return Course(_value(shape, basis, given, _two("-", TIME, start)), window)


def _value(shape: str, basis: Expression, given: tuple[Expression, ...], since: Expression) -> Expression:
    if shape == "rc step":
        return _two("*", basis, given[1])
    if shape == "rc decay":
        return _two("*", basis, Call("exp", (_two("/", _two("-", Number(0.0), since), given[1]),)))
    if shape == "rc grow":
        return _two("*", basis, Call("exp", (_two("*", given[1], since),)))
    share = Call("min", (Call("xidz", (since, given[2], ONE)), ONE))
    return _two("*", basis, _two("+", ONE, _two("*", _two("-", given[1], ONE), share)))


def _usual_start(model: Model) -> Expression:
    if START in model.by_name:
        return Reference(START, (), "RC START TIME")
    return _two("+", Reference("initial time", (), "INITIAL TIME"), TIME_STEP)


def _step(begins: Expression) -> Expression:
    return Call("step", (ONE, begins))


def _two(operator: BinaryOperator, left: Expression, right: Expression) -> Expression:
    return Binary(operator, left, right)
