"""What is computed once per run, what for all times at once, and what in every step.

A value that depends on constants alone is invariant: computed once, before the loop. One that depends on
time and input paths alone is exogenous: computed for all steps at once, and it is the same for the whole
batch. Everything else is stepwise. Parts of equations are sorted in the same way: what can move out of the
loop moves out, and dividing by something invariant becomes multiplying by its reciprocal.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import IntFlag

from stockade.compiler.lower import Code, postfix
from stockade.compiler.program import Program, State
from stockade.compiler.walk import children, postorder, with_children
from stockade.model.expressions import Binary, Call, Expression, Number, Reference

CLOCKED = ("step", "pulse", "pulse train", "ramp")


class Mark(IntFlag):
    """What a value depends on."""

    NOTHING = 0
    CONSTANTS = 1
    TIME = 2
    STATES = 4


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
        shared: Stepwise names that are read more than once.
    """

    program: Program
    overridden: frozenset[str]
    starts: tuple[tuple[str, Code], ...]
    invariant: tuple[tuple[str, Code], ...]
    exogenous: tuple[tuple[str, Code], ...]
    stepwise: tuple[tuple[str, Code], ...]
    states: tuple[tuple[State, Code, Code | None], ...]
    shared: frozenset[str]


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
        return with_children(node, tuple(self.move_out(*part) for part in parts))


def plan(program: Program, overridden: frozenset[str] = frozenset()) -> Plan:
    """Returns the program sorted by when things are computed.

    Args:
        program: From `build`.
        overridden: Names that a run with overrides may replace; they count as changing in every step.
    """
    marks = dict.fromkeys((*program.constants, *program.initials), Mark.CONSTANTS)
    marks |= dict.fromkeys((*program.inputs, "time"), Mark.TIME)
    marks |= {state.name: Mark.STATES for state in program.states}
    marks |= dict.fromkeys(overridden, Mark.STATES)
    sorting = _Sorting(program, marks)
    stepwise: list[tuple[str, Expression]] = []
    for name, equation in program.equations:
        equation, mark = sorting.sort(equation)
        if name in overridden:
            mark = Mark.STATES
        marks[name] = mark
        if mark in (Mark.NOTHING, Mark.CONSTANTS):
            sorting.invariant.append((name, equation))
        elif mark == Mark.TIME:
            sorting.exogenous.append((name, equation))
        else:
            stepwise.append((name, equation))
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
        _shared([one for _, one in stepwise] + changes),
    )


def _shared(expressions: list[Expression]) -> frozenset[str]:
    """Returns the names that are read more than once."""
    read = Counter(node.name for one in expressions for node in postorder(one) if isinstance(node, Reference))
    return frozenset(name for name, count in read.items() if count > 1)


__all__ = ["Mark", "Plan", "plan"]
