"""Whether what leaves one stock arrives in another once, as the equations say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from stockade.errors import Diagnostic, StockadeError
from stockade.model.checks import excerpt
from stockade.model.model import Model, Variable
from stockade.model.units import Units, parse_units, synonym_table
from stockade.structure.prepare import Stock


@dataclass(frozen=True)
class _End:
    stock: Variable
    factor: float
    units: Units
    counter: bool


def conserved(model: Model, stocks: tuple[Stock, ...]) -> Iterator[Diagnostic]:
    """Yields a warning for each flow of which more arrives than leaves, or that leaves two stocks at once.

    Only stocks of the same units are compared: a coflow carries something else along. A stock without an
    outflow is a counter, and may count what goes somewhere else.

    Args:
        model: Without subscripts and macros.
        stocks: Its stocks.
    """
    synonyms = synonym_table(model.unit_synonyms)
    ends: dict[str, list[_End]] = {}
    for stock in stocks:
        if not stock.variable.units:
            continue
        try:
            units = parse_units(stock.variable.units, synonyms)
        except StockadeError:
            continue
        counter = all(one.factor > 0 for one in stock.terms)
        for term in stock.terms:
            if term.named:
                ends.setdefault(term.flow, []).append(_End(stock.variable, term.factor, units, counter))
    for flow, both in ends.items():
        for units in dict.fromkeys(one.units for one in both):
            same = [one for one in both if one.units == units]
            yield from _flow(model.by_name[flow], same)


def _flow(flow: Variable, ends: list[_End]) -> Iterator[Diagnostic]:
    leaves = [one for one in ends if one.factor < 0]
    enters = [one for one in ends if one.factor > 0 and not one.counter]
    out, into = -sum(one.factor for one in leaves), sum(one.factor for one in enters)
    if len(leaves) > 1 and out > into:
        said = f"{flow.name} leaves {_names(leaves)} at the same time: it is taken {_times(out)}"
        yield _warning(flow, said, _times(max(into, 1)), _times(out))
    elif len(enters) > 1 and not leaves:
        said = f"{flow.name} enters {_names(enters)} at the same time: it arrives {_times(into)}"
        yield _warning(flow, said, "once", _times(into))
    elif leaves and into > out:
        said = f"{flow.name} leaves {_names(leaves)} {_times(out)} and enters {_names(enters)} {_times(into)}"
        yield _warning(flow, said, _times(out), _times(into))


def _times(number: float) -> str:
    return {1.0: "once", 2.0: "twice"}.get(number, f"{number:g} times")


def _names(ends: list[_End]) -> str:
    return " and ".join(one.stock.name for one in ends)


def _warning(flow: Variable, said: str, expected: str, found: str) -> Diagnostic:
    return Diagnostic(
        "flow-not-conserved",
        f"{said}: expected {expected}, found {found}",
        replace(flow.place, name=flow.name),
        excerpt(flow),
        "Let a flow leave one stock and enter one; give a second stream a flow of its own.",
        "warning",
        expected,
        found,
    )
