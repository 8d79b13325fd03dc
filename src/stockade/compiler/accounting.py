"""Functions of money over time, as what they are: little models of states.

Source:
    Vensim reference manual, NPV, NPVE and DEPRECIATE STRAIGHTLINE.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Protocol

from stockade.model.expressions import Binary, BinaryOperator, Call, Expression, Number, Reference
from stockade.model.model import VariableKind

_STEP, _TIME, _START = Reference("time step"), Reference("time"), Reference("initial time")
_ONE, _ZERO = Number(1.0), Number(0.0)
_ALMOST = 1e-6
MOST_PERIODS = 500


class Hidden(Protocol):
    """Where hidden variables are added."""

    def add(self, label: str, kind: VariableKind, equation: Expression) -> Reference:
        """Adds a hidden variable and returns a reference to it."""
        ...

    def shared(self, label: str, expression: Expression) -> Expression:
        """Returns something cheap to repeat."""
        ...

    def upcoming(self, label: str, ahead: int = 0) -> Reference:
        """Returns a reference to the hidden variable that is added next, or after `ahead` others."""
        ...


def _join(operator: BinaryOperator) -> Callable[[Expression, Expression], Expression]:
    return lambda left, right: Binary(operator, left, right)


_plus, _minus, _times, _over = (_join(one) for one in ("+", "-", "*", "/"))


def present_value(call: Call, to: Hidden) -> Expression:
    """Returns the value so far of a stream, discounted continuously, this step's payment included."""
    stream, rate, start, factor = call.arguments
    stream = to.shared("stream", stream)
    discount = to.upcoming("discount factor")
    change = Binary("*", Number(-1.0), _times(discount, rate))
    discount = to.add("discount factor", "stock", Call("integ", (change, _ONE)))
    return _accumulated(stream, discount, start, factor, to)


def present_value_at_ends(call: Call, to: Hidden) -> Expression:
    """Returns the value so far of a stream that is paid at the end of each step, as spreadsheets do."""
    stream, rate, start, factor = call.arguments
    stream, rate = to.shared("stream", stream), to.shared("rate", rate)
    growth = _plus(_ONE, _times(rate, _STEP))
    discount = to.upcoming("discount factor")
    change = Binary("*", Number(-1.0), _over(_times(discount, rate), growth))
    discount = to.add("discount factor", "stock", Call("integ", (change, _over(_ONE, growth))))
    return _accumulated(stream, discount, start, factor, to)


def _accumulated(
    stream: Expression, discount: Expression, start: Expression, factor: Expression, to: Hidden
) -> Expression:
    flow = _times(stream, discount)
    sum_so_far = to.add("present value", "stock", Call("integ", (flow, start)))
    return _times(_plus(sum_so_far, _times(flow, _STEP)), factor)


def straight_line(call: Call, to: Hidden) -> Expression:
    """Returns what is written off: each period's investment in equal parts from that period on.

    The lifetime and the length of a period are numbers. Of the current period the present rate counts,
    of those before it what was invested in all.
    """
    stream, lifetime, length, start = call.arguments
    assert isinstance(lifetime, Number)
    assert isinstance(length, Number)
    periods = max(1, round(lifetime.value / length.value))
    stream = to.shared("stream", stream)
    share = _over(stream, Number(float(periods)))
    if periods == 1:
        return share
    ended = to.add("period ends", "auxiliary", _period_ends(length))
    whole = to.add("whole", "auxiliary", _plus(to.upcoming("invested", 1), _times(stream, _STEP)))
    to.add("invested", "stock", Call("#carried", (_chosen(ended, _ZERO, whole), _ZERO)))
    before: Expression = whole
    parts: list[Expression] = []
    for _ in range(periods - 1):
        kept = Call("#carried", (_chosen(ended, before, to.upcoming("written off")), _times(start, length)))
        before = to.add("written off", "stock", kept)
        parts.append(before)
    lasts = Number(periods * length.value)
    return _plus(share, _over(reduce(_plus, parts), lasts))


def _chosen(condition: Expression, yes: Expression, no: Expression) -> Expression:
    return Call("if then else", (condition, yes, no))


def _period_ends(length: Number) -> Expression:
    """Returns whether the step that begins now is the last one of its period."""

    def period(time: Expression) -> Expression:
        since = _over(_minus(time, _START), length)
        return Call("integer", (_plus(since, Number(_ALMOST)),))

    return Binary(">", period(_plus(_TIME, _STEP)), period(_TIME))
