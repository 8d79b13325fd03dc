"""The units of an expression, from those of its variables, and where they do not fit.

The rules are Vensim's: what is added, subtracted or compared must have equal units; a number written
into an equation fits wherever it is added, compared or passed to a function, and counts as
dimensionless where it is multiplied. Two rules are milder than Vensim's: the argument of a lookup may
have units (it is most often Time), and the units of a WITH LOOKUP are taken to be those that fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Literal

from stockade.errors import Place
from stockade.model.expressions import Binary, Call, Expression, Number, Reference, Unary
from stockade.model.functions import FUNCTIONS
from stockade.model.model import Macro
from stockade.model.unit_macros import result_of
from stockade.model.units import DIMENSIONLESS, Units, parse_units
from stockade.model.walk import fold

Inferred = Units | Literal["fits"] | None
"""Known units; or those of a number, which fit; or None where nothing can be said."""

_FINEST_EXPONENT = 1000


@dataclass(frozen=True)
class Clash:
    """One place where units do not fit: what was expected, what was found, and in which words."""

    node: Expression
    expected: Units
    found: Units
    what: str

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.node.place


@dataclass
class UnitRules:
    """Works out units and collects the clashes on the way.

    Attributes:
        units_of: Units of a variable, by canonical name; None where it has none.
        time: Units of the model's time; None where it has none.
        macros: The macros that say what units their result has, from `macro_units`.
        clashes: What did not fit, in the order in which it was met.
    """

    units_of: Callable[[str], Units | None]
    time: Units | None
    macros: Mapping[str, tuple[Macro, Units]] = field(default_factory=dict)
    clashes: list[Clash] = field(default_factory=list)

    def infer(self, expression: Expression, wanted: Units | None = None) -> Inferred:
        """Returns the units of an expression.

        Args:
            expression: The right-hand side of an equation.
            wanted: The units of its left-hand side, which a stock's rate is compared with.
        """

        def combine(node: Expression, parts: tuple[Inferred, ...]) -> Inferred:
            return self._units(node, parts, wanted if node is expression else None)

        return fold(expression, combine)

    def _clash(self, node: Expression, expected: Units, found: Units, what: str) -> None:
        self.clashes.append(Clash(node, expected, found, what))

    def _units(self, node: Expression, parts: tuple[Inferred, ...], wanted: Units | None) -> Inferred:
        if isinstance(node, Number):
            return "fits"
        if isinstance(node, Reference):
            return self.time if node.name == "time" else self.units_of(node.name)
        if isinstance(node, Unary):
            return parts[0] if node.operator != "not" else DIMENSIONLESS
        if isinstance(node, Binary):
            return self._binary(node, parts[0], parts[1])
        return self._call(node, parts, wanted) if isinstance(node, Call) else None

    def _binary(self, node: Binary, left: Inferred, right: Inferred) -> Inferred:
        if node.operator in ("and", "or"):
            return DIMENSIONLESS
        if node.operator == "^":
            return self._power(node, left, right, node.right)
        if node.operator in ("*", "/"):
            return _multiplied(left, right, divide=node.operator == "/")
        if isinstance(left, Units) and isinstance(right, Units) and left != right:
            self._clash(node, left, right, f"both sides of {node.operator} need the same units")
            return None if node.operator in ("+", "-") else DIMENSIONLESS
        if node.operator not in ("+", "-"):
            return DIMENSIONLESS
        return left if isinstance(left, Units) else right if isinstance(right, Units) else left and right

    def _power(self, node: Expression, base: Inferred, exponent: Inferred, written: Expression) -> Inferred:
        if isinstance(exponent, Units) and exponent != DIMENSIONLESS:
            self._clash(node, DIMENSIONLESS, exponent, "an exponent has no units")
            return None
        if not isinstance(base, Units) or base == DIMENSIONLESS:
            return base
        value = _literal(written)
        if value is not None:
            return base ** Fraction(value).limit_denominator(_FINEST_EXPONENT)
        self._clash(
            node, DIMENSIONLESS, base, "the base of a power has no units, unless the exponent is a number"
        )
        return None

    def _call(self, node: Call, parts: tuple[Inferred, ...], wanted: Units | None) -> Inferred:
        if node.function in self.macros:
            return result_of(*self.macros[node.function], parts)
        function = FUNCTIONS.get(node.function)
        if function is None:
            return None
        if function.units == "lookup":
            return parts[0] if parts else None
        if function.units == "power":
            return self._power(node, parts[0], parts[1], node.arguments[1]) if len(parts) == 2 else None
        return self._signature(node, function.units, parts, wanted)

    def _signature(
        self, node: Call, text: str, parts: tuple[Inferred, ...], wanted: Units | None
    ) -> Inferred:
        patterns, result = _signature(text)
        bound = {} if self.time is None else {"time": self.time}
        if wanted is not None and node.function == "integ":
            bound["a"] = wanted
        before = len(self.clashes)
        for at, (pattern, part) in enumerate(zip(patterns, parts, strict=False)):
            if pattern is None or not isinstance(part, Units):
                continue
            expected = _match(pattern, part, bound)
            if expected is not None and expected != part:
                what = f"argument {at + 1} of {node.function.upper()}"
                self._clash(node.arguments[at], expected, part, what)
        if result is None or len(self.clashes) > before:
            return None
        known = _filled(result, bound)
        if known is None and parts and all(part == "fits" for part in parts):
            return "fits"
        return known


def _multiplied(left: Inferred, right: Inferred, *, divide: bool) -> Inferred:
    if left is None or right is None:
        return None
    if left == "fits" and right == "fits":
        return "fits"
    first = left if isinstance(left, Units) else DIMENSIONLESS
    second = right if isinstance(right, Units) else DIMENSIONLESS
    return first / second if divide else first * second


def _literal(node: Expression) -> float | None:
    if isinstance(node, Unary) and isinstance(node.operand, Number) and node.operator in ("-", "+"):
        return -node.operand.value if node.operator == "-" else node.operand.value
    return node.value if isinstance(node, Number) else None


@cache
def _signature(text: str) -> tuple[tuple[Units | None, ...], Units | None]:
    """Reads a signature of the table of functions: ``a/time, a -> a``."""
    left, _, right = text.partition("->")
    patterns = tuple(_pattern(one) for one in left.split(",")) if left.strip() else ()
    return patterns, _pattern(right)


def _pattern(text: str) -> Units | None:
    return None if text.strip() == "?" else parse_units(text.strip(), {"1": "1"})


def _match(pattern: Units, found: Units, bound: dict[str, Units]) -> Units | None:
    """Compares with a pattern, and learns what its one unknown letter stands for.

    Returns:
        The units that the pattern asks for; None where that cannot be said.
    """
    unknown = [(name, power) for name, power in pattern.powers if name not in bound]
    if not unknown:
        return _filled(pattern, bound)
    (name, power), *more = unknown
    if more or name == "time":
        return None
    rest = _filled(Units(tuple(one for one in pattern.powers if one[0] != name)), bound)
    bound[name] = (found / rest) ** (1 / power) if rest is not None else found
    return found


def _filled(pattern: Units, bound: Mapping[str, Units]) -> Units | None:
    found = DIMENSIONLESS
    for name, power in pattern.powers:
        if name not in bound:
            return None
        found = found * bound[name] ** power
    return found
