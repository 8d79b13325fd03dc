"""The expressions of a model: frozen data, one class for each kind of node.

Nothing here knows what an expression means; printing, units, ordering and lowering are functions in
files of their own. Two nodes are equal when they say the same thing, wherever they stand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from stockade.errors import NOWHERE, Place

UnaryOperator = Literal["-", "+", "not"]
BinaryOperator = Literal["+", "-", "*", "/", "^", "=", "<>", "<", ">", "<=", ">=", "and", "or"]


@dataclass(frozen=True, slots=True)
class Number:
    """A literal number; `text` is what the modeller wrote."""

    value: float
    text: str = field(default="", compare=False)
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A literal string, as GET XLS functions take them."""

    value: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Reference:
    """A variable's value. `name` is canonical, `written` is what the modeller wrote."""

    name: str
    subscripts: tuple[str, ...] = ()
    written: str = field(default="", compare=False)
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """A sign or a negation."""

    operator: UnaryOperator
    operand: Expression
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic, comparison or logic on two operands."""

    operator: BinaryOperator
    left: Expression
    right: Expression
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the table in `stockade.model.functions`, or a lookup called by name.

    `function` is the canonical name (lower case, single spaces: ``if then else``).
    """

    function: str
    arguments: tuple[Expression, ...]
    written: str = field(default="", compare=False)
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Table:
    """The points of a lookup, in ascending x; `limits` is (xmin, xmax, ymin, ymax) if written."""

    points: tuple[tuple[float, float], ...]
    limits: tuple[float, float, float, float] | None = field(default=None, compare=False)
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Array:
    """A list of numbers for the elements of a subscripted constant, row by row."""

    rows: tuple[tuple[float, ...], ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Series:
    """Data over time, read from a file.

    Attributes:
        points: Pairs of a time and a value, in ascending time; empty where all values are missing.
        between: What holds between the points: ``interpolate``, ``look forward``, ``hold backward`` or
            ``raw`` (nothing does).
    """

    points: tuple[tuple[float, float], ...]
    between: str = "interpolate"
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Several:
    """The tables or series of the elements of a subscripted variable, the last subscript changing fastest."""

    items: tuple[Table | Series, ...]
    place: Place = field(default=NOWHERE, compare=False)


Expression = Number | Text | Reference | Unary | Binary | Call | Table | Array | Series | Several
