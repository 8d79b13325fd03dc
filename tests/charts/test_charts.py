"""A run as a chart: what is chosen, how it looks in letters, and that a file shows it too."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from stockade.charts.chart import Chart, Panel
from stockade.charts.page import as_html, as_png, as_svg, specification
from stockade.charts.panels import chart_of
from stockade.charts.terminal import draw_text
from stockade.errors import StockadeError
from stockade.formats.load import load
from stockade.formats.vensim.read import parse_mdl
from stockade.simulation.single import simulate

CONTROLS = "INITIAL TIME = 0~Day~| FINAL TIME = 8~Day~| TIME STEP = 1~Day~| SAVEPER = 1~Day~|\n"
ARRAYS = """
place: North, South coast ~~|
people[place] = INTEG(growth[place], 10) ~ person ~|
growth[place] = 1, -1 ~ person/Day ~|
"Time's [up]" = Time * 2 ~~|
"""


def chart(text: str, *wanted: str) -> Chart:
    model = parse_mdl(text + CONTROLS, "model.mdl")
    return chart_of(model, simulate(model), "model.mdl", wanted)


def line(values, name="stock", unit="person") -> Chart:
    values = np.array(values, dtype=float)
    return Chart(
        "A model", np.arange(len(values)) * 1.0, "Month", (Panel(name, unit, ("",), values[:, None]),)
    )


# ---------------------------------------------------------------- what is chosen


def test_the_stocks_are_drawn_and_an_array_is_one_panel():
    (panel,) = chart(ARRAYS).panels
    assert (panel.name, panel.unit, panel.labels) == ("people", "person", ("North", "South coast"))
    assert panel.title == "people (person), 2 elements"
    assert panel.values[-1].tolist() == [18, 2]


@pytest.mark.parametrize(
    ("wanted", "name", "last"),
    [
        ("Growth", "growth", [1, -1]),
        ("people[south_coast]", "people[South coast]", [2]),
        ("time's [UP]", "Time's [up]", [16]),
    ],
)
def test_what_is_asked_for_is_drawn(wanted, name, last):
    (panel,) = chart(ARRAYS, wanted).panels
    assert panel.name == name
    assert panel.values[-1].tolist() == last


def test_without_stocks_what_changes_is_drawn():
    assert [one.name for one in chart("a = 2 ~~| b = Time ^ a ~~|").panels] == ["b"]
    assert len(chart("a = 2 ~~|").panels) == 1


def test_unknown_names_are_told_all_at_once():
    with pytest.raises(StockadeError) as caught:
        chart(ARRAYS, "peopel", "people[east]", "growth")
    first, second = caught.value.diagnostics
    assert (first.code, second.code) == ("unknown-variable", "unknown-variable")
    assert first.hint == "Did you mean people?"
    assert second.place.name == "people[east]"


# ---------------------------------------------------------------- how it looks in letters


@pytest.mark.parametrize("name", ["deitchman-1962", "turchin-fathers-and-sons"])
def test_models_as_text(name, snapshot):
    model = load(name)
    assert draw_text(chart_of(model, simulate(model), name), 80) == snapshot


@pytest.mark.parametrize(
    "values",
    [
        [5, 5, 5], [0, 0, 0], [100, 101, 102], [-3, -1, 0], [-2, 3, -2], [1e-9, 3e12, 1], [7],
        [-5, -4.9, -5], [0, 1, 0, 1, 0, 1],
    ],
    ids=["level", "nothing", "high", "below zero", "both", "large", "one time", "far below", "teeth"],
)  # fmt: skip
def test_lines_as_text(values, snapshot):
    text = draw_text(line(values), 40)
    assert text == snapshot
    assert max(len(row) for row in text.splitlines() if "│" in row or "└" in row) <= 40


def test_every_value_leaves_a_dot():
    """The first column holds the highest value, the last one the lowest: both edges are drawn on."""
    rows = draw_text(line(np.linspace(10, 0, 200)), 80).splitlines()
    drawn = [row.partition("│")[2] for row in rows if "│" in row]
    assert drawn[0].startswith(("⠉", "⠑", "⠓", "⠒", "⠋"))
    assert len(drawn[-1]) == max(map(len, drawn)) == 80 - 14
    for column in range(80 - 14):
        assert any(len(row) > column and row[column] != " " for row in drawn)


def test_many_panels_are_cut_and_told():
    one = line([1, 2]).panels[0]
    many = Chart("A model", np.array([0.0, 1.0]), "", tuple(one for _ in range(12)))
    text = draw_text(many, 60)
    assert text.count("stock (person): from 1 to 2") == 8
    assert text.endswith("4 more could be drawn: stock, stock, stock, ...; --plot NAME draws one\n")


# ---------------------------------------------------------------- as a file


def test_a_drawing_names_its_panels():
    svg = as_svg(chart(ARRAYS, "people", "growth")).decode()
    for words in (
        "people (person), 2 elements",
        "growth (person/Day), 2 elements",
        "Time (Day)",
        "South coast",
    ):
        assert words in svg


def test_a_picture_is_one():
    assert as_png(line([1, 2, 3])).startswith(b"\x89PNG")


def test_the_rows_are_the_run():
    found = specification(chart(ARRAYS))["datasets"]["panel0"]
    assert found[8] == {"time": 8.0, "value": 18.0, "element": "North"}
    assert len(found) == 2 * 9


def test_a_page_asks_nobody_and_no_name_ends_its_script():
    evil = "</script><script>alert(1)</script><!--"
    made = line([1, 2], name=evil)
    page = as_html(Chart(evil, made.times, "Day", made.panels)).decode()
    assert page.count("<script>") == 2
    assert not re.search(
        r"(src|href)=", page.replace(re.search(r"<script>(.*?)</script>", page, re.DOTALL)[1], "")
    )
    written = re.search(r'vegaEmbed\("#chart", (\{.*\}), \{"actions"', page)[1]
    assert json.loads(written)["datasets"]["panel0"][1]["value"] == 2
    assert json.loads(written)["vconcat"][0]["title"].startswith(evil)
