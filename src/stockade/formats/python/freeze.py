"""Drafts as the variables of a model: flows put into their stocks, subscripts filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import accumulate

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.formats.python.drafts import Draft
from stockade.formats.python.places import trouble
from stockade.formats.python.quantities import Dimension
from stockade.model.expressions import Binary, Call, Expression, Number, Reference, Table, Text, Unary
from stockade.model.model import CONTROL_NAMES, Variable, VariableKind
from stockade.model.names import canonical
from stockade.model.printing import print_expression
from stockade.model.walk import rebuild, walk

# A reader of files gives up at 150, and a level of parentheses may take it two.
DEEPEST = 70
OVER_ELEMENTS = frozenset({"sum", "prod", "vmin", "vmax"})


def variables_of(drafts: Mapping[str, Draft], dimensions: Mapping[str, Dimension]) -> tuple[Variable, ...]:
    """Returns the variables, in the order in which they were defined.

    Args:
        drafts: By canonical name.
        dimensions: By canonical name.

    Raises:
        StockadeError: Everything that is wrong at once: ``undefined-variable``, ``not-a-stock``,
            ``unbound-subscript``, ``wrong-subscript-count``, ``unknown-subscript`` ...
    """
    freezer = _Freezer(drafts, dimensions)
    found = tuple(one for draft in drafts.values() for one in freezer.variables(draft))
    if freezer.wrong:
        in_order = sorted(freezer.wrong, key=lambda one: (one.place.file, one.place.line or 0))
        raise StockadeError(dict.fromkeys(in_order))
    return found


@dataclass
class _Freezer:
    """Turns draft after draft, and keeps what is wrong with them."""

    drafts: Mapping[str, Draft]
    dimensions: Mapping[str, Dimension]
    wrong: list[Diagnostic] = field(default_factory=list)

    def variables(self, draft: Draft) -> Iterator[Variable]:
        self._look_at_stocks_of(draft)
        for subscripts, written in draft.equations:
            whole = written
            if draft.kind == "stock":
                whole = Call("integ", (self._rate(draft, subscripts), written), "INTEG", draft.place)
            equation = self._filled(draft, whole, dict(zip(draft.dimensions, subscripts, strict=True)))
            text = print_expression(equation)
            if _depth(text) > DEEPEST:
                said = f"{draft.name} has more than {DEEPEST} levels of parentheses, which no file could hold"
                self._say(draft, "nested-too-deep", said, "Put the inner part into a variable of its own.")
            yield Variable(
                name=draft.name,
                canonical=draft.canonical,
                kind=_kind(equation),
                equation=equation,
                units=draft.unit,
                limits=draft.limits,
                documentation=draft.about,
                subscripts=subscripts,
                group=draft.group,
                text=text,
                place=replace(draft.place, name=draft.name),
            )

    def _say(self, draft: Draft, code: str, message: str, hint: str, place: Place | None = None) -> None:
        self.wrong.append(
            trouble(code, message, hint, place if place and place.line else draft.place, draft.name)
        )

    def _look_at_stocks_of(self, flow: Draft) -> None:
        for name in dict.fromkeys((flow.into, flow.out_of)):
            stock = self.drafts.get(name)
            if not name:
                continue
            if stock is None or stock.kind != "stock":
                said = f"{flow.name} flows into or out of {name}, which is not a stock of this model"
                self._say(flow, "not-a-stock", said, "Name a stock, or make this an auxiliary.")
            elif stock.dimensions != flow.dimensions:
                mine, theirs = _listed(flow.dimensions), _listed(stock.dimensions)
                said = f"{flow.name} is {mine} and the stock {stock.name} is {theirs}"
                hint = "Give both the same over=, or write the stock's rate=, with total() over elements."
                self._say(flow, "flow-over-other-dimensions", said, hint)
            elif stock.rate is not None:
                said = f"{stock.name} has a rate= of its own, and the flow {flow.name} besides"
                self._say(flow, "rate-and-flows", said, "Write all of the rate, or leave it to the flows.")

    def _rate(self, stock: Draft, subscripts: tuple[str, ...]) -> Expression:
        """Returns what flows in less what flows out, each in the order of definition."""
        if stock.rate is not None:
            return stock.rate
        found: Expression | None = None
        alike = [one for one in self.drafts.values() if one.dimensions == stock.dimensions]
        for flow in (one for one in alike if one.into == stock.canonical):
            inward = Reference(flow.canonical, subscripts, flow.name, flow.place)
            found = inward if found is None else Binary("+", found, inward, flow.place)
        for flow in (one for one in alike if one.out_of == stock.canonical):
            outward = Reference(flow.canonical, subscripts, flow.name, flow.place)
            found = Unary("-", outward) if found is None else Binary("-", found, outward, flow.place)
        return Number(0.0, "0", stock.place) if found is None else found

    def _filled(self, draft: Draft, equation: Expression, bound: Mapping[str, str]) -> Expression:
        """Returns an equation with subscripts wherever an array stands without.

        Args:
            draft: Whose equation it is.
            equation: As it was built.
            bound: Dimension -> what stands for it on the left-hand side: itself or an element.
        """
        summed = rebuild(equation, lambda node: self._marked(node, bound))
        return rebuild(summed, lambda node: self._subscripted(draft, node, bound))

    def _marked(self, node: Expression, bound: Mapping[str, str]) -> Expression:
        """Marks, inside of a sum and its kin, the dimensions that it goes over."""
        if not isinstance(node, Call) or node.function not in OVER_ELEMENTS:
            return node
        over = {one.value for one in node.arguments[1:] if isinstance(one, Text)}

        def mark(inner: Expression) -> Expression:
            own = self._own(inner)
            if not isinstance(inner, Reference) or inner.subscripts or not own:
                return inner
            marks = (f"{one}!" if not over or one in over else bound.get(one, one) for one in own)
            return replace(inner, subscripts=tuple(marks))

        return replace(node, arguments=(rebuild(node.arguments[0], mark),))

    def _own(self, node: Expression) -> tuple[str, ...]:
        draft = self.drafts.get(node.name) if isinstance(node, Reference) else None
        return draft.dimensions if draft is not None else ()

    def _subscripted(self, draft: Draft, node: Expression, bound: Mapping[str, str]) -> Expression:
        if not isinstance(node, Reference):
            return node
        if node.name not in self.drafts:
            if node.name != "time" and node.name not in CONTROL_NAMES:
                self._undefined(draft, node)
            return node
        own, written = self._own(node), node.written or node.name
        given = node.subscripts or own
        if len(given) != len(own):
            said = f"{written} has {len(own)} subscripts, here it has {len(given)}"
            hint = "Give it as many as it has dimensions, or none."
            self._say(draft, "wrong-subscript-count", said, hint, node.place)
            return node
        names = [self._subscript(draft, node, one, of, bound) for one, of in zip(given, own, strict=True)]
        return replace(node, subscripts=tuple(names))

    def _subscript(
        self, draft: Draft, node: Reference, given: str, dimension: str, bound: Mapping[str, str]
    ) -> str:
        written = node.written or node.name
        if given in self.dimensions:
            if given not in bound:
                said = f"{written} is {_listed((given,))}, and {draft.name} is {_listed(draft.dimensions)}"
                hint = (
                    f"Add it up with total({written}), name an element, or define {draft.name} over it too."
                )
                self._say(draft, "unbound-subscript", said, hint, node.place)
            return bound.get(given, given)
        elements = [canonical(one) for one in self.dimensions[dimension]]
        if given.removesuffix("!") != dimension and given not in elements:
            said = f"{given} is no element of {self.dimensions[dimension].name}"
            hint = f"Its elements are: {', '.join(self.dimensions[dimension].elements[:8])}."
            self._say(draft, "unknown-subscript", said, hint, node.place)
        return given

    def _undefined(self, draft: Draft, node: Reference) -> None:
        known = {one.canonical: one.name for one in self.drafts.values()}
        near = get_close_matches(node.name, known, n=2, cutoff=0.75)
        hint = (
            f"Did you mean {' or '.join(known[one] for one in near)}?"
            if near
            else "Define it before freeze()."
        )
        self._say(
            draft, "undefined-variable", f"{node.written or node.name} is not defined", hint, node.place
        )


def _depth(text: str) -> int:
    """Returns how deep the parentheses of an equation are nested."""
    signs = (1 if one == "(" else -1 for one in re.findall(r"[()]", re.sub(r'"[^"]*"', "", text)))
    return max(accumulate(signs, initial=0))


def _listed(dimensions: tuple[str, ...]) -> str:
    return f"over {', '.join(dimensions)}" if dimensions else "without dimensions"


def _kind(equation: Expression) -> VariableKind:
    """Returns the kind that a reader would give it, so that what is written reads back the same."""
    if isinstance(equation, Table):
        return "lookup"
    if isinstance(equation, Call) and equation.function == "integ":
        return "stock"
    return "auxiliary" if any(isinstance(one, Call | Reference) for one in walk(equation)) else "constant"
