"""XMILE's random functions in the words of Vensim's: the same distributions under other arguments.

Behind a distribution's own arguments may stand a seed, a least and a greatest value (Stella).

Source:
    XMILE 1.0, 3.5.3; Stella's help, Statistical builtins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from stockade.model.expressions import Binary, BinaryOperator, Call, Expression, Number

Builder = Callable[[Call], Expression]
_LEAST, _MOST = -1e308, 1e308


class _Draw:
    """What one call says: its own arguments, and those that every draw can have."""

    def __init__(self, node: Call, own: int) -> None:
        self.node = node
        self.own = node.arguments[:own]
        seed, low, high = (*node.arguments[own:], None, None, None)[:3]
        self.seed = seed or self.number(0.0)
        self.low, self.high = low or self.number(_LEAST), high or self.number(_MOST)

    def number(self, value: float) -> Number:
        return Number(value, "", self.node.place)

    def call(self, function: str, *arguments: Expression) -> Call:
        return Call(function, arguments, function.upper(), self.node.place)

    def cut(self, function: str, *arguments: Expression) -> Call:
        """A draw of Vensim, whose arguments begin with the cuts and end with the seed."""
        return self.call(function, self.low, self.high, *arguments, self.seed)

    def join(self, operator: BinaryOperator, left: Expression, right: Expression) -> Binary:
        return Binary(operator, left, right, self.node.place)

    def uniform(self) -> Call:
        return self.call("random uniform", self.number(0.0), self.number(1.0), self.seed)


def _draw(own: int, build: Callable[[_Draw], Expression]) -> Builder:
    return lambda node: build(_Draw(node, own))


def _uniform(draw: _Draw) -> Expression:
    return draw.call("random uniform", *draw.own, draw.seed)


def _normal(draw: _Draw) -> Expression:
    return draw.cut("random normal", *draw.own)


def _exponential(draw: _Draw) -> Expression:
    return draw.cut("random exponential", draw.number(0.0), *draw.own)


def _log_normal(draw: _Draw) -> Expression:
    """The mean and the deviation are those of what is drawn, not of its logarithm."""
    mean, deviation = draw.own
    ratio = draw.join("/", deviation, mean)
    variance = draw.call("ln", draw.join("+", draw.number(1.0), draw.join("*", ratio, ratio)))
    middle = draw.join("-", draw.call("ln", mean), draw.join("/", variance, draw.number(2.0)))
    cuts = (draw.number(_LEAST), draw.number(_MOST))
    if len(draw.node.arguments) > 3:
        cuts = tuple(
            draw.call("ln", draw.call("max", one, draw.number(1e-300))) for one in (draw.low, draw.high)
        )
    spread = draw.call("sqrt", variance)
    return draw.call("exp", draw.call("random normal", *cuts, middle, spread, draw.seed))


def _poisson(draw: _Draw) -> Expression:
    return draw.cut("random poisson", *draw.own, draw.number(0.0), draw.number(1.0))


def _binomial(draw: _Draw) -> Expression:
    trials, chance = draw.own
    return draw.cut("random binomial", chance, trials, draw.number(0.0), draw.number(1.0))


def _beta(draw: _Draw) -> Expression:
    return draw.cut("random beta", *draw.own, draw.number(0.0), draw.number(1.0))


def _gamma(draw: _Draw) -> Expression:
    """A gamma variable of shape a is one of shape a + 1 times a uniform one to the power of 1 / a.

    Vensim's function knows no shape below 1.
    """
    shape, scale = draw.own
    nothing, one = draw.number(0.0), draw.number(1.0)
    cuts = (draw.number(_LEAST), draw.number(_MOST))
    larger = draw.call("random gamma", *cuts, draw.join("+", shape, one), nothing, scale, draw.seed)
    return draw.join("*", larger, draw.join("^", draw.uniform(), draw.join("/", one, shape)))


def _weibull(draw: _Draw) -> Expression:
    shape, scale = draw.own
    return draw.cut("random weibull", shape, draw.number(0.0), scale)


def _triangular(draw: _Draw) -> Expression:
    low, peak, high = draw.own
    given = draw.node.arguments[4:]
    cuts = (draw.low if given else low, draw.high if len(given) > 1 else high)
    return draw.call("random triangular", *cuts, low, peak, high, draw.seed)


def _pareto(draw: _Draw) -> Expression:
    shape, scale = draw.own
    return draw.join("/", scale, draw.join("^", draw.uniform(), draw.join("/", draw.number(1.0), shape)))


def _logistic(draw: _Draw) -> Expression:
    mean, scale = draw.own
    one = draw.number(1.0)
    odds = draw.join("-", draw.join("/", one, draw.uniform()), one)
    return draw.join("-", mean, draw.join("*", scale, draw.call("ln", odds)))


RANDOM: Mapping[str, tuple[int, int, Builder]] = MappingProxyType(
    {
        "random": (2, 3, _draw(2, _uniform)),
        "uniform": (2, 3, _draw(2, _uniform)),
        "normal": (2, 5, _draw(2, _normal)),
        "exprnd": (1, 4, _draw(1, _exponential)),
        "lognormal": (2, 5, _draw(2, _log_normal)),
        "poisson": (1, 4, _draw(1, _poisson)),
        "binomial": (2, 5, _draw(2, _binomial)),
        "beta": (2, 5, _draw(2, _beta)),
        "gamma": (2, 3, _draw(2, _gamma)),
        "weibull": (2, 5, _draw(2, _weibull)),
        "triangular": (3, 6, _draw(3, _triangular)),
        "pareto": (2, 3, _draw(2, _pareto)),
        "logistic": (2, 3, _draw(2, _logistic)),
    }
)
