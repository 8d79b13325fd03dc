"""The text of .mdl files: encodings, comments within comments, ranges of values without units."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stockade.errors import StockadeError
from stockade.formats.load import load
from stockade.formats.vensim.read import parse_mdl
from stockade.model.model import Model
from stockade.simulation.single import simulate
from tests.formats.helpers import CONTROLS, model_of

TEXT = "größe = 1 ~ € [0,10] ~ Ängste |\ny = größe * 2 ~ ~ |\n" + CONTROLS


def _codes(text: str) -> list[str]:
    with pytest.raises(StockadeError) as caught:
        parse_mdl(text, "model.mdl")
    return [one.code for one in caught.value.diagnostics]


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        ("{UTF-8}\n" + TEXT).encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        ("{UTF-16}\r\n" + TEXT.replace("\n", "\r\n")).encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("cp1252"),
    ],
    ids=["utf-8", "mark", "mark-and-header", "utf-16", "utf-16-header", "utf-16-be", "cp1252"],
)
def test_one_model_in_all_its_encodings(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.mdl").write_bytes(raw)
    model = load(tmp_path / "m.mdl")
    assert model == parse_mdl(TEXT, "m.mdl")
    table = simulate(model)
    assert set(table.values[:, table.names.index("y")]) == {2.0}


def test_bytes_that_the_code_page_leaves_open_stay_different(tmp_path: Path) -> None:
    (tmp_path / "m.mdl").write_bytes(b"\x8d = 1 ~~|\n\x8f = 2 ~~|\n\x93 is a quote\x94 = 3 ~~|")
    assert [one.name for one in load(tmp_path / "m.mdl").variables] == ["\x8d", "\x8f", "“ is a quote”"]


@pytest.mark.parametrize("raw", [TEXT.encode("utf-32"), TEXT.encode("utf-16")[:-1], b"x = \0 1 ~~|"])
def test_what_is_no_text(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.mdl").write_bytes(raw)
    with pytest.raises(StockadeError) as caught:
        load(tmp_path / "m.mdl")
    assert [one.code for one in caught.value.diagnostics] == ["not-a-text-file"]


def test_an_xmile_file_in_utf_16(tmp_path: Path) -> None:
    text = """<?xml version="1.0" encoding="utf-16"?><xmile version="1.0">
    <sim_specs><start>0</start><stop>1</stop>
    </sim_specs><model><variables><aux name="größe"><eqn>7</eqn></aux></variables></model></xmile>"""
    (tmp_path / "m.xmile").write_bytes(text.encode("utf-16"))
    assert load(tmp_path / "m.xmile").by_name["größe"].text == "7"


def test_a_data_file_in_utf_16(tmp_path: Path) -> None:
    (tmp_path / "m.mdl").write_text("x = GET XLS CONSTANTS('n.tab', '', 'B1') ~~|\n" + CONTROLS)
    (tmp_path / "n.tab").write_bytes("ä\t42\n".encode("utf-16"))
    table = simulate(load(tmp_path / "m.mdl"))
    assert set(table.values[:, table.names.index("x")]) == {42.0}


def _value(model: Model) -> float:
    table = simulate(model)
    return float(table.values[0, table.names.index("x")])


@pytest.mark.parametrize(
    ("equation", "value"),
    [
        ("3 { a { b } c } + 4", 7.0),
        ("3 { {a} {b {c}} } + 4 {d}", 7.0),
        ("3 { a { b } + 4", 7.0),  # a brace that is never closed again is a sign in the comment
        ("3 { one | two ~ three } + 4", 7.0),
        ("3 {\n{ a }\n} + {}4", 7.0),
    ],
)
def test_braces_within_comments(equation: str, value: float) -> None:
    np.testing.assert_allclose(
        _value(model_of(f"x = {equation} ~ Widget {{ in {{ deed }} }} [0,9] ~ |")), value
    )


def test_a_comment_that_may_end_in_two_places_is_refused() -> None:
    text = "x = 3 ~~|\n{ y = 4 {old} ~~| z = 5 {new} ~~| }\n" + CONTROLS
    assert _codes(text)[0] == "unclear-comment"
    with pytest.raises(StockadeError) as caught:
        parse_mdl(text, "model.mdl")
    assert caught.value.diagnostics[0].place.line == 2


def test_comments_around_macros_and_at_the_head() -> None:
    macro = ":MACRO: TWICE(a { in { here ) } })\nTWICE = 2*a ~~|\n:END OF MACRO:\n"
    model = parse_mdl("{UTF-8}\n{ by { us } }\n{ x { y } }" + macro + "x = TWICE(4) ~~|" + CONTROLS, "m.mdl")
    assert model.documentation == "by { us }"
    assert [one.canonical for one in model.macros] == ["twice"]
    assert _value(model) == 8.0


def test_many_braces_take_no_time() -> None:
    for text in ("{{}" * 100_000, "{{a}" * 50_000 + "~|" + "}" * 50_000, "{" * 300_000):
        assert _codes(text)


@pytest.mark.parametrize(
    ("written", "units", "limits"),
    [
        ("[0,10]", "", (0.0, 10.0, None)),
        ("[0,10,0.5]", "", (0.0, 10.0, 0.5)),
        ("\t[ ? , 1e3 ]", "", (None, 1000.0, None)),
        ("Widget/Month [-5,?]", "Widget/Month", (-5.0, None, None)),
    ],
)
def test_ranges_of_values(written: str, units: str, limits: tuple) -> None:
    x = model_of(f"x = 3 ~ {written} ~ |").by_name["x"]
    assert (x.units, x.limits) == (units, limits)


@pytest.mark.parametrize(
    "equation", ["2*INTEG(1, 5)", "-INTEG(1, 5)", "IF THEN ELSE(Time > 3, INTEG(1, 5), 0)"]
)
def test_a_stock_within_an_expression_is_refused_with_what_to_write(equation: str) -> None:
    with pytest.raises(StockadeError) as caught:
        simulate(model_of(f"x = {equation} ~~|"))
    (told,) = caught.value.diagnostics
    assert (told.code, "name = INTEG" in told.hint) == ("nested-function", True)
