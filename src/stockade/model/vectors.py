"""Functions over several elements at once, in two steps.

`mark` puts a ``!`` behind the subscripts that a function runs over where Vensim leaves that unsaid, as in
``VECTOR SORT ORDER( x[item], 1 )``. Once the other subscripts are known, a builder makes of the call an
expression over scalars. What needs all elements together becomes a call of a function whose name begins with
a ``#``, which no file can hold: its arguments are numbers, then the elements one by one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import reduce
from types import MappingProxyType

from stockade.errors import Diagnostic, StockadeError
from stockade.model.constants import constant_value
from stockade.model.elements import Elements
from stockade.model.expressions import Binary, BinaryOperator, Call, Expression, Number, Reference, Text
from stockade.model.functions import FUNCTIONS
from stockade.model.model import Variable
from stockade.model.printing import NOT_AVAILABLE
from stockade.model.walk import rebuild, walk

Filled = Callable[..., list[Expression]]
Problem = Callable[[Expression, str, str, str], StockadeError]
Builder = Callable[[Call, Filled, Problem], Expression]

POSITION = "#position"
VECTOR_LOOKUPS: Mapping[float, str] = MappingProxyType(
    {
        0.0: "#vector lookup",
        2.0: "#vector lookup backward",
        3.0: "#vector lookup extrapolate",
        4.0: "#vector lookup forward",
    }
)
"""What the last argument of VECTOR LOOKUP asks for; of areas and slopes the manual leaves the ends open."""
_PROFILE, _FEWEST_POINTS = 4, 2


def mark(variable: Variable, equation: Expression, elements: Elements) -> Expression:
    """Returns an equation in which every function over elements says which subscripts it runs over.

    Raises:
        StockadeError: `vector-argument` where an argument has no subscript to run over.
    """

    def change(node: Expression) -> Expression:
        if not isinstance(node, Call):
            return node
        if node.function in BUILDERS or node.function in _MARKERS:
            _count(variable, node)
        if node.function not in _MARKERS:
            return node
        try:
            return _MARKERS[node.function](node, elements)
        except _UnfitError as error:
            said = f"{node.written or node.function.upper()} needs {error} here"
            hint = "Write its arguments as Vensim's manual shows them."
            raise _problem(variable, node, "vector-argument", said, hint) from error

    return rebuild(equation, change)


def _count(variable: Variable, node: Call) -> None:
    """Complains about a number of arguments that no builder could take apart."""
    rule, count = FUNCTIONS[node.function], len(node.arguments)
    if not rule.fewest <= count <= rule.most:
        wanted = str(rule.fewest) if rule.fewest == rule.most else f"{rule.fewest} to {rule.most}"
        said = f"{node.written or rule.name.upper()} takes {wanted} argument{'' if wanted == '1' else 's'}"
        hint = "Count the commas outside of inner parentheses."
        raise _problem(variable, node, "wrong-argument-count", f"{said}, here it has {count}", hint)


def _problem(variable: Variable, node: Call, code: str, said: str, hint: str) -> StockadeError:
    place = replace(node.place if node.place.line is not None else variable.place, name=variable.name)
    text = f"{variable.name} = {' '.join(variable.text[:500].split())}"[:100]
    return StockadeError(Diagnostic(code, said, place, text, hint))


class _UnfitError(Exception):
    """Internal: what an argument should have been."""


def _last(argument: Expression, elements: Elements, back: int = 1) -> tuple[Expression, str]:
    """Returns an argument with its last subscript but some marked, and that range's name."""
    found: dict[str, None] = {}

    def change(node: Expression) -> Expression:
        if not isinstance(node, Reference) or len(node.subscripts) < back:
            return node
        at = len(node.subscripts) - back
        name = node.subscripts[at].rstrip("!")
        if name not in elements.ranges:
            return node
        found[name] = None
        subscripts = (*node.subscripts[:at], name + "!", *node.subscripts[at + 1 :])
        return replace(node, subscripts=subscripts)

    marked = rebuild(argument, change)
    if len(found) != 1:
        raise _UnfitError("a variable whose last subscript is a range")
    return marked, next(iter(found))


def _position(name: str, within: str) -> Call:
    return Call(POSITION, (Text(name), Text(within)))


def _mark_count(call: Call, elements: Elements) -> Expression:
    one = call.arguments[0] if call.arguments else None
    if not isinstance(one, Reference) or one.name not in elements.ranges:
        raise _UnfitError("a subscript range")
    return Number(float(len(elements.ranges[one.name])), place=call.place)


def _mark_sort(call: Call, elements: Elements) -> Expression:
    values, name = _last(call.arguments[0], elements)
    return replace(call, arguments=(values, *call.arguments[1:], _position(name, name)))


def _mark_reorder(call: Call, elements: Elements) -> Expression:
    values, _ = _last(call.arguments[0], elements)
    return replace(call, arguments=(values, *call.arguments[1:]))


def _mark_map(call: Call, elements: Elements) -> Expression:
    """Counts from the named element through all elements, the last subscript changing fastest."""
    vector = call.arguments[0]
    if not isinstance(vector, Reference) or not vector.subscripts:
        raise _UnfitError("a variable with a subscript")
    homes = tuple(_home(one, elements) for one in vector.subscripts)
    if len(set(homes)) != len(homes):
        raise _UnfitError("a variable whose subscripts are of different ranges")
    position: Expression = _position(vector.subscripts[0], homes[0])
    for start, home in zip(vector.subscripts[1:], homes[1:], strict=True):
        row = Binary("*", position, Number(float(len(elements.ranges[home]))), call.place)
        position = Binary("+", row, _position(start, home), call.place)
    every = replace(vector, subscripts=tuple(home + "!" for home in homes))
    return replace(call, arguments=(every, call.arguments[1], position))


def _home(subscript: str, elements: Elements) -> str:
    """Returns the largest range that holds a range or an element."""
    held = elements.of(subscript)
    homes = [name for name, one in elements.ranges.items() if held and set(held) <= set(one)]
    if not homes:
        raise _UnfitError("an element of a subscript range")
    return max(homes, key=lambda name: len(elements.ranges[name]))


def _mark_lookup(call: Call, elements: Elements) -> Expression:
    vector = call.arguments[0]
    first = vector.subscripts[-1] if isinstance(vector, Reference) and vector.subscripts else ""
    family = elements.family(first)
    others = (one for one in elements.ranges.values() if first in one and len(one) == len(family))
    if not isinstance(vector, Reference) or first in elements.ranges or not family or family[0] != first:
        raise _UnfitError("a variable whose last subscript is the first element of a range")
    if any(one != family for one in others):
        raise _UnfitError("an element that is the first of one range only")
    every = replace(vector, subscripts=(*vector.subscripts[:-1], _home(first, elements) + "!"))
    return replace(call, arguments=(every, *call.arguments[1:]))


def _mark_available(call: Call, elements: Elements) -> Expression:
    request, name = _last(call.arguments[0], elements)
    profile = call.arguments[1]
    if not isinstance(profile, Reference) or len(profile.subscripts) < 2:
        raise _UnfitError("a priority with a subscript for the target and one for the profile")
    first = profile.subscripts[-1]
    family = elements.family(first)
    at = family.index(first) if first in family else 0
    if first in elements.ranges or len(family) < at + _PROFILE:
        raise _UnfitError("the first of four elements as the last subscript of the priority")
    if profile.subscripts[-2].rstrip("!") != name:
        raise _UnfitError(f"a priority whose last subscript but one is {name}")
    parts = [
        replace(profile, subscripts=(*profile.subscripts[:-2], name + "!", one))
        for one in family[at : at + _PROFILE]
    ]
    return replace(call, arguments=(request, call.arguments[2], _position(name, name), *parts))


def _mark_priority(call: Call, elements: Elements) -> Expression:
    request, name = _last(call.arguments[0], elements)
    priority, other = _last(call.arguments[1], elements)
    size = call.arguments[2]
    if name != other:
        raise _UnfitError("a request and a priority with the same last subscript")
    if not isinstance(size, Number) or size.value != len(elements.ranges[name]):
        raise _UnfitError(f"the number of elements of {name} as its third argument")
    return replace(call, arguments=(request, priority, *call.arguments[3:], _position(name, name)))


def _mark_invert(call: Call, elements: Elements) -> Expression:
    matrix, column = _last(call.arguments[0], elements)
    matrix, row = _last(matrix, elements, back=2)
    size = call.arguments[1]
    lengths = {len(elements.ranges[row]), len(elements.ranges[column])}
    if not isinstance(size, Number) or lengths != {int(size.value)}:
        raise _UnfitError("a square matrix and the number of its rows")
    return replace(call, arguments=(matrix, _position(row, row), _position(column, column)))


_MARKERS: Mapping[str, Callable[[Call, Elements], Expression]] = MappingProxyType(
    {
        "elmcount": _mark_count,
        "vector sort order": _mark_sort,
        "vector rank": _mark_sort,
        "vector reorder": _mark_reorder,
        "vector elm map": _mark_map,
        "vector lookup": _mark_lookup,
        "allocate available": _mark_available,
        "allocate by priority": _mark_priority,
        "invert matrix": _mark_invert,
    }
)


def _marks(expressions: tuple[Expression, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for one in expressions:
        for node in walk(one):
            if isinstance(node, Reference):
                found |= dict.fromkeys(sub for sub in node.subscripts if sub.endswith("!"))
    return tuple(found)


def _over(call: Call, arguments: tuple[Expression, ...], problem: Problem) -> tuple[str, ...]:
    found = _marks(arguments)
    if not found:
        said = f"{call.written or call.function.upper()} has nothing to run over"
        raise problem(call, "nothing-to-sum", said, "Mark a subscript range with a !, as in SUM( x[item!] ).")
    return found


def _chain(operator: BinaryOperator) -> Builder:
    def build(call: Call, filled: Filled, problem: Problem) -> Expression:
        terms = filled(call.arguments[0], _over(call, call.arguments, problem))
        return reduce(lambda left, right: Binary(operator, left, right, call.place), terms)

    return build


def _pairs(function: str) -> Builder:
    def build(call: Call, filled: Filled, problem: Problem) -> Expression:
        terms = filled(call.arguments[0], _over(call, call.arguments, problem))
        return reduce(lambda left, right: Call(function, (left, right), place=call.place), terms)

    return build


def _select(call: Call, filled: Filled, problem: Problem) -> Expression:
    chosen, values, *others = call.arguments
    over = _over(call, (chosen, values), problem)
    every = (*others, *filled(chosen, over), *filled(values, over))
    return replace(call, function="#vector select", arguments=every)


def _sort(function: str) -> Builder:
    def build(call: Call, filled: Filled, problem: Problem) -> Expression:
        values, direction, position = call.arguments
        over = _over(call, (values,), problem)
        return replace(call, function=function, arguments=(position, direction, *filled(values, over)))

    return build


def _reorder(call: Call, filled: Filled, problem: Problem) -> Expression:
    values, order = call.arguments
    over = _over(call, (values,), problem)
    return replace(call, function="#pick", arguments=(order, *filled(values, over)))


def _map(call: Call, filled: Filled, problem: Problem) -> Expression:
    values, offset, position = call.arguments
    over = _over(call, (values,), problem)
    at = Binary("+", position, offset, call.place)
    terms, known = filled(values, over), constant_value(at, {})
    if known is None:
        return replace(call, function="#pick", arguments=(at, *terms))
    # One element alone: a variable may then refer to its own elements before this one.
    place = math.floor(known + 1e-6) if math.isfinite(known) else -1
    return terms[place] if 0 <= place < len(terms) else Number(NOT_AVAILABLE, ":NA:", call.place)


def _lookup(call: Call, filled: Filled, problem: Problem) -> Expression:
    """A lookup whose points are elements; what its last argument asks for must be known before a run."""
    values, *others, mode = call.arguments
    wanted = constant_value(mode, {})
    function = None if wanted is None else VECTOR_LOOKUPS.get(wanted)
    if function is None:
        hint = "Write 0, 2 (backward), 3 (extrapolate) or 4 (forward); a LOOKUP has an area and a slope."
        said = "the last argument of VECTOR LOOKUP is not a number whose meaning is run"
        raise problem(call, "unsupported-function", said, hint)
    terms = filled(values, _over(call, (values,), problem))
    if len(terms) < _FEWEST_POINTS:
        said = "VECTOR LOOKUP needs a range of at least two elements"
        raise problem(call, "vector-argument", said, "Give it a longer range.")
    return replace(call, function=function, arguments=(*others, *terms))


def _available(call: Call, filled: Filled, problem: Problem) -> Expression:
    request, supply, position, *profile = call.arguments
    over = _over(call, (request,), problem)
    parts = [one for part in (request, *profile) for one in filled(part, over)]
    return replace(call, function="#allocate available", arguments=(position, supply, *parts))


def _priority(call: Call, filled: Filled, problem: Problem) -> Expression:
    request, priority, width, supply, position = call.arguments
    over = _over(call, (request,), problem)
    parts = [one for part in (request, priority) for one in filled(part, over)]
    return replace(call, function="#allocate by priority", arguments=(position, width, supply, *parts))


def _invert(call: Call, filled: Filled, problem: Problem) -> Expression:
    matrix, row, column = call.arguments
    over = _over(call, (matrix,), problem)
    return replace(call, function="#invert matrix", arguments=(row, column, *filled(matrix, over)))


BUILDERS: Mapping[str, Builder] = MappingProxyType(
    {
        "sum": _chain("+"),
        "prod": _chain("*"),
        "vmin": _pairs("min"),
        "vmax": _pairs("max"),
        "vector select": _select,
        "vector sort order": _sort("#sort order"),
        "vector rank": _sort("#rank"),
        "vector reorder": _reorder,
        "vector elm map": _map,
        "vector lookup": _lookup,
        "allocate available": _available,
        "allocate by priority": _priority,
        "invert matrix": _invert,
    }
)
