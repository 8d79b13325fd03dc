"""What a Reality Check says: what to set so that its condition holds, and which comparisons must follow.

Source:
    Vensim reference manual, Reality Check: Constraints, Test Inputs, Active Constraint Checking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from stockade.errors import Diagnostic, StockadeError
from stockade.model.expressions import Binary, BinaryOperator, Call, Expression, Number, Reference, Unary
from stockade.model.model import RealityCheck
from stockade.model.printing import print_expression
from stockade.model.walk import rebuild, walk
from stockade.structure.reality_functions import CHECK, is_course

NEGATED: Mapping[str, BinaryOperator] = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
FLIPPED: Mapping[str, BinaryOperator] = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
CROSSING, ONCE = ":crossing:", ":at least once:"
MOST_ALTERNATIVES = 64


@dataclass(frozen=True)
class Comparison:
    """One comparison of a condition or a consequence.

    Attributes:
        operator: How the sides are compared.
        left: The left side; in a condition the variable that is set.
        right: The right side.
        crossings: How often the two must change places (``:CROSSING:``).
        once: Whether it need hold only once (``:AT LEAST ONCE:``).
        test_input: Whether it is a named or written test input, which holds only where it is forced.
    """

    operator: BinaryOperator
    left: Expression
    right: Expression
    crossings: int = 0
    once: bool = False
    test_input: bool = False

    @property
    def text(self) -> str:
        """As the modeller would write it."""
        if self.crossings or self.once:
            keyword = " ".join([":CROSSING:"] * self.crossings or [":AT LEAST ONCE:"])
            right = print_expression(self.right)
            return f"{print_expression(self.left)} {self.operator} {keyword} {right}"
        return print_expression(Binary(self.operator, self.left, self.right))


@dataclass(frozen=True)
class Tree:
    """A consequence: comparisons joined by ``and`` and ``or``; a leaf holds the number of its comparison."""

    joined: Literal["and", "or", "leaf"]
    parts: tuple[Tree, ...] = ()
    leaf: int = -1


@dataclass(frozen=True)
class Form:
    """A Reality Check taken apart.

    Attributes:
        check: The check.
        conditions: Every comparison of the condition.
        alternatives: Which of them hold together: any one list makes the condition true.
        claims: Every comparison of the consequence.
        consequence: How they are joined.
    """

    check: RealityCheck
    conditions: tuple[Comparison, ...]
    alternatives: tuple[tuple[int, ...], ...]
    claims: tuple[Comparison, ...]
    consequence: Tree


def form_of(check: RealityCheck, test_inputs: Mapping[str, RealityCheck]) -> Form:
    """Takes a Reality Check apart.

    Args:
        check: A condition and what it implies.
        test_inputs: The model's test inputs, by canonical name.

    Raises:
        StockadeError: `unsupported-reality-check` for a form that cannot be forced or judged.
    """
    assert check.conclusion is not None
    reader = _Reader(check, test_inputs)
    alternatives = reader.condition(check.premise, negated=False)
    consequence = reader.consequence(check.conclusion, negated=False)
    return Form(check, tuple(reader.conditions), tuple(alternatives), tuple(reader.claims), consequence)


class _Reader:
    """Lives while one check is taken apart."""

    def __init__(self, check: RealityCheck, test_inputs: Mapping[str, RealityCheck]) -> None:
        self.check, self.test_inputs = check, test_inputs
        self.conditions: list[Comparison] = []
        self.claims: list[Comparison] = []

    def refuse(self, node: Expression, said: str, hint: str) -> StockadeError:
        place = replace(node.place if node.place.line else self.check.place, name=self.check.name)
        diagnostic = Diagnostic("unsupported-reality-check", said, place, print_expression(node)[:100], hint)
        return StockadeError(replace(diagnostic, severity="warning"))

    def condition(self, node: Expression, *, negated: bool) -> list[tuple[int, ...]]:
        if isinstance(node, Unary) and node.operator == "not":
            return self.condition(node.operand, negated=not negated)
        if isinstance(node, Binary) and node.operator in ("and", "or"):
            left, right = (self.condition(one, negated=negated) for one in (node.left, node.right))
            if (node.operator == "or") != negated:
                return [*left, *right]
            if len(left) * len(right) > MOST_ALTERNATIVES:
                said = f"the condition has more than {MOST_ALTERNATIVES} alternatives"
                raise self.refuse(node, said, "Cut it into several Reality Checks.")
            return [(*one, *other) for one, other in product(left, right)]
        if isinstance(node, Reference) and node.name in self.test_inputs:
            if negated:
                raise self.refuse(node, f":NOT: {node.written} forces nothing", "Write what should be set.")
            return [self._test_input(node)]
        if isinstance(node, Binary) and node.operator in NEGATED:
            return [(self._set(node, negated=negated),)]
        said = (
            f"{print_expression(node)} is no comparison and no test input: nothing can be set to make it true"
        )
        raise self.refuse(node, said, "Compare a variable with something.")

    def _test_input(self, node: Reference) -> tuple[int, ...]:
        """Returns what a test input sets, its own subscripts bound to those that it is named with."""
        found = self.test_inputs[node.name]
        if len(found.subscripts) != len(node.subscripts):
            said = (
                f"{node.written} has {len(found.subscripts)} subscripts, here it has {len(node.subscripts)}"
            )
            raise self.refuse(node, said, "Give it as many subscripts as its definition has.")
        bound = dict(zip(found.subscripts, node.subscripts, strict=True))

        def change(one: Expression) -> Expression:
            if not isinstance(one, Reference) or not one.subscripts:
                return one
            return replace(one, subscripts=tuple(bound.get(sub, sub) for sub in one.subscripts))

        premise = rebuild(found.premise, change)
        if not isinstance(premise, Binary) or premise.operator not in NEGATED:
            said = f"the test input {found.name} does not read: variable = expression"
            raise self.refuse(node, said, "Give the variable and what it is set to.")
        return (self._set(premise, negated=False, test_input=True),)

    def _set(self, node: Binary, *, negated: bool, test_input: bool = False) -> int:
        operator = NEGATED[node.operator] if negated else FLIPPED[FLIPPED[node.operator]]
        left, right = node.left, node.right
        if not isinstance(left, Reference):
            left, right, operator = right, left, FLIPPED[operator]
        if not isinstance(left, Reference):
            said = "neither side of this comparison is a variable: nothing can be set to make it true"
            raise self.refuse(node, said, "Give one side a variable of its own.")
        if operator == "<>" and left.name != "time":
            said = f"{left.written or left.name} could be set to anything but the other side of <>"
            raise self.refuse(node, said, "Write = and the value that should be tried.")
        self._refuse_courses(right, checks=False)
        self.conditions.append(Comparison(operator, left, right, test_input=test_input or is_course(right)))
        return len(self.conditions) - 1

    def consequence(self, node: Expression, *, negated: bool) -> Tree:
        if isinstance(node, Unary) and node.operator == "not":
            return self.consequence(node.operand, negated=not negated)
        if isinstance(node, Binary) and node.operator in ("and", "or"):
            parts = tuple(self.consequence(one, negated=negated) for one in (node.left, node.right))
            return Tree("or" if (node.operator == "or") != negated else "and", parts)
        self.claims.append(self._claim(node, negated=negated))
        return Tree("leaf", (), len(self.claims) - 1)

    def _claim(self, node: Expression, *, negated: bool) -> Comparison:
        if not isinstance(node, Binary) or node.operator not in NEGATED:
            self._refuse_courses(node, checks=True)
            return Comparison("=" if negated else "<>", node, Number(0.0, "0", node.place))
        left, crossings_left, once_left = _marks(node.left)
        right, crossings, once = _marks(node.right)
        marked = crossings + crossings_left + once + once_left
        if negated and marked:
            said = ":NOT: before :CROSSING: or :AT LEAST ONCE: has no clear meaning"
            raise self.refuse(node, said, "Write the comparison the other way round.")
        for one in (left, right):
            self._refuse_courses(one, checks=True)
        operator = NEGATED[node.operator] if negated else FLIPPED[FLIPPED[node.operator]]
        if crossings + crossings_left and operator in ("=", "<>"):
            raise self.refuse(node, "only < and > can cross", "Write which side is the larger one first.")
        return Comparison(operator, left, right, crossings + crossings_left, bool(once + once_left))

    def _refuse_courses(self, side: Expression, *, checks: bool) -> None:
        """Refuses RC functions that stand where none may, and those that we do not know."""
        for node in walk(side):
            if isinstance(node, Call) and node.function in (CROSSING, ONCE):
                raise self.refuse(node, f"{node.written} must stand beside <, > or =", "Move it there.")
            if not is_course(node):
                continue
            assert isinstance(node, Call)
            written = node.written or node.function.upper()
            if node.function.startswith("rc compare"):
                said = f"{written} compares with a stored run, and no stored runs are read"
                raise self.refuse(node, said, "Compare with RC STEP CHECK, or with a variable.")
            if node is not side:
                said = f"{written} stands inside of a larger expression"
                raise self.refuse(node, said, "Compare a variable with it alone.")
            if node.function.endswith(CHECK) != checks:
                where = "behind :IMPLIES:" if checks else "in a condition"
                other = "RC ... CHECK" if checks else "RC function without CHECK"
                raise self.refuse(node, f"{written} cannot stand {where}", f"Take the {other}.")


def _marks(side: Expression) -> tuple[Expression, int, int]:
    """Returns a side without its marks, how often it was marked to cross, and to hold once."""
    crossings = once = 0
    while isinstance(side, Call) and side.function in (CROSSING, ONCE):
        crossings += side.function == CROSSING
        once += side.function == ONCE
        side = side.arguments[0]
    return side, crossings, once
