"""The loops of a model at its own numbers, with some of them set otherwise; or at any constants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax
import numpy as np

from stockade.arrays import Floats
from stockade.compiler.causes import Causes, causes
from stockade.compiler.compile import Simulator, compile
from stockade.compiler.steps import Method
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.model.elaborate import elaborate
from stockade.model.inline import HIDDEN
from stockade.model.model import Model
from stockade.simulation.finite import check_finite, saved_every_step
from stockade.simulation.link_scores import Inside
from stockade.simulation.loops_that_matter import MOST_LOOPS, LoopView, view_loops
from stockade.simulation.single import with_settings

MOST_VALUES = 30_000_000
"""Numbers that a run may leave behind: steps times variables times draws."""


@dataclass(frozen=True, eq=False)
class LoopFinder:
    """A model compiled for looking at its loops.

    Attributes:
        simulator: With all that moves as outputs, saved at every step.
        causes: Its equations.
        visible: Canonical names that the modeller wrote.
        model: As it was before delays and smooths were expanded.
    """

    simulator: Simulator
    causes: Causes
    visible: tuple[str, ...]
    model: Model


def loop_finder(model: Model, *, inputs: tuple[str, ...] = (), method: Method | None = None) -> LoopFinder:
    """Compiles a model for looking at its loops.

    Args:
        model: The model.
        inputs: Variables whose equation gives way to a path; no loop leads through them.
        method: How to integrate; None for what the file says.

    Raises:
        StockadeError: What `compile` raises.
    """
    whole = elaborate(saved_every_step(model))
    simulator = compile(whole, inputs=inputs, method=method, hidden=True)
    written = tuple(one.canonical for one in whole.variables if one.flags != HIDDEN)
    return LoopFinder(simulator, causes(simulator), written, whole)


def find_loops(
    finder: LoopFinder,
    constants: Floats,
    inputs: Floats | None = None,
    *,
    most: int = MOST_LOOPS,
    start: float = -np.inf,
    end: float = np.inf,
) -> LoopView:
    """Runs a model and returns its loops.

    Args:
        finder: From `loop_finder`.
        constants: (constants,) or (constants, draw); the first draw decides polarity and dominance.
        inputs: (input, step) paths.
        most: Up to how many loops all are looked at.
        start: First time to look at.
        end: Last time.

    Raises:
        StockadeError: `not-finite`, `run-too-long-for-loops`, `nothing-in-window`.
    """
    simulator = finder.simulator
    constants = np.asarray(constants, dtype=np.float64)
    constants = constants[:, None] if constants.ndim == 1 else constants
    _refuse(simulator, constants.shape[1], start, end)
    run = jax.jit(simulator.run)  # one by one: a batch takes longer to compile than to run
    results = np.empty((len(simulator.times), 0, constants.shape[1]))  # where nothing moves
    if simulator.outputs:
        results = np.stack([np.asarray(run(point, inputs)) for point in constants.T], axis=-1)
    _must_be_finite(finder, constants, results, inputs)
    values = {name: results[:, at] for at, name in enumerate(simulator.outputs)}
    values |= {name: row[None] for name, row in zip(simulator.constants, constants, strict=True)}
    values |= {name: path[:, None] for name, path in zip(simulator.inputs, _paths(inputs), strict=True)}
    values["time"] = simulator.times[:, None]
    step = float(simulator.times[1] - simulator.times[0])
    inside = Inside(simulator.times, values, float(simulator.times[0]), step)
    return view_loops(inside, finder.causes, finder.visible, most=most, start=start, end=end)


def loops(
    model: Model,
    settings: Mapping[str, float] | None = None,
    *,
    method: Method | None = None,
    start: float = -np.inf,
    end: float = np.inf,
    most: int = MOST_LOOPS,
) -> LoopView:
    """Returns the feedback loops of a model, and which of them drive a run of it when.

    Args:
        model: The model.
        settings: New values of constants or control variables, by any spelling of their names.
        method: ``euler`` or ``rk4``; None for what the file says.
        start: First time to look at.
        end: Last time.
        most: Up to how many loops all are looked at; in a model with more, those on the strongest paths.

    Raises:
        StockadeError: What `simulate` raises, `run-too-long-for-loops` and `nothing-in-window`.
    """
    changed = with_settings(elaborate(model), settings or {})
    finder = loop_finder(changed, method=method)
    return find_loops(finder, finder.simulator.defaults, most=most, start=start, end=end)


def _must_be_finite(finder: LoopFinder, constants: Floats, results: Floats, inputs: Floats | None) -> None:
    """Raises where a variable that the modeller wrote leaves the numbers."""
    if np.isfinite(results).all():
        return
    simulator = compile(finder.model, inputs=finder.simulator.inputs, method=finder.simulator.method)
    bad = int(np.argmax(~np.isfinite(results).all(axis=(0, 1))))
    point = constants[:, bad]
    wrong = check_finite(simulator, point, np.asarray(jax.jit(simulator.run)(point, inputs)), inputs)
    if wrong is not None:
        raise StockadeError(wrong)


def _paths(inputs: Floats | None) -> Floats:
    return np.empty((0, 0)) if inputs is None else np.asarray(inputs, dtype=np.float64)


def _refuse(simulator: Simulator, draws: int, start: float, end: float) -> None:
    """Raises where a run would not fit into memory, or where no step ends in the window."""
    place = Place(simulator.model.source)
    size = len(simulator.times) * len(simulator.outputs) * draws
    if size > MOST_VALUES:
        said = f"{len(simulator.times)} steps of {len(simulator.outputs)} variables are too many to look into"
        hint = "set a longer TIME STEP or an earlier FINAL TIME"
        raise StockadeError(Diagnostic("run-too-long-for-loops", said, place, hint=hint))
    begins = simulator.times[:-1]
    if not ((begins >= start) & (begins <= end)).any():
        window = [f"from {start:g} on"] if np.isfinite(start) else []
        window += [f"up to {end:g}"] if np.isfinite(end) else []
        said = f"no step of the run begins {' and '.join(window)}"
        run = f"{simulator.times[0]:g} and {simulator.times[-1]:g}"
        hint = f"name times between {run}, the first before the last"
        raise StockadeError(Diagnostic("nothing-in-window", said, place, hint=hint))
