"""``stockade claims``: a pasted article as a draft register, on standard output or in a file."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from stockade.cli.outputs import STANDARD_OUTPUT, write_json, write_text
from stockade.errors import Diagnostic, Place, StockadeError


def draft_claims(text: Path, on: str | None, out: Path | None, json_file: Path | None) -> None:
    """Drafts claims from a text and writes them.

    Args:
        text: The text's file; ``-`` is standard input.
        on: Day of publication, if given.
        out: Where the TOML goes, standard output where not given; an existing file is not overwritten.
        json_file: Where the same goes as JSON, if anywhere.

    Raises:
        StockadeError: ``output-exists``, and those of the text and the day.
    """
    from stockade.claims.drafting.draft import draft_register
    from stockade.claims.drafting.reading import read_article
    from stockade.claims.drafting.toml import as_data, as_toml
    from stockade.data.months import parse_day

    if out is not None and out != STANDARD_OUTPUT and out.exists():
        message = "There is a file of this name already; a draft that somebody completed is not overwritten."
        raise StockadeError(
            Diagnostic("output-exists", message, Place(file=str(out)), hint="Name another file.")
        )
    day = None if on is None else parse_day(on, Place(name="--on"))
    source = sys.stdin.buffer if text == STANDARD_OUTPUT else text
    words, file = read_article(source)
    register = draft_register(words, day, file)
    if json_file is not None:
        write_json(as_data(register), json_file)
    if out is not None or json_file != STANDARD_OUTPUT:
        write_text(as_toml(register), out or STANDARD_OUTPUT)
    told = f"{len(register.claims)} sentences may claim something, {len(register.left_out)} were left out."
    typer.echo(f"{told} Suggestions by plain rules: check each of them.", err=True)
