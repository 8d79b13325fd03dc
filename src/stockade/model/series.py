"""Data variables made ready to run: those with an equation, and the functions that look into a series.

A series that a function looks into takes the place of the variable's name in the call; the names of these
calls begin with a ``#``, which no file can hold.
"""

from __future__ import annotations

from dataclasses import replace

from stockade.errors import Diagnostic, StockadeError
from stockade.model.expressions import Binary, Call, Expression, Number, Reference, Series
from stockade.model.model import Model, Variable
from stockade.model.walk import rebuild, walk

LOOK_INTO_SERIES = (
    "get data at time", "get data between times", "get data first time", "get data last time", "get data max",
    "get data mean", "get data median", "get data min", "get data total points", "time shift",
)  # fmt: skip


def settle_data(model: Model) -> Model:
    """Returns the model with data variables that have an equation as auxiliaries, and series in calls.

    Args:
        model: Without subscripts and macros.

    Raises:
        StockadeError: `not-a-data-variable`.
    """
    wrong: list[Diagnostic] = []
    found: list[Variable] = []
    for one in model.variables:
        try:
            found.append(_settled(model, one))
        except StockadeError as error:
            wrong.extend(error.diagnostics)
    if wrong:
        raise StockadeError(wrong)
    same = all(new is old for new, old in zip(found, model.variables, strict=True))
    return model if same else replace(model, variables=tuple(found))


def _settled(model: Model, one: Variable) -> Variable:
    is_given = isinstance(one.equation, Series) or (
        isinstance(one.equation, Call) and one.equation.function == "data"
    )
    if is_given:
        return one
    if one.kind != "data" and not isinstance(one.equation, Call | Binary):
        return one

    def change(node: Expression) -> Expression:
        if isinstance(node, Call) and node.function in LOOK_INTO_SERIES:
            return _looking(model, one, node)
        return node

    equation = rebuild(one.equation, change)
    kind = one.kind
    if kind == "data":
        computed = any(isinstance(node, Call | Reference) for node in walk(equation))
        kind = "auxiliary" if computed else "constant"
    if equation is one.equation and kind == one.kind:
        return one
    return replace(one, equation=equation, kind=kind)


def _looking(model: Model, one: Variable, call: Call) -> Expression:
    data = call.arguments[0] if call.arguments else None
    source = model.by_name.get(data.name) if isinstance(data, Reference) else None
    if source is None or not isinstance(source.equation, Series):
        name = source.name if source else "its first argument"
        said = f"{call.function.upper()} looks into data read from a file, and {name} holds none"
        raise _problem(one, call, "not-a-data-variable", said, "Name a data variable, and give its file.")
    series = source.equation
    if call.function == "time shift":
        if one.keyword:
            series = replace(series, between=one.keyword)
        then = _later(Reference("time"), call.arguments[1])
        return replace(call, function="#data", arguments=(series, then))
    if call.function == "get data first time" and series.points:
        return Number(series.points[0][0], place=call.place)
    if call.function == "get data last time" and series.points:
        return Number(series.points[-1][0], place=call.place)
    if call.function == "get data total points":
        return Number(float(len(series.points)), place=call.place)
    if call.function == "get data at time":
        series = replace(series, between="raw")
        return replace(call, function="#data", arguments=(series, *call.arguments[1:]))
    return replace(call, function=f"#{call.function}", arguments=(series, *call.arguments[1:]))


def _later(time: Expression, by: Expression) -> Expression:
    return Binary("+", time, by)


def _problem(one: Variable, node: Expression, code: str, message: str, hint: str) -> StockadeError:
    place = replace(node.place if node.place.line is not None else one.place, name=one.name)
    text = f"{one.name} = {' '.join(one.text[:500].split())}"[:100]
    return StockadeError(Diagnostic(code, message, place, text, hint))
