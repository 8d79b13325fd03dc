"""What equations have in common: the shape of an expression without the names and numbers in it.

Elements of one variable, calls of one macro and the stages of delays have equations of one shape. A shape is
interned: two expressions have the same one if and only if they have the same object. Long sums, products,
minima and maxima over terms of one shape are one node, a fold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, NamedTuple

from stockade.compiler.lookup_functions import LOOKUP_FUNCTIONS
from stockade.compiler.walk import with_children
from stockade.model.expressions import Binary, Call, Expression, Number, Reference, Table, Text
from stockade.model.model import Model
from stockade.model.vectors import VECTOR_LOOKUPS
from stockade.model.walk import children

ShapeKind = Literal["value", "number", "table", "fixed", "node", "fold", "stack"]

# Terms of one shape from which on a chain is a fold; the same for the elements of a function over elements.
FOLDED = 6
# How many arguments of a function over elements stand before the elements.
BEFORE_ELEMENTS: Mapping[str, int] = {
    "#sort order": 2,
    "#rank": 2,
    "#pick": 1,
    "#vector select": 3,
    **dict.fromkeys(VECTOR_LOOKUPS.values(), 3),
    "#allocate available": 2,
    "#allocate by priority": 3,
    "#invert matrix": 2,
}
FOLDS: Mapping[str, str] = {"+": "#sum", "*": "#product", "min": "#least", "max": "#greatest"}


_ONE_TABLE = (*LOOKUP_FUNCTIONS, "#random lookup")


@dataclass(frozen=True, eq=False, slots=True)
class Shape:
    """A node of a shape.

    Attributes:
        kind: ``value``, ``number`` and ``table`` are leaves that differ from expression to expression;
            ``fixed`` is a leaf that does not. ``fold`` and ``stack`` hold one shape, of each of their terms.
        node: For ``fixed`` the leaf; for ``node`` and ``fold`` one that has the operator or function.
        below: The shapes of the operands.
        times: For ``fold`` and ``stack`` the number of terms.
        leaves: How many leaves an expression of this shape has, those that are fixed left out.
    """

    kind: ShapeKind
    node: Expression | None
    below: tuple[Shape, ...]
    times: int
    leaves: int


class Shaped(NamedTuple):
    """An expression's shape, and the numbers of its leaves from left to right."""

    shape: Shape
    leaves: list[int]


class Shapes:
    """Finds shapes; lives while one program is grouped.

    Attributes:
        names: All names met; a leaf of kind ``value`` is a place in it.
        numbers: All numbers met, likewise.
        tables: All lookups met, likewise.
    """

    def __init__(self, model: Model, literals: Mapping[str, float]) -> None:
        self._variables = model.by_name
        self._literals = literals
        self._known: dict[tuple, Shape] = {}
        self._name_at: dict[str, int] = {}
        self._number_at: dict[float, int] = {}
        self._table_at: dict[int, int] = {}
        self.names: list[str] = []
        self.numbers: list[float] = []
        self.tables: list[Table] = []
        self._leaf = {kind: self._shape(kind, None, kind) for kind in ("value", "number", "table")}

    def name(self, name: str) -> int:
        """Returns the number of a name."""
        at = self._name_at.get(name)
        if at is None:
            at = self._name_at[name] = len(self.names)
            self.names.append(name)
        return at

    def of(self, root: Expression) -> Shaped:
        """Returns the shape of an expression and its leaves."""
        done: list[Shaped] = []
        pending: list[tuple[Expression, int, bool]] = [(root, -1, False)]
        while pending:
            node, count, literal = pending.pop()
            if count >= 0:
                parts = done[len(done) - count :]
                del done[len(done) - count :]
                done.append(self._joined(node, parts))
                continue
            terms = _terms(node)
            below = children(node)
            if len(terms) >= FOLDED:
                pending.append((node, len(terms), True))
                pending.extend((one, -1, False) for one in reversed(terms))
            elif below:
                pending.append((node, len(below), False))
                pending.extend(reversed([(one, -1, _matters(node, at)) for at, one in enumerate(below)]))
            else:
                done.append(self._of_leaf(node, literal=literal))
        return done[0]

    def _of_leaf(self, node: Expression, *, literal: bool) -> Shaped:
        if isinstance(node, Reference):
            if node.name not in self._literals:
                table = self._variables.get(node.name)
                if table is None or not isinstance(table.equation, Table):
                    return Shaped(self._leaf["value"], [self.name(node.name)])
                node = table.equation
            else:
                node = Number(self._literals[node.name])
        if isinstance(node, Number) and not literal:
            at = self._number_at.setdefault(node.value, len(self.numbers))
            if at == len(self.numbers):
                self.numbers.append(node.value)
            return Shaped(self._leaf["number"], [at])
        if isinstance(node, Table) and not literal:
            at = self._table_at.setdefault(id(node), len(self.tables))
            if at == len(self.tables):
                self.tables.append(node)
            return Shaped(self._leaf["table"], [at])
        value = node.value if isinstance(node, Number | Text) else id(node)
        return Shaped(self._shape("fixed", node, type(node), value), [])

    def _joined(self, node: Expression, parts: list[Shaped]) -> Shaped:
        terms = _terms(node)
        if len(terms) >= FOLDED and len(parts) == len(terms):
            runs = self._runs(node, parts, "fold")
            whole = runs[0]
            for one in runs[1:]:
                whole = self._node(node, [whole, one])
            return whole
        before = BEFORE_ELEMENTS.get(node.function) if isinstance(node, Call) else None
        if before is not None:
            parts = [*parts[:before], *self._runs(node, parts[before:], "stack")]
        return self._node(node, parts)

    def _node(self, node: Expression, parts: list[Shaped]) -> Shaped:
        word = node.function if isinstance(node, Call) else getattr(node, "operator", "")
        shape = self._shape("node", node, type(node), word, tuple(one.shape for one in parts))
        return Shaped(shape, [leaf for one in parts for leaf in one.leaves])

    def _runs(self, node: Expression, parts: list[Shaped], kind: Literal["fold", "stack"]) -> list[Shaped]:
        """Returns the terms, those of one shape that follow each other joined into one."""
        found: list[Shaped] = []
        for _, group in groupby(parts, key=lambda one: id(one.shape)):
            run = list(group)
            if len(run) < FOLDED:
                found += run
                continue
            word = _word(node) if kind == "fold" else ""
            shape = self._shape(kind, node, word, len(run), (run[0].shape,), times=len(run))
            found.append(Shaped(shape, [leaf for one in run for leaf in one.leaves]))
        return found

    def _shape(self, kind: ShapeKind, node: Expression | None, *key: object, times: int = 0) -> Shape:
        """Returns the interned shape; the last part of the key may be the shapes below."""
        below: tuple[Shape, ...] = key[-1] if key and isinstance(key[-1], tuple) else ()  # type: ignore[assignment]
        full = (kind, *key[: len(key) - bool(below)], *(id(one) for one in below))
        found = self._known.get(full)
        if found is None:
            leaves = sum(one.leaves for one in below) * max(times, 1)
            leaves += kind in ("value", "number", "table")
            found = self._known[full] = Shape(kind, node, below, times, leaves)
        return found


def _word(node: Expression) -> str:
    return node.operator if isinstance(node, Binary) else node.function if isinstance(node, Call) else ""


def _terms(node: Expression) -> list[Expression]:
    """Returns the terms of a sum, product, minimum or maximum that leans to the left; empty for others."""
    word = _word(node)
    if word not in FOLDS or len(children(node)) != 2:
        return []
    terms = []
    while _word(node) == word and len(below := children(node)) == 2:
        terms.append(below[1])
        node = below[0]
    return [node, *reversed(terms)]


def _matters(node: Expression, at: int) -> bool:
    """Says whether a number or lookup as this operand changes what the operation is compiled to."""
    if isinstance(node, Binary):
        return node.operator == "^"
    if not isinstance(node, Call):
        return False
    if node.function in ("#sort order", "#rank"):
        return at == 1
    if node.function == "if then else":
        return at == 0
    # Of functions that take a lookup some know one lookup only; these do not care about numbers.
    return node.function in ("power", "#vector select", *_ONE_TABLE)


def joined(shape: Shape, parts: tuple[Expression, ...], depth: int) -> Expression:
    """Returns the expression of a shape that is no leaf, from those of its operands.

    Args:
        shape: The shape.
        parts: Its operands; for a fold or a stack its one term.
        depth: How many axes of elements stand before that of a fold or a stack.
    """
    assert shape.node is not None
    if shape.kind == "node":
        return with_children(shape.node, parts)
    name = FOLDS[_word(shape.node)] if shape.kind == "fold" else "#stack"
    return Call(name, (parts[0], Number(float(depth)), Number(float(shape.times))), place=shape.node.place)
