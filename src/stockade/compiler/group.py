"""Equations that say the same of many elements, computed together: scalars become vectors.

The readers write out subscripts, macros and delays as scalars, one variable for each element; that is what a
model means. Here equations of one shape that do not need each other become one equation over a vector, whose
operands are gathered from other vectors. XLA then compiles a handful of operations instead of thousands.

Names with a ``#`` are ours: ``#constants``, ``#inputs`` and ``#series`` are given, ``#vector 3`` is a group,
``#take 4`` elements of vectors put side by side, ``#row 5`` one element as a scalar.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from stockade.compiler.marks import CLOCKED, Mark
from stockade.compiler.program import Program, State
from stockade.compiler.schedule import classes, families, schedule
from stockade.compiler.shapes import Shape, Shaped, Shapes, joined
from stockade.compiler.walk import names_in
from stockade.model.expressions import Array, Call, Expression, Number, Reference

CONSTANTS, INPUTS, SERIES = "#constants", "#inputs", "#series"
FEWEST = 4  # Elements that make a vector.
FEW = 16  # Elements of one variable that make a vector of its own, not one with all of its shape.
MOST_SEGMENTS = 64
MOST_SCALARS = 400  # Variables from which on a program is grouped.

Equations = Sequence[tuple[str, Expression]]


def _listed(values: np.ndarray) -> Array:
    return Array((tuple(values.ravel().astype(float).tolist()),))


@dataclass
class _Phase:
    """Where names stand, and the equations over vectors; one for the starting values, one for the steps.

    Attributes:
        shapes: All shapes; no name is added any more.
        label: What its own names begin with.
        equations: What was written so far, in order.
        sizes: The size of every vector.
    """

    shapes: Shapes
    label: str
    equations: list[tuple[str, Expression]] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.vectors: list[str] = []
        self.vector = np.full(len(self.shapes.names), -1)
        self.row = np.zeros(len(self.shapes.names), dtype=np.int64)
        self.numbers = np.array(self.shapes.numbers)
        self._taken: dict[tuple, str] = {}

    def place(self, vector: str, names: Sequence[str], rows: Sequence[int] | None = None) -> None:
        """Says that these names are the rows of a vector."""
        ids = np.array([self.shapes.name(one) for one in names], dtype=np.int64)
        self.vector[ids] = len(self.vectors)
        self.row[ids] = np.arange(len(names)) if rows is None else rows
        self.vectors.append(vector)
        self.sizes[vector] = len(names)

    def add(self, names: Sequence[str], shaped: Sequence[Shaped], vector: str) -> None:
        """Writes the equation of a vector whose rows are `names`; of one name alone a scalar's."""
        if len(names) == 1:
            self.equations.append((names[0], self.scalar(shaped[0])))
            return
        self.equations.append((vector, self.together(shaped)))
        self.place(vector, names)

    def scalar(self, one: Shaped) -> Expression:
        """Returns an equation over scalars, its long sums over vectors."""
        return self._written(one.shape, np.array(one.leaves, dtype=np.int64))

    def together(self, shaped: Sequence[Shaped]) -> Expression:
        """Returns equations of one shape as one equation over vectors."""
        leaves = np.array([one.leaves for one in shaped], dtype=np.int64).reshape(len(shaped), -1)
        whole = self._written(shaped[0].shape, leaves)
        return Call("#full", (Number(float(len(shaped))), whole))

    def _written(self, root: Shape, leaves: np.ndarray) -> Expression:
        """Returns the expression of a shape; the last axis of `leaves` is that of its leaves."""
        done: list[Expression] = []
        pending: list[tuple[Shape, np.ndarray, bool]] = [(root, leaves, False)]
        while pending:
            shape, part, ready = pending.pop()
            if ready:
                parts = tuple(done[len(done) - len(shape.below) :])
                del done[len(done) - len(shape.below) :]
                done.append(joined(shape, parts, part.ndim - 1))
            elif shape.kind in ("fold", "stack"):
                term = shape.below[0]
                inner = part.reshape(*part.shape[:-1], shape.times, term.leaves)
                pending += [(shape, part, True), (term, inner, False)]
            elif shape.below:
                pending.append((shape, part, True))
                ends = np.cumsum([0, *(one.leaves for one in shape.below)])
                pieces = [part[..., first:last] for first, last in pairwise(ends)]
                pending += [(*both, False) for both in reversed([*zip(shape.below, pieces, strict=True)])]
            else:
                done.append(self._leaf(shape, part))
        return done[0]

    def _leaf(self, shape: Shape, part: np.ndarray) -> Expression:
        if shape.kind == "fixed":
            assert shape.node is not None
            return shape.node
        ids = part[..., 0]
        for axis in range(ids.ndim):
            first = ids.take([0], axis)
            ids = first if (ids == first).all() else ids
        if shape.kind == "value":
            return Reference(self.value(ids))
        if shape.kind == "table":
            tables = [self.shapes.tables[at] for at in ids.ravel()]
            if len(tables) == 1 or all(one == tables[0] for one in tables):
                return tables[0]
            return Call("#tables", (_listed(np.array(ids.shape)), *tables))
        if ids.size == 1:
            return Number(self.shapes.numbers[int(ids.flat[0])])
        return Call("#spread", (_listed(self.numbers[ids]), _listed(np.array(ids.shape))))

    def value(self, ids: np.ndarray) -> str:
        """Returns the name of what holds some names: a vector, a scalar, or a new one that gathers them."""
        one = int(ids.flat[0])
        at = self.vector[one]
        if ids.size == 1 and at < 0:
            return self.shapes.names[one]
        rows = self.row[ids]
        same = at >= 0 and bool((self.vector[ids] == at).all())
        whole = same and ids.ndim == 1 and ids.size == self.sizes[self.vectors[at]] > 1
        if whole and (rows == np.arange(ids.size)).all():
            return self.vectors[at]
        key = (ids.shape, ids.tobytes())
        if key not in self._taken:
            self._taken[key] = self._take(ids)
        return self._taken[key]

    def _take(self, ids: np.ndarray) -> str:
        flat = ids.ravel()
        name = f"#{self.label}{'row' if ids.size == 1 else 'take'} {len(self._taken)}"
        which = self.vector[flat]
        vectors, scalars = np.unique(which[which >= 0]), np.unique(flat[which < 0])
        names = [self.vectors[at] for at in vectors] + [self.shapes.names[one] for one in scalars]
        if ids.size == 1:
            equation = Call("#row", (_listed(self.row[flat]), Reference(names[0])))
        else:
            ends = np.cumsum([0, *(self.sizes[one] for one in names[: len(vectors)])])
            index = self.row[flat] + ends[np.searchsorted(vectors, which)]
            index = np.where(which >= 0, index, ends[-1] + np.searchsorted(scalars, flat))
            sources = (Reference(one) for one in names)
            equation = Call("#take", (_listed(index), _listed(np.array(ids.shape)), *sources))
        self.equations.append((name, equation))
        return name


@dataclass
class _Grouping:
    """Lives for one call of `group`."""

    program: Program
    keep: frozenset[str]
    shapes: Shapes
    shaped: dict[str, Shaped] = field(default_factory=dict)
    vectors: int = 0

    def new(self) -> str:
        self.vectors += 1
        return f"#vector {self.vectors}"

    def phase(self, label: str) -> _Phase:
        """Returns a phase in which constants and inputs stand."""
        phase = _Phase(self.shapes, label)
        constants, inputs = self.program.constants, self.program.inputs
        phase.place(CONSTANTS, constants)
        if inputs:
            phase.place(INPUTS, inputs)
        series = tuple(self.program.series)
        if series:
            phase.place(SERIES, series)
        for name in (*constants, *inputs, *series):
            if name in self.keep:
                at = self.shapes.name(name)
                row = phase.value(np.array([at]))
                phase.equations.append((name, Reference(row)))
                phase.vector[at] = -1
        return phase

    def batches(
        self, equations: Equations, keys: Sequence[tuple], needs: Sequence[Sequence[int]]
    ) -> list[list[str]]:
        """Returns the names of equations in batches of one class."""
        names = [name for name, _ in equations]
        own = [("kept", name) if name in self.keep else key for name, key in zip(names, keys, strict=True)]
        found = schedule(classes(own, families(names), FEW), needs, FEWEST)
        return [[names[at] for at in batch] for batch in found]

    def write(self, phase: _Phase, batches: list[list[str]], shaped: dict[str, Shaped]) -> None:
        for names in batches:
            phase.add(names, [shaped[name] for name in names], self.new() if len(names) > 1 else "")


def _needs(equations: Equations) -> list[list[int]]:
    places = {name: at for at, (name, _) in enumerate(equations)}
    return [[places[one] for one in names_in(root) if one in places] for _, root in equations]


def group(program: Program, keep: Collection[str] = ()) -> Program:
    """Returns a program that computes the same with vectors.

    Args:
        program: From `build`.
        keep: Names that stay scalars of their own name, as a scenario may replace them.
    """
    shapes = Shapes(program.model, program.literals)
    work = _Grouping(program, frozenset(keep), shapes)
    changes = {one.name: shapes.of(one.change) for one in program.states}
    delays = {one.name: shapes.of(one.delay) for one in program.states if one.delay is not None}
    now = {name: shapes.of(root) for name, root in program.equations}
    first = {name: shapes.of(root) for name, root in program.starts}
    for name in (
        *program.constants,
        *program.inputs,
        *program.series,
        *changes,
        *now,
        *first,
        *program.recorded,
    ):
        shapes.name(name)
    start, step = work.phase("start "), work.phase("")

    initials = frozenset(program.initials)
    keys = [(first[name].shape, name in initials) for name, _ in program.starts]
    batches = work.batches(program.starts, keys, _needs(program.starts))
    work.write(start, batches, first)
    kept = []
    for at, vector in enumerate(start.vectors):
        members = [name for name in program.initials if start.vector[shapes.name(name)] == at]
        members.sort(key=lambda name: start.row[shapes.name(name)])
        if members:
            step.place(vector, members)
            kept.append(vector)
    kept += [name for name in program.initials if start.vector[shapes.name(name)] < 0]

    roots = [(one.name, one.change) for one in program.states]
    kinds = [(one.kind, changes[one.name].shape, delays.get(one.name, (None,))[0]) for one in program.states]
    by_name = {one.name: one for one in program.states}
    together = work.batches(roots, kinds, [()] * len(roots))
    labels = [names[0] if len(names) == 1 else work.new() for names in together]
    for label, names in zip(labels, together, strict=True):
        if len(names) > 1:
            step.place(label, names)

    batches = work.batches(program.equations, _marked(program, now), _needs(program.equations))
    work.write(step, batches, now)
    states = []
    for label, names in zip(labels, together, strict=True):
        states.append(_state(by_name[names[0]], label, names, step, start, changes, delays))
    recorded, sizes = _recorded(step, program.recorded)
    return replace(
        program,
        states=tuple(states),
        starts=tuple(start.equations),
        initials=tuple(kept),
        equations=tuple(step.equations),
        recorded=recorded,
        vectors=step.sizes | sizes,
    )


def _state(
    one: State,
    label: str,
    names: list[str],
    step: _Phase,
    start: _Phase,
    changes: dict[str, Shaped],
    delays: dict[str, Shaped],
) -> State:
    """Returns a state of one or several rows; its starting value is written, too."""
    if len(names) == 1:
        delay = start.scalar(delays[names[0]]) if names[0] in delays else None
        ids = np.array([start.shapes.name(names[0])])
        if start.vector[ids[0]] >= 0:
            start.equations.append((label, Reference(start.value(ids))))
        return replace(one, change=step.scalar(changes[label]), delay=delay)
    ids = np.array([start.shapes.name(name) for name in names])
    start.equations.append((label, Reference(start.value(ids))))
    delay = start.together([delays[name] for name in names]) if names[0] in delays else None
    return State(label, one.kind, step.together([changes[name] for name in names]), one.initial, delay)


def _marked(program: Program, shaped: dict[str, Shaped]) -> list[tuple]:
    """Returns the key of every equation: its shape, and what it depends on."""
    marks = dict.fromkeys((*program.constants, *program.initials), Mark.CONSTANTS)
    marks |= dict.fromkeys((*program.inputs, *program.series, "time"), Mark.TIME)
    marks |= {state.name: Mark.STATES for state in program.states}
    clocked: dict[int, bool] = {}

    def looks_at_clock(shape: Shape) -> bool:
        pending = [shape]
        while pending:
            one = pending.pop()
            if isinstance(one.node, Call) and one.node.function in CLOCKED and one.kind == "node":
                return True
            pending += one.below
        return False

    keys = []
    for name, root in program.equations:
        shape = shaped[name].shape
        if id(shape) not in clocked:
            clocked[id(shape)] = looks_at_clock(shape)
        mark = Mark.TIME if clocked[id(shape)] else Mark.NOTHING
        for other in names_in(root):
            mark |= marks.get(other, Mark.NOTHING)
        marks[name] = mark
        keys.append((shape, mark))
    return keys


def _recorded(step: _Phase, outputs: Sequence[str]) -> tuple[tuple[str, ...], dict[str, int]]:
    """Returns the names of vectors and scalars that side by side are the outputs, and the vectors' sizes."""
    if not outputs:
        return (), {}
    ids = np.array([step.shapes.name(name) for name in outputs])
    vector, row = step.vector[ids], step.row[ids]
    follows = (vector[1:] == vector[:-1]) & (vector[1:] >= 0) & (row[1:] == row[:-1] + 1)
    cuts = [0, *(np.flatnonzero(~follows) + 1).tolist(), len(ids)]
    if len(cuts) > MOST_SEGMENTS:
        cuts = [0, len(ids)]
    found = [(step.value(ids[first:last]), last - first) for first, last in pairwise(cuts)]
    return tuple(name for name, _ in found), {name: size for name, size in found if size > 1}


def pays(program: Program) -> bool:
    """Says whether a program has so many equations alike that vectors are expected to be quicker."""
    return len(program.equations) + len(program.states) >= MOST_SCALARS
