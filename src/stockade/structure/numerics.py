"""Runs of the same model in another way: shorter steps, the other method, equations in another order."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from random import Random

import jax
import numpy as np

from stockade.arrays import Floats
from stockade.compiler.compile import Simulator, compile
from stockade.compiler.control import default_values
from stockade.compiler.steps import Method
from stockade.model.expressions import Number
from stockade.model.model import Model
from stockade.structure.prepare import Prepared
from stockade.structure.trials import Change

ROUNDING = 1e-12


def run_levels(prepared: Prepared, model: Model, method: Method | None = None) -> tuple[Floats, Floats]:
    """Returns (time,) and (time, levels): one run, in the order of `prepared.levels`."""
    names = tuple(one.canonical for one in prepared.levels)
    simulator: Simulator = compile(model, outputs=names, method=method)
    values = np.asarray(jax.jit(simulator.run)(simulator.defaults))
    at = [simulator.outputs.index(name) for name in names]
    return simulator.times, values[:, at]


def with_step(model: Model, divisor: int) -> Model:
    """Returns the model with TIME STEP divided, and saved at the same times as before."""
    values = default_values(model)
    new: Mapping[str, float] = {
        "time step": values["time step"] / divisor,
        "saveper": values.get("saveper", values["time step"]),
    }
    return replace(
        model,
        variables=tuple(
            replace(one, kind="constant", equation=Number(new[one.canonical], repr(new[one.canonical])))
            if one.canonical in new
            else one
            for one in model.variables
        ),
    )


def shuffled(model: Model, seed: int) -> Model:
    """Returns the model with its equations in another order."""
    variables = list(model.variables)
    Random(seed).shuffle(variables)  # noqa: S311, an order and no secret
    return replace(model, variables=tuple(variables))


def changes(
    prepared: Prepared, times: Floats, usual: Floats, other: Floats, finer: Floats | None = None
) -> tuple[Change, ...]:
    """Returns how much each level differs between two runs, the largest share first.

    Args:
        prepared: The model.
        times: Shape (time,).
        usual: Shape (time, levels): the run as it stands.
        other: The same, run in another way.
        finer: The same with a step half of that of `other`; gives the order.
    """
    found = []
    for at, level in enumerate(prepared.levels):
        first, second = usual[:, at], other[:, at]
        size = float(np.abs(first).max())
        with np.errstate(invalid="ignore", over="ignore"):
            difference = np.abs(second - first)
            beyond = None if finer is None else np.abs(finer[:, at] - second)
        row = int(np.argmax(np.where(np.isfinite(difference), difference, np.inf)))
        share = float(difference[row] / size) if size > 0 else float(difference[row] > 0)
        order = None if beyond is None else _order(difference, beyond, size)
        found.append(
            Change(
                level.name,
                share if math.isfinite(share) else math.inf,
                float(times[row]),
                float(first[row]),
                float(second[row]),
                order,
            )
        )
    return tuple(sorted(found, key=lambda one: -one.share))


def _order(first: Floats, second: Floats, size: float) -> float | None:
    """Returns the observed order: how many times halving the step halves the difference."""
    one, two = float(first.max()), float(second.max())
    if not (math.isfinite(one) and math.isfinite(two)) or min(one, two) <= ROUNDING * size:
        return None
    return math.log2(one / two)
