"""What is read but cannot be run as it is meant, or changes no run: said by name and line."""

from __future__ import annotations

import math
from collections.abc import Iterator

from stockade.errors import Diagnostic, Place
from stockade.model.constants import constant_value
from stockade.model.expressions import Reference
from stockade.model.model import Model
from stockade.model.nonnegative import unspellable
from stockade.model.short_delays import short_delays

TOLERANCE = 1e-6


def not_yet_run(model: Model) -> Iterator[Diagnostic]:
    """Yields what no run would respect as errors, and Reality Checks, which no run tries, as warnings."""
    yield from unspellable(model)
    yield from short_delays(model)
    yield from _overrun(model)
    for one in model.reality_checks:
        yield Diagnostic(
            "reality-check-not-run",
            f"the Reality Check {one.name} is read but not tried",
            one.place,
            hint="It changes no run; stockade check --reality tries it.",
            severity="warning",
        )


def _overrun(model: Model) -> Iterator[Diagnostic]:
    """Warns where no step of a Vensim model falls on FINAL TIME: its run ends with the step after it."""
    start, stop, step = (
        constant_value(Reference(name), model.by_name) for name in ("initial time", "final time", "time step")
    )
    if model.dialect != "vensim" or start is None or stop is None or step is None:
        return
    if not (0 < step <= stop - start < 1e9 * step):
        return
    beyond = math.ceil((stop - start) / step - TOLERANCE)
    if abs(start + beyond * step - stop) > TOLERANCE * step * beyond:
        one = model.by_name.get("final time")
        yield Diagnostic(
            "final-time-between-steps",
            f"no step of {step:g} falls on FINAL TIME {stop:g}: the run ends at {start + beyond * step:g}",
            one.place if one is not None else Place(model.source),
            hint="Choose a FINAL TIME that the steps reach.",
            severity="warning",
        )
