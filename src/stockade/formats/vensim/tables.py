"""Parses the points of a lookup: pairs with or without the drawing's range, or the older x,x,..,y,y,.."""

from __future__ import annotations

from itertools import pairwise

from stockade.formats.vensim.cursor import Cursor
from stockade.formats.vensim.tokens import Token
from stockade.model.expressions import Table

Pair = tuple[float, float]


def parse_table(cursor: Cursor, opening: Token) -> Table:
    """Reads the points up to and with the closing parenthesis; the opening one is already read.

    Args:
        cursor: Stands behind the opening parenthesis.
        opening: That parenthesis, to blame for a table without an end.

    Raises:
        StockadeError: ``broken-lookup``, ``lookup-not-ascending``, ``unclosed-parenthesis``.
    """
    limits = _range(cursor) if cursor.take("[") else None
    points: list[Pair] = []
    numbers: list[float] = []
    while not cursor.take(")"):
        before = cursor.next
        if before.kind == "end":
            raise cursor.problem("unclosed-parenthesis", "this lookup is never closed", opening, "Add a ).")
        if cursor.take("("):
            points.append(_pair(cursor))
            if len(points) > 1:
                _ascending(cursor, points[-2][0], points[-1][0], before)
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
    return Table(tuple(points), limits, cursor.source.place(opening.start))


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


def _ascending(cursor: Cursor, before: float, x: float, token: Token) -> None:
    if x < before:
        raise cursor.problem(
            "lookup-not-ascending",
            f"x falls from {before:g} to {x:g}",
            token,
            "Give the points of a lookup in ascending x.",
        )


def _from_halves(cursor: Cursor, numbers: list[float], points: list[Pair], opening: Token) -> list[Pair]:
    if points or len(numbers) % 2:
        raise cursor.problem(
            "broken-lookup",
            "a lookup takes pairs (x,y), or all x and then all y",
            opening,
            "Write every point as a pair: (0,1),(1,2).",
        )
    half = len(numbers) // 2
    for before, x in pairwise(numbers[:half]):
        _ascending(cursor, before, x, opening)
    return list(zip(numbers[:half], numbers[half:], strict=True))
