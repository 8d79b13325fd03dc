"""Writes a `Model` as the text of a .mdl file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from stockade.errors import StockadeError
from stockade.formats.vensim.spelling import spelled
from stockade.model.expressions import Array, Call, Expression, Reference, Table
from stockade.model.model import Macro, Model, RealityCheck, SubscriptRange, Variable
from stockade.model.names import canonical
from stockade.model.nonnegative import spell_out, unspellable
from stockade.model.printing import print_expression, print_name
from stockade.model.walk import rebuild

_PLAIN = re.compile(r"(?:[^\W\d]|[^\x00-\x7f\s])(?:[\w'$\s]|[^\x00-\x7f])*")
_SKETCH = """\\\\\\---/// Sketch information - do not modify anything except names
V300  Do not put anything below this section - it will be ignored
*View 1
$192-192-192,0,Times New Roman|12||0-0-0|0-0-0|0-0-255|-1--1--1|-1--1--1|96,96,100,0
///---\\\\\\
:L\x7f<%^E!@
"""
_NOT_IN_OPENING = str.maketrans({"{": "(", "}": ")"})
_NOT_IN_COMMENTS = str.maketrans({"~": "-", "|": "/"})


def write_mdl(model: Model) -> str:
    """Returns the text of a .mdl file.

    What XMILE has and Vensim has not is spelled out: non-negative stocks and flows as equations, the points
    of a graphical function that goes on beyond its ends as a lookup of its own.

    Raises:
        StockadeError: ``cannot-be-written``, ``unsupported-non-negative``.
    """
    wrong = list(unspellable(model))
    if wrong:
        raise StockadeError(wrong)
    model = spelled(_with_named_tables(spell_out(model)))
    about = model.documentation.translate(_NOT_IN_OPENING)
    opening = f"{{{about}}}\n" if about else ""
    return "".join(["{UTF-8}\n", opening, *_Writer().all(model)])


def _with_named_tables(model: Model) -> Model:
    """Gives a variable of its own to each table that Vensim cannot take within a call."""
    taken = {one.canonical for one in model.variables}
    added: list[Variable] = []

    def name_for(owner: Variable) -> str:
        name, at = f"{owner.name} lookup", 1
        while canonical(name) in taken:
            at += 1
            name = f"{owner.name} lookup {at}"
        taken.add(canonical(name))
        return name

    def named(owner: Variable) -> Variable:
        def change(node: Expression) -> Expression:
            if not isinstance(node, Call) or node.function == "with lookup":
                return node
            if not node.arguments or not isinstance(node.arguments[0], Table):
                return node
            name = name_for(owner)
            added.append(Variable(name, canonical(name), "lookup", node.arguments[0], place=owner.place))
            return replace(node, arguments=(Reference(canonical(name), (), name), *node.arguments[1:]))

        return replace(owner, equation=rebuild(owner.equation, change))

    variables = tuple(named(one) for one in model.variables)
    return replace(model, variables=(*variables, *added)) if added else model


class _Writer:
    """Writes entry after entry, and a heading wherever the group changes."""

    def __init__(self) -> None:
        self.group = ""

    def all(self, model: Model) -> Iterator[str]:
        for macro in model.macros:
            yield from self._macro(macro)
        for one in (*model.ranges, *model.variables):
            yield from self._entry(one)
        for one in model.reality_checks:
            yield _reality_check(one)
        settings = [f"22:{','.join(row)}\n" for row in model.unit_synonyms]
        if model.method == "rk4":
            settings.append("15:0,0,0,5,0,0\n")
        if settings:
            yield _SKETCH + "".join(settings)

    def _macro(self, macro: Macro) -> Iterator[str]:
        outputs = f" : {_names(macro.outputs)}" if macro.outputs else ""
        yield f":MACRO: {_name(macro.name)}({_names(macro.inputs)}{outputs})\n\n"
        for one in macro.variables:
            yield from self._entry(one)
        yield ":END OF MACRO:\n\n"

    def _entry(self, one: Variable | SubscriptRange) -> Iterator[str]:
        if one.group != self.group:
            self.group = one.group
            stars = "*" * 56
            yield f"{stars}\n\t.{one.group}\n{stars}~\n\t\t|\n\n"
        yield _variable(one) if isinstance(one, Variable) else _range(one)


def _variable(one: Variable) -> str:
    head = _name(one.name) + _subscripts(one.subscripts)
    if one.exceptions:
        head += " :EXCEPT: " + ",".join(_subscripts(row) for row in one.exceptions)
    if one.keyword and one.kind == "data":
        head += f" :{one.keyword.upper()}:"
    return _finished(head + _right_hand_side(one), _units(one), one.documentation, one.flags)


def _right_hand_side(one: Variable) -> str:
    equation = one.equation if one.read_by is None else one.read_by
    if isinstance(equation, Call) and equation.function == "data" and not equation.arguments:
        return ""
    if isinstance(equation, Table):
        return print_expression(equation)
    text = print_expression(equation)
    if one.kind == "lookup":
        return f"({text})"
    if isinstance(equation, Array) and len(equation.rows) == len(equation.rows[0]) == 1:
        text += ";"
    sign = "==" if one.unchangeable else ":=" if one.kind == "data" else "="
    return f" {sign}\n\t{text}"


def _range(one: SubscriptRange) -> str:
    name = _name(one.name)
    if one.equivalent:
        return _finished(f"{name} <-> {print_name(one.equivalent)}", "", one.documentation)
    mappings = [
        f"({print_name(target)}: {_names(elements)})" if elements else print_name(target)
        for target, elements in one.mappings
    ]
    arrow = f" -> {', '.join(mappings)}" if mappings else ""
    names = one.written if len(one.written) == len(one.elements) else one.elements
    elements = _names(names) if one.equation is None else print_expression(one.equation)
    return _finished(f"{name}:\n\t{elements}{arrow}", "", one.documentation)


def _reality_check(one: RealityCheck) -> str:
    head = _name(one.name) + _subscripts(one.subscripts)
    if one.conclusion is None:
        said = f":TEST INPUT: {print_expression(one.premise)}"
    else:
        said = f":THE CONDITION: {print_expression(one.premise)} :IMPLIES: {print_expression(one.conclusion)}"
    return _finished(f"{head}\n\t{said}", "", one.documentation)


def _finished(equation: str, units: str, documentation: str, flags: str = "") -> str:
    comment = documentation.translate(_NOT_IN_COMMENTS)
    tail = f"\n\t~\t{flags}" if flags else ""
    return f"{equation}\n\t~\t{units}\n\t~\t{comment}{tail}\n\t|\n\n"


def _units(one: Variable) -> str:
    if one.limits == (None, None, None):
        return one.units
    low, high, step = ("?" if bound is None else repr(bound).removesuffix(".0") for bound in one.limits)
    return f"{one.units} [{low},{high}{'' if step == '?' else f',{step}'}]"


def _name(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else print_name(name)


def _names(names: Iterable[str]) -> str:
    return ", ".join(print_name(one) for one in names)


def _subscripts(subscripts: tuple[str, ...]) -> str:
    return f"[{','.join(print_name(one) for one in subscripts)}]" if subscripts else ""
