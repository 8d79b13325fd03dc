"""``stockade fit | judge | forecast | assess``: a public verb, then its document shown and written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typer
from rich.console import Console

from stockade.cli.bars import bars
from stockade.cli.folders import study_folder
from stockade.cli.outputs import STANDARD_OUTPUT, must_be_writable, write_json, write_text

if TYPE_CHECKING:
    from stockade.briefing.document import Document

Verb = Literal["fit", "judge", "forecast", "assess"]


def report(verb: Verb, study: Path, json_file: Path | None, *, fresh: bool, **overrides: int | None) -> None:
    """Runs one verb on a study, prints its part of the briefing, and writes it as JSON where asked.

    Args:
        verb: Which public verb.
        study: The study's folder.
        json_file: Where JSON goes, if anywhere.
        fresh: Use nothing that is kept.
        overrides: seed, particles, repeats; None leaves the study's own.
    """
    document = _run(verb, study, fresh=fresh, **overrides)
    _write_document(document, json_file)
    _print(verb, document, json_file)


def assess_and_write(
    study: Path, html_file: Path | None, json_file: Path | None, *, fresh: bool, **overrides: int | None
) -> None:
    """Assesses a study, writes the briefing as HTML and JSON, and prints it.

    Args:
        study: The study's folder.
        html_file: The HTML file; ``briefing/index.html`` in the study's folder where not given.
        json_file: The JSON file; ``briefing/briefing.json`` in the study's folder where not given.
        fresh: Use nothing that is kept.
        overrides: seed, particles, repeats; None leaves the study's own.
    """
    folder = study_folder(study)
    html_path = html_file or folder / "briefing" / "index.html"
    json_path = json_file or folder / "briefing" / "briefing.json"
    if html_file is None or json_file is None:
        _make_folder(folder / "briefing")
    must_be_writable(html_path)
    must_be_writable(json_path)
    document = _run("assess", folder, fresh=fresh, **overrides)
    _write_document(document, json_path)
    _write_page(document, html_path)
    _print("assess", document, json_file)
    typer.echo(
        f"\nThe briefing: {html_path}\nThe same as data: {json_path}", err=json_file == STANDARD_OUTPUT
    )


def _write_page(document: Document, path: Path) -> None:
    """Writes the page, unless it stands there already: rendering takes seconds."""
    from stockade.briefing.stamp import already_rendered

    if path != STANDARD_OUTPUT and already_rendered(document, path):
        return
    from stockade.briefing.html import render_html

    write_text(render_html(document), path)


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        must_be_writable(folder)
        folder.mkdir()


def _run(verb: Verb, study: Path, *, fresh: bool, **overrides: int | None) -> Document:
    folder = study_folder(study)
    from stockade.study import route

    verbs = {
        "fit": route.fit_study,
        "judge": route.judge_study,
        "forecast": route.forecast_study,
        "assess": route.assess_study,
    }
    given = {name: value for name, value in overrides.items() if value is not None}
    with bars() as progress:
        return verbs[verb](folder, progress=progress, fresh=fresh, **given)


def _write_document(document: Document, json_file: Path | None) -> None:
    if json_file is None:
        return
    from stockade.briefing.document import to_json

    write_json(to_json(document), json_file)


def _print(verb: Verb, document: Any, json_file: Path | None) -> None:
    """Prints the verb's part. Where JSON has standard output, the words go to standard error."""
    from stockade.briefing import terminal

    console = Console(stderr=json_file == STANDARD_OUTPUT)
    if verb == "fit":
        terminal.print_explanations(document, console)
        terminal.print_parameters(document, console)
    elif verb == "judge":
        terminal.print_verdicts(document, console)
    elif verb == "forecast":
        terminal.print_forecasts(document, console)
    else:
        terminal.print_briefing(document, console)
