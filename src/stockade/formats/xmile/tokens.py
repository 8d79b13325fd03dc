"""Cuts an XMILE equation into tokens. Unquoted names hold no blanks, so words part at them."""

from __future__ import annotations

import re

from stockade.errors import StockadeError
from stockade.formats.source import Source
from stockade.formats.vensim.tokens import Token

WORDS = ("if", "then", "else", "and", "or", "not", "mod")

_TOKEN = re.compile(
    r"""
    (?P<blank>\s+|\{[^{}]*\})
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<name>(?:[^\W\d]|_|[^\x00-\x7f\s])(?:[\w$']|[^\x00-\x7f\s]|\.(?=[^\W\d]|"))*
             (?:(?<=\.)"(?:\\.|[^"\\\n])*")?)
  | (?P<quoted>"(?:\\.|[^"\\])*"(?:\.(?:[\w$']|[^\x00-\x7f\s])+)*)
  | (?P<sign>\*\*|<=|>=|<>|!=|//|\.\*|[-+*/^=<>()\[\],:@&|!~])
    """,
    re.VERBOSE,
)
_SAME = {"**": "^", "!=": "<>", "&": "and", "|": "or", "!": "not"}
_SIGNS = frozenset(
    ("//", ".*", "^", "<>", "<=", ">=", "-", "+", "*", "/", "=", "<", ">", "(", ")", "[", "]", ",", ":")
)


def tokenize(source: Source, name: str) -> list[Token]:
    """Cuts a whole passage; the last token is of kind ``end``.

    Args:
        source: The equation.
        name: The variable that is defined, for the complaints.

    Raises:
        StockadeError: ``unclosed-quote``, ``unclosed-comment``, ``unknown-sign``.
    """
    text = source.text
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _unknown(source, at, name)
        kind, written = found.lastgroup or "blank", found.group()
        if kind == "name" and written.lower() in WORDS:
            kind, written = "keyword", written.lower()
        if kind == "sign":
            written = _SAME.get(written, written)
            if written in WORDS:
                kind = "keyword"
            elif written not in _SIGNS:
                raise _unknown(source, at, name)
        if kind != "blank":
            tokens.append(Token("name" if kind == "quoted" else kind, written, at))
        at = found.end()
    tokens.append(Token("end", "", len(text.rstrip())))
    return tokens


def _unknown(source: Source, at: int, name: str) -> StockadeError:
    sign = source.text[at]
    if sign == '"':
        said, hint = "this quote is not closed", 'Close it with another ".'
        return source.problem("unclosed-quote", said, at, name=name, hint=hint)
    if sign == "{":
        said, hint = "this comment has no closing brace", "Close it with a }."
        return source.problem("unclosed-comment", said, at, name=name, hint=hint)
    hint = 'A name with such a sign needs quotes: "sales in $/year".'
    said = f"{sign!r} does not belong in an equation"
    return source.problem("unknown-sign", said, at, name=name, hint=hint)
