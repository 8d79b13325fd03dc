"""What Python's operators make of a model's variables: expressions, never values."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from numbers import Real
from typing import NoReturn

from stockade.errors import Place, StockadeError
from stockade.formats.python.places import here, mistake
from stockade.model.expressions import (
    Binary,
    BinaryOperator,
    Call,
    Expression,
    Number,
    Reference,
    Text,
    Unary,
    UnaryOperator,
)
from stockade.model.names import canonical
from stockade.model.printing import print_expression

_NO_TRUTH = (
    "Compute with if_then_else(condition, then, otherwise), minimum and maximum; join conditions with & | ~, "
    "each in parentheses: (a < b) & (b < c)."
)
_NO_SIGN = {
    "%": "Write modulo(a, b); its result has the sign of a, where Python's % has that of b.",
    "//": "Write integer(a / b); it goes towards zero, where Python's // goes down.",
    "^": "Write a ** b.",
    "@": "Write total(a * b).",
}


class Operators:
    """Operators and their refusals, for whatever may stand in an expression."""

    # NumPy leaves the operators to us: an array of expressions would be none.
    __array_ufunc__ = None
    __hash__ = object.__hash__

    def __add__(self, other: object) -> Quantity:
        return combined("+", self, other)

    def __radd__(self, other: object) -> Quantity:
        # Python's sum() begins with 0.
        return as_quantity(self) if type(other) is int and other == 0 else combined("+", other, self)

    def __sub__(self, other: object) -> Quantity:
        return combined("-", self, other)

    def __rsub__(self, other: object) -> Quantity:
        return combined("-", other, self)

    def __mul__(self, other: object) -> Quantity:
        return combined("*", self, other)

    def __rmul__(self, other: object) -> Quantity:
        return combined("*", other, self)

    def __truediv__(self, other: object) -> Quantity:
        return combined("/", self, other)

    def __rtruediv__(self, other: object) -> Quantity:
        return combined("/", other, self)

    def __pow__(self, other: object) -> Quantity:
        return combined("^", self, other)

    def __rpow__(self, other: object) -> Quantity:
        return combined("^", other, self)

    def __lt__(self, other: object) -> Quantity:
        return combined("<", self, other)

    def __le__(self, other: object) -> Quantity:
        return combined("<=", self, other)

    def __gt__(self, other: object) -> Quantity:
        return combined(">", self, other)

    def __ge__(self, other: object) -> Quantity:
        return combined(">=", self, other)

    def __eq__(self, other: object) -> Quantity:  # pyright: ignore[reportIncompatibleMethodOverride]
        return combined("=", self, other)

    def __ne__(self, other: object) -> Quantity:  # pyright: ignore[reportIncompatibleMethodOverride]
        return combined("<>", self, other)

    def __and__(self, other: object) -> Quantity:
        return _joined("and", self, other)

    def __rand__(self, other: object) -> Quantity:
        return _joined("and", other, self)

    def __or__(self, other: object) -> Quantity:
        return _joined("or", self, other)

    def __ror__(self, other: object) -> Quantity:
        return _joined("or", other, self)

    def __invert__(self) -> Quantity:
        return _signed("not", self)

    def __neg__(self) -> Quantity:
        return _signed("-", self)

    def __pos__(self) -> Quantity:
        return as_quantity(self)

    def __abs__(self) -> Quantity:
        return called("abs", self)

    def __bool__(self) -> NoReturn:
        said = "only a run knows whether this holds: not for if, and, or, not, min, max, nor a < b < c"
        raise mistake("truth-of-an-expression", said, _NO_TRUTH)

    def __float__(self) -> float:
        said = "the number behind this is known only while the model runs"
        hint = "Use the functions of stockade.build, such as build.exp, instead of those of math or numpy."
        raise mistake("number-of-an-expression", said, hint)

    __int__ = __complex__ = __index__ = __round__ = __trunc__ = __floor__ = __ceil__ = __float__

    def __iter__(self) -> Iterator[Quantity]:
        said = "one cannot go through this element by element"
        raise mistake("not-a-quantity", said, "Go through its dimension: for name in region: people[name].")

    def __mod__(self, _other: object) -> NoReturn:
        raise _without_meaning("%")

    def __floordiv__(self, _other: object) -> NoReturn:
        raise _without_meaning("//")

    def __xor__(self, _other: object) -> NoReturn:
        raise _without_meaning("^")

    def __matmul__(self, _other: object) -> NoReturn:
        raise _without_meaning("@")

    __rmod__, __rfloordiv__, __rxor__, __rmatmul__ = __mod__, __floordiv__, __xor__, __matmul__


def _without_meaning(sign: str) -> StockadeError:
    return mistake("python-operator", f"{sign} has no clear meaning in a model", _NO_SIGN[sign])


class Quantity(Operators):
    """A variable, or what was computed from variables and numbers.

    Attributes:
        expression: What it says; references to arrays may lack the subscripts that `freeze` fills in.
        owner: The model under construction; None where only numbers are in it.
    """

    __slots__ = ("expression", "owner")

    def __init__(self, expression: Expression, owner: object | None) -> None:
        self.expression = expression
        self.owner = owner

    def __getitem__(self, subscripts: object) -> Quantity:
        """Returns an element of an array, by the names of elements or by dimensions."""
        if not isinstance(self.expression, Reference) or self.expression.subscripts:
            said = f"{self!r} has no elements"
            raise mistake(
                "not-a-quantity", said, "Give subscripts to a variable's name alone: people['north'] * 2."
            )
        given = subscripts if isinstance(subscripts, tuple) else (subscripts,)
        names = tuple(_subscript(one) for one in given)
        return Quantity(replace(self.expression, subscripts=names), self.owner)

    def __repr__(self) -> str:
        return f"<{print_expression(self.expression)}>"


class Lookup(Operators):
    """A curve: call it with what it depends on.

    Attributes:
        reference: The variable that holds its points.
        owner: The model under construction.
    """

    __slots__ = ("owner", "reference")

    def __init__(self, reference: Reference, owner: object) -> None:
        self.reference = reference
        self.owner = owner

    def __call__(self, value: object) -> Quantity:
        """Returns the curve's height at a value."""
        found = called("lookup", Quantity(self.reference, self.owner), value)
        return Quantity(replace(found.expression, written=self.reference.written), found.owner)

    def __repr__(self) -> str:
        return f"<lookup {self.reference.written}>"


@dataclass(frozen=True, eq=False)
class Dimension:
    """A named list of subscripts; going through it gives the names of its elements.

    Attributes:
        name: As written.
        elements: As written, in order.
    """

    name: str
    elements: tuple[str, ...]

    @property
    def canonical(self) -> str:
        """The name under which it is compared."""
        return canonical(self.name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.elements)

    def __len__(self) -> int:
        return len(self.elements)


def _subscript(given: object) -> str:
    if isinstance(given, Dimension):
        return given.canonical
    if isinstance(given, str) and given.strip():
        return canonical(given)
    said = f"{given!r} is not a subscript"
    raise mistake("unknown-subscript", said, "Name an element in quotes, or give the dimension.")


def as_expression(given: object, place: Place | None = None) -> Expression:
    """Returns what a number, a variable or an expression says.

    Raises:
        StockadeError: ``not-a-quantity``, ``lookup-without-argument``.
    """
    place = place or here()
    if isinstance(given, Quantity):
        found = given.expression
        # A variable stands where it is used, not where it was defined.
        return replace(found, place=place) if isinstance(found, Reference) else found
    if isinstance(given, Lookup):
        name = given.reference.written
        said = f"{name} is a lookup and needs an argument"
        raise mistake(
            "lookup-without-argument", said, "Call it with what it depends on: effect(pressure).", place
        )
    if isinstance(given, Real) and not isinstance(given, bool):
        return number(given, place)
    said = f"{_shown(given)} is neither a number nor a variable of the model"
    if isinstance(given, str):
        hint = (
            "Equations are no texts here: compute with variables, as in rate * people; m['name'] names one."
        )
    elif isinstance(given, bool):
        hint = "Write 1 or 0, or a comparison of variables."
    else:
        hint = "Give a number, a variable, or what operators and functions make of them."
    raise mistake("not-a-quantity", said, hint, place)


def number(given: Real | float, place: Place | None = None) -> Expression:
    """Returns a Python number as it would be read from a file: a sign before a number that has none."""
    place = place or here()
    try:
        value = float(given)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise mistake(
            "not-a-quantity", f"{_shown(given)} is not a finite number", "Give a finite one.", place
        )
    size = Number(abs(value), repr(abs(value)).removesuffix(".0"), place)
    return Unary("-", size, place) if value < 0 else size


def _shown(given: object) -> str:
    text = " ".join(repr(given).split())
    return text if len(text) <= 40 else text[:37] + "..."


def as_quantity(given: object) -> Quantity:
    """Returns anything that may stand in an expression as a quantity."""
    return given if isinstance(given, Quantity) else Quantity(as_expression(given), owner_of(given))


def owner_of(*given: object) -> object | None:
    """Returns the one model that all of these belong to; None for numbers alone.

    Raises:
        StockadeError: ``other-model``.
    """
    owners = [one.owner for one in given if isinstance(one, Quantity | Lookup) and one.owner is not None]
    if any(one is not owners[0] for one in owners):
        said = "these variables belong to two different models"
        raise mistake("other-model", said, "Define what both need in each of the models.")
    return owners[0] if owners else None


def combined(operator: BinaryOperator, left: object, right: object) -> Quantity:
    """Returns two quantities joined by an operator."""
    place = here()
    sides = as_expression(left, place), as_expression(right, place)
    return Quantity(Binary(operator, *sides, place), owner_of(left, right))


def _joined(operator: BinaryOperator, left: object, right: object) -> Quantity:
    """Returns two conditions joined; a plain number beside & is what 'a > 1 & b > 2' comes to in Python."""
    for one in (left, right):
        if isinstance(one, Real):
            sign = "&" if operator == "and" else "|"
            said = f"{sign} binds tighter than a comparison, so here it would join the number {one}"
            raise mistake(
                "python-operator", said, f"Put each comparison in parentheses: (a > 1) {sign} (b > 2)."
            )
    return combined(operator, left, right)


def _signed(operator: UnaryOperator, operand: object) -> Quantity:
    place = here()
    return Quantity(Unary(operator, as_expression(operand, place), place), owner_of(operand))


def called(function: str, *arguments: object, over: tuple[str, ...] = ()) -> Quantity:
    """Returns a call of a function of the table of functions.

    Args:
        function: Its canonical name.
        arguments: Numbers and quantities.
        over: For functions over elements: the dimensions to go through, marked by texts until `freeze`.
    """
    place = here()
    found = tuple(as_expression(one, place) for one in arguments)
    marks = tuple(Text(one) for one in over)
    return Quantity(Call(function, (*found, *marks), function.upper(), place), owner_of(*arguments))
