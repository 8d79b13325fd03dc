"""Parses the right-hand side of an equation, by operator precedence (Pratt, 1973).

Powers group from the right and bind tighter than a sign before them, as Vensim computes them:
``-a ^ 2`` is ``-(a ^ 2)`` and ``a ^ b ^ c`` is ``a ^ (b ^ c)``. Chains of operators are read in a loop;
only parentheses, signs and powers nest, and their depth is bounded.
"""

from __future__ import annotations

from typing import cast

from stockade.formats.vensim.cursor import NOT_AVAILABLE, Cursor, finite
from stockade.formats.vensim.tables import parse_table
from stockade.formats.vensim.tokens import Token
from stockade.model.expressions import (
    Binary,
    BinaryOperator,
    Call,
    Expression,
    Number,
    Reference,
    Text,
    Unary,
    UnaryOperator,
)
from stockade.model.names import canonical

DEEPEST = 150

_OPERATORS: dict[str, tuple[int, BinaryOperator]] = {
    ":OR:": (10, "or"), ":AND:": (20, "and"),
    "=": (40, "="), "<>": (40, "<>"), "<": (40, "<"), ">": (40, ">"), "<=": (40, "<="), ">=": (40, ">="),
    "+": (50, "+"), "-": (50, "-"), "*": (60, "*"), "/": (60, "/"), "^": (80, "^"),
}  # fmt: skip
_MARKS = (":CROSSING:", ":AT LEAST ONCE:")
_NOT, _COMPARISON, _SIGN, _POWER = 30, 40, 70, 80


def parse_whole(cursor: Cursor) -> Expression:
    """Reads an expression that reaches to the end of the equation.

    Raises:
        StockadeError: ``broken-equation``, ``unclosed-parenthesis``, ``nested-too-deep`` ...
    """
    found = parse_expression(cursor, 0)
    if cursor.next.kind != "end":
        raise cursor.unexpected("an operator or the end of the equation")
    return found


def parse_expression(cursor: Cursor, weakest: int = 0) -> Expression:
    """Reads an expression of operators that bind at least as tight as `weakest`."""
    cursor.depth += 1
    if cursor.depth > DEEPEST:
        raise cursor.problem(
            "nested-too-deep",
            f"more than {DEEPEST} levels of nesting",
            cursor.next,
            "Put the inner part into a variable of its own.",
        )
    left = _operand(cursor)
    compared = False
    while (operator := _operator(cursor)) is not None and operator[0] >= weakest:
        strength, meaning = operator
        if strength == _COMPARISON and compared:
            raise cursor.problem(
                "chained-comparison",
                "one comparison behind another has no clear meaning",
                cursor.next,
                "Write a < b :AND: b < c.",
            )
        compared = strength == _COMPARISON
        place = cursor.place
        cursor.step()
        right = parse_expression(cursor, strength if strength == _POWER else strength + 1)
        left = Binary(meaning, left, right, place)
    cursor.depth -= 1
    return left


def _operator(cursor: Cursor) -> tuple[int, BinaryOperator] | None:
    return _OPERATORS.get(cursor.next.text) if cursor.next.kind in ("sign", "keyword") else None


def _operand(cursor: Cursor) -> Expression:
    place = cursor.place
    token = cursor.next
    if token.kind == "number":
        return Number(finite(cursor, cursor.step()), token.text, place)
    if token.kind == "name":
        return _named(cursor)
    if token.kind == "string":
        return Text(cursor.step().text[1:-1], place)
    if cursor.take("("):
        inner = parse_expression(cursor)
        if not cursor.take(")"):
            raise cursor.unclosed(token)
        return inner
    if cursor.take("-") or cursor.take("+"):
        return Unary(cast(UnaryOperator, token.text), parse_expression(cursor, _SIGN), place)
    if cursor.take(":NOT:"):
        return Unary("not", parse_expression(cursor, _NOT), place)
    if cursor.take(":NA:"):
        return Number(NOT_AVAILABLE, ":NA:", place)
    for keyword in _MARKS:
        if cursor.take(keyword):
            # Of Reality Checks: how a comparison is to hold, written beside one of its sides.
            return Call(keyword.lower(), (parse_expression(cursor, _COMPARISON + 1),), keyword, place)
    raise cursor.unexpected("a number, a name or a parenthesis")


def _named(cursor: Cursor) -> Expression:
    place = cursor.place
    written = cursor.step().text
    subscripts = cursor.subscripts() if cursor.sees("[") else ()
    if not subscripts and cursor.take("!"):
        # A range that is summed over, where a number is wanted: the place of each of its elements.
        return Reference(canonical(written), (canonical(written) + "!",), written, place)
    reference = Reference(canonical(written), subscripts, written, place)
    opening = cursor.next
    if not cursor.take("("):
        return reference
    arguments = _arguments(cursor, reference.name, opening)
    if subscripts:
        return Call("lookup", (reference, *arguments), written, place)
    return Call(reference.name, arguments, written, place)


def _arguments(cursor: Cursor, function: str, opening: Token) -> tuple[Expression, ...]:
    arguments: list[Expression] = []
    if cursor.take(")"):
        return ()
    while True:
        start = cursor.next
        if function == "with lookup" and len(arguments) == 1:
            cursor.expect("(", "before the points of the lookup")
            arguments.append(parse_table(cursor, start))
        else:
            arguments.append(parse_expression(cursor))
        if cursor.take(")"):
            return tuple(arguments)
        # Behind a colon stand the names that a macro's further outputs get.
        if not cursor.take(",") and not cursor.take(":"):
            raise cursor.unclosed(opening)
