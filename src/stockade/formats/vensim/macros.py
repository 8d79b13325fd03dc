"""Reads the header of a macro: ``NAME(inputs : outputs)``."""

from __future__ import annotations

from stockade.errors import StockadeError
from stockade.formats.source import Source
from stockade.formats.vensim.cursor import Cursor
from stockade.formats.vensim.entries import MacroHeader
from stockade.formats.vensim.tokens import tokenize
from stockade.model.model import Macro
from stockade.model.names import canonical


def read_header(source: Source, header: MacroHeader) -> Macro:
    """Reads the header; the macro's equations are still to be added.

    Raises:
        StockadeError: ``broken-macro`` and what the tokenizer complains about.
    """
    cursor = Cursor(source, tokenize(source, header.text, header.start))
    if cursor.next.kind != "name":
        raise _broken(cursor)
    place = cursor.place
    name = cursor.step().text
    if not cursor.take("("):
        raise _broken(cursor)
    inputs: list[str] = []
    outputs: list[str] = []
    names = inputs
    while not cursor.take(")"):
        if cursor.next.kind != "name":
            raise _broken(cursor)
        names.append(canonical(cursor.step().text))
        if cursor.take(":") and names is inputs:
            names = outputs
        elif not cursor.sees(")") and not cursor.take(","):
            raise _broken(cursor)
    return Macro(name, canonical(name), tuple(inputs), tuple(outputs), (), place)


def _broken(cursor: Cursor) -> StockadeError:
    return cursor.problem(
        "broken-macro", "this head of a macro cannot be read", cursor.next, "Write :MACRO: NAME(a, b)."
    )
