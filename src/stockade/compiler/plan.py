"""What is computed once per run, what for all times at once, and what in every step.

A value that depends on constants alone is invariant: computed once, before the loop. One that depends on
time and input paths alone is exogenous: computed for all steps at once, and it is the same for the whole
batch. Everything else is stepwise. Parts of equations are sorted in the same way: what can move out of the
loop moves out, and dividing by something invariant becomes multiplying by its reciprocal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from stockade.compiler.group import CONSTANTS, INPUTS, SERIES
from stockade.compiler.lower import Code, is_simple, postfix
from stockade.compiler.marks import CLOCKED, Mark
from stockade.compiler.program import ARRIVING, HISTORIES, Program, State
from stockade.compiler.walk import names_in, postorder, with_children
from stockade.model.expressions import Binary, Call, Expression, Number, Reference
from stockade.model.walk import children

CHEAP = 1
# Instructions of a step; World3, with 41 stocks and 55 lookups, has about 1,000.
LONGEST_PIECE = 5000


class Stage(NamedTuple):
    """A part of a step that is compiled on its own.

    Attributes:
        order: Names to compute, in order.
        kept: Those of them that later stages read; the others are computed again where they are read.
    """

    order: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """A program sorted by when things are computed; `stepwise` and the rest hold (name, code).

    Attributes:
        program: What it was made from.
        overridden: Names that may be replaced from a time on.
        starts: Starting values, in order.
        invariant: Once per run, in order.
        exogenous: For all steps at once, in order.
        stepwise: In every step, in order.
        states: Each state with the code of its change and of its delay.
        stages: How to group the stepwise names, so that what is read more than once is computed once.
    """

    program: Program
    overridden: frozenset[str]
    starts: tuple[tuple[str, Code], ...]
    invariant: tuple[tuple[str, Code], ...]
    exogenous: tuple[tuple[str, Code], ...]
    stepwise: tuple[tuple[str, Code], ...]
    states: tuple[tuple[State, Code, Code | None], ...]
    stages: tuple[Stage, ...]


@dataclass
class _Sorting:
    """Lives for one call of `plan`."""

    program: Program
    marks: dict[str, Mark]
    invariant: list[tuple[str, Expression]] = field(default_factory=list)
    exogenous: list[tuple[str, Expression]] = field(default_factory=list)

    def mark_of_leaf(self, node: Expression) -> Mark:
        return self.marks.get(node.name, Mark.NOTHING) if isinstance(node, Reference) else Mark.NOTHING

    def move_out(self, node: Expression, mark: Mark) -> Expression:
        """Returns a part of an equation, or a name for it where it can be computed outside the loop."""
        if mark not in (Mark.CONSTANTS, Mark.TIME) or not children(node):
            return node
        where = self.invariant if mark == Mark.CONSTANTS else self.exogenous
        name = f"#{len(self.invariant) + len(self.exogenous)} part"
        where.append((name, node))
        self.marks[name] = mark
        return Reference(name)

    def sort(self, root: Expression) -> tuple[Expression, Mark]:
        """Returns an equation whose invariant and exogenous parts were moved out, and its mark."""
        values: list[tuple[Expression, Mark]] = []
        for node in postorder(root):
            below = children(node)
            if not below:
                values.append((node, self.mark_of_leaf(node)))
                continue
            parts = values[-len(below) :]
            del values[-len(below) :]
            mark = Mark.TIME if isinstance(node, Call) and node.function in CLOCKED else Mark.NOTHING
            for _, one in parts:
                mark |= one
            values.append((self._join(node, parts, mark), mark))
        return values[0]

    def _join(self, node: Expression, parts: list[tuple[Expression, Mark]], mark: Mark) -> Expression:
        if mark in (Mark.NOTHING, Mark.CONSTANTS, Mark.TIME):
            return with_children(node, tuple(part for part, _ in parts))
        if isinstance(node, Binary) and node.operator == "/" and parts[1][1] == Mark.CONSTANTS:
            reciprocal = Binary("/", Number(1.0), parts[1][0], node.place)
            left = self.move_out(*parts[0])
            return Binary("*", left, self.move_out(reciprocal, Mark.CONSTANTS), node.place)
        if _is_power(node) and parts[1][1] == Mark.CONSTANTS:
            exponent = self.move_out(*parts[1])
            sign = self.move_out(Call("#sign of power", (exponent,)), Mark.CONSTANTS)
            return Call("#power", (self.move_out(*parts[0]), exponent, sign), place=node.place)
        return with_children(node, tuple(self.move_out(*part) for part in parts))


def _is_power(node: Expression) -> bool:
    if isinstance(node, Binary):
        return node.operator == "^"
    return isinstance(node, Call) and node.function == "power"


def plan(program: Program, overridden: frozenset[str] = frozenset()) -> Plan:
    """Returns the program sorted by when things are computed.

    Args:
        program: From `build`.
        overridden: Names that a run with overrides may replace; they count as changing in every step.
    """
    marks = dict.fromkeys((*program.constants, *program.initials), Mark.CONSTANTS)
    marks |= dict.fromkeys((*program.inputs, *program.series, "time", INPUTS, SERIES), Mark.TIME)
    marks[CONSTANTS] = Mark.CONSTANTS
    marks |= {state.name: Mark.STATES for state in program.states}
    marks |= dict.fromkeys(overridden, Mark.STATES)
    sorting = _Sorting(program, marks)
    stepwise: list[tuple[str, Expression]] = []
    for name, equation in program.equations:
        sorted_equation, mark = sorting.sort(equation)
        if name in overridden:
            mark = Mark.STATES
        marks[name] = mark
        if mark in (Mark.NOTHING, Mark.CONSTANTS):
            sorting.invariant.append((name, sorted_equation))
        elif mark == Mark.TIME:
            sorting.exogenous.append((name, sorted_equation))
        else:
            stepwise.append((name, sorted_equation))
    changes = [sorting.move_out(*sorting.sort(state.change)) for state in program.states]

    def codes(pairs: list[tuple[str, Expression]]) -> tuple[tuple[str, Code], ...]:
        return tuple((name, code(one)) for name, one in pairs)

    def code(one: Expression) -> Code:
        return postfix(one, program.model, program.literals)

    return Plan(
        program,
        overridden,
        codes(list(program.starts)),
        codes(sorting.invariant),
        codes(sorting.exogenous),
        codes(stepwise),
        tuple(
            (state, code(change), code(state.delay) if state.delay is not None else None)
            for state, change in zip(program.states, changes, strict=True)
        ),
        _stages(stepwise, [*changes, *_lengths(program)], program.recorded),
    )


def _lengths(program: Program) -> list[Expression]:
    """Returns how long the delays are that are looked at in every step."""
    return [one.delay for one in program.states if one.kind in ARRIVING and one.delay is not None]


def _stages(
    stepwise: list[tuple[str, Expression]], changes: list[Expression], outputs: Sequence[str]
) -> tuple[Stage, ...]:
    """Returns the stages of one step: layers of names read more than once, each needing those before it."""
    equations = dict(stepwise)
    reads = Counter(outputs)
    for one in (*equations.values(), *changes):
        reads.update(node.name for node in postorder(one) if isinstance(node, Reference))
    depth: dict[str, int] = {}
    kept: dict[int, list[str]] = {}
    for name, equation in stepwise:
        depth[name] = max((depth.get(other, 0) for other in names_in(equation)), default=0)
        if reads[name] > 1 and not _is_cheap(equation):
            depth[name] += 1
            kept.setdefault(depth[name], []).append(name)
    stages: list[Stage] = []
    done: set[str] = set()
    for _, names in sorted(kept.items()):
        wanted = list(names)
        for name in wanted:
            wanted += [
                one
                for one in names_in(equations[name])
                if one in equations and one not in done and one not in wanted
            ]
        stages.append(Stage(tuple(name for name in equations if name in wanted), tuple(names)))
        done.update(names)
    rest = tuple(name for name in equations if name not in done)
    return (*stages, Stage(rest, rest))


def _is_cheap(equation: Expression) -> bool:
    """Says whether computing something again costs less than keeping it."""
    nodes = [one for one in postorder(equation) if children(one)]
    if isinstance(equation, Call) and equation.function == "#row":
        return True
    return len(nodes) <= CHEAP and all(isinstance(one, Binary) and one.operator in "+-*" for one in nodes)


def is_elementwise(plan: Plan) -> bool:
    """Says whether a step is arithmetic of single numbers alone: no sorting, no histories, no long tables.

    And not too much of it: the time to compile one function grows faster than its length.
    """
    if instructions(plan) > LONGEST_PIECE:
        return False
    return all(state.kind not in HISTORIES for state, _, _ in plan.states) and all(
        is_simple(one) for code in _codes(plan) for one in code
    )


def instructions(plan: Plan) -> int:
    """Returns how long a step is."""
    return sum(len(code) for code in _codes(plan))


def _codes(plan: Plan) -> list[Code]:
    return [*(code for _, code in plan.stepwise), *(change for _, change, _ in plan.states)]


__all__ = ["Mark", "Plan", "instructions", "is_elementwise", "plan"]
