"""Parts of a dimension within the functions of arrays: ``SUM(sales[2:4])``, ``PROD(interest[1:Year])``.

Source:
    isee systems, Stella's help, "Array builtins": a range (min:max) reports a part of the array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from stockade.errors import StockadeError
from stockade.formats.xmile.computed import refuse_unclear
from stockade.formats.xmile.expressions import SLICE
from stockade.formats.xmile.scope import Scope
from stockade.model.expressions import Binary, Call, Expression, Number, Reference
from stockade.model.walk import rebuild, walk

_NEUTRAL = {"sum": 0.0, "mean": 0.0, "prod": 1.0, "min": 1e308, "max": -1e308}
_LONGEST = 1_000
Reduce = Callable[[Call], Expression]


@dataclass(frozen=True)
class _Slice:
    """Where in a reference a part of a dimension stands, and from which element to which it goes."""

    reference: Reference
    axis: int
    dimension: str
    first: str
    last: str


def has_slice(expression: Expression) -> bool:
    """Whether a part of a dimension stands in an expression."""
    return any(_axis(one) is not None for one in walk(expression))


def refuse_slice(node: Reference, scope: Scope) -> None:
    """Refuses a part of a dimension where one value is wanted.

    Raises:
        StockadeError: ``unsupported-subscript``.
    """
    if _axis(node) is not None:
        said = "a part of a dimension stands where one value is wanted"
        raise _problem(node, scope, said, "It can stand in SUM, MEAN, MIN, MAX, PROD and SIZE.")


def over_slice(node: Call, scope: Scope, whole: Reduce) -> Expression:
    """Returns a function of an array over a part of it, in words that know of no parts.

    Args:
        node: The call, its references resolved.
        scope: What its names can mean.
        whole: Reduces a call over what is left where the part has become an element or all of a dimension.

    Raises:
        StockadeError: ``unsupported-subscript``.
    """
    found = _slices(node.arguments[0], scope)
    running = [one for one in found if {one.first, one.last} & scope.dimensions.keys()]
    return _running(node, found, scope, whole) if running else _listed(node, found, scope, whole)


def _axis(node: Expression) -> int | None:
    subscripts = node.subscripts if isinstance(node, Reference) else ()
    return next((at for at, one in enumerate(subscripts) if SLICE in one), None)


def _slices(argument: Expression, scope: Scope) -> list[_Slice]:
    found: list[_Slice] = []
    for one in walk(argument):
        draft = scope.drafts.get(one.name) if isinstance(one, Reference) else None
        if not isinstance(one, Reference) or draft is None:
            continue
        axis = _axis(one)
        if axis is None:
            if draft.dimensions and (
                not one.subscripts or any(each.endswith("!") for each in one.subscripts)
            ):
                hint = "Give each array the same part of its dimension."
                raise _problem(one, scope, "a whole array stands beside a part of another", hint)
            continue
        if sum(SLICE in each for each in one.subscripts) > 1:
            hint = "Sum over one of them in a variable of its own."
            raise _problem(one, scope, "parts of two dimensions stand side by side", hint)
        first, last = one.subscripts[axis].split(SLICE)
        found.append(_Slice(one, axis, draft.dimensions[axis], first, last))
    return found


def _listed(node: Call, found: Sequence[_Slice], scope: Scope, whole: Reduce) -> Expression:
    """The part between two elements: what each of them gives, put together."""
    parts = {id(one.reference): (one, _between(one, scope)) for one in found}
    lengths = {len(elements) for _, elements in parts.values()}
    if len(lengths) > 1:
        hint = "Give each array a part of the same length."
        raise _problem(found[0].reference, scope, "these parts of dimensions differ in length", hint)

    def at(place: int) -> Expression:
        def pick(part: Expression) -> Expression:
            if id(part) not in parts:
                return part
            one, elements = parts[id(part)]
            return _with(one, elements[place])

        return rebuild(node.arguments[0], pick)

    count = lengths.pop()
    function = "sum" if node.function in ("mean", "size") else node.function
    given = [_rest(replace(node, function=function), at(place), scope, whole) for place in range(count)]
    if node.function == "size":
        rest = at(0)
        one = whole(replace(node, arguments=(rest,))) if _is_array(rest, scope) else Number(1.0)
        return Binary("*", Number(float(count), "", node.place), one, node.place)
    joined = _joined(function, given, node)
    if node.function != "mean":
        return joined
    size = over_slice(replace(node, function="size"), scope, whole)
    return Binary("/", joined, size, node.place)


def _rest(node: Call, part: Expression, scope: Scope, whole: Reduce) -> Expression:
    return whole(replace(node, arguments=(part,))) if _is_array(part, scope) else part


def _is_array(part: Expression, scope: Scope) -> bool:
    """Whether an expression without parts of dimensions still has dimensions to go over."""
    return any(
        each.endswith("!") or (each in scope.dimensions and each not in scope.left)
        for one in walk(part)
        if isinstance(one, Reference)
        for each in one.subscripts
    )


def _joined(function: str, given: Sequence[Expression], node: Call) -> Expression:
    def pair(left: Expression, right: Expression) -> Expression:
        if function in ("sum", "prod"):
            return Binary("+" if function == "sum" else "*", left, right, node.place)
        return Call(function, (left, right), function.upper(), node.place)

    return reduce(pair, given)


def _between(one: _Slice, scope: Scope) -> tuple[str, ...]:
    elements = scope.dimensions[one.dimension]
    first, last = elements.index(one.first), elements.index(one.last)
    if first > last:
        hint = "Write the element that comes first in the dimension first."
        raise _problem(one.reference, scope, "this part of a dimension ends before it begins", hint)
    if last - first >= _LONGEST:
        hint = "Sum over a dimension of its own."
        raise _problem(one.reference, scope, f"this part has more than {_LONGEST} elements", hint)
    return elements[first : last + 1]


def _with(one: _Slice, subscript: str) -> Reference:
    given = one.reference.subscripts
    return replace(one.reference, subscripts=(*given[: one.axis], subscript, *given[one.axis + 1 :]))


def _running(node: Call, found: Sequence[_Slice], scope: Scope, whole: Reduce) -> Expression:
    """The part up to, or from, the element that is defined: the whole, with nothing in place of the rest."""
    one = found[0]
    elements = scope.dimensions[one.dimension]
    if len({(each.dimension, each.first, each.last) for each in found}) > 1:
        raise _problem(one.reference, scope, "these parts of dimensions are not the same", "Name one part.")
    upward = (one.first, one.last) == (elements[0], one.dimension)
    if one.dimension not in scope.left or not (
        upward or (one.first, one.last) == (one.dimension, elements[-1])
    ):
        hint = (
            "Begin with the first element, or end with the last; the other end is the variable's dimension."
        )
        raise _problem(one.reference, scope, "this part of a dimension may end before it begins", hint)
    refuse_unclear(one.dimension, one.reference, scope)
    own = Reference(one.dimension, (), one.dimension, node.place)
    each = Reference(one.dimension, (f"{one.dimension}!",), one.dimension, node.place)
    inside = Binary("<=" if upward else ">=", each, own, node.place)
    parts = {id(part.reference): _with(part, f"{one.dimension}!") for part in found}
    argument = rebuild(node.arguments[0], lambda part: parts.get(id(part), part))
    size = _count(inside, whole(replace(node, function="size", arguments=(argument,))), len(elements))
    if node.function == "size":
        return size
    nothing = Number(_NEUTRAL[node.function], "", node.place)
    masked = Call("if then else", (inside, argument, nothing), "IF THEN ELSE", node.place)
    function = "sum" if node.function == "mean" else node.function
    reduced = whole(replace(node, function=function, arguments=(masked,)))
    return Binary("/", reduced, size, node.place) if node.function == "mean" else reduced


def _count(inside: Expression, all_of_it: Expression, length: int) -> Expression:
    """How many elements are inside, where the other dimensions are whole."""
    here = Call("if then else", (inside, Number(1.0), Number(0.0)), "IF THEN ELSE", inside.place)
    count = Call("sum", (here,), "SUM", inside.place)
    others = all_of_it.value / length if isinstance(all_of_it, Number) else 1.0
    return Binary("*", count, Number(others), inside.place)


def _problem(node: Reference, scope: Scope, said: str, hint: str) -> StockadeError:
    return scope.problem("unsupported-subscript", said, node.place, hint, node.written)
