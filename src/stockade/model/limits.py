"""What is read but cannot be run as it is meant, or changes no run: said by name and line."""

from __future__ import annotations

from collections.abc import Iterator

from stockade.errors import Diagnostic
from stockade.model.model import Model
from stockade.model.nonnegative import unspellable
from stockade.model.short_delays import short_delays


def not_yet_run(model: Model) -> Iterator[Diagnostic]:
    """Yields what no run would respect as errors, and Reality Checks, which no run tries, as warnings."""
    yield from unspellable(model)
    yield from short_delays(model)
    for one in model.reality_checks:
        yield Diagnostic(
            "reality-check-not-run",
            f"the Reality Check {one.name} is read but not tried",
            one.place,
            hint="It changes no run; stockade check --reality tries it.",
            severity="warning",
        )
