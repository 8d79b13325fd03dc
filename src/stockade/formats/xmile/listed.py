"""Lists of numbers for arrays, which XMILE has no form for, as one number for each element."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from stockade.model.elements import Elements
from stockade.model.expressions import Array, Expression, Number, Several
from stockade.model.model import Model, Variable


def listed(model: Model) -> Model:
    """Returns the model with every list of numbers written out, element by element; itself where it has none.

    A list whose length is not that of its array stays: it is complained about where it is written.

    Raises:
        StockadeError: What is wrong with the ranges.
    """
    if not any(isinstance(one.equation, Array | Several) for one in model.variables):
        return model
    elements = Elements(model)
    return replace(model, variables=tuple(new for one in model.variables for new in _elements(one, elements)))


def _elements(one: Variable, elements: Elements) -> Iterator[Variable]:
    flat: list[Expression] = []
    if isinstance(one.equation, Array):
        place = one.equation.place
        flat = [Number(value, place=place) for row in one.equation.rows for value in row]
    elif isinstance(one.equation, Several):
        flat = list(one.equation.items)
    else:
        yield one
        return
    every = list(product(*(elements.of(name) for name in one.subscripts)))
    if len(flat) != len(every) or one.exceptions:
        yield one
        return
    for subscripts, value in zip(every, flat, strict=True):
        yield replace(one, subscripts=subscripts, equation=value)
