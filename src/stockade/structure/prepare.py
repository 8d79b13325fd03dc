"""A model made ready for its trials: parts of rates get names, stocks a switch that empties them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from stockade.model.expressions import Binary, Call, Expression, Number, Reference
from stockade.model.inline import HIDDEN
from stockade.model.model import CONTROL_NAMES, Model, Variable
from stockade.model.walk import walk
from stockade.structure.conditions import Group, groups
from stockade.structure.flows import Term, rate_of, stocks_of, terms_of

START = "#start of "
REMEMBERING = ("smooth", "delay", "trend", "forecast", "sample", "integ", "depreciate", "npv")
JUMPING = ("delay fixed", "delay information", "delay material", "delay conveyor", "delayp", "delay profile")
CLOCKED = ("step", "ramp", "pulse", "random", "get data", "data")


@dataclass(frozen=True)
class Stock:
    """A stock with the summands of its rate."""

    variable: Variable
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Prepared:
    """A model for its trials.

    Attributes:
        written: The model as the modeller wrote it.
        model: Without subscripts and macros, with a variable for every part of a rate and a constant
            ``#start of`` each stock as written, 1 as it stands.
        stocks: Every stock, element by element.
        groups: The stocks as written.
        levels: The stocks, and what is a delay or a smooth: all that builds up from step to step.
        inputs: The variables as written that depend on time alone and that the rest of the model reads.
    """

    written: Model
    model: Model
    stocks: tuple[Stock, ...]
    groups: tuple[Group, ...]
    levels: tuple[Variable, ...]
    inputs: tuple[Group, ...]


def prepare(written: Model, plain: Model) -> Prepared:
    """Returns the model with what the trials need.

    Args:
        written: The model as the modeller wrote it.
        plain: The same without subscripts and macros, from `elaborate`.
    """
    stocks = tuple(Stock(one, terms_of(plain, one)) for one in stocks_of(plain))
    of_stocks = groups(written, (one.variable.canonical for one in stocks))
    switch = {element: START + one.variable.canonical for one in of_stocks for element in one.elements}
    parts = {
        term.flow: Variable(term.flow, term.flow, "auxiliary", term.expression, flags=HIDDEN)
        for one in stocks
        for term in one.terms
        if not term.named
    }
    switches = [Variable(name, name, "constant", Number(1.0, "1")) for name in dict.fromkeys(switch.values())]

    def emptied(one: Variable) -> Variable:
        if one.canonical not in switch or not isinstance(one.equation, Call):
            return one
        start = Binary("*", one.equation.arguments[1], Reference(switch[one.canonical]))
        return replace(one, equation=replace(one.equation, arguments=(rate_of(one), start)))

    model = replace(plain, variables=(*(emptied(one) for one in plain.variables), *parts.values(), *switches))
    smooth = (one for one in plain.variables if one.flags != HIDDEN and _builds_up(one.equation))
    levels = (*(one.variable for one in stocks), *smooth)
    return Prepared(written, model, stocks, of_stocks, levels, groups(written, exogenous(plain)))


def exogenous(model: Model) -> tuple[str, ...]:
    """Returns what enters a model from outside.

    That is what depends on time and on no stock, and is read by something that does depend on a stock.
    """
    variables = {one.canonical: one for one in model.variables}
    reads = {name: _names(one.equation, variables) for name, one in variables.items()}
    inside = {name for name, one in variables.items() if one.kind == "stock" or _remembers(one.equation)}
    inside |= _readers(reads, inside)
    moving = {name for name, one in variables.items() if one.kind == "data" or _is_clocked(one.equation)}
    moving |= _readers(reads, moving)
    outside = moving - inside - set(CONTROL_NAMES)
    entering = {name for one in inside for name in reads[one]}
    return tuple(
        name
        for name, one in variables.items()
        if name in outside and name in entering and one.kind == "auxiliary" and one.flags != HIDDEN
    )


def _names(equation: Expression, variables: Iterable[str]) -> tuple[str, ...]:
    found = (node.name for node in walk(equation) if isinstance(node, Reference))
    return tuple(name for name in found if name in variables)


def _readers(reads: dict[str, tuple[str, ...]], roots: set[str]) -> set[str]:
    """Returns everything that needs one of the roots, directly or through others."""
    users: dict[str, list[str]] = {}
    for name, needs in reads.items():
        for one in needs:
            users.setdefault(one, []).append(name)
    found: set[str] = set()
    pending = list(roots)
    while pending:
        new = [one for one in users.get(pending.pop(), ()) if one not in found]
        found.update(new)
        pending += new
    return found


def _remembers(equation: Expression) -> bool:
    return any(isinstance(one, Call) and one.function.startswith(REMEMBERING) for one in walk(equation))


def _builds_up(equation: Expression) -> bool:
    """Says whether an equation is a smooth or a delay that follows its input without jumps."""
    calls = (one.function for one in walk(equation) if isinstance(one, Call))
    return any(one.startswith(("smooth", "delay", "trend")) and one not in JUMPING for one in calls)


def _is_clocked(equation: Expression) -> bool:
    return any(
        (isinstance(one, Reference) and one.name == "time")
        or (isinstance(one, Call) and one.function.startswith(CLOCKED))
        for one in walk(equation)
    )
