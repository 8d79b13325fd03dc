"""What is read but changes no run: said by name and line."""

from __future__ import annotations

from collections.abc import Iterator

from stockade.errors import Diagnostic
from stockade.model.model import Model


def not_yet_run(model: Model) -> Iterator[Diagnostic]:
    """Yields a warning for each Reality Check: it is kept in the model, and no run tries it."""
    for one in model.reality_checks:
        yield Diagnostic(
            "reality-check-not-run",
            f"the Reality Check {one.name} is read but not tried",
            one.place,
            hint="It changes no run; write it as a claim of a study to have it judged.",
            severity="warning",
        )
