"""The table of unit synonyms, as docs/units.md shows it."""

from __future__ import annotations

from stockade.model.units import SYNONYMS

_HEAD = "| shown as | also written |\n|---|---|\n"


def synonyms_table() -> str:
    """Returns the table in Markdown."""
    return _HEAD + "".join(_row(*row) for row in SYNONYMS)


def _row(first: str, *others: str) -> str:
    shown = "Dmnl" if first == "1" else first
    names = [f"`{name}`" for name in ((first, *others) if first == "1" else others)]
    return f"| `{shown}` | {', '.join(names)} |\n"
