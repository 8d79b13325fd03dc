"""One run of a model at its own numbers, with some of them set otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import jax
import numpy as np

from stockade.arrays import Floats
from stockade.compiler.compile import compile
from stockade.compiler.control import default_values
from stockade.compiler.steps import Method
from stockade.compiler.suggest import unknown_name
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.model.elaborate import elaborate
from stockade.model.expressions import Number
from stockade.model.model import CONTROL_NAMES, Model, Variable
from stockade.model.names import canonical
from stockade.simulation.finite import check_finite

MOST_VALUES = 25_000_000
"""Of a table that is kept whole: 200 MB."""


@dataclass(frozen=True, eq=False)
class Table:
    """A run as a table.

    Attributes:
        names: As the modeller wrote them, without ``Time``, in the order of the file.
        times: Saved times, shape (time,).
        values: Shape (time, names).
    """

    names: tuple[str, ...]
    times: Floats
    values: Floats


def simulate(
    model: Model, settings: Mapping[str, float] | None = None, *, method: Method | None = None
) -> Table:
    """Returns one run of a model: every variable but the lookups at every saved time.

    Args:
        model: The model.
        settings: New values of constants or control variables, by any spelling of their names.
        method: ``euler`` or ``rk4``; None for what the file says.

    Raises:
        StockadeError: `unknown-constant` with the nearest name, `not-a-constant`, `not-finite`,
            `run-too-large`, and what `compile` raises.
    """
    model = elaborate(model)
    changed = with_settings(model, settings or {})
    simulator = compile(changed, method=method)
    if (size := len(simulator.times) * len(simulator.outputs)) > MOST_VALUES:
        raise StockadeError(_too_large(model, size))
    before = default_values(model)
    usual = np.array([before[name] for name in simulator.constants])
    values = np.asarray(jax.jit(simulator.run)(simulator.defaults))
    wrong = check_finite(simulator, simulator.defaults, values, usual=usual)
    if wrong is not None:
        raise StockadeError(wrong)
    names = tuple(changed.by_name[name].name for name in simulator.outputs)
    return Table(names, simulator.times, values)


def with_settings(model: Model, settings: Mapping[str, float]) -> Model:
    """Returns the model with other values of constants or control variables.

    Raises:
        StockadeError: `unknown-constant` and `not-a-constant`, all of them at once.
    """
    wrong = [one for name in settings if (one := _problem(model, name)) is not None]
    if wrong:
        raise StockadeError(wrong)
    values = {canonical(name): float(value) for name, value in settings.items()}

    def change(variable: Variable) -> Variable:
        if variable.canonical not in values:
            return variable
        value = values[variable.canonical]
        return replace(variable, kind="constant", equation=Number(value, repr(value)), text=repr(value))

    return replace(model, variables=tuple(change(one) for one in model.variables))


def _problem(model: Model, name: str) -> Diagnostic | None:
    variable = model.by_name.get(canonical(name))
    settable = tuple(one.canonical for one in model.variables if one.kind == "constant")
    if variable is None:
        return unknown_name(name, settable, model, "unknown-constant", "constant")
    if variable.kind == "constant" or variable.canonical in CONTROL_NAMES:
        return None
    return Diagnostic(
        "not-a-constant",
        f"{variable.name} cannot be set: it is {_article(variable)} {variable.kind}, computed by the model",
        Place(variable.place.file or model.source, variable.place.line, None, variable.name),
        variable.text,
        "set the constants that it depends on, or change its equation in the model",
    )


def _too_large(model: Model, size: int) -> Diagnostic:
    said = f"this run saves {size:,} values, more than {MOST_VALUES:,}"
    saveper = model.by_name.get("saveper") or model.by_name["time step"]
    place = Place(saveper.place.file or model.source, saveper.place.line, None, saveper.name)
    hint = "choose a longer SAVEPER: the steps stay, fewer of them are kept"
    return Diagnostic("run-too-large", said, place, saveper.text, hint)


def _article(variable: Variable) -> str:
    return "an" if variable.kind[0] in "aeiou" else "a"
