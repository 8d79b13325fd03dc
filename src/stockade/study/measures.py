"""Expressions over a model's variables: what a series or a report measures, as `is` says it.

A study may say that arrests are `departures + 0.5 * captures`, which the model has no name for. Such an
expression becomes an auxiliary of the model, named by its own text, and from there on is like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from stockade.errors import Diagnostic, StockadeError
from stockade.formats.vensim.read import parse_formula
from stockade.model.expressions import Reference
from stockade.model.model import CONTROL_NAMES, Model, Variable
from stockade.model.names import canonical
from stockade.model.references import reference_nodes
from stockade.model.unit_checks import units_of
from stockade.study.form import did_you_mean
from stockade.study.lines import Key, Source
from stockade.study.study import Study

MOVES = ("stock", "auxiliary", "data")
"""Kinds of variables that change over time."""


def with_measures(study: Study, source: Source, model: Model) -> Model:
    """Returns the model with an auxiliary for each expression that the study observes or reports on.

    Names that the model lacks are left to `stockade.study.checks.check`.

    Raises:
        StockadeError: Everything that is wrong with the expressions, at their lines of study.toml.
    """
    names = frozenset(model.by_name)
    added: dict[str, Variable] = {}
    problems: list[Diagnostic] = []
    for text, key in _texts(study):
        name = canonical(text)
        if name in names or name in added:
            continue
        try:
            equation = parse_formula(text, source.file, names)
        except StockadeError as error:
            problems += [_at(source, key, one) for one in error.diagnostics]
            continue
        if isinstance(equation, Reference) and not equation.subscripts:
            continue
        variable = Variable(
            name=" ".join(text.split()), canonical=name, kind="auxiliary", equation=equation, text=text,
            documentation="Measured by the study.", place=source.place(*key),
        )  # fmt: skip
        if found := list(_misfits(variable, model, source, key)):
            problems += found
        else:
            added[name] = replace(variable, units=units_of(variable.equation, model))
    if problems:
        raise StockadeError(problems)
    return replace(model, variables=(*model.variables, *added.values())) if added else model


def _texts(study: Study) -> Iterator[tuple[str, Key]]:
    for one in study.observes:
        yield one.is_, ("observe", one.column, "is")
    for one in study.definitions:
        if one.is_ is not None:
            yield one.is_, ("report", one.name, "is")
    for one in study.watches:
        yield one.is_, ("watch", one.name, "is")


def _misfits(variable: Variable, model: Model, source: Source, key: Key) -> Iterator[Diagnostic]:
    """Yields what an expression asks for that the model cannot give."""
    nodes = {node.name: node for node in reference_nodes(variable.equation)}
    known = [one.name for one in model.variables if one.canonical not in CONTROL_NAMES]
    lacking = [node for name, node in nodes.items() if name not in model.by_name and name != "time"]
    for node in lacking:
        hint = did_you_mean(node.written or node.name, known, "Name variables of the model.")
        message = f"The model has no variable '{node.written or node.name}'."
        yield Diagnostic("unknown-variable", message, source.place(*key), source.excerpt(*key), hint)
    moving = any(model.by_name[name].kind in MOVES for name in nodes if name in model.by_name)
    if not lacking and not moving:
        message = f"'{variable.name}' does not change over time: it names no stock, flow or auxiliary."
        hint = "Name at least one variable of the model that moves."
        yield Diagnostic("wrong-kind", message, source.place(*key), source.excerpt(*key), hint)


def _at(source: Source, key: Key, problem: Diagnostic) -> Diagnostic:
    """Returns a complaint about an expression, at its line of study.toml."""
    column = "" if problem.place.column is None else f" at its character {problem.place.column}"
    message = f"The expression cannot be read{column}: {problem.message}."
    return replace(problem, message=message, place=source.place(*key), excerpt=source.excerpt(*key))
