"""What an equation with subscripts says for one element: an expression without subscripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

from stockade.errors import Diagnostic, StockadeError
from stockade.model.elements import Elements
from stockade.model.expressions import Call, Expression, Number, Reference, Text
from stockade.model.model import Model, Variable
from stockade.model.vectors import BUILDERS, POSITION, Filled
from stockade.model.walk import rebuild, walk

_MOST_TERMS = 100_000
MOST_NODES = 500_000
"""Of a whole model, written out: some five seconds' work."""


def element_name(name: str, combination: tuple[str, ...]) -> str:
    """Returns the name of one element of a variable: ``name[a,b]``; the name alone for a scalar."""
    return f"{name}[{','.join(combination)}]" if combination else name


class Budget:
    """How much may still be written out of one model; a sum within a sum grows by multiplication."""

    def __init__(self) -> None:
        self.left = MOST_NODES

    def spend(self, expression: Expression, times: int) -> bool:
        """Says whether the copies of an expression are still within the budget, and takes them off it."""
        self.left -= times * sum(1 for _ in walk(expression))
        return self.left >= 0


@dataclass(frozen=True)
class Unfolding:
    """What is known about a model while its equations are written out.

    Attributes:
        model: The model as written.
        elements: Its ranges.
        defined: Canonical names of all elements of all variables, and of the scalars.
        budget: What may still be written out.
    """

    model: Model
    elements: Elements
    defined: frozenset[str]
    budget: Budget = field(default_factory=Budget)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many subscripts each variable has."""
        return {one.canonical: len(one.subscripts) for one in self.model.variables}

    def element(self, variable: Variable, equation: Expression, combination: tuple[str, ...]) -> Expression:
        """Returns the equation for one element.

        Args:
            variable: Whose equation it is.
            equation: The equation, its vector functions marked by `vectors.mark`.
            combination: The element, one name for each subscript of the left-hand side.

        Raises:
            StockadeError: What is wrong with a subscript of the right-hand side.
        """
        return _Element(self, variable, combination).unfold(equation)


class _Element:
    """Lives while one equation is written out for one element."""

    def __init__(self, unfolding: Unfolding, variable: Variable, combination: tuple[str, ...]) -> None:
        self.known = unfolding
        self.elements = unfolding.elements
        self.variable = variable
        self.bound = {
            name: one
            for name, one in zip(variable.subscripts, combination, strict=True)
            if name in self.elements.ranges
        }

    def unfold(self, equation: Expression) -> Expression:
        return rebuild(equation, self._node)

    def _node(self, node: Expression) -> Expression:
        if isinstance(node, Reference):
            return self._reference(node)
        if isinstance(node, Call):
            if node.function == POSITION:
                return self._position(node)
            if node.function in BUILDERS:
                return BUILDERS[node.function](node, self._filled(node), self.problem)
        return node

    def problem(self, node: Expression, code: str, message: str, hint: str) -> StockadeError:
        one = self.variable
        place = replace(node.place if node.place.line is not None else one.place, name=one.name)
        text = f"{one.name} = {' '.join(one.text[:500].split())}"[:100]
        return StockadeError(Diagnostic(code, message, place, text, hint))

    def _reference(self, node: Reference) -> Expression:
        written = node.written or node.name
        count = self.known.counts.get(node.name)
        if count is None:
            known = node.name in self.elements.ranges or self.elements.is_element(node.name)
            if node.subscripts == (node.name + "!",):
                self._resolve(node.subscripts[0], node)
                return node
            return self._subscript_as_number(node) if known and not node.subscripts else node
        if count != len(node.subscripts):
            said = f"{written} has {count} subscripts, here it has {len(node.subscripts)}"
            hint = "Give it as many subscripts as its definition has."
            raise self.problem(node, "wrong-subscript-count", said, hint)
        if not count:
            return node
        return self.named(node, tuple(self._resolve(one, node) for one in node.subscripts))

    def named(self, node: Reference, subscripts: tuple[str, ...]) -> Reference:
        """Returns the reference with other subscripts; as a scalar's once all of them are elements."""
        if any(one.endswith("!") for one in subscripts):
            return Reference(node.name, subscripts, node.written, node.place)
        name = element_name(node.name, subscripts)
        if name not in self.known.defined:
            said = f"{element_name(node.written or node.name, subscripts)} is not defined"
            hint = "Define this element too, or leave it out here."
            raise self.problem(node, "undefined-element", said, hint)
        return Reference(name, (), f"{node.written}[{','.join(subscripts)}]", node.place)

    def _resolve(self, subscript: str, node: Expression) -> str:
        """Returns the element that a subscript of the right-hand side stands for; marked ones stay."""
        if subscript.endswith("!"):
            if subscript[:-1] not in self.elements.ranges:
                said = f"{subscript[:-1]} is not a subscript range"
                raise self.problem(node, "unknown-subscript", said, "Only a range can be summed over.")
            return subscript
        found = self._bound(subscript)
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            said = f"{subscript} could stand for any of {', '.join(found)}"
            raise self.problem(node, "ambiguous-subscript", said, "Name the element, or sum over the range.")
        if subscript not in self.elements.ranges and self.elements.is_element(subscript):
            return subscript
        if subscript in self.elements.ranges:
            said = f"the range {subscript} stands on the right but not on the left"
            hint = f"Put {subscript} on the left, map it, or sum over {subscript}!."
            raise self.problem(node, "unbound-subscript", said, hint)
        said = f"{subscript} is neither a subscript range nor an element of one"
        raise self.problem(node, "unknown-subscript", said, "Define the range, or correct the name.")

    def _bound(self, subscript: str) -> tuple[str, ...]:
        """Returns what a range of the right-hand side is bound to by the left-hand side."""
        if subscript in self.bound:
            return (self.bound[subscript],)
        if subscript not in self.elements.ranges:
            return ()
        # A range and its other name (<->) may stand side by side, as for the two ways through a matrix: only
        # where the name itself is missing on the left does the other one speak for it.
        root = self.elements.root(subscript)
        same = [one for left, one in self.bound.items() if self.elements.root(left) == root]
        if same:
            return tuple(dict.fromkeys(same))
        found = (self.elements.mapped(left, one, root) for left, one in self.bound.items())
        return tuple(dict.fromkeys(one for several in found for one in several))

    def _subscript_as_number(self, node: Reference) -> Expression:
        """A range or an element where a number is wanted is its place in the largest range that holds it."""
        return self.place_of(node, self._resolve(node.name, node))

    def place_of(self, node: Reference, element: str) -> Expression:
        """Returns the place of an element, as a number, for the name of a range or of an element."""
        places = self.elements.positions(element, self.elements.ranges.get(node.name, ()))
        if len(places) != 1:
            said = f"{element} has different places in equally large ranges"
            raise self.problem(node, "ambiguous-subscript", said, "Write its number instead.")
        return Number(float(min(places)), place=node.place)

    def _position(self, node: Call) -> Expression:
        """Returns the place, from 0, within the second range of what the first name is bound to."""
        name, within = (one.value for one in node.arguments if isinstance(one, Text))
        element, held = self._resolve(name, node), self.elements.ranges[within]
        if element not in held:
            said = f"{element} is not an element of {within}"
            raise self.problem(node, "undefined-element", said, "Use ranges that hold it.")
        return Number(float(held.index(element)))

    def _filled(self, node: Call) -> Filled:
        """Returns a function that gives an argument once for each element of what is marked in it."""
        return _filler(self, node)


def _filler(one: _Element, call: Call) -> Callable[..., list[Expression]]:
    def filled(argument: Expression, over: tuple[str, ...] | None = None) -> list[Expression]:
        marked = over if over is not None else marks(argument)
        ranges = [one.elements.ranges[name[:-1]] for name in marked]
        total = 1
        for elements in ranges:
            total *= len(elements)
        if total > _MOST_TERMS:
            said = f"{call.written or call.function.upper()} runs over {total:,} elements"
            raise one.problem(call, "too-many-elements", said, "Shorten the ranges.")
        if not one.known.budget.spend(argument, total):
            said = f"written out element by element, the model has over {MOST_NODES:,} operations"
            raise one.problem(call, "too-many-elements", said, "Shorten the ranges.")
        return [
            _fill(one, argument, dict(zip(marked, combination, strict=True)))
            for combination in product(*ranges)
        ]

    return filled


def marks(expression: Expression) -> tuple[str, ...]:
    """Returns the subscripts with a ``!`` in an expression, each once, from left to right."""
    references = (node for node in walk(expression) if isinstance(node, Reference))
    return tuple(dict.fromkeys(sub for node in references for sub in node.subscripts if sub.endswith("!")))


def _fill(one: _Element, argument: Expression, chosen: Mapping[str, str]) -> Expression:
    def change(node: Expression) -> Expression:
        if not isinstance(node, Reference) or not node.subscripts:
            return node
        subscripts = tuple(chosen.get(sub, sub) for sub in node.subscripts)
        if node.subscripts == (node.name + "!",) and node.name not in one.known.counts:
            return one.place_of(node, subscripts[0]) if subscripts != node.subscripts else node
        return one.named(node, subscripts)

    return rebuild(argument, change)
