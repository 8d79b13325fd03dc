"""``stockade models``: the reference models, as a list or as data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from stockade.cli.outputs import STANDARD_OUTPUT, write_json

if TYPE_CHECKING:
    from stockade.formats.catalogue import ModelEntry

_STATUSES = (
    (
        "exact",
        "a closed form or an invariant of the equations is checked; no figure of the paper was compared",
    ),
    ("reproduced", "a table or figure of the publication was seen and met"),
    ("not reproduced", "written from the literature; its tables and figures were not seen"),
)


def list_models(json_file: Path | None) -> None:
    """Prints the reference models and writes them as JSON where asked."""
    from stockade.formats.catalogue import catalogue, reference_models

    entries = catalogue(reference_models())
    if json_file is not None:
        write_json([_as_data(one) for one in entries], json_file)
    if json_file != STANDARD_OUTPUT:
        _print(entries, Console(highlight=False))


def _print(entries: tuple[ModelEntry, ...], console: Console) -> None:
    for one in entries:
        console.print(Text.assemble((one.name, "bold"), f"  {one.status}"))
        lines = (
            one.about,
            f"{_who(one.authors)} {one.year}, {one.title}. {one.published}.",
            one.source if one.source != one.published else "",
            f"Checked: {one.check}.",
        )
        for line in filter(None, lines):
            console.print(Padding(Text(line), (0, 0, 0, 4)))
        console.print()
    seen = {one.status for one in entries}
    for status, meaning in _STATUSES:
        if status in seen:
            console.print(Text(f"{status}: {meaning}."))
    console.print(Text(f"Run one with: stockade simulate {entries[0].name}"))


def _who(authors: tuple[str, ...]) -> str:
    surnames = [name.split()[-1] for name in authors]
    return surnames[0] if len(surnames) == 1 else f"{', '.join(surnames[:-1])} and {surnames[-1]}"


def _as_data(one: ModelEntry) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "authors": list(one.authors),
        "year": one.year,
        "published": one.published,
        "doi": one.doi or None,
        "arxiv": one.arxiv or None,
        "about": one.about,
        "status": one.status,
        "check": one.check,
        "path": str(one.path),
    }
