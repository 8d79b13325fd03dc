"""Graphical functions: points that are listed, or stand at equal distances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from stockade.errors import StockadeError
from stockade.formats.xmile.elements import Element
from stockade.model.expressions import Call, Expression, Reference, Table

CALLS: Mapping[str, str] = MappingProxyType(
    {"continuous": "lookup", "extrapolate": "lookup extrapolate", "discrete": "lookup backward"}
)
"""What it is to look a value up in each type of graphical function."""


@dataclass(frozen=True)
class Graphical:
    """A graphical function: its points, and how it goes between and beyond them."""

    table: Table
    type: str

    def call(self, argument: Expression, table: Reference | None = None, written: str = "") -> Call:
        """Returns the value at an argument.

        Args:
            argument: Where to look.
            table: The variable that holds the points; None to write them into the call.
            written: The function as written, for the complaints.
        """
        place = self.table.place if table is None else table.place
        if table is None and self.type == "continuous":
            return Call("with lookup", (argument, self.table), written, place)
        return Call(CALLS[self.type], (table or self.table, argument), written, place)


def read_graphical(element: Element, name: str) -> Graphical:
    """Reads a ``gf`` element.

    Raises:
        StockadeError: ``broken-lookup``.
    """
    kind = element.attributes.get("type", "continuous").strip().lower()
    if kind not in CALLS:
        raise _broken(
            element, name, f"{kind!r} is not a type of graphical function", f"It is {' or '.join(CALLS)}."
        )
    ys = _numbers(element, "ypts", name)
    if not ys:
        raise _broken(element, name, "this graphical function has no points", "Give its ypts.")
    xs, scale = _numbers(element, "xpts", name), _scale(element, "xscale", name)
    if not xs:
        if scale is None:
            raise _broken(element, name, "this graphical function has no x", "Give its xscale or its xpts.")
        low, high = scale
        step = (high - low) / max(1, len(ys) - 1)
        xs = [low + step * at for at in range(len(ys) - 1)] + [high if len(ys) > 1 else low]
    if len(xs) != len(ys):
        said = f"this graphical function has {len(xs)} x and {len(ys)} y"
        raise _broken(element, name, said, "Give as many numbers in xpts as in ypts.")
    if any(right < left for left, right in pairwise(xs)):
        raise _broken(element, name, "the x of this graphical function do not ascend", "Put them in order.")
    heights = _scale(element, "yscale", name)
    limits = (*scale, *heights) if scale and heights else None
    return Graphical(Table(tuple(zip(xs, ys, strict=True)), limits, element.place(name)), kind)


def _numbers(element: Element, tag: str, name: str) -> list[float]:
    found = element.first(tag)
    if found is None or not found.text:
        return []
    separator = found.attributes.get("sep", ",")
    pieces = found.text.split(separator) if separator.strip() else found.text.split()
    return [_number(found, piece, name) for piece in pieces]


def _scale(element: Element, tag: str, name: str) -> tuple[float, float] | None:
    found = element.first(tag)
    if found is None:
        return None
    low, high = (_number(found, found.attributes.get(end, ""), name) for end in ("min", "max"))
    return low, high


def _number(element: Element, text: str, name: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < float("inf"):
        raise _broken(
            element,
            name,
            f"{text.strip()[:40]!r} is not a number",
            "Write numbers, with commas between them.",
        )
    return value


def _broken(element: Element, name: str, message: str, hint: str) -> StockadeError:
    return element.problem("broken-lookup", message, name=name, excerpt=f"<{element.name}>", hint=hint)
