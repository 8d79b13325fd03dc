"""Reads the definition of a subscript range, with its mappings."""

from __future__ import annotations

import re

from stockade.formats.vensim.cursor import Cursor
from stockade.formats.vensim.definitions import Definition
from stockade.formats.vensim.expressions import parse_expression
from stockade.model.expressions import Expression
from stockade.model.model import SubscriptRange
from stockade.model.names import canonical

_MOST_ELEMENTS = 100_000
_NUMBERED = re.compile(r"(.*?)(\d{1,9})")


def read_range(definition: Definition) -> SubscriptRange:
    """Reads what stands behind ``name :`` or ``name <->``.

    Raises:
        StockadeError: ``broken-equation``, ``broken-range``.
    """
    cursor = definition.cursor
    written: tuple[str, ...] = ()
    mappings: tuple[tuple[str, tuple[str, ...]], ...] = ()
    equation: Expression | None = None
    equivalent = ""
    if definition.mark.text == "<->":
        equivalent = _name(cursor)
    elif cursor.next.kind == "name" and canonical(cursor.next.text).startswith("get "):
        equation = parse_expression(cursor)
        mappings = _mappings(cursor) if cursor.take("->") else ()
    else:
        written = _elements(cursor)
        mappings = _mappings(cursor) if cursor.take("->") else ()
    if cursor.next.kind != "end":
        raise cursor.unexpected("a comma or the end of the range")
    return SubscriptRange(
        name=definition.name,
        canonical=definition.canonical,
        elements=tuple(canonical(one) for one in written),
        mappings=mappings,
        equation=equation,
        equivalent=equivalent,
        documentation=definition.entry.documentation,
        group=definition.entry.group,
        text=definition.text,
        place=definition.place,
        written=written,
    )


def _name(cursor: Cursor) -> str:
    return canonical(_written(cursor))


def _written(cursor: Cursor) -> str:
    if cursor.next.kind != "name":
        raise cursor.unexpected("the name of a subscript")
    text = cursor.step().text
    return text[1:-1].replace('\\"', '"') if text.startswith('"') else " ".join(text.split())


def _elements(cursor: Cursor) -> tuple[str, ...]:
    found: list[str] = []
    while True:
        found.extend(_numbered(cursor) if cursor.take("(") else (_written(cursor),))
        if not cursor.take(","):
            return tuple(found)


def _numbered(cursor: Cursor) -> list[str]:
    """Reads ``sub1-sub10)``, which stands for the ten of them."""
    opening = cursor.next
    first = _NUMBERED.fullmatch(_written(cursor))
    cursor.expect("-", "between the first and the last subscript")
    last = _NUMBERED.fullmatch(_written(cursor))
    cursor.expect(")", "behind the last subscript")
    if first is None or last is None or canonical(first.group(1)) != canonical(last.group(1)):
        hint = "Write (a1-a9), or list the subscripts one by one."
        raise cursor.problem("broken-range", "the two ends need the same word and a number", opening, hint)
    low, high = int(first.group(2)), int(last.group(2))
    if not low < high <= low + _MOST_ELEMENTS:
        hint = f"Count upwards, by at most {_MOST_ELEMENTS}."
        raise cursor.problem("broken-range", f"this range runs from {low} to {high}", opening, hint)
    return [f"{first.group(1)}{number}" for number in range(low, high + 1)]


def _mappings(cursor: Cursor) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: list[tuple[str, tuple[str, ...]]] = []
    while True:
        if cursor.take("("):
            target = _name(cursor)
            cursor.expect(":", "behind the range that is mapped to")
            found.append((target, tuple(canonical(one) for one in _elements(cursor))))
            cursor.expect(")", "behind the mapping")
        else:
            found.append((_name(cursor), ()))
        if not cursor.take(","):
            return tuple(found)
