"""The functions that an equation built in Python can call: those of Vensim, under their own names.

Each takes numbers, variables and expressions, and gives an expression. What they compute and how they treat
units is said in docs/functions.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from stockade.formats.python.places import here, mistake
from stockade.formats.python.points import table
from stockade.formats.python.quantities import (
    Dimension,
    Quantity,
    as_expression,
    as_quantity,
    called,
    owner_of,
)
from stockade.model.expressions import Call


def if_then_else(condition: object, then: object, otherwise: object) -> Quantity:
    """Returns one of two expressions: IF THEN ELSE."""
    return called("if then else", condition, then, otherwise)


def minimum(first: object, *others: object) -> Quantity:
    """Returns the smallest of its arguments: MIN."""
    return reduce(lambda one, other: called("min", one, other), others, as_quantity(first))


def maximum(first: object, *others: object) -> Quantity:
    """Returns the largest of its arguments: MAX."""
    return reduce(lambda one, other: called("max", one, other), others, as_quantity(first))


def absolute(value: object) -> Quantity:
    """Returns the size without the sign: ABS."""
    return called("abs", value)


def integer(value: object) -> Quantity:
    """Cuts off what stands behind the point, towards zero: INTEGER."""
    return called("integer", value)


def modulo(value: object, base: object) -> Quantity:
    """Returns the remainder, with the sign of the value: MODULO."""
    return called("modulo", value, base)


def quantum(value: object, size: object) -> Quantity:
    """Returns the whole quanta in a value, towards zero: QUANTUM."""
    return called("quantum", value, size)


def exp(value: object) -> Quantity:
    """Returns e to the power of a value."""
    return called("exp", value)


def log(value: object, base: object | None = None) -> Quantity:
    """Returns the natural logarithm, LN, or the one to a base, LOG."""
    return called("ln", value) if base is None else called("log", value, base)


def sqrt(value: object) -> Quantity:
    """Returns the square root."""
    return called("sqrt", value)


def sin(angle: object) -> Quantity:
    """Returns the sine of an angle in radians."""
    return called("sin", angle)


def cos(angle: object) -> Quantity:
    """Returns the cosine of an angle in radians."""
    return called("cos", angle)


def tan(angle: object) -> Quantity:
    """Returns the tangent of an angle in radians."""
    return called("tan", angle)


def arctan(value: object) -> Quantity:
    """Returns the angle, in radians, of which a value is the tangent."""
    return called("arctan", value)


def tanh(value: object) -> Quantity:
    """Returns the hyperbolic tangent: a smooth step from -1 to 1."""
    return called("tanh", value)


def zidz(numerator: object, denominator: object) -> Quantity:
    """Divides; 0 where the denominator is (nearly) 0: ZIDZ."""
    return called("zidz", numerator, denominator)


def xidz(numerator: object, denominator: object, otherwise: object) -> Quantity:
    """Divides; a third value where the denominator is (nearly) 0: XIDZ."""
    return called("xidz", numerator, denominator, otherwise)


def step(height: object, start: object) -> Quantity:
    """Returns 0, and a height from a time on: STEP."""
    return called("step", height, start)


def ramp(slope: object, start: object, end: object) -> Quantity:
    """Returns what rises by a slope between two times, and stays: RAMP."""
    return called("ramp", slope, start, end)


def pulse(start: object, width: object) -> Quantity:
    """Returns 1 from a time on for a while, and 0 elsewhere: PULSE."""
    return called("pulse", start, width)


def pulse_train(start: object, width: object, every: object, end: object) -> Quantity:
    """Returns a pulse that comes again every so often until a time: PULSE TRAIN."""
    return called("pulse train", start, width, every, end)


def initial(value: object) -> Quantity:
    """Returns the value at the initial time, for ever: INITIAL."""
    return called("initial", value)


def active_initial(value: object, at_start: object) -> Quantity:
    """Returns a value, and another one while the initial values are computed: ACTIVE INITIAL.

    It must be the whole of an equation.
    """
    return called("active initial", value, at_start)


def with_lookup(value: object, points: Iterable[tuple[float, float]]) -> Quantity:
    """Returns the height of a curve at a value: WITH LOOKUP.

    Args:
        value: Where to look.
        points: Pairs (x, y), in ascending x; straight lines between, level beyond the ends.

    Raises:
        StockadeError: ``broken-lookup``, ``not-a-quantity``.
    """
    place = here()
    arguments = (as_expression(value, place), table(points, place))
    return Quantity(Call("with lookup", arguments, "WITH LOOKUP", place), owner_of(value))


def smooth(value: object, time: object, initial: object | None = None, *, order: int = 1) -> Quantity:
    """Returns a value smoothed: what people believe who learn it with a delay.

    Args:
        value: What is smoothed.
        time: The mean delay.
        initial: What it begins with; the value itself if not given.
        order: How many stages; SMOOTH for 1, SMOOTH3 for 3, SMOOTH N otherwise, and their kin with initial.
    """
    return _staged("smooth", value, time, initial, order)


def delay(value: object, time: object, initial: object | None = None, *, order: int = 1) -> Quantity:
    """Returns a value delayed: what arrives of what was sent off, nothing lost.

    Args:
        value: What goes in.
        time: The mean delay.
        initial: What comes out at first; the value itself if not given.
        order: How many stages; DELAY1 for 1, DELAY3 for 3, DELAY N otherwise, and their kin with initial.
    """
    return _staged("delay", value, time, initial, order)


def _staged(kind: str, value: object, time: object, initial: object | None, order: int) -> Quantity:
    if type(order) is not int or order < 1:
        raise mistake(
            "not-a-quantity", f"the order of a {kind} is {order!r}", "Give a whole number from 1 on."
        )
    if order not in (1, 3):
        return called(f"{kind} n", value, time, value if initial is None else initial, order)
    first = {"smooth": "smooth", "delay": "delay1"}[kind] if order == 1 else f"{kind}3"
    return called(first, value, time) if initial is None else called(f"{first}i", value, time, initial)


def delay_fixed(value: object, time: object, initial: object) -> Quantity:
    """Returns a value as it was a while ago, unblurred: DELAY FIXED."""
    return called("delay fixed", value, time, initial)


def trend(value: object, time: object, initial: object) -> Quantity:
    """Returns the growth, per unit of time, that people perceive: TREND."""
    return called("trend", value, time, initial)


def forecast(value: object, time: object, horizon: object) -> Quantity:
    """Returns a value carried on along its trend: FORECAST."""
    return called("forecast", value, time, horizon)


def sample_if_true(condition: object, value: object, initial: object) -> Quantity:
    """Returns the value of the last time that a condition held: SAMPLE IF TRUE."""
    return called("sample if true", condition, value, initial)


def random_uniform(low: object, high: object, seed: object = 0) -> Quantity:
    """Returns draws between two numbers, a new one at each step: RANDOM UNIFORM."""
    return called("random uniform", low, high, seed)


def random_normal(low: object, high: object, mean: object, deviation: object, seed: object = 0) -> Quantity:
    """Returns normal draws, cut off at two numbers, a new one at each step: RANDOM NORMAL."""
    return called("random normal", low, high, mean, deviation, seed)


def total(values: object, over: Dimension | Iterable[Dimension] = ()) -> Quantity:
    """Adds up an expression over the elements of its arrays: SUM.

    Args:
        values: An expression that holds arrays without subscripts.
        over: The dimensions to add over; all dimensions of these arrays if not given.
    """
    return called("sum", values, over=_names(over))


def product(values: object, over: Dimension | Iterable[Dimension] = ()) -> Quantity:
    """Multiplies over the elements of its arrays: PROD; see `total`."""
    return called("prod", values, over=_names(over))


def smallest(values: object, over: Dimension | Iterable[Dimension] = ()) -> Quantity:
    """Returns the smallest element: VMIN; see `total`."""
    return called("vmin", values, over=_names(over))


def largest(values: object, over: Dimension | Iterable[Dimension] = ()) -> Quantity:
    """Returns the largest element: VMAX; see `total`."""
    return called("vmax", values, over=_names(over))


def _names(over: Dimension | Iterable[Dimension]) -> tuple[str, ...]:
    given = (over,) if isinstance(over, Dimension) else tuple(over)
    for one in given:
        if not isinstance(one, Dimension):
            raise mistake(
                "unknown-subscript", f"{one!r} is not a dimension", "Give what m.dimension gave you."
            )
    return tuple(one.canonical for one in given)
