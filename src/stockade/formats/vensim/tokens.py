"""Cuts an equation into tokens. Names may hold spaces, so a name runs up to the next sign."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stockade.errors import StockadeError
from stockade.formats.source import Source
from stockade.model.names import canonical

KEYWORDS = (
    "AND", "OR", "NOT", "NA", "EXCEPT", "IMPLIES", "RAW", "INTERPOLATE", "LOOK FORWARD", "HOLD BACKWARD",
    "THE CONDITION", "TEST INPUT", "IS", "SUPPLEMENTARY", "SUP", "CROSSING", "AT LEAST ONCE",
)  # fmt: skip

_KEYWORD = "|".join(word.replace(" ", r"[\s_]+") for word in KEYWORDS)
_TOKEN = re.compile(
    rf"""
    (?P<blank>\s+)
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<name>(?:[^\W\d]|[^\x00-\x7f\s])(?:[\w'$&%\s]|[^\x00-\x7f])*)
  | (?P<quoted>"(?:\\["\n]|[^"\n])*")
  | (?P<string>'[^'\n]*')
  | (?P<keyword>:\s*(?:{_KEYWORD})\s*:)
  | (?P<sign>:=|==|<->|->|<=|>=|<>|[-+*/^=<>()\[\],;:!])
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token.

    Attributes:
        kind: ``number``, ``name`` (quoted or not), ``string``, ``keyword``, ``sign`` or ``end``.
        text: As written, without the blanks around it; a keyword in upper case, ``:AND:``.
        start: Offset in the file.
    """

    kind: str
    text: str
    start: int


def tokenize(source: Source, text: str, start: int) -> list[Token]:
    """Cuts `text`, which begins at offset `start` of the file; the last token is of kind ``end``.

    Raises:
        StockadeError: ``unclosed-quote``, ``unknown-sign``.
    """
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            name = next((one.text for one in tokens if one.kind == "name"), None)
            raise _unknown(source, text[at], start + at, name)
        kind = found.lastgroup or "blank"
        if kind != "blank":
            written = found.group().strip()
            if kind == "keyword":
                written = f":{canonical(written[1:-1]).upper()}:"
            tokens.append(Token("name" if kind == "quoted" else kind, written, start + at))
        at = found.end()
    tokens.append(Token("end", "", start + len(text.rstrip())))
    return tokens


def _unknown(source: Source, sign: str, at: int, name: str | None) -> StockadeError:
    if sign in "\"'":
        hint = f"Close it with another {sign}."
        return source.problem(
            "unclosed-quote", "this quote is not closed on its line", at, name=name, hint=hint
        )
    hint = 'A name with such a sign needs quotes: "sales in $/year".'
    said = f"{sign!r} does not belong in an equation"
    return source.problem("unknown-sign", said, at, name=name, hint=hint)
