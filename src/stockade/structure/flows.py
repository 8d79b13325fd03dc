"""Which flows fill and empty which stocks, read from the equations: a rate as a sum of named flows."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from stockade.model.expressions import Call, Expression, Reference
from stockade.model.flows import summands
from stockade.model.inline import HIDDEN
from stockade.model.model import Model, Variable
from stockade.model.printing import print_expression

TERM = "#term "


@dataclass(frozen=True)
class Term:
    """One summand of a stock's rate.

    Attributes:
        flow: Canonical name of the variable that holds its value: a flow of the model, or for a part of the
            rate without a name of its own the one that `with_terms` gives it.
        words: The flow's name as written, or the part of the rate as text.
        factor: What it is multiplied by in the rate: 1 for an inflow, -1 for an outflow.
        expression: The part of the rate.
    """

    flow: str
    words: str
    factor: float
    expression: Expression

    @property
    def named(self) -> bool:
        """Whether it is a variable of the model."""
        return not self.flow.startswith(TERM)


def rate_of(stock: Variable) -> Expression:
    """Returns the rate of a stock's INTEG."""
    assert isinstance(stock.equation, Call)
    return stock.equation.arguments[0]


def stocks_of(model: Model) -> tuple[Variable, ...]:
    """Returns the stocks that the modeller wrote, of a model without subscripts and macros."""
    return tuple(
        one
        for one in model.variables
        if one.kind == "stock" and isinstance(one.equation, Call) and one.flags != HIDDEN
    )


def terms_of(model: Model, stock: Variable) -> tuple[Term, ...]:
    """Returns the summands of a stock's rate, each flow once."""
    found: dict[str, Term] = {}
    for factor, node in summands(rate_of(stock)):
        if isinstance(node, Reference):
            name = node.name
            variable = model.by_name.get(name)
            words = variable.name if variable else node.written or name
        else:
            # Two stocks that write the same part share a flow without a name.
            words = print_expression(node)
            name = TERM + sha256(words.encode()).hexdigest()[:16]
        before = found[name].factor if name in found else 0.0
        found[name] = Term(name, words, before + factor, node)
    return tuple(one for one in found.values() if one.factor)


@dataclass(frozen=True)
class Path:
    """Where a flow comes from and where it goes; empty names are outside of the model.

    Attributes:
        flow: The flow's name as written, or a part of a rate as text.
        from_: Stocks that it empties, as written.
        to: Stocks that it fills, as written.
        after: The flow that this one follows with a delay; empty where there is none.
    """

    flow: str
    from_: tuple[str, ...]
    to: tuple[str, ...]
    after: str = ""


def paths(model: Model) -> tuple[Path, ...]:
    """Returns every flow with the stocks at its two ends, in the order of the stocks.

    Args:
        model: Without subscripts and macros.
    """
    words: dict[str, str] = {}
    ends: dict[str, tuple[list[str], list[str]]] = {}
    for stock in stocks_of(model):
        for term in terms_of(model, stock):
            words[term.flow] = term.words
            both = ends.setdefault(term.flow, ([], []))
            both[term.factor > 0].append(stock.name)
    return tuple(
        Path(words[flow], tuple(leaves), tuple(enters), _after(model, flow))
        for flow, (leaves, enters) in ends.items()
    )


def _after(model: Model, flow: str) -> str:
    """Returns the flow that a delayed flow follows: DELAY3( other, 6 ) arrives as other."""
    variable = model.by_name.get(flow)
    equation = variable.equation if variable else None
    if not isinstance(equation, Call) or not equation.function.startswith("delay") or not equation.arguments:
        return ""
    first = equation.arguments[0]
    if not isinstance(first, Reference) or first.name not in model.by_name:
        return ""
    return model.by_name[first.name].name
