"""A model: the pivot between the readers and the compiler. Frozen data, no meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from stockade.errors import NOWHERE, Place
from stockade.model.expressions import Expression

VariableKind = Literal["stock", "auxiliary", "constant", "lookup", "data"]
Dialect = Literal["vensim", "xmile", "python"]

CONTROL_NAMES = ("initial time", "final time", "time step", "saveper")


@dataclass(frozen=True)
class Variable:
    """One variable with its equation.

    Attributes:
        name: As the modeller wrote it.
        canonical: Lower case, runs of spaces and underscores as one space, without quotes.
        kind: What it is. A constant's equation has no references and no calls (a number, or
            arithmetic of numbers); a stock's equation is ``Call("integ", (rate, initial))``.
        equation: The right-hand side. A lookup's is a `Table`.
        units: The units as written, e.g. ``person/Month``; empty where none are given.
        limits: (low, high, step) of the range written behind the units; None where open.
        documentation: The comment, as written.
        subscripts: The subscripts of the left-hand side, canonical; empty for a scalar.
        group: The group (Vensim's ``.Control``) that it stands in; empty where there is none.
        text: The right-hand side as written.
        place: Where its definition begins.
    """

    name: str
    canonical: str
    kind: VariableKind
    equation: Expression
    units: str = ""
    limits: tuple[float | None, float | None, float | None] = (None, None, None)
    documentation: str = ""
    subscripts: tuple[str, ...] = ()
    group: str = ""
    text: str = field(default="", compare=False)
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Model:
    """A stock-and-flow model.

    Attributes:
        variables: In the order of the file, the four control variables among them.
        dialect: Whose rules its functions follow.
        source: Path it was read from, or ``<python>``.
        title: What the file calls itself; empty where it does not.
        documentation: The file's opening comment.
        unit_synonyms: Groups of units that the file declares to be the same.
    """

    variables: tuple[Variable, ...]
    dialect: Dialect = "vensim"
    source: str = field(default="<python>", compare=False)
    title: str = ""
    documentation: str = ""
    unit_synonyms: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Variable]:
        """Variables by canonical name."""
        return {one.canonical: one for one in self.variables}
