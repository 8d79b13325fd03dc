"""Feedback loops in the briefing: words, figures, the page, the terminal, and back from JSON."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import jsonschema
import pytest
from rich.console import Console

from stockade.briefing.document import Document, feedback_from_json, from_json, to_json
from stockade.briefing.html import render_html, render_loops
from stockade.briefing.loop_figures import figures_of
from stockade.briefing.loop_terminal import print_feedback, print_loops
from stockade.briefing.loop_words import listed, path, sentences, share, spans
from stockade.briefing.loops import Feedback, FeedbackLoop, Phase
from stockade.briefing.schema import json_schema

MONTHS = tuple(f"2007-{i:02d}" for i in range(1, 13))


def loop(
    label: str, group: int, influence: list[float], names: str = "people births", **more
) -> FeedbackLoop:
    variables = tuple(names.split())
    polarity = {"R": "reinforcing", "B": "balancing", "U": "changing"}[label[0]]
    size = sum(abs(one) for one in influence) / len(influence)
    signs = ("+",) * (len(variables) - 1) + ("-" if label[0] == "B" else "+",)
    known = {"share": size, "share_low": size * 0.8, "share_high": min(1.0, size * 1.2), "dominates": ()}
    return FeedbackLoop(
        label=label, polarity=polarity, variables=variables, signs=signs, group=group,
        influence=tuple(influence), **(known | more),
    )  # fmt: skip


@pytest.fixture
def feedback() -> Feedback:
    falling = [0.9 - 0.07 * i for i in range(12)]
    many = "people " + " ".join(f"step{i}" for i in range(30))
    return Feedback(
        explanation="<b>supply</b>", times=(), months=MONTHS,
        loops=(
            loop("R1", 1, falling, dominates=("2007-01..2007-06",)),
            loop("B1", 1, [one - 0.95 for one in falling], "people deaths", dominates=("2007-07..2007-12",)),
            loop("B2", 1, [-0.05] * 12, many),
            loop("B3", 2, [-1.0] * 12, "camps"),
        ),
        phases=(Phase("2007-01..2007-06", 1, ("R1",)), Phase("2007-07..2007-12", 1, ("B1",))),
        others=3, structural=12, complete=False, draws=40,
    )  # fmt: skip


@pytest.fixture
def with_loops(document: Document, feedback: Feedback) -> Document:
    first, *rest = document.as_of
    return replace(document, as_of=(replace(first, feedback=feedback), *rest))


def test_the_words(feedback: Feedback, snapshot) -> None:
    rows = [f"{one.label} | {path(one)} | {share(one)} | {spans(one)}" for one in listed(feedback)]
    assert "\n".join([*sentences(feedback), *rows]) == snapshot


def test_many_stretches_are_counted_and_plain_times_are_told(feedback: Feedback) -> None:
    broken = replace(feedback.loops[0], dominates=tuple(f"2007-{i:02d}" for i in (1, 3, 5, 7, 9)))
    assert spans(broken) == "Jan 2007; Mar 2007; May 2007; 2 more stretches"
    assert spans(replace(broken, dominates=("-2.5..4", "7"))) == "-2.5 to 4; 7"
    assert spans(replace(broken, dominates=())) == "–"


def test_each_group_of_several_loops_has_a_figure_whose_areas_add_up(feedback: Feedback) -> None:
    (figure,) = figures_of(feedback, "2007-08-01")
    rows = figure.spec["datasets"]["areas"]
    at_start = {(row["loop"], row["low"], row["high"]) for row in rows if row["x"] == rows[0]["x"]}
    assert at_start == {("R1", 0, 0.9), ("B1", 0, -0.05), ("B2", -0.05, -0.1)}
    assert {row["loop"] for row in figure.spec["datasets"]["labels"]} == {"R1", "B1"}


def test_more_loops_than_colours_are_drawn_together() -> None:
    loops = tuple(loop(f"{'RB'[i % 2]}{i}", 1, [0.05 * (-1) ** i] * 3) for i in range(20))
    of = Feedback("", (0.0, 0.5, 1.0), (), loops, (), 0, 20, complete=True, draws=0)
    (figure,) = figures_of(of)
    rows = [row for row in figure.spec["datasets"]["areas"] if row["x"] == 0.5]
    assert sum(row["loop"] == "others" for row in rows) == 2
    assert max(row["high"] for row in rows) == pytest.approx(0.5)
    assert min(row["high"] for row in rows) == pytest.approx(-0.5)
    assert "13 other loops" in figure.says


def test_the_page_shows_them_and_escapes_what_others_wrote(with_loops: Document) -> None:
    page = render_html(with_loops)
    assert 'id="loops"' in page
    assert "&lt;b&gt;supply&lt;/b&gt;" in page
    assert "<b>supply</b>" not in page
    assert page.count('data-figure="figure-loops-') == 1


def test_no_loops_no_section(document: Document) -> None:
    assert 'id="loops"' not in render_html(document)


def test_a_page_of_their_own(feedback: Feedback) -> None:
    page = render_loops(replace(feedback, explanation="", months=(), times=tuple(range(12))), "a <model>")
    assert "a &lt;model&gt;: which loop drives it, and when" in page
    assert "figure-loops-1" in page


@pytest.mark.parametrize("width", [80, 120])
def test_the_terminal(with_loops: Document, feedback: Feedback, width: int, snapshot) -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=width, color_system=None)
    print_feedback(with_loops, console)
    print_loops(replace(feedback, loops=(), others=0, structural=0, complete=True), console)
    said = stream.getvalue()
    assert max(len(line) for line in said.splitlines()) <= width
    assert said == snapshot


def test_the_json_holds_to_its_schema_and_comes_back(with_loops: Document, feedback: Feedback) -> None:
    data = json.loads(json.dumps(to_json(with_loops)))
    jsonschema.validate(data, json_schema())
    assert from_json(data) == with_loops
    assert feedback_from_json(to_json(feedback)) == feedback
    assert feedback_from_json({"explanation": "supply"}) is None
