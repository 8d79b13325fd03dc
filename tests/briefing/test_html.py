"""The page: self-contained, escaped, its numbers those of the JSON, its figures real."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
import vl_convert

from stockade.briefing.document import AsOf, Document, StudyDetails, from_json, to_json
from stockade.briefing.figures import draw
from stockade.briefing.html import render_html
from stockade.briefing.wording import number, percent

VOID = {"meta", "link", "br", "img", "input", "hr", "path", "circle", "rect"}
EVIL = "<script>alert('x')</script>\"'&</script><!--"


class Page(HTMLParser):
    """Collects elements, their text and whether they close as they opened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.stack: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] == "script":
            attributes, said = self.scripts[-1]
            self.scripts[-1] = (attributes, said + data)
        elif self.stack and self.stack[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def page(document: Document) -> Page:
    return Page(render_html(document))


def test_it_is_well_formed_and_small(document: Document, page: Page) -> None:
    assert page.wrong == []
    assert page.stack == []
    assert len(render_html(document)) < 4_000_000


def test_nothing_is_fetched(document: Document, page: Page) -> None:
    for tag, attributes in page.elements:
        assert tag not in (
            "link",
            "img",
            "iframe",
            "object",
            "embed",
            "base",
            "audio",
            "video",
            "image",
            "use",
        )
        for name in ("src", "srcset", "data", "action", "poster", "background"):
            assert not attributes.get(name), (tag, name)
        if attributes.get("href"):
            assert tag == "a"
    assert "url(" not in re.sub(r"<script.*?</script>", "", render_html(document), flags=re.DOTALL)
    policy = next(
        one["content"] for tag, one in page.elements if (one.get("http-equiv") or "").startswith("Content-S")
    )
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "http" not in policy
    for attributes, said in page.scripts:
        if "data-figure" in attributes:
            assert '"url"' not in said


def test_ids_are_unique_and_links_within_the_page_arrive(page: Page) -> None:
    ids = [one["id"] for _, one in page.elements if one.get("id")]
    assert len(ids) == len(set(ids))
    for _, one in page.elements:
        target = one.get("href") or ""
        if target.startswith("#"):
            assert target[1:] in ids


def test_every_figure_has_its_place_and_words(document: Document, page: Page) -> None:
    figures = draw(document).every()
    assert {one["data-figure"] for one, _ in page.scripts if "data-figure" in one} == {
        one.id for one in figures
    }
    charts = {one["id"]: one for _, one in page.elements if one.get("class") == "chart"}
    for figure in figures:
        assert (charts[figure.id]["aria-label"] or "").startswith(figure.title)
        assert "as of" in figure.dated


def test_the_figures_compile(document: Document) -> None:
    figures = draw(document)
    kinds = (figures.weights, figures.series[0], figures.series[-1], figures.latents[0], figures.ledger[2])
    for one in (row[0] for row in (*kinds, figures.parameters, figures.forecasts)):
        picture = vl_convert.vegalite_to_svg({**one.spec, "width": 400})
        assert picture.startswith("<svg")
        assert picture.count("<path") > 5, one.id


def test_the_specs_hold_no_hole_that_json_lacks(document: Document) -> None:
    for one in draw(document).every():
        json.dumps(one.spec, allow_nan=False)


def test_its_numbers_are_those_of_the_json(document: Document, page: Page) -> None:
    data = to_json(document)
    told = " ".join(page.text.split("\N{NO-BREAK SPACE}"))
    for as_of in data["as_of"]:
        for one in as_of["explanations"]:
            assert f"{one['log_evidence']:.1f}".replace("-", "−") in told
        for one in as_of["claims"]:
            if one["probability"] is not None:
                shown = percent(one["probability"]).replace("\N{NO-BREAK SPACE}", " ")
                first = one["phrase"]
                if one["verdict"] == "structure-dependent":
                    first = f"structure-dependent: {first} on average"
                assert f"{first} {shown}" in told, one["id"]
        for one in as_of["forecasts"]:
            assert number(one["crps"]) in told


def test_the_words_of_the_case_are_there(document: Document, page: Page) -> None:
    assert page.text.count("As of 21 March 2008") > 28
    for as_of in document.as_of:
        for claim in as_of.claims:
            assert claim.means in page.text
    assert "loses to" in page.text
    assert "Opinions: shown, not judged" in page.text
    assert not re.search(r"(?<![\d.,])0\s?%(?! ·)", page.text.split("Scores of")[0])


def test_likelihood_and_confidence_never_share_a_row(page: Page) -> None:
    assert "Confidence moderate" in page.text
    for sentence in re.split(r"(?<=[.!?])\s", page.text):
        if "onfidence" in sentence and "%" in sentence:
            assert "Confidence" in sentence  # a field of its own beside others, never "with high confidence"
            assert "with" not in sentence.split("onfidence")[0][-12:]


def _poisoned(value: Any) -> Any:
    """Every free text replaced; words that the page branches on stay."""
    fixed = {"kind", "type", "verdict", "date", "months", "period", "window", "month", "word", "variable"}
    if isinstance(value, dict):
        return {key: one if key in fixed else _poisoned(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_poisoned(one) for one in value]
    return EVIL + value if isinstance(value, str) else value


def test_every_text_is_escaped(document: Document) -> None:
    small = replace(document, as_of=(replace(document.as_of[0], latents=document.as_of[0].latents[:2]),))
    data = _poisoned(to_json(small))
    for as_of in data["as_of"]:
        for claim in as_of["claims"]:
            claim["by_explanation"] = {EVIL + key: p for key, p in claim["by_explanation"].items()}
    page = Page(render_html(from_json(data)))
    assert page.wrong == []
    assert "alert('x')" in page.text
    plain = [said for one, said in page.scripts if "data-figure" not in one]
    assert len(plain) == 2
    assert not any("alert(" in said for said in plain)
    for one, said in page.scripts:
        if "data-figure" in one:
            json.loads(said)
    for _, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)


def test_a_link_that_is_no_web_address_is_not_a_link(document: Document) -> None:
    first = document.as_of[0]
    rows = tuple(replace(row, url="javascript:alert(1)") for row in first.ledger)
    page = Page(render_html(replace(document, as_of=(replace(first, ledger=rows, claims=()),))))
    assert not any((one.get("href") or "").startswith("javascript") for _, one in page.elements)


def test_a_document_with_little_in_it_renders() -> None:
    bare = Document("s", StudyDetails("T", "Q?", ("2006-01", "2006-12")))
    assert "Q?" in Page(render_html(bare)).text
    assert "No forecast was scored" in Page(render_html(replace(bare, as_of=(AsOf("2008-03-21"),)))).text
