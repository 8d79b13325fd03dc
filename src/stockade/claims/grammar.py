"""Text -> Claim, by the grammar in ``claim.lark``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput
from lark.tree import Meta

from stockade.claims.kinds import kind_mistakes
from stockade.claims.nodes import (
    NOSPAN,
    Arithmetic,
    ArithmeticOperator,
    Both,
    Claim,
    Compare,
    Comparison,
    Conditional,
    Either,
    Explanations,
    Expression,
    MonthWindow,
    Negative,
    Not,
    Number,
    Observed,
    Reported,
    Span,
    Statistic,
    Variable,
    WindowTerm,
    diagnose,
)
from stockade.claims.syntax import syntax_mistake
from stockade.errors import NOWHERE, Place, StockadeError
from stockade.model.names import canonical

# Beyond this a claim is no sentence any more, and its nodes would meet Python's recursion limit.
LONGEST_CLAIM = 4000
MOST_SIGNS = 150
_SIGNS = re.compile(r"[-+*/(<>]|\b(?:and|or|not)\b", re.IGNORECASE)


def parse(text: str, place: Place = NOWHERE) -> Claim:
    """Parses the text of one claim.

    Args:
        text: What stands behind ``says =``.
        place: Where the text begins: file, line, the claim's id as name.

    Returns:
        The claim, its nodes with their spans in `text`.

    Raises:
        StockadeError: ``claim-syntax``, with the line, the text and a caret under the first word that
            does not fit.
    """
    if len(text) > LONGEST_CLAIM or len(_SIGNS.findall(text)) > MOST_SIGNS:
        raise StockadeError(
            diagnose(
                text[:200],
                place,
                Span(),
                "claim-syntax",
                "The claim is too long to be one claim.",
                f"Keep it under {LONGEST_CLAIM} characters and {MOST_SIGNS} signs; split what and joins.",
            )
        )
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise StockadeError(syntax_mistake(text, place, error)) from None
    expression = cast(Expression, _Build().transform(tree))
    mistakes = kind_mistakes(text, place, expression)
    if mistakes:
        raise StockadeError(mistakes)
    return Claim(expression, text, place)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark.open("claim.lark", rel_to=__file__, parser="lalr", propagate_positions=True)


def read_window(text: str, span: Span = NOSPAN) -> MonthWindow:
    """Reads ``2008-03``, ``2007`` or ``2007-12..2008-03``; a year stands for its twelve months."""
    first, _, last = (part.strip() for part in text.partition(".."))
    return MonthWindow(_month(first, 1), _month(last or first, 12), text, span)


def _month(text: str, missing: int) -> int:
    year, _, month = text.partition("-")
    return int(year) * 12 + (int(month) if month else missing) - 1


def _plain(token: Token) -> str:
    return str(token)[1:-1] if token.type == "QUOTED" else " ".join(str(token).split())


def _span(meta: Meta) -> Span:
    return Span(meta.start_pos, meta.end_pos)


def _token_span(token: Token) -> Span:
    return Span(token.start_pos or 0, token.end_pos or 0)


@v_args(meta=True)
class _Build(Transformer[Token, Any]):
    """Lark's tree -> our nodes; one method a rule."""

    def start(self, _meta: Meta, parts: list[Any]) -> Expression:
        return parts[0]

    def conditional(self, meta: Meta, parts: list[Any]) -> Conditional:
        return Conditional(parts[0], parts[1], _span(meta))

    def explanations(self, meta: Meta, parts: list[Any]) -> Explanations:
        return Explanations(parts[0], parts[1], _span(meta))

    def list(self, _meta: Meta, parts: list[Token]) -> tuple[str, ...]:
        return tuple(_plain(one) for one in parts)

    def disjunction(self, meta: Meta, parts: list[Any]) -> Either:
        return Either(parts[0], parts[1], _span(meta))

    def conjunction(self, meta: Meta, parts: list[Any]) -> Both:
        return Both(parts[0], parts[1], _span(meta))

    def negation(self, meta: Meta, parts: list[Any]) -> Not:
        return Not(parts[0], _span(meta))

    def comparison(self, meta: Meta, parts: list[Any]) -> Comparison:
        return Comparison(cast(Compare, str(parts[1])), parts[0], parts[2], _span(meta))

    def arithmetic(self, meta: Meta, parts: list[Any]) -> Arithmetic:
        return Arithmetic(cast(ArithmeticOperator, str(parts[1])), parts[0], parts[2], _span(meta))

    def sign(self, meta: Meta, parts: list[Any]) -> Expression:
        return Negative(parts[1], _span(meta)) if parts[0] == "-" else parts[1]

    def number(self, meta: Meta, parts: list[Token]) -> Number:
        return Number(float(parts[0]), str(parts[0]), _span(meta))

    def window_term(self, meta: Meta, parts: list[Any]) -> WindowTerm:
        statistic = cast(Statistic, str(parts[0]).lower())
        window = read_window(str(parts[2]), _token_span(parts[2]))
        scenario = _plain(parts[3]) if len(parts) > 3 else None
        return WindowTerm(statistic, parts[1], window, scenario, _span(meta))

    def variable(self, meta: Meta, parts: list[Token]) -> Variable:
        return Variable(canonical(str(parts[0])), str(parts[0]), _span(meta))

    def observed(self, meta: Meta, parts: list[Token]) -> Observed:
        return Observed(_plain(parts[0]), _span(meta))

    def reported(self, meta: Meta, parts: list[Token]) -> Reported:
        return Reported(_plain(parts[0]), _span(meta))
