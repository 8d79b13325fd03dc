"""The forms of Vensim's text, one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from stockade.errors import StockadeError
from stockade.formats.load import load
from stockade.formats.vensim.read import parse_mdl
from stockade.model.checks import check
from stockade.model.expressions import Array, Binary, Call, Number, Reference, Table, Unary
from stockade.model.printing import print_expression
from tests.formats.helpers import expression_of, model_of

A, B, C = Reference("a"), Reference("b"), Reference("c")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b * c", Binary("+", A, Binary("*", B, C))),
        ("a - b - c", Binary("-", Binary("-", A, B), C)),
        ("a / b / c", Binary("/", Binary("/", A, B), C)),
        # As Vensim computes them; see the case arithmetics_exp of the SDX suite.
        ("a ^ b ^ c", Binary("^", A, Binary("^", B, C))),
        ("-a ^ b", Unary("-", Binary("^", A, B))),
        ("a ^ -b", Binary("^", A, Unary("-", B))),
        ("a ^ -b * c", Binary("*", Binary("^", A, Unary("-", B)), C)),
        ("-a * b", Binary("*", Unary("-", A), B)),
        ("a = b :AND: b <> c", Binary("and", Binary("=", A, B), Binary("<>", B, C))),
        ("a :OR: b :AND: c", Binary("or", A, Binary("and", B, C))),
        (":NOT: a = b", Unary("not", Binary("=", A, B))),
        (":not:a:and:b", Binary("and", Unary("not", A), B)),
        ("{first} a {of } two} + b", None),
        ("a {a comment ~ with | signs} + b", Binary("+", A, B)),
        ("A\t + \\\n\t\tB", Binary("+", A, B)),
        ("Two_words", Reference("two words")),
        ("two \n words", Reference("two words")),
        ('"with \\"quotes\\" ~ and | bars"', Reference('with "quotes" ~ and | bars')),
        ("größe + 人口", Binary("+", Reference("größe"), Reference("人口"))),
        ("farmer's share", Reference("farmer's share")),
        ("1.5e3", Number(1500.0)),
        (".5", Number(0.5)),
        ("5.", Number(5.0)),
        ("007", Number(7.0)),
        ("1E+06", Number(1e6)),
        (":NA:", Number(-(2.0**109))),
        ("IF THEN ELSE(a>b,1,0)", Call("if then else", (Binary(">", A, B), Number(1.0), Number(0.0)))),
        ("if_then_else (a, b, c)", Call("if then else", (A, B, C))),
        ("RANDOM 0 1()", Call("random 0 1", ())),
        ("WITH LOOKUP(a, ([(0,0)-(2,2)],(0,1),(2,3)))", Call("with lookup", (A, Table(((0, 1), (2, 3)))))),
        ("WITH LOOKUP(a, ((0,1),(2,3)))", Call("with lookup", (A, Table(((0, 1), (2, 3)))))),
        ("a[one, two!]", Reference("a", ("one", "two!"))),
        ("1, 2; 3, -4;", Array(((1, 2), (3, -4)))),
        ("1, :NA:", Array(((1, -(2.0**109)),))),
        ("TABBED ARRAY(\n1\t2\n3\t4\n)", Array(((1, 2), (3, 4)))),
    ],
)  # fmt: skip
def test_right_hand_sides(text: str, expected: object) -> None:
    if expected is None:
        with pytest.raises(StockadeError):
            expression_of(text)
    else:
        assert expression_of(text) == expected


def test_lookups_are_told_from_functions_and_from_variables() -> None:
    model = model_of(
        "table((0,0),(1,2)) ~~| old table(0,1,2, 5,6,7) ~~| y = table(Time) + old table(Time) + SIN(Time) ~~|"
    )
    y = model.by_name["y"].equation
    assert isinstance(y, Binary)
    assert isinstance(y.left, Binary)
    assert y.left.left == Call("lookup", (Reference("table"), Reference("time")))
    assert y.right == Call("sin", (Reference("time"),))
    assert model.by_name["old table"].equation == Table(((0, 5), (1, 6), (2, 7)))


def test_points_of_a_lookup_are_put_in_order() -> None:
    table = model_of("t((2,-3),(1,-7),(0,-1)) ~~|").by_name["t"].equation
    assert table == Table(((0, -1), (1, -7), (2, -3)))


def test_subscripts_ranges_and_mappings() -> None:
    model = model_of(
        """
        town: (t1-t3), capital -> region, (side: left, left, right, right) ~~|
        place <-> town ~~|
        stock[town] :EXCEPT: [t1], [t2] = INTEG(flow[town], 0) ~~|
        flow[town] = 1, 2, 3, 4 ~~|
        """
    )
    town, place = model.ranges
    assert town.elements == ("t1", "t2", "t3", "capital")
    assert town.mappings == (("region", ()), ("side", ("left", "left", "right", "right")))
    assert place.equivalent == "town"
    assert model.by_name["stock"].subscripts == ("town",)
    assert model.by_name["stock"].exceptions == (("t1",), ("t2",))
    assert model.by_name["flow"].equation == Array(((1, 2, 3, 4),))


def test_macros_wherever_they_stand() -> None:
    model = model_of(
        """
        y = TWICE(Time) ~~|
        :MACRO: TWICE(x : half)
        TWICE = 2 * x ~~|
        half = x / 2 ~~|
        :END OF MACRO:
        z = y ~~|
        """
    )
    (macro,) = model.macros
    assert (macro.name, macro.inputs, macro.outputs) == ("TWICE", ("x",), ("half",))
    assert [one.name for one in macro.variables] == ["TWICE", "half"]
    assert [one.name for one in model.variables][:2] == ["y", "z"]


def test_data_variables_and_reality_checks() -> None:
    model = model_of(
        """
        seen ~~|
        smooth seen:INTERPOLATE: ~~|
        from file:RAW::= GET XLS DATA('f.xlsx', 'Sheet 1', 'A', 'B2') ~~|
        fixed == 3 ~ Dmnl [0,5] ~ A comment ~ :SUPPLEMENTARY |
        no fuel no heat:THE CONDITION: fixed = 0 :IMPLIES: seen = 0 ~~|
        no fuel:TEST INPUT: fixed = 0 ~~|
        """
    )
    assert [(one.kind, one.keyword) for one in model.variables[:3]] == [
        ("data", ""),
        ("data", "interpolate"),
        ("data", "raw"),
    ]
    fixed = model.by_name["fixed"]
    assert fixed.unchangeable
    assert fixed.flags == ":SUPPLEMENTARY"
    assert [one.kind for one in model.reality_checks] == ["condition", "test input"]


def test_a_lookup_may_be_called_like_a_rare_function() -> None:
    model = model_of("demand at price((0,0),(9,9)) ~~| y = demand at price(Time) ~~|")
    assert isinstance(model.by_name["y"].equation, Call)
    assert model.by_name["y"].equation.function == "lookup"


def test_a_name_broken_over_two_lines_is_one_name() -> None:
    model = model_of("long name that is \\\n\t\tbroken = 3 ~~| b = long name that is broken ~~|")
    assert model.variables[0].name == "long name that is broken"


def test_marks_of_reality_checks_stand_beside_a_side() -> None:
    for text in ("y > :CROSSING: :CROSSING: x + 1", ":AT LEAST ONCE: (a :AND: b)", "y <= :AT LEAST ONCE: 3"):
        read = expression_of(text)
        assert print_expression(read) == text
    assert expression_of("y > :CROSSING: x * 2 :AND: z") == expression_of("(y > :CROSSING: (x * 2)) :AND: z")


def test_sketch_is_not_read_but_its_unit_synonyms_are() -> None:
    sketch = '\\\\\\---/// Sketch information\nV300 ~ | { " (\n///---\\\\\\\n:L<%^E!@\n'
    sketch += "22:Widget,Widgets\n22:Hour,Hours\n"
    model = parse_mdl("x = 1 ~ Widget ~ |\n" + sketch, "model.mdl")
    assert [one.name for one in model.variables] == ["x"]
    assert model.unit_synonyms == (("Widget", "Widgets"), ("Hour", "Hours"))


def test_quotes_in_comments_mean_nothing() -> None:
    model = model_of('x = 1 ~ ~ an "odd number" of "quotes |\ny = 2 ~ ~ isn\'t it |')
    assert [one.name for one in model.variables][:2] == ["x", "y"]


def test_windows_line_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "m.mdl"
    file.write_bytes("\ufeff{UTF-8}\r\nx =\r\n\t1\r\n\t~\tDmnl\r\n\t~\tä\r\n\t|\r\n".encode())
    (x,) = load(file).variables
    assert (x.place.line, x.documentation) == (2, "ä")


def test_old_files_hold_the_code_page_of_their_time(tmp_path: Path) -> None:
    file = tmp_path / "m.mdl"
    file.write_bytes("größe = 1 ~ € ~ |".encode("cp1252"))
    (x,) = load(file).variables
    assert (x.name, x.units) == ("größe", "€")


def test_a_sum_of_ten_thousand_terms_is_read() -> None:
    assert expression_of(" + ".join(["a"] * 10_000)) is not None


def test_every_mdl_of_the_corpus_is_read_or_refused_with_a_line(shared: Path) -> None:
    files = sorted((shared / "corpus").rglob("*.mdl"))
    if not files:
        pytest.skip("needs shared/corpus: models that are not part of the repository")
    refused, read = {}, []
    for file in files:
        try:
            read.append(load(file))
            assert read[-1].variables
        except StockadeError as error:
            # Workbooks that two models name are not part of the suite: that is said, with the line.
            codes = {one.code for one in error.diagnostics}
            if codes != {"external-no-file"} or not all(one.place.line for one in error.diagnostics):
                refused[file.name] = [str(one) for one in error.diagnostics]
    # Everything else can be read today; what cannot be run is refused by `check`, by name and line.
    assert refused == {}
    without_line = {
        model.source: str(one)
        for model in read
        for one in check(model)
        if one.severity == "error" and not one.place.line
    }
    assert without_line == {}


@pytest.mark.parametrize(("number", "method"), [("0", "euler"), ("2", "euler"), ("1", "rk4"), ("5", "rk4")])
def test_the_integration_method_stands_in_the_settings(number: str, method: str) -> None:
    settings = f"\\\\\\---/// Sketch\n///---\\\\\\\n:L<%^E!@\n15:0,0,0,{number},0,0\n22:a,b\n"
    assert parse_mdl("x = 1 ~~|\n" + settings, "x.mdl").method == method


def test_a_method_that_is_not_run_is_refused() -> None:
    settings = "\\\\\\---/// Sketch\n///---\\\\\\\n15:0,0,0,3,0,0\n"
    with pytest.raises(StockadeError, match="integration method 3"):
        parse_mdl("x = 1 ~~|\n" + settings, "x.mdl")
