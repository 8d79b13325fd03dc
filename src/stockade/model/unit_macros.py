"""The units of a macro's result: within a macro, the name of an argument stands for that argument's units."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from stockade.errors import StockadeError
from stockade.model.model import Macro, Model
from stockade.model.units import DIMENSIONLESS, Units, parse_units


def macro_units(model: Model, synonyms: Mapping[str, str]) -> Mapping[str, tuple[Macro, Units]]:
    """Returns the macros that say what units their result has, by canonical name.

    Args:
        model: The model.
        synonyms: What `synonym_table` gives.
    """
    found: dict[str, tuple[Macro, Units]] = {}
    for macro in model.macros:
        own = next((one for one in macro.variables if one.canonical == macro.canonical and one.units), None)
        if own is None:
            continue
        # An argument may be called Month or People and still stand for the units that it comes with.
        others = {name: chief for name, chief in synonyms.items() if name not in macro.inputs}
        try:
            found[macro.canonical] = (macro, parse_units(own.units, others))
        except StockadeError:
            continue
    return found


def result_of(macro: Macro, units: Units, arguments: tuple[object, ...]) -> Units | None:
    """Returns the units of a call; None where an argument that matters has none that are known.

    Args:
        macro: The macro.
        units: The units of its result, as it writes them.
        arguments: The units of the call's arguments; anything else than `Units` is unknown.
    """
    given = dict(zip(macro.inputs, arguments, strict=False))
    found = DIMENSIONLESS
    for name, power in units.powers:
        if name not in macro.inputs:
            found = found * Units(((name, Fraction(power)),))
            continue
        argument = given.get(name)
        if not isinstance(argument, Units):
            return None
        found = found * argument**power
    return found
