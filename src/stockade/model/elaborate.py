"""A model with subscripts and macros as the same model without them: one variable for each element.

The compiler knows scalars only. What a modeller writes once for a whole range is written out here, element by
element, under the names that Vensim gives them: ``Name[sub,sub]``. A model without subscripts and macros is
returned as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import prod

from stockade.errors import Diagnostic, StockadeError
from stockade.model.builtin_macros import with_builtin_macros
from stockade.model.elements import Elements
from stockade.model.expressions import Array, Call, Expression, Number, Reference, Several
from stockade.model.inline import inline
from stockade.model.model import Model, Variable
from stockade.model.series import settle_data
from stockade.model.unfold import MOST_NODES, Unfolding, element_name
from stockade.model.vectors import mark
from stockade.model.walk import walk

MOST_ELEMENTS = 200_000
ZERO = Number(0.0)


def elaborate(model: Model) -> Model:
    """Returns the model without ranges, subscripts and macros; itself where it has none.

    Raises:
        StockadeError: Everything that is wrong with its subscripts and macros: `unknown-subscript`,
            `unbound-subscript`, `wrong-subscript-count`, `undefined-element`, `too-many-elements`,
            `wrong-array-size`, `duplicate-definition` ...
    """
    model = with_builtin_macros(model)
    if model.ranges or any(one.subscripts for one in model.variables):
        model = _written_out(model)
    return settle_data(inline(model) if model.macros else model)


def _written_out(model: Model) -> Model:
    elements = Elements(model)
    wrong = [one for variable in model.variables for one in _wrong_sides(variable, elements)]
    if not wrong:
        wrong = _too_many(model, elements)
    if wrong:
        raise StockadeError(wrong)
    defined: dict[str, Variable] = {}
    plans: list[tuple[Variable, list[tuple[str, ...]]]] = []
    for variable in model.variables:
        combinations = _combinations(variable, elements)
        plans.append((variable, combinations))
        for one in combinations:
            name = element_name(variable.canonical, one)
            if name in defined:
                wrong.append(_twice(variable, defined[name], one))
            defined.setdefault(name, variable)
    if wrong:
        raise StockadeError(wrong)
    outputs = list(_outputs(model))
    named = [element_name(one.canonical, every) for one in outputs for every in _combinations(one, elements)]
    known = replace(model, variables=(*model.variables, *outputs)) if outputs else model
    unfolding = Unfolding(known, elements, frozenset((*defined, *named)))
    found: list[Variable] = []
    for variable, combinations in plans:
        try:
            found.extend(_elements(variable, combinations, unfolding))
        except StockadeError as error:
            wrong.extend(error.diagnostics)
    if wrong:
        raise StockadeError(wrong)
    return replace(model, variables=tuple(found), ranges=())


def _outputs(model: Model) -> Iterator[Variable]:
    """Yields what calls of macros define behind their colons, where that has subscripts."""
    inputs = {one.canonical: len(one.inputs) for one in model.macros if one.outputs}
    for variable in model.variables if inputs else ():
        for node in walk(variable.equation):
            if isinstance(node, Call) and node.function in inputs:
                for one in node.arguments[inputs[node.function] :]:
                    if isinstance(one, Reference) and one.subscripts:
                        yield Variable(one.written, one.name, "auxiliary", ZERO, subscripts=one.subscripts)


def _problem(variable: Variable, code: str, message: str, hint: str) -> Diagnostic:
    text = f"{variable.name} = {' '.join(variable.text[:500].split())}"[:100]
    return Diagnostic(code, message, replace(variable.place, name=variable.name), text, hint)


def _wrong_sides(variable: Variable, elements: Elements) -> Iterator[Diagnostic]:
    for one in (*variable.subscripts, *(name for row in variable.exceptions for name in row)):
        if not elements.of(one):
            said = f"{one} is neither a subscript range nor an element of one"
            yield _problem(variable, "unknown-subscript", said, "Define the range, or correct the name.")
    for row in variable.exceptions:
        if len(row) != len(variable.subscripts):
            said = f"the exception has {len(row)} subscripts, {variable.name} has {len(variable.subscripts)}"
            yield _problem(variable, "wrong-subscript-count", said, "Give as many subscripts on both sides.")


def _too_many(model: Model, elements: Elements) -> list[Diagnostic]:
    total = 0
    for variable in model.variables:
        total += prod(len(elements.of(one)) for one in variable.subscripts)
        if total > MOST_ELEMENTS:
            said = f"the model has more than {MOST_ELEMENTS:,} elements of subscripted variables"
            return [_problem(variable, "too-many-elements", said, "Shorten the ranges.")]
    return []


def _combinations(variable: Variable, elements: Elements) -> list[tuple[str, ...]]:
    """Returns the elements that a definition defines, the last subscript changing fastest."""
    left_out = [[frozenset(elements.of(one)) for one in row] for row in variable.exceptions]

    def excepted(combination: tuple[str, ...]) -> bool:
        return any(all(one in held for one, held in zip(combination, row, strict=True)) for row in left_out)

    every = product(*(elements.of(one) for one in variable.subscripts))
    return [one for one in every if not excepted(one)]


def _twice(variable: Variable, first: Variable, combination: tuple[str, ...]) -> Diagnostic:
    where = f" in line {first.place.line}" if first.place.line else ""
    said = f"{element_name(variable.name, combination)} is already defined{where}"
    return _problem(variable, "duplicate-definition", said, "Leave it out of one of the two with :EXCEPT:.")


def _elements(
    variable: Variable, combinations: list[tuple[str, ...]], unfolding: Unfolding
) -> Iterator[Variable]:
    """Yields a variable for every element that a definition defines."""
    equation = variable.equation
    listed = _listed(variable, equation, unfolding.elements)
    if listed is None:
        equation = mark(variable, equation, unfolding.elements)
        if variable.subscripts and not unfolding.budget.spend(equation, len(combinations)):
            said = f"written out element by element, the model has over {MOST_NODES:,} operations"
            raise StockadeError(_problem(variable, "too-many-elements", said, "Shorten the ranges."))
    for one in combinations:
        unfolded = listed[one] if listed is not None else unfolding.element(variable, equation, one)
        if not variable.subscripts:
            yield variable if unfolded is variable.equation else replace(variable, equation=unfolded)
            continue
        yield replace(
            variable,
            name=element_name(variable.name, tuple(unfolding.elements.written.get(e, e) for e in one)),
            canonical=element_name(variable.canonical, one),
            equation=unfolded,
            subscripts=(),
            exceptions=(),
        )


def _listed(
    variable: Variable, equation: Expression, elements: Elements
) -> dict[tuple[str, ...], Expression] | None:
    """Returns what a list says of each element: row by row over the ranges, the last one changing fastest."""
    if isinstance(equation, Array):
        flat: list[Expression] = [
            Number(value, place=equation.place) for row in equation.rows for value in row
        ]
    elif isinstance(equation, Several):
        flat = list(equation.items)
    else:
        return None
    every = list(product(*(elements.of(one) for one in variable.subscripts)))
    if len(flat) != len(every):
        said = f"{variable.name} has {len(every)} elements, the list has {len(flat)} numbers"
        raise StockadeError(
            _problem(variable, "wrong-array-size", said, "Give one number for each element, row by row.")
        )
    return dict(zip(every, flat, strict=True))
