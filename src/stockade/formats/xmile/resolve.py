"""Gives the names of an equation their meaning: variables, functions, graphical functions, subscripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod

from stockade.formats.xmile.computed import computed_by_name, element_at, place_in
from stockade.formats.xmile.elements import Element
from stockade.formats.xmile.expressions import COMPUTED
from stockade.formats.xmile.functions import WHOLE_ARRAYS, floor, meaning, word
from stockade.formats.xmile.graphical import CALLS, read_graphical
from stockade.formats.xmile.history import OVER_TIME
from stockade.formats.xmile.names import canonical_name
from stockade.formats.xmile.scope import Draft, Scope
from stockade.formats.xmile.slices import has_slice, over_slice, refuse_slice
from stockade.model.expressions import Binary, Call, Expression, Number, Reference
from stockade.model.walk import rebuild, walk


def resolve(expression: Expression, scope: Scope) -> Expression:
    """Returns an equation in the words of the model.

    Args:
        expression: As `parse_equation` gives it.
        scope: What its names can mean.

    Raises:
        StockadeError: ``undefined-variable``, ``unknown-function``, ``unknown-subscript`` ...
    """

    def change(node: Expression) -> Expression:
        if isinstance(node, Reference):
            return _reference(node, scope)
        return _call(node, scope) if isinstance(node, Call) else node

    def fill(node: Expression) -> Expression:
        return _filled(node, scope) if isinstance(node, Reference) else node

    return rebuild(rebuild(expression, change), fill)


def _reference(node: Reference, scope: Scope) -> Expression:
    if node.name == "time":
        return word(node) or node
    found = scope.find(node.name)
    if found is None:
        if not node.subscripts and node.name in scope.left:
            # A dimension of the left-hand side: the place of the element that is defined.
            return place_in(node, scope)
        if not node.subscripts and (meant := word(node)) is not None:
            return meant
        if node.name == "self" and not node.subscripts:
            # The variable that is defined: PREVIOUS(SELF, start) is what it was a step ago.
            return replace(node, name=canonical_name(scope.owner), subscripts=scope.subscripts)
        if not scope.prefix and not node.subscripts:
            return node  # The checks of the model tell that it is not defined, and what it resembles.
        said = f"{node.written} is not defined"
        hint = "Define it, or connect it to the module."
        raise scope.problem("undefined-variable", said, node.place, hint, node.written)
    draft = scope.drafts.get(found)
    dimensions = draft.dimensions if draft else ()
    if node.subscripts and len(node.subscripts) != len(dimensions):
        said = (
            f"{node.written} has {len(dimensions)} dimensions, here it has {len(node.subscripts)} subscripts"
        )
        raise scope.problem(
            "wrong-subscript-count", said, node.place, "Give one subscript for each dimension.", node.written
        )
    node, computed = computed_by_name(node, scope, dimensions)
    subscripts = tuple(scope.subscript(node, at, dimensions[at]) for at in range(len(node.subscripts)))
    node = replace(node, name=found, subscripts=subscripts)
    return element_at(node, computed, scope) if computed else node


def _call(node: Call, scope: Scope) -> Expression:
    if (node.function == "if then else" and node.written == "IF THEN ELSE") or node.written == "MOD":
        return node
    if node.function in ("lookup", "lookupinv") and node.arguments and _is_table(node.arguments[0], scope):
        at = _look_up(node, node.arguments[0], node.arguments[1:], scope)  # type: ignore[arg-type]
        return at if node.function == "lookup" else _inverse(at, scope)
    if node.function == COMPUTED:
        reference, *places = node.arguments
        return element_at(reference, places, scope)
    found = scope.find(node.function)
    if found is not None:
        table = Reference(found, (), node.written, node.place)
        if not _is_table(table, scope):
            said = f"{node.written} is not a graphical function and takes no argument"
            hint = "Perhaps a * is missing before the parenthesis."
            raise scope.problem("not-a-lookup", said, node.place, hint, node.written)
        return _look_up(node, table, node.arguments, scope)
    if node.function in scope.macros:
        return _with_defaults(node, scope)
    return _function(node, scope)


def _function(node: Call, scope: Scope) -> Expression:
    if not node.arguments and (meant := word(node)) is not None:
        return meant
    if node.function == "int" and len(node.arguments) == 1 and not scope.truncates:
        return floor(node)
    if node.function in OVER_TIME:
        return OVER_TIME[node.function](node, scope)
    if node.function in WHOLE_ARRAYS and len(node.arguments) == 1:
        return _over_array(node, scope)
    return meaning(node, scope.owner)


def _with_defaults(node: Call, scope: Scope) -> Call:
    """Adds the arguments that a call of a macro leaves out and the macro has defaults for."""
    parameters = scope.defaults.get(node.function, ())
    arguments = list(node.arguments)
    known = {name: given for (name, _), given in zip(parameters, arguments, strict=False)}
    for name, default in parameters[len(arguments) :]:
        if default is None:
            # Where one without a default is missing, the call is refused as it stands.
            return node
        known[name] = rebuild(default, lambda one: _argument(one, known))
        arguments.append(known[name])
    return replace(node, arguments=tuple(arguments))


def _argument(node: Expression, known: Mapping[str, Expression]) -> Expression:
    return known.get(node.name, node) if isinstance(node, Reference) else node


def _is_table(node: Expression, scope: Scope) -> bool:
    if not isinstance(node, Reference):
        return False
    draft = scope.drafts.get(node.name)
    return node.name in scope.parameters or (draft is not None and _curve(draft) is not None)


def _curve(draft: Draft) -> Element | None:
    """Returns the graphical function of a variable, or that of one of its elements."""
    if draft.element.name == "gf":
        return draft.element
    holders = (draft.element, *draft.element.all("element"))
    return next((gf for one in holders if (gf := one.first("gf")) is not None), None)


def _look_up(node: Call, table: Reference, arguments: tuple[Expression, ...], scope: Scope) -> Expression:
    draft = scope.drafts.get(table.name)
    if len(arguments) != 1:
        said = f"a graphical function takes 1 argument, here it has {len(arguments)}"
        raise scope.problem("wrong-argument-count", said, node.place, "Give the x to look up.", node.written)
    if draft is None:
        return Call("lookup", (table, arguments[0]), node.written, node.place)
    computed = draft.source is not None or any(
        one.first("eqn") for one in (draft.element, *draft.element.all("element"))
    )
    if draft.graphical is None:
        if computed or (curve := _curve(draft)) is None:
            said = f"the elements of {draft.name} have curves of their own, and are computed too"
            hint = "Give the curves to a variable without an equation."
            raise scope.problem("not-a-lookup", said, node.place, hint, node.written)
        kind = read_graphical(curve, draft.name).type
        return Call(CALLS[kind], (table, arguments[0]), node.written, node.place)
    if computed:
        # The variable is its value at its own argument; what is called is the curve alone.
        return draft.graphical.call(arguments[0], written=node.written)
    return draft.graphical.call(arguments[0], table, node.written)


def _inverse(node: Expression, scope: Scope) -> Expression:
    """Returns the x at which a curve gives a y, for the call that would give its y at an x."""
    if not isinstance(node, Call) or node.function not in ("lookup", "with lookup"):
        said, hint = "the inverse of a curve of steps is not read", "Use a continuous curve."
        raise scope.problem("not-a-lookup", said, node.place, hint)
    table, y = node.arguments if node.function == "lookup" else reversed(node.arguments)
    return Call("lookup invert", (table, y), "LOOKUP INVERT", node.place)


def _over_array(node: Call, scope: Scope) -> Expression:
    if has_slice(node.arguments[0]):
        return over_slice(node, scope, lambda one: _over_array(one, scope))
    sizes: dict[str, int] = {}

    def mark(part: Expression) -> Expression:
        draft = scope.drafts.get(part.name) if isinstance(part, Reference) else None
        if not isinstance(part, Reference) or draft is None or not draft.dimensions:
            return part
        given = part.subscripts or draft.dimensions
        marked = tuple(
            f"{one}!" if one in scope.dimensions and (not part.subscripts or one not in scope.left) else one
            for one in given
        )
        sizes.update((one, len(scope.dimensions[one[:-1]])) for one in marked if one.endswith("!"))
        return replace(part, subscripts=marked)

    argument = rebuild(node.arguments[0], mark)
    if not sizes:
        said = f"{node.written} takes an array, and this is none"
        hint = "Give an array, as in SUM(sales) or SUM(sales[*])."
        raise scope.problem("not-an-array", said, node.place, hint, node.written)
    count = Number(float(prod(sizes.values())), "", node.place)
    if node.function == "size":
        return count
    if node.function == "mean":
        return Binary("/", Call("sum", (argument,), "SUM", node.place), count, node.place)
    return meaning(replace(node, arguments=(argument,)), scope.owner)


def _filled(node: Reference, scope: Scope) -> Expression:
    """Adds the subscripts that XMILE lets one leave out: those of the left-hand side."""
    draft = scope.drafts.get(node.name)
    refuse_slice(node, scope)
    if draft is None or node.subscripts or not draft.dimensions:
        return node
    if any(one not in scope.left for one in draft.dimensions):
        said = f"{node.written or node.name} is an array, and here one value is wanted"
        hint = f"Say which, for instance {node.written}[{', '.join(draft.dimensions)}], or sum it."
        raise scope.problem("missing-subscripts", said, node.place, hint, node.written)
    subscripts = tuple(scope.subscripts[scope.left.index(one)] for one in draft.dimensions)
    return replace(node, subscripts=subscripts)


def has_call(expression: Expression) -> bool:
    """Whether an equation calls or reads anything: then it is no constant."""
    return any(isinstance(node, Call | Reference) for node in walk(expression))
