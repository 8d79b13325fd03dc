"""Parses what is made of numbers: the points of a lookup, and lists for subscripted constants."""

from __future__ import annotations

from stockade.formats.vensim.cursor import Cursor
from stockade.formats.vensim.tokens import Token
from stockade.model.expressions import Array, Table

Pair = tuple[float, float]


def parse_table(cursor: Cursor, opening: Token) -> Table:
    """Reads the points up to and with the closing parenthesis; the opening one is already read.

    Points that are not in ascending x are put in order, as Vensim does. Both forms are read: pairs, with
    or without the range of the drawing, and the older list of all x and then all y.

    Args:
        cursor: Stands behind the opening parenthesis.
        opening: That parenthesis, to blame for a table without an end.

    Raises:
        StockadeError: ``broken-lookup``, ``broken-equation``, ``unclosed-parenthesis``.
    """
    limits = _range(cursor) if cursor.take("[") else None
    points: list[Pair] = []
    numbers: list[float] = []
    while not cursor.take(")"):
        if cursor.next.kind == "end":
            raise cursor.problem("unclosed-parenthesis", "this lookup is never closed", opening, "Add a ).")
        if cursor.take("("):
            points.append(_pair(cursor))
        else:
            numbers.append(cursor.number())
        if not cursor.sees(")"):
            cursor.expect(",", "between points")
    if numbers:
        points = _from_halves(cursor, numbers, points, opening)
    if not points:
        raise cursor.problem(
            "broken-lookup", "this lookup has no points", opening, "Give at least one pair: (0,1)."
        )
    return Table(tuple(sorted(points, key=lambda one: one[0])), limits, cursor.source.place(opening.start))


def _pair(cursor: Cursor) -> Pair:
    x = cursor.number()
    cursor.expect(",", "between x and y")
    y = cursor.number()
    cursor.expect(")", "behind a point of the lookup")
    return x, y


def _range(cursor: Cursor) -> tuple[float, float, float, float]:
    """Reads ``(x,y)-(x,y),..]``; the points behind the two corners belong to the drawing only."""
    cursor.expect("(", "before the corner of the lookup's range")
    low = _pair(cursor)
    cursor.expect("-", "between the corners of the lookup's range")
    cursor.expect("(", "before the corner of the lookup's range")
    high = _pair(cursor)
    while cursor.take(","):
        cursor.expect("(", "before a point of the lookup's range")
        _pair(cursor)
    cursor.expect("]", "behind the lookup's range")
    if not cursor.sees(")"):
        cursor.expect(",", "behind the lookup's range")
    return low[0], high[0], low[1], high[1]


def _from_halves(cursor: Cursor, numbers: list[float], points: list[Pair], opening: Token) -> list[Pair]:
    if points or len(numbers) % 2:
        raise cursor.problem(
            "broken-lookup",
            "a lookup takes pairs (x,y), or all x and then all y",
            opening,
            "Write every point as a pair: (0,1),(1,2).",
        )
    half = len(numbers) // 2
    return list(zip(numbers[:half], numbers[half:], strict=True))


def is_array(cursor: Cursor) -> bool:
    """Says whether only numbers with commas or semicolons follow, up to the end of the equation."""
    rest = cursor.tokens[cursor.at : -1]
    only = all(one.kind == "number" or one.text in ("-", "+", ",", ";", ":NA:") for one in rest)
    return only and any(one.text in (",", ";") for one in rest)


def parse_array(cursor: Cursor) -> Array:
    """Reads ``1,2,3;`` rows up to the end of the equation.

    Raises:
        StockadeError: ``broken-equation``, ``broken-array`` for rows of different lengths.
    """
    first = cursor.next
    rows: list[tuple[float, ...]] = []
    row: list[float] = []
    while cursor.next.kind != "end":
        row.append(cursor.number())
        if cursor.take(";") or cursor.next.kind == "end":
            rows.append(tuple(row))
            row = []
        else:
            cursor.expect(",", "between numbers")
    if row:
        rows.append(tuple(row))
    return _array(cursor, rows, first)


def parse_tabbed(cursor: Cursor) -> Array:
    """Reads the rows of ``TABBED ARRAY( .. )``, one a line; the cursor stands on its name."""
    first = cursor.step()
    cursor.expect("(", "behind TABBED ARRAY")
    rows: dict[int, list[float]] = {}
    while not cursor.take(")"):
        if cursor.next.kind == "end":
            raise cursor.problem("unclosed-parenthesis", "this array is never closed", first, "Add a ).")
        line = cursor.source.line(cursor.next.start)
        rows.setdefault(line, []).append(cursor.number())
        cursor.take(",")
    if cursor.next.kind != "end":
        raise cursor.unexpected("the end of the array")
    return _array(cursor, [tuple(row) for row in rows.values()], first)


def _array(cursor: Cursor, rows: list[tuple[float, ...]], first: Token) -> Array:
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        lengths = ", ".join(str(len(row)) for row in rows) or "none"
        raise cursor.problem(
            "broken-array",
            f"the rows of this array need the same length, found {lengths}",
            first,
            "Count the numbers between the semicolons.",
        )
    return Array(tuple(rows), cursor.source.place(first.start))
