"""A model made ready to run: its states, what they start from, and what is computed in a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from stockade.compiler.control import Control
from stockade.compiler.order import CircleError, circle_error, dependency_order
from stockade.compiler.walk import names_in
from stockade.model.expressions import Call, Expression, Number, Series, Table
from stockade.model.model import Model

StateKind = Literal["integ", "#carried", "#delayed", "#material", "#information"]
ARRIVING = ("#material", "#information")
"""Delays whose time may change: they keep what arrives at each step to come."""
HISTORIES = ("#delayed", *ARRIVING)
STATE_KINDS = ("integ", "#carried", *HISTORIES)


@dataclass(frozen=True)
class State:
    """Something carried from step to step.

    Attributes:
        name: Canonical name.
        kind: ``integ``: adds its change times the step. ``#carried``: takes its change as its new value.
            ``#delayed``: the value that its change had some steps ago. ``#material``: the sum of the values
            that arrive now, :NA: where none does. ``#information``: the last value that has arrived.
        change: The expression for the rate, the next value, or what is delayed.
        initial: The expression for the value at the start.
        delay: For those with a history: how long ago, or how long until it arrives, in time.
    """

    name: str
    kind: StateKind
    change: Expression
    initial: Expression
    delay: Expression | None = None


@dataclass(frozen=True)
class Program:
    """What is needed to compute some outputs of a model, and no more.

    Attributes:
        model: The expanded model.
        control: The time axis.
        literals: Names that are numbers for good: the control variables.
        constants: All constants, the order of the parameter vector.
        inputs: Names replaced by paths.
        series: Data variables that matter for the outputs, by name.
        states: The states that matter for the outputs.
        starts: (name, expression) in the order in which the starting values can be computed.
        initials: The names whose value at the start is kept (INITIAL).
        equations: (name, expression) of what is computed in every step, in order.
        recorded: Names of what is recorded in every step, side by side.
        vectors: The sizes of names that are vectors; empty where all names are scalars.
    """

    model: Model
    control: Control
    literals: Mapping[str, float]
    constants: tuple[str, ...]
    inputs: tuple[str, ...]
    series: Mapping[str, Series]
    states: tuple[State, ...]
    starts: tuple[tuple[str, Expression], ...]
    initials: tuple[str, ...]
    equations: tuple[tuple[str, Expression], ...]
    recorded: tuple[str, ...] = ()
    vectors: Mapping[str, int] = field(default_factory=dict)


def state_of(name: str, equation: Expression) -> State | None:
    """Returns the state that an equation describes; None where it describes none."""
    if not isinstance(equation, Call) or equation.function not in STATE_KINDS:
        return None
    if equation.function in HISTORIES:
        change, delay, initial = equation.arguments
        return State(name, equation.function, change, initial, delay)  # type: ignore[arg-type]
    change, initial = equation.arguments
    return State(name, equation.function, change, initial)  # type: ignore[arg-type]


def _now(equation: Expression) -> Expression:
    """Returns what an equation says during the run."""
    if isinstance(equation, Call) and equation.function == "active initial":
        return equation.arguments[0]
    return equation


def _at_start(equation: Expression) -> Expression:
    """Returns what an equation says at the start."""
    if isinstance(equation, Call) and equation.function == "active initial":
        return equation.arguments[1]
    if isinstance(equation, Call) and equation.function == "#initial":
        return equation.arguments[0]
    state = state_of("", equation)
    return state.initial if state else equation


class _Names:
    """What needs what; lives while one program is built."""

    def __init__(self, model: Model, given: frozenset[str]) -> None:
        self.model = model
        self.given = given
        self.equations = {one.canonical: one.equation for one in model.variables}

    def used(self, expressions: Iterable[Expression | None]) -> tuple[str, ...]:
        found = [name for one in expressions if one is not None for name in names_in(one)]
        return tuple(name for name in found if not isinstance(self.equations.get(name), Table))

    def anywhere(self, name: str) -> tuple[str, ...]:
        """All that a name needs at some time."""
        if name in self.given:
            return ()
        equation = self.equations[name]
        state = state_of(name, equation)
        if state:
            return self.used((state.change, state.initial, state.delay))
        return self.used((_now(equation), _at_start(equation)))

    def in_step(self, name: str) -> tuple[str, ...]:
        """What a name needs within one step; states and kept starting values stand already."""
        if name in self.given:
            return ()
        equation = self.equations[name]
        is_initial = isinstance(equation, Call) and equation.function == "#initial"
        return () if is_initial or state_of(name, equation) else self.used((_now(equation),))

    def at_start(self, name: str) -> tuple[str, ...]:
        """What a name needs for its value at the start."""
        if name in self.given:
            return ()
        equation = self.equations[name]
        state = state_of(name, equation)
        return self.used((_at_start(equation), state.delay if state else None))


def build(
    model: Model,
    control: Control,
    literals: Mapping[str, float],
    constants: tuple[str, ...],
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
) -> Program:
    """Returns the program that computes `outputs`.

    Args:
        model: The expanded model, checked: no undefined names.
        control: Its time axis.
        literals: The control variables' values.
        constants: Canonical names of the parameter vector.
        inputs: Canonical names replaced by paths.
        outputs: Canonical names wanted.

    Raises:
        StockadeError: `circular-definition` and `circular-initial-values`, with the circle spelled out.
    """
    data = {
        one.canonical: one.equation
        for one in model.variables
        if isinstance(one.equation, Series) and one.canonical not in inputs
    }
    names = _Names(model, frozenset((*literals, *constants, *inputs, *data, "time")))
    needed = _closure(outputs, names.anywhere)
    found = ((name, names.equations[name]) for name in needed if name not in names.given)
    equations = dict(found)
    states = tuple(state for name, one in equations.items() if (state := state_of(name, one)))
    kept = tuple(
        name for name, one in equations.items() if isinstance(one, Call) and one.function == "#initial"
    )
    started = [one.name for one in states] + list(kept)
    try:
        order = dependency_order(needed, names.in_step)
    except CircleError as circle:
        raise circle_error(circle, model, initial=False) from None
    try:
        start_order = dependency_order(started, names.at_start)
    except CircleError as circle:
        raise circle_error(circle, model, initial=True) from None
    computed = {one.name for one in states} | set(kept)
    return Program(
        model,
        control,
        literals,
        constants,
        inputs,
        {name: data[name] for name in needed if name in data},
        states,
        tuple((name, _at_start(equations[name])) for name in start_order if name in equations),
        kept,
        tuple((name, _now(equations[name])) for name in order if name in equations and name not in computed),
        outputs,
    )


def _closure(roots: Iterable[str], needs) -> list[str]:
    """Returns the roots and all they lead to; circles are allowed."""
    found = dict.fromkeys(roots)
    rest = list(found)
    while rest:
        new = [name for name in needs(rest.pop()) if name not in found]
        found.update(dict.fromkeys(new))
        rest += new
    return list(found)


ZERO = Number(0.0)
