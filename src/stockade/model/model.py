"""A model: the pivot between the readers and the compiler. Frozen data, no meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from stockade.errors import NOWHERE, Place
from stockade.model.expressions import Expression

VariableKind = Literal["stock", "auxiliary", "constant", "lookup", "data"]
Dialect = Literal["vensim", "xmile", "python"]
IntegrationMethod = Literal["euler", "rk4"]

NON_NEGATIVE, NON_NEGATIVE_OUTFLOWS = "non-negative", "non-negative by its outflows"
"""Flags of XMILE: a flow or stock that stops at zero; a stock whose outflows take no more than it holds."""

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
        exceptions: The lists of subscripts behind ``:EXCEPT:``.
        keyword: How data are read between their points: ``interpolate``, ``raw`` ...
        unchangeable: Whether it was defined with ``==``.
        flags: What stands behind the comment, e.g. ``:SUPPLEMENTARY``, or ``non-negative`` (XMILE).
        read_by: What the modeller wrote where the equation's numbers were read from a file: the call that
            reads them, or the call ``data`` for a variable without an equation; None where they are written.
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
    exceptions: tuple[tuple[str, ...], ...] = ()
    keyword: str = ""
    unchangeable: bool = False
    flags: str = ""
    read_by: Expression | None = None


@dataclass(frozen=True)
class SubscriptRange:
    """A named list of subscripts.

    Attributes:
        name: As the modeller wrote it.
        canonical: As for a variable.
        elements: Canonical, in order; some may be the names of other ranges. Empty while `equation` has not
            been read.
        mappings: Pairs of another range and the elements of it that ours stand for, in our order; no
            elements where the two lists go side by side.
        equation: The call that reads the elements from a file; None where they are written.
        equivalent: Canonical name of the range that this is another name for; empty where it is not.
        written: The elements as the modeller wrote them; empty where they come from a file.
    """

    name: str
    canonical: str
    elements: tuple[str, ...] = ()
    mappings: tuple[tuple[str, tuple[str, ...]], ...] = ()
    equation: Expression | None = None
    equivalent: str = ""
    documentation: str = ""
    group: str = ""
    text: str = field(default="", compare=False)
    place: Place = field(default=NOWHERE, compare=False)
    written: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Macro:
    """Equations that are called like a function; the macro's own name is its first output.

    Attributes:
        inputs: Canonical names of the arguments.
        outputs: Canonical names of the further outputs, behind the colon.
        variables: Its equations.
    """

    name: str
    canonical: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    variables: tuple[Variable, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class RealityCheck:
    """What must hold in every run: a condition and what it implies, or a named change for a test.

    Attributes:
        kind: ``condition`` or ``test input``.
        premise: What is the case, or for a test input what is set.
        conclusion: What must then be the case; None for a test input.
    """

    name: str
    canonical: str
    kind: Literal["condition", "test input"]
    premise: Expression
    conclusion: Expression | None = None
    subscripts: tuple[str, ...] = ()
    documentation: str = ""
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
        ranges: The subscript ranges, in the order of the file.
        macros: The macros, in the order of the file.
        reality_checks: What the modeller says must hold in every run.
        method: How the file says that it is to be integrated.
    """

    variables: tuple[Variable, ...]
    dialect: Dialect = "vensim"
    source: str = field(default="<python>", compare=False)
    title: str = ""
    documentation: str = ""
    unit_synonyms: tuple[tuple[str, ...], ...] = ()
    ranges: tuple[SubscriptRange, ...] = ()
    macros: tuple[Macro, ...] = ()
    reality_checks: tuple[RealityCheck, ...] = ()
    method: IntegrationMethod = "euler"

    @cached_property
    def by_name(self) -> dict[str, Variable]:
        """Variables by canonical name."""
        return {one.canonical: one for one in self.variables}
