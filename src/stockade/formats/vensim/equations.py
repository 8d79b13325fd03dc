"""Reads the right-hand side of an entry, and which kind of variable it makes."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from stockade.formats.vensim.definitions import Definition
from stockade.formats.vensim.expressions import parse_expression, parse_whole
from stockade.formats.vensim.ranges import read_range
from stockade.formats.vensim.tables import is_array, parse_array, parse_tabbed, parse_table
from stockade.model.expressions import Call, Expression, Reference, Table
from stockade.model.functions import FUNCTIONS
from stockade.model.model import RealityCheck, SubscriptRange, Variable, VariableKind
from stockade.model.names import canonical
from stockade.model.walk import rebuild, walk

Limits = tuple[float | None, float | None, float | None]

_LIMITS = re.compile(r"\[([^\]]*)\]\s*$")
_FROM_FILES: dict[str, VariableKind] = {"constants": "constant", "data": "data", "lookups": "lookup"}


def finish(definition: Definition, names: Collection[str]) -> Variable | SubscriptRange | RealityCheck:
    """Reads the right-hand side of an entry.

    Args:
        definition: What `begin` has read of the entry.
        names: The canonical names that the file defines: a call of one of them is a lookup's.

    Raises:
        StockadeError: Whatever is wrong with the equation; ``unsupported-...`` for what has no place in
            a `Model`.
    """
    mark = definition.mark
    if mark.text in (":", "<->"):
        return read_range(definition)
    if mark.text in (":THE CONDITION:", ":TEST INPUT:"):
        return _reality_check(definition, names)
    if mark.text == ":IS:":
        raise definition.cursor.problem(
            "unsupported-string-variable", "string variables are not supported", mark, "Remove the variable."
        )
    equation = name_lookups(_right_hand_side(definition), names)
    units, limits = _units(definition.entry.units)
    entry = definition.entry
    return Variable(
        name=definition.name,
        canonical=definition.canonical,
        kind=_kind(definition, equation),
        equation=equation,
        units=units,
        limits=limits,
        documentation=entry.documentation,
        subscripts=definition.subscripts,
        group=entry.group,
        text=definition.text,
        place=definition.place,
        exceptions=definition.exceptions,
        keyword=definition.keyword,
        unchangeable=mark.text == "==",
        flags=entry.flags,
    )


def _right_hand_side(definition: Definition) -> Expression:
    cursor, mark = definition.cursor, definition.mark
    if mark.text == "(":
        found = _lookup(definition)
        if cursor.next.kind != "end":
            raise cursor.unexpected("the end of the lookup")
        return found
    if mark.kind == "end":
        # A variable without an equation is given by data.
        return Call("data", (), "", cursor.source.place(mark.start))
    if mark.text not in ("=", "==", ":="):
        cursor.at -= 1
        raise cursor.unexpected("= behind the name")
    if cursor.next.kind == "name" and canonical(cursor.next.text) == "tabbed array":
        return parse_tabbed(cursor)
    return parse_array(cursor) if is_array(cursor) else parse_whole(cursor)


def _lookup(definition: Definition) -> Expression:
    """Reads the points of a lookup, or the function that reads them from a file."""
    cursor = definition.cursor
    if cursor.next.kind != "name":
        return parse_table(cursor, definition.mark)
    found = parse_expression(cursor)
    cursor.expect(")", "behind the lookup")
    return found


def _kind(definition: Definition, equation: Expression) -> VariableKind:
    if definition.mark.text == "(" or isinstance(equation, Table):
        return "lookup"
    if definition.mark.text == ":=" or definition.mark.kind == "end" or definition.keyword:
        return "data"
    if isinstance(equation, Call) and equation.function.startswith("get "):
        last = equation.function.rpartition(" ")[2]
        if last in _FROM_FILES and equation.function.count(" ") == 2:
            return _FROM_FILES[last]
    if isinstance(equation, Call) and equation.function == "integ":
        return "stock"
    if any(isinstance(node, Call | Reference) for node in walk(equation)):
        return "auxiliary"
    return "constant"


def _reality_check(definition: Definition, names: Collection[str]) -> RealityCheck:
    cursor = definition.cursor
    is_condition = definition.mark.text == ":THE CONDITION:"
    premise = name_lookups(parse_expression(cursor), names)
    conclusion = None
    if is_condition:
        cursor.expect(":IMPLIES:", "behind the condition")
        conclusion = name_lookups(parse_expression(cursor), names)
    if cursor.next.kind != "end":
        raise cursor.unexpected("an operator or the end of the equation")
    return RealityCheck(
        name=definition.name,
        canonical=definition.canonical,
        kind="condition" if is_condition else "test input",
        premise=premise,
        conclusion=conclusion,
        subscripts=definition.subscripts,
        documentation=definition.entry.documentation,
        text=definition.text,
        place=definition.place,
    )


def name_lookups(equation: Expression, names: Collection[str]) -> Expression:
    """Turns ``table(x)`` into a call of ``lookup`` where ``table`` is a variable of the file."""

    def change(node: Expression) -> Expression:
        if not isinstance(node, Call) or node.function not in names:
            return node
        # A model may have a lookup that is called like a function of Vensim's that few know.
        if node.function in FUNCTIONS and FUNCTIONS[node.function].supported:
            return node
        table = Reference(node.function, (), node.written, node.place)
        return replace(node, function="lookup", arguments=(table, *node.arguments))

    return rebuild(equation, change)


def _units(text: str) -> tuple[str, Limits]:
    found = _LIMITS.search(text)
    if found is None:
        return " ".join(text.split()), (None, None, None)
    bounds = [_bound(one) for one in found.group(1).split(",")][:3]
    low, high, step = bounds + [None] * (3 - len(bounds))
    return " ".join(text[: found.start()].split()), (low, high, step)


def _bound(text: str) -> float | None:
    try:
        bound = float(text)
    except ValueError:
        return None
    return bound if abs(bound) < float("inf") else None
