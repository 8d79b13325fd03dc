"""The terminal's text, at the widths people have."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from rich.console import Console
from syrupy.assertion import SnapshotAssertion

from stockade.briefing import terminal
from stockade.briefing.document import AsOf, Document, StudyDetails


def _printed(function: Callable[[Document, Console], None], document: Document, width: int) -> str:
    out = io.StringIO()
    function(document, Console(file=out, width=width, force_terminal=False, color_system=None))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


@pytest.mark.parametrize(
    "name",
    [
        "print_answer",
        "print_explanations",
        "print_verdicts",
        "print_forecasts",
        "print_parameters",
        "print_notes",
    ],
)
def test_at_100_columns(name: str, document: Document, snapshot: SnapshotAssertion) -> None:
    assert _printed(getattr(terminal, name), document, 100) == snapshot


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_line_is_wider_and_nothing_is_cut(width: int, document: Document) -> None:
    text = _printed(terminal.print_briefing, document, width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "…" not in text
    assert "\x1b" not in text
    for claim in document.as_of[0].claims:
        assert claim.id in text
    assert "What the data could not move" in text


def test_a_bare_document_prints() -> None:
    bare = Document("s", StudyDetails("T", "Q?", ("2006-01", "2006-12")), (AsOf("2008-03-21"),))
    assert "Q?" in _printed(terminal.print_briefing, bare, 80)


def test_markup_in_a_text_is_text() -> None:
    odd = Document(
        "s", StudyDetails("T", "[bold]Q[/bold] [/nothing]?", ("2006-01", "2006-12")), (AsOf("2008-03-21"),)
    )
    assert "[bold]Q[/bold] [/nothing]?" in _printed(terminal.print_briefing, odd, 80)
