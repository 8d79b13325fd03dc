"""Turns a draft into variables of the model: one, or one for each equation that an array has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from stockade.formats.xmile.conveyors import leaving
from stockade.formats.xmile.elements import Element
from stockade.formats.xmile.expressions import parse_equation
from stockade.formats.xmile.graphical import Graphical, read_graphical
from stockade.formats.xmile.names import canonical_name, canonical_token
from stockade.formats.xmile.resolve import has_call, resolve
from stockade.formats.xmile.scope import Draft, Scope
from stockade.model.expressions import Binary, Call, Expression, Number, Reference, Table, Unary
from stockade.model.model import NON_NEGATIVE, NON_NEGATIVE_OUTFLOWS, Variable, VariableKind

Limits = tuple[float | None, float | None, float | None]
RATE_OF = "stockade:rate_of"
"""The attribute of a flow that our writer made of a stock's rate: it is put back into the stock."""


def finish(draft: Draft, scope: Scope, *, by_outflows: bool) -> list[Variable]:
    """Reads the equations of a draft.

    Args:
        draft: The variable.
        scope: What the names of the file mean; the rest is filled in here.
        by_outflows: Whether a non-negative stock is so by holding its outflows back, as Stella does.

    Raises:
        StockadeError: Whatever is wrong with an equation.
    """
    for one in draft.dimensions:
        if one not in scope.dimensions:
            said = f"{draft.name} has the dimension {one}, which is not defined"
            raise draft.problem("unknown-dimension", said, "Define it in <dimensions>.")
    inside = replace(scope, prefix=draft.prefix, owner=draft.name, left=draft.dimensions)
    notes = draft.element.attributes
    flags = notes.get("stockade:flags", "")
    if "stockade:non_negative" in notes:
        flags = NON_NEGATIVE_OUTFLOWS if notes["stockade:non_negative"] == "outflows" else NON_NEGATIVE
    elif draft.non_negative and draft.element.name in ("stock", "flow"):
        flags = NON_NEGATIVE_OUTFLOWS if by_outflows and draft.element.name == "stock" else NON_NEGATIVE
    found = []
    for element, subscripts, passage in _equations(draft, inside):
        here = replace(inside, subscripts=subscripts)
        equation = _equation(draft, element, here)
        found.append(
            Variable(
                name=draft.name,
                canonical=draft.canonical,
                kind=_kind(draft, equation, flags),
                equation=equation,
                units=_text(element, "units") or _text(draft.element, "units"),
                limits=_limits(element, draft.element),
                documentation=_text(element, "doc", folded=False)
                or _text(draft.element, "doc", folded=False),
                subscripts=subscripts,
                group=notes.get("stockade:group", ""),
                text=passage,
                place=element.place(draft.name),
                keyword=_keyword(draft, element, equation),
                unchangeable="stockade:unchangeable" in notes,
                flags=flags,
            )
        )
    return found


def _equations(draft: Draft, scope: Scope) -> Iterator[tuple[Element, tuple[str, ...], str]]:
    """Yields where each equation stands, the subscripts it is for, and its text."""
    _look_for_repeats(draft, draft.element, "gf", "init_eqn", "dimensions", "units", "range")
    own = [*_listed(draft, scope), *draft.element.all("element")]
    if not own or not draft.dimensions or draft.source is not None:
        if own and not draft.dimensions:
            raise draft.problem(
                "unknown-dimension", f"{draft.name} has elements, but no dimensions", "Add them."
            )
        yield draft.element, draft.dimensions, _text(draft.element, "eqn")
        return
    seen: set[tuple[str, ...]] = set()
    for element in own:
        written = element.attributes.get("subscript", "")
        subscripts = tuple(canonical_name(one) for one in written.split(","))
        if len(subscripts) != len(draft.dimensions):
            said = f"this element of {draft.name} has {len(subscripts)} subscripts"
            hint = f"Give one for each of its {len(draft.dimensions)} dimensions."
            raise draft.problem("wrong-subscript-count", said, hint, element)
        if subscripts in seen:
            said = f"{draft.name}[{written}] is already defined"
            raise draft.problem("duplicate-definition", said, "Remove one of the two.", element)
        seen.add(subscripts)
        _look_for_repeats(draft, element, "eqn", "gf", "init_eqn")
        yield element, subscripts, _text(element, "eqn")


def _listed(draft: Draft, scope: Scope) -> list[Element]:
    """Returns the elements of an array that has an equation for each, in order, as Vensim exports them.

    Source:
        The case arithmetics_exp of the SDX suite and Vensim's numbers for it.
    """
    equations = list(draft.element.all("eqn"))
    if len(equations) < 2:
        return []
    elements = scope.dimensions[draft.dimensions[0]] if len(draft.dimensions) == 1 else ()
    if len(equations) != len(elements) or draft.element.first("element") is not None:
        said = f"{draft.name} has {len(equations)} equations"
        hint = "Give it one, or one for each element of its only dimension."
        raise draft.problem("duplicate-definition", said, hint, equations[1])
    return [
        Element("element", {"subscript": name}, equation.line, equation.file, [equation])
        for name, equation in zip(elements, equations, strict=True)
    ]


def _look_for_repeats(draft: Draft, element: Element, *tags: str) -> None:
    for tag in tags:
        found = list(element.all(tag))
        if len(found) > 1:
            said = f"{draft.name} has <{tag}> {len(found)} times"
            raise draft.problem("duplicate-definition", said, "Keep one of them.", found[1])


def _equation(draft: Draft, element: Element, scope: Scope) -> Expression:
    for subscript, dimension in zip(scope.subscripts, draft.dimensions, strict=True):
        if subscript != dimension and subscript not in scope.dimensions[dimension]:
            said = f"{subscript} is no element of {dimension}"
            hint = f"Its elements are: {', '.join(scope.dimensions[dimension][:8])}."
            raise draft.problem("unknown-subscript", said, hint, element)
    if draft.source is not None:
        dimensions = scope.drafts[draft.source].dimensions
        return Reference(draft.source, dimensions, "", draft.element.place(draft.name))
    if draft.canonical in scope.conveyors:
        return leaving(scope.conveyors[draft.canonical], draft, scope)
    curve = _curve(draft, element)
    eqn = element.first("eqn") or draft.element.first("eqn")
    if eqn is None and curve is not None:
        return curve.table
    equation = resolve(parse_equation((eqn or element).passage, draft.name), scope)
    if draft.element.name == "stock":
        return Call("integ", (_rate(draft, scope), equation), "INTEG", element.place(draft.name))
    start = element.first("init_eqn") or draft.element.first("init_eqn")
    if start is not None:
        begins = resolve(parse_equation(start.passage, draft.name), scope)
        equation = Call("active initial", (equation, begins), "ACTIVE INITIAL", start.place(draft.name))
    return equation if curve is None else curve.call(equation)


def _curve(draft: Draft, element: Element) -> Graphical | None:
    own = element.first("gf") if element is not draft.element else None
    return draft.graphical if own is None else read_graphical(own, draft.name)


def _rate(draft: Draft, scope: Scope) -> Expression:
    """Returns what flows in less what flows out, in the order of the file."""
    found: Expression | None = None
    for flow in (*draft.element.all("inflow"), *draft.element.all("outflow")):
        place = flow.place(draft.name)
        one = resolve(_flow(flow, draft, scope), scope)
        if isinstance(one, Reference) and (whole := _written_rate(scope.drafts.get(one.name))) is not None:
            return resolve(parse_equation(whole.passage, draft.name), scope)
        if not isinstance(one, Reference):
            raise draft.problem(
                "broken-equation", "a flow is named, not computed here", "Name the flow.", flow
            )
        if flow.name == "inflow":
            found = one if found is None else Binary("+", found, one, place)
        else:
            found = Unary("-", one, place) if found is None else Binary("-", found, one, place)
    return Number(0.0, "0", draft.element.place(draft.name)) if found is None else found


def _written_rate(flow: Draft | None) -> Element | None:
    """Returns the equation of a flow that our writer made of a stock's rate."""
    return flow.element.first("eqn") if flow is not None and RATE_OF in flow.element.attributes else None


def _flow(element: Element, draft: Draft, scope: Scope) -> Expression:
    # Some programs leave out the quotes that a name with signs needs in an equation.
    name = canonical_token(element.text)
    if scope.find(name) is not None:
        return Reference(name, (), element.text, element.place(draft.name))
    return parse_equation(element.passage, draft.name)


def _kind(draft: Draft, equation: Expression, flags: str) -> VariableKind:
    if draft.element.name == "stock":
        return "stock"
    if isinstance(equation, Table):
        return "lookup"
    # A flow that stops at zero, or that a stock holds back, is not a number that one may set.
    return "auxiliary" if has_call(equation) or flags == NON_NEGATIVE else "constant"


def _keyword(draft: Draft, element: Element, equation: Expression) -> str:
    """Returns how a curve that is called by name goes between its points, where it is not as usual."""
    curve = _curve(draft, element) if isinstance(equation, Table) else None
    return "" if curve is None or curve.type == "continuous" else curve.type


def _text(element: Element, tag: str, *, folded: bool = True) -> str:
    found = element.first(tag)
    text = "" if found is None else found.text
    return " ".join(text.split()) if folded else text


def _limits(element: Element, whole: Element) -> Limits:
    found = element.first("range") or whole.first("range")
    ends = {} if found is None else found.attributes
    low, high = _bound(ends.get("min", "")), _bound(ends.get("max", ""))
    return low, high, _bound(ends.get("stockade:step", ""))


def _bound(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None
