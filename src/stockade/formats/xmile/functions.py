"""XMILE's functions in the words of the table of functions: one short meaning each.

Where XMILE and Vensim mean different things by one name, the meaning is spelled out in what both share, so
that the compiler knows one language and a model can be written for either program.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from stockade.errors import Diagnostic, StockadeError
from stockade.formats.xmile.random import RANDOM
from stockade.formats.xmile.stella import RUNS, STELLA
from stockade.model.expressions import Binary, BinaryOperator, Call, Expression, Number, Reference
from stockade.model.functions import FUNCTIONS

Arguments = tuple[Expression, ...]
Builder = Callable[[Call], Expression]

VENSIM = "vensim."
"""What stands before a function of Vensim that XMILE has no word for."""

_WORDS: Mapping[str, str] = MappingProxyType(
    {"time": "time", "dt": "time step", "starttime": "initial time", "stoptime": "final time"}
)
_NUMBERS = MappingProxyType({"pi": math.pi, "inf": 1e308, **dict.fromkeys(RUNS, 0.0)})


def word(node: Reference | Call) -> Expression | None:
    """Returns what a name without arguments stands for, as TIME and PI; None where it is not XMILE's."""
    name = node.name if isinstance(node, Reference) else node.function
    if name in _WORDS:
        return Reference(_WORDS[name], (), _WORDS[name].upper() if name != "time" else "Time", node.place)
    return Number(_NUMBERS[name], "", node.place) if name in _NUMBERS else None


def meaning(node: Call, name: str) -> Expression:
    """Returns the meaning of a call, its arguments being understood already.

    Args:
        node: The call; its function as XMILE spells it, in lower case.
        name: The variable that it stands in, for the complaints.

    Raises:
        StockadeError: ``unknown-function``, ``wrong-argument-count``, ``unsupported-function``.
    """
    if node.function.startswith(VENSIM):
        return replace(node, function=node.function.removeprefix(VENSIM), written=node.written[len(VENSIM) :])
    rule = _BUILTINS.get(node.function)
    if rule is None and node.function in REFUSED:
        said = f"{node.written} is a function of Stella's that is not run"
        raise _problem(node, name, "unsupported-function", said, REFUSED[node.function])
    if rule is None:
        raise _problem(
            node,
            name,
            "unknown-function",
            f"{node.written} is not a function of XMILE that is read",
            "docs/formats.md lists what is read; write the equation with other functions.",
        )
    fewest, most, build = rule
    if not fewest <= len(node.arguments) <= most:
        wanted = (
            str(fewest) if fewest == most else f"{fewest} to {most}" if most < 99 else f"{fewest} or more"
        )
        said = f"{node.written} takes {wanted} arguments, here it has {len(node.arguments)}"
        hint = "Count the commas outside of inner parentheses."
        raise _problem(node, name, "wrong-argument-count", said, hint)
    return build(node)


def is_builtin(name: str) -> bool:
    """Whether XMILE has a function of this canonical name."""
    return name in _BUILTINS or name.startswith(VENSIM)


def _problem(node: Call, name: str, code: str, message: str, hint: str) -> StockadeError:
    return StockadeError(Diagnostic(code, message, replace(node.place, name=name), node.written, hint))


def _call(function: str, node: Call, *arguments: Expression) -> Call:
    return Call(function, arguments, function.upper(), node.place)


def _join(operator: BinaryOperator, left: Expression, right: Expression, node: Call) -> Binary:
    return Binary(operator, left, right, node.place)


def _same(function: str) -> Builder:
    return lambda node: replace(node, function=function, written=function.upper())


def _initialised(without: str, given: str) -> Builder:
    """A smooth or a delay, whose initial value is the last argument if there is one."""
    return lambda node: _call(without if len(node.arguments) == 2 else given, node, *node.arguments)


def _order(function: str) -> Builder:
    def build(node: Call) -> Expression:
        x, time, order, *start = node.arguments
        return _call(function, node, x, time, start[0] if start else x, order)

    return build


def _extreme(function: str, over: str) -> Builder:
    def build(node: Call) -> Expression:
        if len(node.arguments) == 1:
            return _call(over, node, *node.arguments)
        found = node.arguments[0]
        for one in node.arguments[1:]:
            found = _call(function, node, found, one)
        return found

    return build


def _delay(node: Call) -> Expression:
    x, time, *start = node.arguments
    return _call("delay fixed", node, x, time, start[0] if start else x)


def _previous(node: Call) -> Expression:
    x, start = node.arguments
    return _call("delay fixed", node, x, Reference("time step", (), "TIME STEP", node.place), start)


def _safediv(node: Call) -> Expression:
    """The quotient, or the third argument where the divisor is exactly zero."""
    over, under, *otherwise = node.arguments
    zero, one = Number(0.0, "0", node.place), Number(1.0, "1", node.place)
    is_zero = _join("=", under, zero, node)
    safe = _call("if then else", node, is_zero, one, under)
    return _call(
        "if then else", node, is_zero, otherwise[0] if otherwise else zero, _join("/", over, safe, node)
    )


def _pulse(node: Call) -> Expression:
    """A volume that passes within one step, at a first time and then at every interval.

    Source:
        XMILE 1.0, 3.5.4: PULSE(magnitude, first time, interval); the flow is the magnitude over DT.
    """
    volume, *rest = node.arguments
    step = Reference("time step", (), "TIME STEP", node.place)
    rate = _join("/", volume, step, node)
    first = rest[0] if rest else Reference("initial time", (), "INITIAL TIME", node.place)
    once = _call("pulse", node, first, step)
    if len(rest) < 2 or (isinstance(rest[1], Number) and rest[1].value == 0):
        return _join("*", rate, once, node)
    end = Reference("final time", (), "FINAL TIME", node.place)
    last = _join("+", end, step, node)
    again = _call("pulse train", node, first, step, rest[1], last)
    if isinstance(rest[1], Number):
        return _join("*", rate, again, node)
    none = _join("<=", rest[1], Number(0.0, "0", node.place), node)
    return _join("*", rate, _call("if then else", node, none, once, again), node)


def _ramp(node: Call) -> Expression:
    slope, start, *end = node.arguments
    last = end[0] if end else Reference("final time", (), "FINAL TIME", node.place)
    return _call("ramp", node, slope, start, last)


def _trend(node: Call) -> Expression:
    x, time, *start = node.arguments
    return _call("trend", node, x, time, start[0] if start else Number(0.0, "0", node.place))


def _round(node: Call) -> Expression:
    """The nearest whole number, away from zero where two are as near."""
    x, half = node.arguments[0], Number(0.5, "0.5", node.place)
    up, down = (_call("integer", node, _join(sign, x, half, node)) for sign in ("+", "-"))
    return _call("if then else", node, _join("<", x, Number(0.0, "0", node.place), node), down, up)


def floor(node: Call) -> Expression:
    """The largest whole number that is not above the argument.

    Source:
        XMILE 1.0, 3.5.1: INT gives the next whole number that is less than or equal to its argument. Vensim
        exports its INTEGER, which goes towards zero, under the same name.
    """
    x = node.arguments[0]
    whole, one = _call("integer", node, x), Number(1.0, "1", node.place)
    return _call("if then else", node, _join("<", x, whole, node), _join("-", whole, one, node), whole)


def _wave(function: str) -> Builder:
    """An amplitude times the sine or cosine of Time over a period."""

    def build(node: Call) -> Expression:
        height, period = node.arguments
        turns = _join("/", Reference("time", (), "Time", node.place), period, node)
        angle = _join("*", Number(2.0 * math.pi, "", node.place), turns, node)
        return _join("*", height, _call(function, node, angle), node)

    return build


def _log10(node: Call) -> Expression:
    return _call("log", node, node.arguments[0], Number(10.0, "10", node.place))


_BUILTINS: Mapping[str, tuple[int, int, Builder]] = MappingProxyType(
    {
        **{one: (1, 1, _same(one)) for one in ("abs", "exp", "ln", "sqrt", "sin", "cos", "tan")},
        **{one: (1, 1, _same(one)) for one in ("arcsin", "arccos", "arctan", "sinh", "cosh", "tanh")},
        # The forms that the readers themselves make, and that carry arguments XMILE writes as operators.
        "if then else": (3, 3, _same("if then else")),
        "modulo": (2, 2, _same("modulo")),
        "int": (1, 1, _same("integer")),
        "log10": (1, 1, _log10),
        "min": (1, 99, _extreme("min", "vmin")),
        "max": (1, 99, _extreme("max", "vmax")),
        "sum": (1, 1, _same("sum")),
        "prod": (1, 1, _same("prod")),
        "init": (1, 1, _same("initial")),
        "round": (1, 1, _round),
        "percent": (1, 1, lambda node: _join("*", node.arguments[0], Number(100.0, "100", node.place), node)),
        "gammaln": (1, 1, _same("gamma ln")),
        "sinwave": (2, 2, _wave("sin")),
        "coswave": (2, 2, _wave("cos")),
        "step": (2, 2, _same("step")),
        "ramp": (2, 3, _ramp),
        "pulse": (1, 3, _pulse),
        "safediv": (2, 3, _safediv),
        "delay": (2, 3, _delay),
        "previous": (2, 2, _previous),
        "delay1": (2, 3, _initialised("delay1", "delay1i")),
        "delay3": (2, 3, _initialised("delay3", "delay3i")),
        "delayn": (3, 4, _order("delay n")),
        "smth1": (2, 3, _initialised("smooth", "smoothi")),
        "smth3": (2, 3, _initialised("smooth3", "smooth3i")),
        "smthn": (3, 4, _order("smooth n")),
        "trend": (2, 3, _trend),
        "forcst": (3, 3, _same("forecast")),
        **STELLA,
        **RANDOM,
    }
)

REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "counter": "Write what is counted with TIME and MOD, or as a stock that is emptied.",
        "npv": "Write a stock of input times a discount factor; vensim.NPV(input, rate, 0, 1) is Vensim's.",
        "rank": "Take MIN or MAX for the ends; else count with SUM how many elements are smaller.",
        "irr": "Search for the rate outside of the model.",
        "interpolate": "Use a graphical function.",
    }
)
"""Functions of Stella's whose meaning is not documented in full, or lies outside of one run; what to do."""

WHOLE_ARRAYS = ("sum", "prod", "mean", "min", "max", "size")
"""Functions that take all elements of an array; MIN and MAX only where they have one argument."""

assert all(one in FUNCTIONS for one in ("vmin", "vmax", "sum", "prod", "random uniform", "random normal"))
