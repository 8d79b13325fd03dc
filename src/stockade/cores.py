"""How many cores a process may use."""

from __future__ import annotations

import os

from stockade.errors import Diagnostic, Place, StockadeError

VARIABLE = "STOCKADE_THREADS"
"""In the environment: how many threads to use at most. Workers of a batch have one each."""


def cores() -> int:
    """Returns how many threads this process may keep busy.

    That is what the environment says in `STOCKADE_THREADS`, else the cores that the system lets it use,
    which can be fewer than the machine has.

    Raises:
        StockadeError: ``wrong-thread-count`` where the variable holds no whole number above 0.
    """
    said = os.environ.get(VARIABLE, "").strip()
    if said:
        if not (said.isascii() and said.isdigit() and int(said) > 0):
            message = f"The environment variable {VARIABLE} must be a whole number above 0."
            hint = f"Set {VARIABLE}=2 for two threads, or unset it for as many as there are cores."
            raise StockadeError(
                Diagnostic("wrong-thread-count", message, Place(name=VARIABLE), said[:40], hint)
            )
        return int(said)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
