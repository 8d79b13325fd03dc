"""Where a run left the numbers: which variable first, when, and at which parameters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import numpy as np

from stockade.arrays import Floats
from stockade.compiler.compile import Simulator, compile
from stockade.compiler.overrides import Overrides
from stockade.errors import Diagnostic, Place
from stockade.model.model import Model

MOST_PARAMETERS = 12


def check_finite(
    simulator: Simulator,
    constants: Floats,
    results: Floats,
    inputs: Any = None,
    overrides: Overrides | None = None,
    *,
    usual: Floats | None = None,
) -> Diagnostic | None:
    """Returns what went wrong in the first draw that is not finite; None where all are.

    The draw is run again with every variable recorded at every step, so that the first variable to fail
    is named even if it is not among the outputs.

    Args:
        simulator: What was run.
        constants: Shape (constants,) or (constants, draw).
        results: Shape (time, outputs) or (time, outputs, draw).
        inputs: As given to the run.
        overrides: As given to the run.
        usual: The constants against which the draw is described; None for the simulator's defaults.

    Returns:
        A diagnostic `not-finite`.
    """
    results = np.asarray(results)
    results = results[..., None] if results.ndim == 2 else results
    constants = np.asarray(constants)
    # A model may have no constants at all; -1 cannot stand for the draws then.
    constants = constants[:, None] if constants.ndim == 1 else constants
    bad = ~np.isfinite(results).all(axis=(0, 1))
    if not bad.any():
        return None
    draw = int(np.argmax(bad))
    point = constants[:, draw if constants.shape[1] > 1 else 0]
    broken = np.flatnonzero(~np.isfinite(point))
    if broken.size:
        name, time = simulator.constants[broken[0]], float(simulator.times[0])
    else:
        name, time = _first_failure(
            simulator, point, _one_draw(inputs, 2, draw), _one_override(overrides, draw)
        )
    if name is None:
        name, time = _first_in_results(simulator, results[..., draw])
    return _diagnostic(simulator, name, time, point, simulator.defaults if usual is None else usual)


def _first_failure(
    simulator: Simulator, point: Floats, inputs: Any, overrides: Overrides | None
) -> tuple[str | None, float]:
    """Returns the first variable that fails, in the order of computing, and when."""
    fine = compile(
        saved_every_step(simulator.model),
        inputs=simulator.inputs,
        overridable=simulator.overridable,
        method=simulator.method,
    )
    values = np.asarray(jax.jit(fine.run)(point, inputs, overrides))
    failed = ~np.isfinite(values)
    if not failed.any():
        return None, 0.0
    row = int(np.argmax(failed.any(axis=1)))
    candidates = {fine.outputs[i] for i in np.flatnonzero(failed[row])}
    first = next((name for name in fine.order if name in candidates), min(candidates))
    return first, float(fine.times[row])


def saved_every_step(model: Model) -> Model:
    """Returns the model with what it computes in every step saved."""
    step = model.by_name.get("time step")
    if step is None:
        return model

    def change(variable: Any) -> Any:
        return replace(variable, equation=step.equation) if variable.canonical == "saveper" else variable

    return replace(model, variables=tuple(change(one) for one in model.variables))


def _first_in_results(simulator: Simulator, values: Floats) -> tuple[str, float]:
    failed = ~np.isfinite(values)
    row = int(np.argmax(failed.any(axis=1)))
    return simulator.outputs[int(np.argmax(failed[row]))], float(simulator.times[row])


def _one_draw(array: Any, ndim: int, draw: int) -> Any:
    """Returns one draw of an array that may have draws as its last axis."""
    if array is None:
        return None
    array = np.asarray(array)
    return array if array.ndim <= ndim else array[..., draw if array.shape[-1] > 1 else 0]


def _one_override(overrides: Overrides | None, draw: int) -> Overrides | None:
    if overrides is None:
        return None
    value, factor = _one_draw(overrides.value, 1, draw), _one_draw(overrides.factor, 1, draw)
    return Overrides(overrides.start, overrides.stop, value, factor, overrides.path)


def _diagnostic(simulator: Simulator, name: str, time: float, point: Floats, usual: Floats) -> Diagnostic:
    model = simulator.model
    variable = model.by_name[name]
    changed = [
        f"{model.by_name[one].name} = {value:.6g}"
        for one, value, normal in zip(simulator.constants, point, usual, strict=True)
        if value != normal
    ]
    more = "" if len(changed) <= MOST_PARAMETERS else f" and {len(changed) - MOST_PARAMETERS} more"
    where = (
        f" with {', '.join(changed[:MOST_PARAMETERS])}{more}" if changed else " at the model's own constants"
    )
    return Diagnostic(
        "not-finite",
        f"{variable.name} is the first to become NaN or infinite, at time {time:g},{where}",
        Place(variable.place.file or model.source, variable.place.line, None, variable.name),
        variable.text,
        "look for a division by zero, a logarithm or power of a negative number, or too long a TIME STEP",
    )
