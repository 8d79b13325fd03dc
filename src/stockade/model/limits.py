"""What is read but cannot be run yet, refused by name and line. What the compiler learns goes from here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from stockade.errors import Diagnostic, Place
from stockade.model.model import Model
from stockade.model.nonnegative import unspellable
from stockade.model.short_delays import short_delays


def not_yet_run(model: Model) -> Iterator[Diagnostic]:
    """Yields an error for each thing that a model holds and no run would respect.

    Each range and each subscripted variable gets one, however many definitions it has. Reality Checks change
    no number, so they get a warning.
    """
    for one in model.ranges:
        yield _refusal(
            "unsupported-subscripts", f"the subscript range {one.name}", one.place, _WITHOUT_SUBSCRIPTS
        )
    for one in model.macros:
        hint = "Write the macro's equations where it is called."
        yield _refusal("unsupported-macro", f"the macro {one.name}", one.place, hint)
    first = {one.canonical: one for one in reversed(model.variables)}
    for one in first.values():
        place = replace(one.place, name=one.name)
        if one.subscripts:
            yield _refusal(
                "unsupported-subscripts", f"{one.name} with subscripts", place, _WITHOUT_SUBSCRIPTS
            )
        if one.kind == "data":
            hint = "Give its values as a lookup of Time."
            yield _refusal("unsupported-data-variable", f"the data variable {one.name}", place, hint)
    yield from unspellable(model)
    yield from short_delays(model)
    for one in model.reality_checks:
        warning = _refusal(
            "reality-check-not-run", f"the Reality Check {one.name}", one.place, "It changes no run."
        )
        yield replace(warning, severity="warning")


_WITHOUT_SUBSCRIPTS = "Write one variable for each element."


def _refusal(code: str, what: str, place: Place, hint: str) -> Diagnostic:
    return Diagnostic(code, f"{what} is not supported yet", place, hint=hint)
