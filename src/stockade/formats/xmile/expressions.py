"""Parses XMILE's equations, by operator precedence. What a name or a function means is looked at later.

The order is that of the XMILE 1.0 specification, 3.3.1: powers (from the right), signs and NOT, products and
MOD, sums, order, equality, AND, OR.
"""

from __future__ import annotations

from typing import cast

from stockade.errors import Place, StockadeError
from stockade.formats.source import Source
from stockade.formats.vensim.cursor import Cursor, finite
from stockade.formats.vensim.expressions import DEEPEST
from stockade.formats.vensim.tokens import Token
from stockade.formats.xmile.names import canonical_token
from stockade.formats.xmile.tokens import tokenize
from stockade.model.expressions import (
    Array,
    Binary,
    BinaryOperator,
    Call,
    Expression,
    Number,
    Reference,
    Unary,
    UnaryOperator,
)

_OPERATORS: dict[str, int] = {
    "or": 10, "and": 20, "=": 30, "<>": 30, "<": 40, ">": 40, "<=": 40, ">=": 40,
    "+": 50, "-": 50, "*": 60, "/": 60, "//": 60, "mod": 60, "^": 80,
}  # fmt: skip
_COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
_SIGN, _POWER = 70, 80
COMPUTED, PLACEHOLDER = "#computed subscripts", "#computed"
"""A reference with subscripts that are computed, and what stands in their places; no file can hold a #."""
SLICE = "#:"
"""What stands between the two ends of a part of a dimension, ``a[1:3]``."""


def parse_equation(source: Source, name: str) -> Expression:
    """Reads a whole equation; a list of numbers gives an `Array`.

    Args:
        source: The equation.
        name: The variable that is defined, for the complaints.

    Raises:
        StockadeError: ``missing-equation``, ``broken-equation``, ``unclosed-parenthesis`` ...
    """
    if source.text.strip() in ("", "???"):
        hint = "Give it an equation in the program that wrote the file."
        raise source.problem("missing-equation", f"{name} has no equation", 0, name=name, hint=hint)
    cursor = Cursor(source, tokenize(source, name), name)
    if cursor.next.kind == "end":
        hint = "Give it an equation beside the comment."
        raise source.problem("missing-equation", f"{name} has no equation", 0, name=name, hint=hint)
    if _is_list(cursor):
        return _list(cursor)
    found = _expression(cursor, 0)
    if cursor.next.kind == "name" and isinstance(found, Reference):
        raise _lost_macro(cursor)
    if cursor.next.kind != "end":
        raise cursor.unexpected("an operator or the end of the equation")
    return found


def _lost_macro(cursor: Cursor) -> StockadeError:
    """Returns the error for words side by side: a call of a macro that an export has left out of the file."""
    here = cursor.at
    while cursor.next.kind == "name":
        cursor.step()
    name = " ".join(one.text for one in cursor.tokens[: cursor.at])
    called = cursor.sees("(")
    cursor.at = here
    if not called:
        return cursor.unexpected("an operator or the end of the equation")
    said = f"{name} is called, and is no one word: some exports leave out the macros of a model"
    hint = f'Add the <macro name="{name}">, and call it with underscores, or take the original model.'
    return cursor.problem("broken-equation", said, cursor.tokens[0], hint)


def _is_list(cursor: Cursor) -> bool:
    rest = cursor.tokens[:-1]
    return any(one.text == "," for one in rest) and all(
        one.kind == "number" or one.text in ("-", "+", ",") for one in rest
    )


def _list(cursor: Cursor) -> Array:
    place = cursor.place
    numbers = [cursor.number()]
    while cursor.take(","):
        numbers.append(cursor.number())
    if cursor.next.kind != "end":
        raise cursor.unexpected("a comma between numbers")
    return Array((tuple(numbers),), place)


def _expression(cursor: Cursor, weakest: int) -> Expression:
    cursor.depth += 1
    if cursor.depth > DEEPEST:
        hint = "Put the inner part into a variable of its own."
        raise cursor.problem("nested-too-deep", f"more than {DEEPEST} levels of nesting", cursor.next, hint)
    left = _operand(cursor)
    compared = ""
    while (strength := _strength(cursor)) is not None and strength >= weakest:
        token = cursor.next
        if token.text in _COMPARISONS and compared in _COMPARISONS:
            said, hint = "one comparison behind another has no clear meaning", "Write a < b AND b < c."
            raise cursor.problem("chained-comparison", said, token, hint)
        compared = token.text
        place = cursor.place
        cursor.step()
        right = _expression(cursor, strength if strength == _POWER else strength + 1)
        left = _joined(token, left, right, place)
    cursor.depth -= 1
    return left


def _joined(token: Token, left: Expression, right: Expression, place: object) -> Expression:
    if token.text == "mod":
        return Call("modulo", (left, right), "MOD", place)  # type: ignore[arg-type]
    if token.text == "//":
        # Stella's division that gives 0 where the divisor is 0.
        return Call("safediv", (left, right), "//", place)  # type: ignore[arg-type]
    return Binary(cast(BinaryOperator, token.text), left, right, place)  # type: ignore[arg-type]


def _strength(cursor: Cursor) -> int | None:
    return _OPERATORS.get(cursor.next.text) if cursor.next.kind in ("sign", "keyword") else None


def _operand(cursor: Cursor) -> Expression:
    place = cursor.place
    token = cursor.next
    if token.kind == "number":
        return Number(finite(cursor, cursor.step()), token.text, place)
    if token.kind == "name":
        return _named(cursor)
    if cursor.take("("):
        inner = _expression(cursor, 0)
        if not cursor.take(")"):
            raise cursor.unclosed(token)
        return inner
    if cursor.take("-") or cursor.take("+") or cursor.take("not"):
        return Unary(cast(UnaryOperator, token.text), _expression(cursor, _SIGN), place)
    if cursor.sees("mod") and cursor.tokens[cursor.at + 1].text == "(":
        return _modulo(cursor, place)
    if cursor.take("if"):
        condition = _expression(cursor, 0)
        cursor.expect("then", "behind the condition")
        yes = _expression(cursor, 0)
        cursor.expect("else", "behind what follows THEN")
        return Call("if then else", (condition, yes, _expression(cursor, 0)), "IF THEN ELSE", place)
    raise cursor.unexpected("a number, a name or a parenthesis")


def _modulo(cursor: Cursor, place: Place) -> Expression:
    """Reads ``MOD(a, b)``, which some programs write for the operator."""
    cursor.step()
    opening = cursor.step()
    left = _expression(cursor, 0)
    cursor.expect(",", "between the two arguments of MOD")
    right = _expression(cursor, 0)
    if not cursor.take(")"):
        raise cursor.unclosed(opening)
    return Call("modulo", (left, right), "MOD", place)


def _named(cursor: Cursor) -> Expression:
    place = cursor.place
    written = cursor.step().text
    subscripts, computed = _subscripts(cursor) if cursor.sees("[") else ((), ())
    name = canonical_token(written)
    opening = cursor.next
    if not cursor.take("("):
        reference = Reference(name, subscripts, written, place)
        return Call(COMPUTED, (reference, *computed), written, place) if computed else reference
    if computed:
        hint = "Compute the element in a variable of its own."
        raise cursor.problem(
            "unsupported-subscript", "the subscript of what is called is computed", opening, hint
        )
    arguments: list[Expression] = []
    while not cursor.take(")"):
        arguments.append(_expression(cursor, 0))
        if not cursor.sees(")") and not cursor.take(","):
            raise cursor.unclosed(opening)
    if subscripts:
        return Call("lookup", (Reference(name, subscripts, written, place), *arguments), written, place)
    return Call(name, tuple(arguments), written, place)


def _subscripts(cursor: Cursor) -> tuple[tuple[str, ...], tuple[Expression, ...]]:
    """Reads ``[a, *, 2, part.*, 1:3, n - 1]``; what names stand for is found out later.

    Returns:
        The subscripts, `PLACEHOLDER` for one that is computed; and the computed ones, in order.
    """
    opening = cursor.step()
    found: list[str] = []
    computed: list[Expression] = []
    while True:
        if cursor.next.kind == "end":
            raise cursor.problem("unclosed-bracket", "this bracket is never closed", opening, "Add a ].")
        token = cursor.next
        behind = cursor.tokens[cursor.at + 1].text
        if behind == ":" and token.kind in ("name", "number"):
            found.append(_slice(cursor))
        elif token.text == "*" or (token.kind in ("name", "number") and behind in ("]", ",", ".*")):
            cursor.step()
            found.append(canonical_token(token.text) + (".*" if cursor.take(".*") else ""))
        else:
            computed.append(_expression(cursor, 0))
            found.append(PLACEHOLDER)
        if cursor.take("]"):
            return tuple(found), tuple(computed)
        if not cursor.take(","):
            hint = "The ends of a part of a dimension, as in 1:3, are elements, places or a dimension."
            raise cursor.problem("unsupported-subscript", "expected a comma or ]", cursor.next, hint)


def _slice(cursor: Cursor) -> str:
    """Reads ``1:3``; each end is one word."""
    first = canonical_token(cursor.step().text)
    cursor.expect(":", "between the ends of a part of a dimension")
    if cursor.next.kind not in ("name", "number"):
        raise cursor.unexpected("the other end of the part of a dimension")
    return f"{first}{SLICE}{canonical_token(cursor.step().text)}"
