"""How a long piece of work says how far it is, without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called as ``progress(stage, done, total)``.

``stage`` is a short label that stays the same while the stage lasts; ``total`` is 0 where nobody knows it
yet. A call with ``done == total`` ends the stage.
"""


def silent(stage: str, done: int, total: int) -> None:
    """Tells nobody."""
