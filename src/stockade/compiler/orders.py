"""The order of DELAY N and SMOOTH N as a number: it says how many stocks there are, before any run.

Vensim takes the order at the initial time and keeps it. A delay that is too short for its order, so that the
stocks would turn over faster than the steps, gets as many as the steps allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from stockade.compiler.functions import Moment
from stockade.compiler.lower import evaluate, postfix
from stockade.compiler.order import CircleError, dependency_order
from stockade.compiler.walk import names_in, postorder, rewrite
from stockade.model.expressions import Call, Expression, Number
from stockade.model.model import Model

_ORDERED = ("delay n", "smooth n", "depreciate straightline")
_ENOUGH = 1e-9


def settle_orders(model: Model, values: Mapping[str, float]) -> tuple[Model, frozenset[str]]:
    """Returns the model with every order as a number, and the constants that are fixed by that.

    An order that cannot be told before a run stays as it is, for `expand` to refuse.

    Args:
        model: Without subscripts and macros.
        values: The numbers of its constants and control variables.
    """
    called = [one for one in model.variables if _calls(one.equation)]
    if not called:
        return model, frozenset()
    fixed: set[str] = set()

    def change(node: Expression) -> Expression:
        if not isinstance(node, Call) or node.function not in _ORDERED or len(node.arguments) != 4:
            return node
        return _settled(node, model, values, fixed)

    changed = {one.canonical: replace(one, equation=rewrite(one.equation, change)) for one in called}
    return replace(
        model, variables=tuple(changed.get(one.canonical, one) for one in model.variables)
    ), frozenset(name for name in fixed if model.by_name[name].kind == "constant")


def _calls(equation: Expression) -> bool:
    return any(isinstance(node, Call) and node.function in _ORDERED for node in postorder(equation))


def _settled(call: Call, model: Model, values: Mapping[str, float], fixed: set[str]) -> Call:
    if call.function == "depreciate straightline":
        return _settled_periods(call, model, values, fixed)
    *others, last = call.arguments
    found = _at_start(last, model, values)
    if found is None or found[0] != round(found[0]):
        return call
    order = round(found[0])
    fixed |= found[1]
    if call.function == "delay n":
        time = _at_start(others[1], model, values)
        most = int(time[0] / values["time step"] + _ENOUGH) if time else order
        if time and 1 <= most < order:
            order = most
            fixed |= time[1]
    return replace(call, arguments=(*others, Number(float(order), place=last.place)))


def _settled_periods(call: Call, model: Model, values: Mapping[str, float], fixed: set[str]) -> Call:
    """Returns a depreciation with its lifetime and its fiscal period as numbers, where they are known."""
    stream, *lengths, start = call.arguments
    settled: list[Expression] = []
    for one in lengths:
        found = _at_start(one, model, values)
        if found is None:
            return call
        fixed |= found[1]
        settled.append(Number(found[0], place=one.place))
    return replace(call, arguments=(stream, *settled, start))


def _at_start(
    expression: Expression, model: Model, values: Mapping[str, float]
) -> tuple[float, frozenset[str]] | None:
    """Returns what an expression is at the initial time, and what it depends on; None if that is unknown."""

    def equation(name: str) -> Expression:
        one = model.by_name[name].equation
        is_start = isinstance(one, Call) and one.function in ("integ", "active initial")
        return one.arguments[1] if is_start and isinstance(one, Call) else one

    def needs(name: str) -> tuple[str, ...]:
        if name in values or name not in model.by_name or model.by_name[name].kind in ("lookup", "data"):
            return ()
        return names_in(equation(name))

    start, step = values["initial time"], values["time step"]
    when = Moment(start, start, step, start)
    known = {**values, "time": start}
    try:
        order = dependency_order(names_in(expression), needs)
        for name in order:
            if name not in known and model.by_name[name].kind != "lookup":
                known[name] = float(evaluate(postfix(equation(name), model), known, when))
        return float(evaluate(postfix(expression, model), known, when)), frozenset(order) - {"time"}
    except (CircleError, KeyError, TypeError, ValueError):
        return None
