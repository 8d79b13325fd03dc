"""Nodes -> text in one normal form, such that parsing it again gives equal nodes."""

from __future__ import annotations

import re

from stockade.claims.nodes import (
    Arithmetic,
    Both,
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
    Variable,
    WindowTerm,
)
from stockade.data.months import format_month

_PLAIN_NAME = re.compile(r"(?!(?:and|or|not|if|then|under)\b)[^\W\d][\w$']*(?: [\w$']+)*", re.IGNORECASE)
_KEYWORD_INSIDE = re.compile(r"\b(?:and|or|not|if|then|under)\b", re.IGNORECASE)
_PLAIN_IDENT = re.compile(r"[^\W\d][\w.-]*")

# How tightly each form binds; a part that binds less than its surroundings needs parentheses.
_BINDING = {"or": 1, "and": 2, "not": 3, "compare": 4, "+": 5, "-": 5, "*": 6, "/": 6, "sign": 7, "atom": 8}


def render(node: Expression) -> str:
    """Returns the text of a claim or of a part of one."""
    return _write(node)[0]


def render_window(window: MonthWindow) -> str:
    """Returns ``2008-03`` or ``2007-12..2008-03``."""
    first, last = format_month(window.first), format_month(window.last)
    return first if window.first == window.last else f"{first}..{last}"


def _write(node: Expression) -> tuple[str, int]:
    """Returns the text of a node and how tightly it binds."""
    match node:
        case Conditional():
            return f"if {render(node.condition)} then {render(node.consequence)}", 0
        case Explanations():
            sides = (", ".join(map(_ident, side)) for side in (node.favoured, node.against))
            return "explanation in ({}) against ({})".format(*sides), 0
        case Negative() | Not():
            sign, binding = ("not ", _BINDING["not"]) if isinstance(node, Not) else ("-", _BINDING["sign"])
            return f"{sign}{_inside(node.operand, binding)}", binding
        case Comparison():
            return _joined(node.left, node.operator, node.right, _BINDING["compare"], strict_left=True)
        case Both() | Either():
            word = "and" if isinstance(node, Both) else "or"
            return _joined(node.left, word, node.right, _BINDING[word])
        case Arithmetic():
            return _joined(node.left, node.operator, node.right, _BINDING[node.operator])
        case _:
            return _atom(node), _BINDING["atom"]


def _atom(node: Number | Variable | Observed | Reported | WindowTerm) -> str:
    match node:
        case Number():
            return node.text or repr(node.value)
        case Variable():
            return _name(node.name)
        case Observed():
            return f"observed({_ident(node.series)})"
        case Reported():
            return f"reported({_ident(node.report)})"
    text = f"{node.statistic}({render(node.quantity)}, {render_window(node.window)})"
    return text if node.scenario is None else f"{text} under {_name(node.scenario)}"


def _joined(
    left: Expression, sign: str, right: Expression, binding: int, *, strict_left: bool = False
) -> tuple[str, int]:
    """Writes two parts; chains lean to the left, so an equal right part needs parentheses."""
    before = _inside(left, binding + 1 if strict_left else binding)
    return f"{before} {sign} {_inside(right, binding + 1)}", binding


def _inside(node: Expression, at_least: int) -> str:
    text, binding = _write(node)
    return text if binding >= at_least else f"({text})"


def _name(name: str) -> str:
    plain = _PLAIN_NAME.fullmatch(name) and not _KEYWORD_INSIDE.search(name)
    return name if plain else f'"{name}"'


def _ident(name: str) -> str:
    return name if _PLAIN_IDENT.fullmatch(name) else f'"{name}"'
