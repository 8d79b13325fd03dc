"""Reads one entry: what stands left of the equals sign, and which kind of variable that makes it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from stockade.formats.source import Source
from stockade.formats.vensim.cursor import Cursor
from stockade.formats.vensim.entries import Entry
from stockade.formats.vensim.expressions import parse_whole
from stockade.formats.vensim.tables import parse_table
from stockade.formats.vensim.tokens import Token, tokenize
from stockade.model.expressions import Call, Expression, Reference, Table
from stockade.model.functions import FUNCTIONS
from stockade.model.model import Variable, VariableKind
from stockade.model.names import canonical
from stockade.model.walk import rebuild, walk

_LIMITS = re.compile(r"\[([^\]]*)\]\s*$")
_UNSUPPORTED = {
    ":": ("unsupported-subscript-range", "the definition of a subscript range"),
    "<->": ("unsupported-subscript-range", "the definition of a subscript range"),
    ":EXCEPT:": ("unsupported-except", ":EXCEPT:"),
    ":THE CONDITION:": ("unsupported-reality-check", "a Reality Check"),
    ":TEST INPUT:": ("unsupported-reality-check", "a Reality Check's test input"),
    ":IS:": ("unsupported-string-variable", "a string variable"),
    ":RAW:": ("unsupported-data-variable", "a data variable"),
    ":INTERPOLATE:": ("unsupported-data-variable", "a data variable"),
    ":LOOK FORWARD:": ("unsupported-data-variable", "a data variable"),
    ":HOLD BACKWARD:": ("unsupported-data-variable", "a data variable"),
    ":=": ("unsupported-data-variable", "a data variable"),
    "": ("unsupported-data-variable", "a data variable"),
}


@dataclass(frozen=True)
class Definition:
    """An entry cut into tokens, read up to the sign that says what it defines.

    Attributes:
        name: As written.
        subscripts: Of the left-hand side, canonical.
        mark: What stands behind: ``=``, ``==``, ``:=``, ``(``, ``:``, a keyword, or nothing.
        cursor: Stands behind the mark.
    """

    entry: Entry
    name: str
    subscripts: tuple[str, ...]
    mark: Token
    cursor: Cursor


def begin(source: Source, entry: Entry) -> Definition:
    """Reads the left-hand side of an entry.

    Raises:
        StockadeError: ``broken-equation`` and what the tokenizer complains about.
    """
    cursor = Cursor(source, tokenize(source, entry.equation, entry.start))
    if cursor.next.kind != "name":
        raise cursor.unexpected("the name of a variable")
    name = cursor.step().text
    cursor.name = name
    subscripts = cursor.subscripts() if cursor.sees("[") else ()
    mark = cursor.next
    if mark.kind not in ("sign", "keyword", "end"):
        raise cursor.unexpected("= behind the name")
    cursor.at += mark.kind != "end"
    return Definition(entry, name, subscripts, mark, cursor)


def finish(source: Source, definition: Definition, names: Collection[str]) -> Variable:
    """Reads the right-hand side of an entry.

    Args:
        source: The file.
        definition: What `begin` has read of the entry.
        names: The canonical names that the file defines: a call of one of them is a lookup's.

    Raises:
        StockadeError: Whatever is wrong with the equation; ``unsupported-...`` for what is not read yet.
    """
    cursor, mark = definition.cursor, definition.mark
    if mark.text in _UNSUPPORTED and mark.kind in ("sign", "keyword", "end"):
        code, what = _UNSUPPORTED[mark.text]
        raise cursor.problem(code, f"{what} is not supported yet", mark, "Rewrite the model without it.")
    first = definition.cursor.next.start if mark.text != "(" else mark.start
    if mark.text == "(":
        equation: Expression = parse_table(cursor, mark)
        if cursor.next.kind != "end":
            raise cursor.unexpected("the end of the lookup")
    elif mark.text in ("=", "=="):
        equation = _name_lookups(parse_whole(cursor), names)
    else:
        cursor.at -= 1
        raise cursor.unexpected("= behind the name")
    units, limits = _units(definition.entry.units)
    entry = definition.entry
    start = entry.start + len(entry.equation) - len(entry.equation.lstrip())
    return Variable(
        name=definition.name.strip('"') if definition.name.startswith('"') else definition.name,
        canonical=canonical(definition.name),
        kind=_kind(equation),
        equation=equation,
        units=units,
        limits=limits,
        documentation=entry.documentation,
        subscripts=definition.subscripts,
        group=entry.group,
        text=source.text[first : entry.start + len(entry.equation.rstrip())],
        place=source.place(start, definition.name),
    )


def _kind(equation: Expression) -> VariableKind:
    if isinstance(equation, Table):
        return "lookup"
    if isinstance(equation, Call) and equation.function == "integ":
        return "stock"
    if any(isinstance(node, (Call, Reference)) for node in walk(equation)):
        return "auxiliary"
    return "constant"


def _name_lookups(equation: Expression, names: Collection[str]) -> Expression:
    """Turns ``table(x)`` into a call of ``lookup`` where ``table`` is a variable of the file."""

    def change(node: Expression) -> Expression:
        if not isinstance(node, Call) or node.function not in names or node.function in FUNCTIONS:
            return node
        table = Reference(node.function, (), node.written, node.place)
        return replace(node, function="lookup", arguments=(table, *node.arguments))

    return rebuild(equation, change)


def _units(text: str) -> tuple[str, tuple[float | None, float | None, float | None]]:
    found = _LIMITS.search(text)
    if found is None:
        return " ".join(text.split()), (None, None, None)
    bounds = [_bound(one) for one in found.group(1).split(",")][:3]
    low, high, step = bounds + [None] * (3 - len(bounds))
    return " ".join(text[: found.start()].split()), (low, high, step)


def _bound(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
