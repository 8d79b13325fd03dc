"""A page is rendered again exactly when its document has changed or its file is not whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from stockade.briefing.document import Document, from_json, to_json
from stockade.briefing.html import render_html
from stockade.briefing.stamp import already_rendered, stamp_of


def test_a_page_knows_its_document(document: Document, tmp_path: Path) -> None:
    path = tmp_path / "index.html"
    assert not already_rendered(document, path)
    page = render_html(document)
    path.write_text(page, encoding="utf-8")
    assert already_rendered(document, path)
    assert already_rendered(from_json(to_json(document)), path)
    assert not already_rendered(replace(document, seed=1), path)
    path.write_text(page[: len(page) // 2], encoding="utf-8")
    assert not already_rendered(document, path)


def test_the_stamp_changes_with_any_number(document: Document) -> None:
    first = document.as_of[0]
    other = replace(
        first, explanations=(replace(first.explanations[0], weight=0.123), *first.explanations[1:])
    )
    assert stamp_of(document) != stamp_of(replace(document, as_of=(other, *document.as_of[1:])))
