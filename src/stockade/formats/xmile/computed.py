"""Subscripts that are computed: ``a[n - 1]`` is the element at a place, and 0 where there is none.

Source:
    XMILE 1.0, 3.7.1: a subscript may be any expression, its result the place of the element from 1, and an
    array gives 0 where that lies outside of it. The name of a dimension is the place of the element that is
    defined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from stockade.formats.xmile.expressions import PLACEHOLDER
from stockade.formats.xmile.functions import word
from stockade.formats.xmile.scope import Scope
from stockade.model.expressions import Binary, BinaryOperator, Call, Expression, Number, Reference

_ALMOST = 1e-6


def computed_by_name(
    node: Reference, scope: Scope, dimensions: Sequence[str]
) -> tuple[Reference, tuple[Expression, ...]]:
    """Returns a reference with a mark for each subscript that names a variable, and those variables."""
    computed: list[Expression] = []
    subscripts = list(node.subscripts)
    for at, written in enumerate(subscripts):
        known = written in scope.dimensions or written in scope.dimensions.get(dimensions[at], ())
        place = None if known or written == PLACEHOLDER else _place(written, node, scope)
        if place is not None:
            computed.append(place)
            subscripts[at] = PLACEHOLDER
    if computed and PLACEHOLDER in node.subscripts:
        said, hint = "two of these subscripts are computed in different ways", "Compute both in variables."
        raise scope.problem("unsupported-subscript", said, node.place, hint, node.written)
    return replace(node, subscripts=tuple(subscripts)), tuple(computed)


def _place(written: str, node: Reference, scope: Scope) -> Expression | None:
    """Returns what a subscript that is no element and no dimension means; None where it is no number."""
    found = scope.find(written)
    draft = None if found is None else scope.drafts.get(found)
    if found is None:
        return word(Reference(written, (), written, node.place))
    scalar = draft is None or not draft.dimensions
    return Reference(found, (), written, node.place) if scalar else None


def element_at(reference: Expression, places: Sequence[Expression], scope: Scope) -> Expression:
    """Returns what stands for an element at computed places, in words that Vensim has too.

    Args:
        reference: The array, its subscripts resolved and the computed ones marked.
        places: The computed places, in order.
        scope: What its names can mean.

    Raises:
        StockadeError: ``unsupported-subscript``.
    """
    draft = scope.drafts.get(reference.name) if isinstance(reference, Reference) else None
    if not isinstance(reference, Reference) or draft is None:
        at = reference.place
        said, hint = "this subscript is computed in a way that is not read", "Compute it in a variable."
        raise scope.problem("unsupported-subscript", said, at, hint)
    sizes = [len(scope.dimensions[one]) for one in draft.dimensions]
    for one in draft.dimensions:
        refuse_unclear(one, reference, scope)
    marked = [at for at, one in enumerate(reference.subscripts) if one == PLACEHOLDER]
    offset: Expression = Number(0.0, "0", reference.place)
    outside: Expression | None = None
    subscripts = list(reference.subscripts)
    for at, place in zip(marked, places, strict=True):
        subscripts[at] = scope.dimensions[draft.dimensions[at]][0]
        step = _join("-", place, _number(1.0))
        stride = prod(sizes[at + 1 :])
        step = step if stride == 1 else _join("*", _whole(step), _number(float(stride)))
        offset = _join("+", offset, step)
        for beyond in (
            _join("<", place, _number(1.0 - _ALMOST)),
            _join(">=", place, _number(sizes[at] + 1.0 - _ALMOST)),
        ):
            outside = beyond if outside is None else _join("or", outside, beyond)
    assert outside is not None
    first = replace(reference, subscripts=tuple(subscripts))
    found = Call("vector elm map", (first, offset), "VECTOR ELM MAP", reference.place)
    return Call("if then else", (outside, _number(0.0), found), "IF THEN ELSE", reference.place)


def _whole(step: Expression) -> Expression:
    return Call("integer", (_join("+", step, _number(_ALMOST)),), "INTEGER")


def place_in(node: Reference, scope: Scope) -> Expression:
    """Returns the place of the element that is defined, for the name of a dimension of the left-hand side."""
    own = scope.subscripts[scope.left.index(node.name)]
    if own != node.name:
        return Number(float(scope.dimensions[node.name].index(own) + 1), "", node.place)
    refuse_unclear(node.name, node, scope)
    return node


def refuse_unclear(dimension: str, reference: Reference, scope: Scope) -> None:
    """Refuses a dimension whose elements another one has in other places: which place is meant is unclear."""
    elements = scope.dimensions[dimension]
    for other in scope.dimensions.values():
        if set(elements) <= set(other) and other[: len(elements)] != elements:
            said = f"the elements of {dimension} have other places in another dimension"
            hint = "Name the element instead of computing its place."
            raise scope.problem("unsupported-subscript", said, reference.place, hint, reference.written)


def _number(value: float) -> Number:
    return Number(value)


def _join(operator: BinaryOperator, left: Expression, right: Expression) -> Binary:
    return Binary(operator, left, right)
