"""Models built in Python: ``from stockade import build``, then ``m = build.model(...)``.

Variables are defined by the methods of the model; one computes with them by Python's operators and the
functions here; ``m.freeze()`` gives the same frozen `Model` as a file would. docs/python.md shows an example.
"""

from __future__ import annotations

from collections.abc import Iterable

from stockade.formats.python.builder import ModelBuilder
from stockade.formats.python.functions import (
    absolute,
    active_initial,
    arctan,
    cos,
    delay,
    delay_fixed,
    exp,
    forecast,
    if_then_else,
    initial,
    integer,
    largest,
    log,
    maximum,
    minimum,
    modulo,
    product,
    pulse,
    pulse_train,
    quantum,
    ramp,
    random_normal,
    random_uniform,
    sample_if_true,
    sin,
    smallest,
    smooth,
    sqrt,
    step,
    tan,
    tanh,
    total,
    trend,
    with_lookup,
    xidz,
    zidz,
)
from stockade.formats.python.quantities import Dimension, Lookup, Quantity
from stockade.model.model import IntegrationMethod

__all__ = [
    "Dimension", "Lookup", "ModelBuilder", "Quantity", "absolute", "active_initial", "arctan",
    "cos", "delay", "delay_fixed", "exp", "forecast", "if_then_else", "initial", "integer",
    "largest", "log", "maximum", "minimum", "model", "modulo", "product", "pulse", "pulse_train",
    "quantum", "ramp", "random_normal", "random_uniform", "sample_if_true", "sin", "smallest",
    "smooth", "sqrt", "step", "tan", "tanh", "total", "trend", "with_lookup", "xidz", "zidz",
]  # fmt: skip


def model(
    title: str,
    *,
    time: tuple[float, float, float],
    unit: str,
    save_every: float | None = None,
    method: IntegrationMethod = "euler",
    about: str = "",
    unit_synonyms: Iterable[Iterable[str]] = (),
) -> ModelBuilder:
    """Begins a model.

    Args:
        title: What it is called.
        time: (start, end, step) of the run.
        unit: The unit of time, such as ``Month``.
        save_every: How often results are kept; at every step if not given.
        method: ``euler`` or ``rk4``.
        about: What the model is about.
        unit_synonyms: Groups of units that mean the same, such as ``[("fighter", "fighters")]``.

    Raises:
        StockadeError: ``broken-time``, ``broken-units``.
    """
    return ModelBuilder(
        title,
        time=time,
        unit=unit,
        save_every=save_every,
        method=method,
        about=about,
        unit_synonyms=unit_synonyms,
    )
