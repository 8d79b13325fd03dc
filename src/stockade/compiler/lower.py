"""Lowering: an expression becomes a short list of instructions, and those become JAX operations.

The tree is flattened once, when a model is compiled; evaluating walks the list with a stack of values, so
neither a deep expression nor tracing it meets Python's recursion limit. No text is ever executed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stockade.compiler.distributions import DISTRIBUTIONS
from stockade.compiler.functions import FUNCTIONS, OPERATORS, SIGNS, Lowering, Moment, Value
from stockade.compiler.gather import GATHER_FUNCTIONS
from stockade.compiler.lookup_functions import LOOKUP_FUNCTIONS
from stockade.compiler.lookups import LONGEST_SUM
from stockade.compiler.noise import NOISE_FUNCTIONS
from stockade.compiler.series import SERIES_FUNCTIONS
from stockade.compiler.vectors import VECTOR_FUNCTIONS
from stockade.compiler.walk import postorder
from stockade.errors import Diagnostic, Place
from stockade.model.expressions import (
    Array,
    Binary,
    Call,
    Expression,
    Number,
    Reference,
    Series,
    Table,
    Text,
    Unary,
)
from stockade.model.model import Model, Variable

NEVER = Moment(np.nan, np.nan, np.nan, np.nan)
LOWERINGS: Mapping[str, Lowering] = {
    **FUNCTIONS,
    **LOOKUP_FUNCTIONS,
    **VECTOR_FUNCTIONS,
    **NOISE_FUNCTIONS,
    **DISTRIBUTIONS,
    **GATHER_FUNCTIONS,
    **SERIES_FUNCTIONS,
}


@dataclass(frozen=True, slots=True)
class Push:
    """Puts a literal, a list of literals, a table or a series on the stack."""

    value: np.float64 | np.ndarray | Table | Series


@dataclass(frozen=True, slots=True)
class Load:
    """Puts a variable's value on the stack."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """Replaces the topmost `count` values by the result of a function."""

    lowering: Lowering
    count: int


SIMPLE = frozenset((*FUNCTIONS.values(), *OPERATORS.values(), *SIGNS.values()))

Code = tuple[Push | Load | Apply, ...]


def postfix(expression: Expression, model: Model, literals: Mapping[str, float] | None = None) -> Code:
    """Returns the instructions for an expression.

    Args:
        expression: What to compute; its functions must be among the supported ones.
        model: Where lookups are found.
        literals: Values of names that are numbers for good (the control variables).

    Raises:
        KeyError, TypeError: On what `unsupported` would have reported.
    """
    return tuple(_instruction(node, model, literals or {}) for node in postorder(expression))


def _instruction(node: Expression, model: Model, literals: Mapping[str, float]) -> Push | Load | Apply:
    if isinstance(node, Number):
        return Push(np.float64(node.value))
    if isinstance(node, Table | Series | Array):
        return Push(np.array(node.rows[0]) if isinstance(node, Array) else node)
    if isinstance(node, Unary):
        return Apply(SIGNS[node.operator], 1)
    if isinstance(node, Binary):
        return Apply(OPERATORS[node.operator], 2)
    if isinstance(node, Call):
        return Apply(LOWERINGS[node.function], len(node.arguments))
    if not isinstance(node, Reference):
        raise TypeError(f"{node!r} should have been refused")
    if node.name in literals:
        return Push(np.float64(literals[node.name]))
    variable = model.by_name.get(node.name)
    if variable is not None and isinstance(variable.equation, Table):
        return Push(variable.equation)
    return Load(node.name)


def is_simple(one: Push | Load | Apply) -> bool:
    """Says whether an instruction is arithmetic of single numbers, or a lookup that is a sum."""
    if isinstance(one, Push) and isinstance(one.value, Table):
        return len(one.value.points) <= LONGEST_SUM
    if isinstance(one, Push):
        return np.ndim(one.value) == 0  # type: ignore[arg-type]
    return not isinstance(one, Apply) or one.lowering in SIMPLE


def evaluate(code: Sequence[Push | Load | Apply], values: Mapping[str, Value], when: Moment = NEVER) -> Value:
    """Returns the value of an expression: a float, or an array of numbers or truth values.

    Args:
        code: From `postfix`.
        values: What the names stand for.
        when: The moment, for functions that look at the clock.
    """
    stack: list[Value] = []
    for one in code:
        if isinstance(one, Push):
            stack.append(one.value)
        elif isinstance(one, Load):
            value = values[one.name]
            stack.append(np.float64(value) if type(value) is float else value)
        else:
            arguments = stack[len(stack) - one.count :]
            del stack[len(stack) - one.count :]
            stack.append(one.lowering(when, *arguments))
    return stack[0]


def unsupported(variables: Sequence[Variable], model: Model) -> list[Diagnostic]:
    """Returns an error for everything that the compiler cannot run, by name and line."""
    found = []
    for variable in variables:
        root = variable.equation
        for node in postorder(root):
            said, excerpt = "", ""
            if isinstance(node, Call) and node.function not in LOWERINGS and not _is_state(node, root):
                excerpt = node.written or node.function.upper()
                said = f"{excerpt} is not supported"
            elif isinstance(node, Text):
                said, excerpt = "text in an equation is not supported", node.value
            elif isinstance(node, Array):
                said = "a list of numbers for a subscripted constant is not supported"
            elif isinstance(node, Reference) and node.subscripts:
                excerpt = node.written or node.name
                said = f"subscripts are not supported: {excerpt}[{','.join(node.subscripts)}]"
            if said:
                line = node.place.line or variable.place.line
                place = Place(variable.place.file or model.source, line, node.place.column, variable.name)
                hint = "rewrite the equation without it"
                found.append(Diagnostic("unsupported-function", said, place, variable.text or excerpt, hint))
    return found


def _is_state(node: Call, root: Expression) -> bool:
    """Says whether a call is one of the forms that the integrator itself takes, at the top of an equation."""
    states = ("integ", "active initial", "#initial", "#carried", "#delayed", "#material", "#information")
    return node is root and node.function in states
