"""What a name in an equation can mean: the variables of the file, its modules, dimensions and macros."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.formats.xmile.elements import Element
from stockade.formats.xmile.expressions import PLACEHOLDER, SLICE
from stockade.formats.xmile.graphical import Graphical
from stockade.model.expressions import Expression, Reference


@dataclass(frozen=True)
class Draft:
    """A variable whose equation is still to be read.

    Attributes:
        element: As it stands in the file.
        name: To show; with the names of its modules before it, and dots between.
        canonical: As it is compared.
        prefix: Canonical name of its module, empty outside of modules.
        dimensions: Canonical names, in order.
        graphical: Its graphical function, if it has one for all of its elements.
        source: Where a module takes it from; None where it has an equation of its own.
        non_negative: Whether it is kept from going below zero.
    """

    element: Element
    name: str
    canonical: str
    prefix: str = ""
    dimensions: tuple[str, ...] = ()
    graphical: Graphical | None = None
    source: str | None = None
    non_negative: bool = False

    def problem(self, code: str, message: str, hint: str, element: Element | None = None) -> StockadeError:
        """Returns the error to raise for this variable."""
        return (element or self.element).problem(
            code, message, name=self.name, excerpt=f"<{(element or self.element).name}>", hint=hint
        )


@dataclass(frozen=True)
class Scope:
    """What the names of one equation can mean.

    Attributes:
        drafts: The file's variables, or those of one macro.
        dimensions: Elements by dimension, canonical.
        macros: Canonical names of the macros.
        defaults: The parameters of each macro: their canonical names, and what each is where a call leaves it
            out, in words of the model; None where it may not.
        conveyors: The stocks that are conveyors, by the canonical name of their outflow.
        parameters: Of the macro that is read.
        truncates: Whether INT goes towards zero, as in Vensim's exports.
        prefix: Canonical name of the module whose equation is read.
        owner: The variable that is defined, as shown.
        left: The dimensions of the left-hand side.
        subscripts: Its subscripts: the dimensions, or elements of them.
    """

    drafts: Mapping[str, Draft]
    dimensions: Mapping[str, tuple[str, ...]]
    macros: frozenset[str] = frozenset()
    defaults: Mapping[str, tuple[tuple[str, Expression | None], ...]] = field(default_factory=dict)
    parameters: frozenset[str] = frozenset()
    truncates: bool = False
    prefix: str = ""
    owner: str = ""
    left: tuple[str, ...] = ()
    subscripts: tuple[str, ...] = field(default=())
    conveyors: Mapping[str, Draft] = field(default_factory=dict)

    def find(self, name: str) -> str | None:
        """Returns the canonical name that a name in the equation stands for; None if there is none."""
        inside = f"{self.prefix}.{name}" if self.prefix else name
        if inside in self.drafts:
            return inside
        if name in self.parameters or (name in self.drafts and "." in name):
            return name
        return None

    def problem(self, code: str, message: str, place: Place, hint: str, excerpt: str = "") -> StockadeError:
        """Returns the error to raise for a place in the equation."""
        from_file = Place(place.file, place.line, place.column, self.owner)
        return StockadeError(Diagnostic(code, message, from_file, excerpt, hint))

    def subscript(self, node: Reference, position: int, dimension: str) -> str:
        """Returns what one subscript of a reference means, in the words of the model.

        Raises:
            StockadeError: ``unknown-subscript``, ``unknown-dimension``.
        """
        written = node.subscripts[position]
        if dimension not in self.dimensions:
            said = f"{node.written} has the dimension {dimension}, which is not defined"
            hint = "Define it in <dimensions>."
            raise self.problem("unknown-dimension", said, node.place, hint, node.written)
        elements = self.dimensions[dimension]
        if SLICE in written:
            ends = (
                self.subscript(
                    replace(node, subscripts=(*node.subscripts[:position], one)), position, dimension
                )
                for one in written.split(SLICE)
            )
            return SLICE.join(ends)
        if written in elements or written == PLACEHOLDER:
            return written
        if written.endswith(".*") and written[:-2] in self.dimensions:
            return f"{written[:-2]}!"
        home, _, element = written.partition(".")
        if element in elements and element in self.dimensions.get(home, ()):
            return element
        if written == "*":
            return f"{dimension}!"
        if written in self.left:
            # In the equation of one element its dimensions stand for that element.
            return self.subscripts[self.left.index(written)]
        if written in self.dimensions:
            return written
        if written.isdigit() and 1 <= int(written) <= len(elements):
            return elements[int(written) - 1]
        raise self.problem(
            "unknown-subscript",
            f"{written} is no element of {dimension}",
            node.place,
            f"Its elements are: {', '.join(elements[:8])}.",
            node.written,
        )
