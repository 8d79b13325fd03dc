"""Checks the units of a whole model, as warnings: a model with wrong units runs, but means little."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.model.expressions import Expression
from stockade.model.model import CONTROL_NAMES, Macro, Model, Variable
from stockade.model.printing import print_expression
from stockade.model.unit_macros import macro_units
from stockade.model.unit_rules import Clash, UnitRules
from stockade.model.units import Units, parse_units, synonym_table

_MOST_NAMES = 5


def check_units(model: Model) -> tuple[Diagnostic, ...]:
    """Compares the units of each equation's two sides, and of what stands inside.

    Returns:
        Warnings: ``units-mismatch``, ``broken-units``, and one ``missing-units`` for the whole model.
    """
    synonyms = synonym_table(model.unit_synonyms)
    known: dict[str, Units | None] = {}
    found: list[Diagnostic] = []
    for variable in model.variables:
        # Of several definitions for different subscripts, usually the last one carries the units.
        known.setdefault(variable.canonical, None)
        if not variable.units:
            continue
        try:
            known[variable.canonical] = parse_units(variable.units, synonyms)
        except StockadeError as error:
            place = replace(variable.place, name=variable.name)
            found.extend(replace(one, place=place, severity="warning") for one in error.diagnostics)
    if any(units is not None for units in known.values()):
        found.extend(_clashes(model, known, macro_units(model, synonyms)))
    found.extend(_missing(model))
    return tuple(found)


def units_of(expression: Expression, model: Model) -> str:
    """Returns the units of an expression over a model's variables; empty where nothing can be said."""
    synonyms = synonym_table(model.unit_synonyms)
    known: dict[str, Units | None] = {}
    for variable in model.variables:
        try:
            found = parse_units(variable.units, synonyms) if variable.units else None
        except StockadeError:
            found = None
        known.setdefault(variable.canonical, found)
    rules = UnitRules(known.get, time_units(known), macro_units(model, synonyms))
    units = rules.infer(expression)
    return str(units) if isinstance(units, Units) else ""


def time_units(known: Mapping[str, Units | None]) -> Units | None:
    """Returns the units of the model's time: those of the first control variable that has any."""
    names = ("time step", "final time", "initial time")
    return next((units for name in names if (units := known.get(name)) is not None), None)


def _clashes(
    model: Model, known: Mapping[str, Units | None], macros: Mapping[str, tuple[Macro, Units]]
) -> Iterator[Diagnostic]:
    time = time_units(known)
    for variable in model.variables:
        rules = UnitRules(known.get, time, macros)
        declared = known[variable.canonical]
        given = rules.infer(variable.equation, declared)
        for clash in rules.clashes:
            yield _inside(variable, clash)
        is_control = variable.canonical in CONTROL_NAMES
        if is_control and declared is not None and time is not None and declared != time:
            yield _mismatch(
                variable, variable.place, time, declared, "the four control variables need the same units"
            )
        if variable.kind == "lookup" or rules.clashes or declared is None or not isinstance(given, Units):
            continue
        if given != declared:
            said = f"{variable.name} has other units than its equation"
            yield _mismatch(variable, variable.place, declared, given, said)


def _inside(variable: Variable, clash: Clash) -> Diagnostic:
    warning = _mismatch(variable, clash.place, clash.expected, clash.found, clash.what)
    text = print_expression(clash.node)
    return replace(warning, excerpt=text if len(text) <= 100 else text[:97] + "...")


def _mismatch(variable: Variable, place: Place, expected: Units, found: Units, what: str) -> Diagnostic:
    text = f"{variable.name} = {' '.join(variable.text[:500].split())}"
    return Diagnostic(
        "units-mismatch",
        f"{what}: expected {expected}, found {found}",
        replace(place if place.line else variable.place, name=variable.name),
        text if len(text) <= 100 else text[:97] + "...",
        "Correct the units of one of the variables, or the equation.",
        "warning",
        str(expected),
        str(found),
    )


def _missing(model: Model) -> Iterator[Diagnostic]:
    given = {one.canonical for one in model.variables if one.units}
    bare = list(dict.fromkeys(one.name for one in model.variables if one.canonical not in given))
    if bare:
        some = ", ".join(bare[:_MOST_NAMES]) + (" ..." if len(bare) > _MOST_NAMES else "")
        said = (
            f"1 variable has no units: {some}"
            if len(bare) == 1
            else f"{len(bare)} variables have no units: {some}"
        )
        hint = "Units are not checked through them. Write Dmnl for what has none."
        yield Diagnostic("missing-units", said, Place(model.source), "", hint, "warning")
