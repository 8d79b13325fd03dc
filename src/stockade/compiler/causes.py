"""A model's equations one by one, for looking into a run: what would follow from other causes?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stockade.compiler.compile import Simulator
from stockade.compiler.control import default_values
from stockade.compiler.functions import Moment, Value, number
from stockade.compiler.lower import evaluate, postfix
from stockade.compiler.program import state_of
from stockade.model.expressions import Call, Expression


@dataclass(frozen=True, eq=False)
class Causes:
    """The equations of a simulator that was compiled with its hidden variables.

    Attributes:
        changes: Canonical name -> what a variable is computed from in a step; of a stock its net flow, of
            a delayed value what goes into the delay. What is fixed at the start is left out.
        stocks: Names of those that are carried from step to step.
        follow: ``follow(name, values, when)``: what `changes` of a variable comes to with other values of its
            causes, elementwise; the control variables need not be given.
    """

    changes: Mapping[str, Expression]
    stocks: frozenset[str]
    follow: Callable[[str, Mapping[str, Value], Moment], Value]


def causes(simulator: Simulator) -> Causes:
    """Returns the equations of a simulator, each to be computed by itself.

    Args:
        simulator: Compiled with ``hidden=True``.
    """
    model = simulator.model
    literals = default_values(model)
    changes: dict[str, Expression] = {}
    stocks: set[str] = set()
    for name in simulator.outputs:
        equation = model.by_name[name].equation
        state = state_of(name, equation)
        if state is not None:
            stocks.add(name)
            changes[name] = state.change
        elif not (isinstance(equation, Call) and equation.function == "#initial"):
            changes[name] = _now(equation)

    def follow(name: str, values: Mapping[str, Value], when: Moment) -> Value:
        return number(evaluate(postfix(changes[name], model), {**literals, **values}, when))

    return Causes(changes, frozenset(stocks), follow)


def _now(equation: Expression) -> Expression:
    if isinstance(equation, Call) and equation.function == "active initial":
        return equation.arguments[0]
    return equation
