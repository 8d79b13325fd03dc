"""Did you mean: the name nearest to one that is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from stockade.errors import Diagnostic, Place
from stockade.model.model import Model
from stockade.model.names import canonical


def unknown_name(written: str, known: Sequence[str], model: Model, code: str, what: str) -> Diagnostic:
    """Returns the diagnostic for a name that the model lacks, with the nearest name that it has.

    Args:
        written: The name as the user gave it.
        known: Canonical names that would do.
        model: The model, for its source and for names as written.
        code: The diagnostic's code.
        what: What was looked for, in words.
    """
    near = get_close_matches(canonical(written), known, n=1, cutoff=0.6)
    hint = (
        f"did you mean {model.by_name[near[0]].name}?"
        if near
        else f"`stockade check {model.source}` lists the names"
    )
    return Diagnostic(
        code, f"the model has no {what} {written}", Place(model.source, name=written), hint=hint
    )
