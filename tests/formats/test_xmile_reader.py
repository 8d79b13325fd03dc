"""XMILE's forms, one by one, with numbers worked out by hand."""

from __future__ import annotations

import math

import pytest

from stockade.errors import StockadeError
from stockade.formats.xmile.read import parse_xmile
from stockade.formats.xmile.write import write_xmile
from stockade.model.expressions import Binary, Call, Number, Reference, Table, Unary
from stockade.model.model import Model
from stockade.simulation.single import simulate
from tests.formats.xmile_helpers import SPECS, expression_of, model_of, xmile_of

A, B, C = Reference("a"), Reference("b"), Reference("c")
STEP = Reference("time step")


def run(model: Model, name: str) -> list[float]:
    table = simulate(model)
    return table.values[:, table.names.index(name)].tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b * c", Binary("+", A, Binary("*", B, C))),
        ("a ^ b ^ c", Binary("^", A, Binary("^", B, C))),
        ("a ** b", Binary("^", A, B)),
        ("-a ^ b", Unary("-", Binary("^", A, B))),
        ("a ^ -b * c", Binary("*", Binary("^", A, Unary("-", B)), C)),
        ("a mod b * c", Binary("*", Call("modulo", (A, B)), C)),
        ("a <> b AND NOT c", Binary("and", Binary("<>", A, B), Unary("not", C))),
        ("a or b and c", Binary("or", A, Binary("and", B, C))),
        ("{a comment} a {another, with ) and + in it} + b", Binary("+", A, B)),
        ("IF a > b THEN 1 ELSE IF a = b THEN 2 ELSE 3", Call("if then else", (
            Binary(">", A, B), Number(1), Call("if then else", (Binary("=", A, B), Number(2), Number(3)))))),
        ('"two words" + two_words', Binary("+", Reference("two words"), Reference("two words"))),
        ('"two\\nwords"', Reference("two words")),
        ('"with \\"quotes\\""', Reference('with "quotes"')),
        ("größe", Reference("größe")),
        ("TIME", Reference("time")),
        ("DT", STEP),
        ("STARTTIME + STOPTIME", Binary("+", Reference("initial time"), Reference("final time"))),
        ("PI", Number(math.pi)),
        ("pi()", Number(math.pi)),
        (".5e1", Number(5.0)),
        ("INIT(a)", Call("initial", (A,))),
        ("LOG10(a)", Call("log", (A, Number(10)))),
        ("MAX(a, b, c)", Call("max", (Call("max", (A, B)), C))),
        ("SMTH1(a, b)", Call("smooth", (A, B))),
        ("SMTH1(a, b, c)", Call("smoothi", (A, B, C))),
        ("SMTH3(a, b)", Call("smooth3", (A, B))),
        ("SMTHN(a, b, 4)", Call("smooth n", (A, B, A, Number(4)))),
        ("SMTHN(a, b, 4, c)", Call("smooth n", (A, B, C, Number(4)))),
        ("DELAY1(a, b)", Call("delay1", (A, B))),
        ("DELAY3(a, b, c)", Call("delay3i", (A, B, C))),
        ("DELAYN(a, b, 2, c)", Call("delay n", (A, B, C, Number(2)))),
        ("DELAY(a, b)", Call("delay fixed", (A, B, A))),
        ("PREVIOUS(a, b)", Call("delay fixed", (A, STEP, B))),
        ("TREND(a, b)", Call("trend", (A, B, Number(0)))),
        ("FORCST(a, b, c)", Call("forecast", (A, B, C))),
        ("RAMP(a, b)", Call("ramp", (A, B, Reference("final time")))),
        ("vensim.ZIDZ(a, b)", Call("zidz", (A, B))),
        ("vensim.PULSE_TRAIN(a, b, c, 4)", Call("pulse train", (A, B, C, Number(4)))),
    ],
)  # fmt: skip
def test_equations(text: str, expected: object) -> None:
    assert expression_of(text) == expected


@pytest.mark.parametrize(
    ("equation", "values"),
    [
        ("PULSE(6, 1, 2)", [0, 6, 0, 6, 0]),
        ("PULSE(6, 1)", [0, 6, 0, 0, 0]),
        ("PULSE(6, 1, 0)", [0, 6, 0, 0, 0]),
        ("PULSE(6)", [6, 0, 0, 0, 0]),
        ("SAFEDIV(6, TIME - 2, 9)", [-3, -6, 9, 6, 3]),
        ("SAFEDIV(1, (TIME - 2) / 10000000)", [-5e6, -1e7, 0, 1e7, 5e6]),
        ("STEP(2, 3)", [0, 0, 0, 2, 2]),
        ("RAMP(2, 1, 3)", [0, 0, 2, 4, 4]),
        ("DELAY(TIME, 2)", [0, 0, 0, 1, 2]),
        ("DELAY(TIME, 2, -7)", [-7, -7, 0, 1, 2]),
        ("PREVIOUS(TIME, 5)", [5, 0, 1, 2, 3]),
        ("(0 - 7) MOD 3 + 0 * TIME", [-1] * 5),
        ("INT(0 - 2.5 + 0 * TIME)", [-3] * 5),
        ("MIN(TIME, 3, 2)", [0, 1, 2, 2, 2]),
        ("not (TIME > 1)", [1, 1, 0, 0, 0]),
    ],
)
def test_numbers_of_functions(equation: str, values: list[float]) -> None:
    text = equation.replace("<", "&lt;")
    assert run(model_of(f'<aux name="x"><eqn>{text}</eqn></aux>'), "x") == pytest.approx(values)


def test_a_pulse_passes_its_volume_whatever_the_step() -> None:
    specs = SPECS.replace("<dt>1</dt>", '<dt reciprocal="true">4</dt>')
    stock = '<stock name="s"><eqn>0</eqn><inflow>f</inflow></stock>'
    flow = '<flow name="f"><eqn>PULSE(6, 1, 2)</eqn></flow>'
    values = run(model_of(stock + flow, specs=specs), "s")
    assert len(values) == 17
    assert [values[0], values[4], values[5], values[13]] == pytest.approx([0, 0, 6, 12])


def test_stocks_and_flows_and_their_places() -> None:
    model = model_of(
        '<stock name="People">\n<eqn>100</eqn>\n<inflow>births</inflow><outflow>deaths</outflow>\n'
        '<units>person</units><doc>All\nof them.</doc><range min="0" max="500"/></stock>\n'
        '<flow name="births">\n<eqn>People\n * no_such</eqn></flow>\n'
        '<flow name="deaths"><eqn>People/10</eqn></flow>'
    )
    people, births, _, *controls = model.variables
    rate = Binary("-", Reference("births"), Reference("deaths"))
    assert people.equation == Call("integ", (rate, Number(100)))
    assert (people.kind, people.units, people.documentation) == ("stock", "person", "All\nof them.")
    assert people.limits == (0.0, 500.0, None)
    assert (people.place.line, births.place.line) == (4, 9)
    assert isinstance(births.equation, Binary)
    assert births.equation.right.place.line == 11
    assert [one.name for one in controls] == ["INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER"]
    assert model.dialect == "xmile"


@pytest.mark.parametrize(
    ("points", "kind", "values"),
    [
        ("<xscale min='1' max='3'/><ypts>10,20,40</ypts>", "continuous", [10, 10, 20, 40, 40]),
        ("<xpts>1,2,3</xpts><ypts>10,20,40</ypts>", "continuous", [10, 10, 20, 40, 40]),
        ("<xpts sep=';'>1;2;3</xpts><ypts sep=';'>10;20;40</ypts>", "extrapolate", [0, 10, 20, 40, 60]),
    ],
)
def test_graphical_functions(points: str, kind: str, values: list[float]) -> None:
    gf = f'<gf type="{kind}">{points}</gf>'
    model = model_of(
        f'<aux name="x"><eqn>TIME</eqn>{gf}</aux><aux name="curve">{gf}</aux>'
        '<aux name="y"><eqn>LOOKUP(curve, TIME)</eqn></aux><aux name="z"><eqn>curve(TIME)</eqn></aux>'
        '<aux name="w"><eqn>LOOKUP(x, TIME)</eqn></aux>'
    )
    assert model.by_name["curve"].kind == "lookup"
    assert all(run(model, name) == pytest.approx(values) for name in "xyzw")


def test_discrete_graphical_functions_are_lookups_that_step() -> None:
    gf = '<gf type="discrete"><xpts>1,2</xpts><ypts>10,20</ypts></gf>'
    found = model_of(f'<aux name="x"><eqn>TIME</eqn>{gf}</aux>').by_name["x"].equation
    assert found == Call("lookup backward", (Table(((1, 10), (2, 20))), Reference("time")))


def test_a_stock_that_stops_at_zero_leaves_its_flows_alone() -> None:
    model = model_of(
        '<stock name="s"><eqn>5</eqn><outflow>f</outflow><non_negative/></stock>'
        '<flow name="f"><eqn>TIME - 1</eqn><non_negative/></flow>'
        '<stock name="t"><eqn>0</eqn><outflow>f</outflow><non_negative>false</non_negative></stock>'
    )
    assert run(model, "f") == [0, 0, 1, 2, 3]
    assert run(model, "s") == [5, 5, 5, 4, 2]
    assert run(model, "t") == [0, 0, 0, -1, -3]
    later = model_of(
        '<stock name="s"><eqn>2</eqn><outflow>f</outflow><non_negative/></stock>'
        '<flow name="f"><eqn>1.5</eqn></flow>'
    )
    assert run(later, "s") == [2, 0.5, 0, 0, 0]
    assert run(later, "f") == [1.5] * 5


def test_stella_holds_back_what_flows_out_of_an_empty_stock() -> None:
    header = "<header><vendor>isee systems, inc.</vendor></header>"
    text = (
        '<stock name="s"><eqn>2</eqn><inflow>in</inflow><outflow>one</outflow><outflow>two</outflow>'
        '<non_negative/></stock><flow name="in"><eqn>1</eqn><non_negative/></flow>'
        '<flow name="one"><eqn>2</eqn><non_negative/></flow>'
        '<flow name="two"><eqn>0.5</eqn><non_negative/></flow>'
    )
    model = model_of(text, before=header)
    # 2 + 1 leaves 3: the first takes 2, the second its half; then 0.5 + 1 for both, and so on.
    assert run(model, "s") == pytest.approx([2, 0.5, 0, 0, 0])
    assert run(model, "one") == pytest.approx([2, 1.5, 1, 1, 1])
    assert run(model, "two") == pytest.approx([0.5, 0, 0, 0, 0])
    both_ways = text.replace("<eqn>2</eqn><non_negative/></flow>", "<eqn>2</eqn></flow>")
    with pytest.raises(StockadeError, match="may go both ways"):
        simulate(model_of(both_ways, before=header))


def test_a_behavior_for_all_flows() -> None:
    behavior = "<behavior><flow><non_negative/></flow></behavior>"
    flag = "<non_negative>FALSE </non_negative>"
    flows = f'<flow name="f"><eqn>-1</eqn></flow><flow name="g"><eqn>-1</eqn>{flag}</flow>'
    model = model_of(flows, before=behavior)
    assert (run(model, "f"), run(model, "g")) == ([0] * 5, [-1] * 5)


def test_modules_are_flattened() -> None:
    module = (
        '<model name="Herd"><variables><stock name="size"><eqn>10</eqn><inflow>growth</inflow></stock>'
        '<flow name="growth"><eqn>size * food</eqn></flow><aux name="food" access="input"><eqn>0</eqn></aux>'
        "</variables></model>"
    )
    model = model_of(
        '<module name="Herd"><connect to="Herd.food" from="grass"/></module>'
        '<aux name="grass"><eqn>1</eqn></aux>'
        '<aux name="seen"><eqn>Herd.size + 1</eqn></aux>',
        after=module,
    )
    assert run(model, "seen") == [11, 21, 41, 81, 161]
    assert "herd.size" in model.by_name


def test_arrays_are_read_into_ranges_and_subscripts() -> None:
    sexes = '<dim name="Sex"><elem name="F"/><elem name="M"/></dim>'
    dimensions = f'<dimensions>{sexes}<dim name="N" size="2"/></dimensions>'
    sex = '<dimensions><dim name="Sex"/></dimensions>'
    model = model_of(
        f'<aux name="a">{sex}<element subscript="F"><eqn>1</eqn></element>'
        '<element subscript="M"><eqn>b</eqn></element></aux>'
        f'<aux name="b">{sex}<eqn>3</eqn></aux><aux name="c">{sex}<eqn>a + b[M] * b[2]</eqn></aux>'
        '<aux name="d"><eqn>SUM(a) + MEAN(a[*]) + MAX(b[Sex]) + SIZE(a)</eqn></aux>',
        before=dimensions,
    )
    first, second, b, c, d = model.variables[:5]
    assert [one.elements for one in model.ranges] == [("f", "m"), ("1", "2")]
    assert (first.subscripts, second.subscripts, b.subscripts) == (("f",), ("m",), ("sex",))
    assert second.equation == Reference("b", ("m",))
    bm = Reference("b", ("m",))
    assert c.equation == Binary("+", Reference("a", ("sex",)), Binary("*", bm, bm))
    every = Reference("a", ("sex!",))
    mean = Binary("/", Call("sum", (every,)), Number(2))
    most = Call("vmax", (Reference("b", ("sex!",)),))
    assert d.equation == Binary("+", Binary("+", Binary("+", Call("sum", (every,)), mean), most), Number(2))


def test_an_equation_for_each_element_in_order_as_vensim_exports_it() -> None:
    model = model_of(
        '<aux name="a"><dimensions><dim name="d"/></dimensions><eqn>1</eqn><eqn>a[1] * 2</eqn></aux>',
        before='<dimensions><dim name="d"><elem name="p"/><elem name="q"/></dim></dimensions>',
    )
    first, second = model.variables[:2]
    assert (first.subscripts, first.equation) == (("p",), Number(1))
    twice = Binary("*", Reference("a", ("p",)), Number(2))
    assert (second.subscripts, second.equation) == (("q",), twice)


def test_macros_keep_their_arguments() -> None:
    two = '<variables><aux name="two"><eqn>2</eqn></aux></variables>'
    macro = f'<macro name="TWICE"><parm>x</parm><eqn>x * two</eqn>{two}</macro>'
    model = model_of('<aux name="y"><eqn>TWICE(3)</eqn></aux>', before=macro)
    (found,) = model.macros
    assert (found.canonical, found.inputs) == ("twice", ("x",))
    assert {one.canonical: one.equation for one in found.variables} == {
        "two": Number(2),
        "twice": Binary("*", Reference("x"), Reference("two")),
    }
    assert model.by_name["y"].equation == Call("twice", (Number(3),))


def test_the_method_of_the_file_is_used() -> None:
    growth = '<stock name="s"><eqn>1</eqn><inflow>f</inflow></stock><flow name="f"><eqn>s</eqn></flow>'
    euler, rk4 = (model_of(growth, specs=SPECS.replace("Euler", one)) for one in ("Euler", "rk4"))
    assert run(euler, "s")[1] == 2
    assert run(rk4, "s")[1] == pytest.approx(1 + 1 + 1 / 2 + 1 / 6 + 1 / 24)


@pytest.mark.parametrize(
    "call", ["DELAY3(TIME, 2)", "SMTH1(TIME, half)", "DELAY(TIME, 0.5)", "DELAYN(TIME, 3, 4)"]
)
def test_a_delay_that_is_shorter_than_the_step_is_refused(call: str) -> None:
    text = f'<aux name="x"><eqn>\n{call}</eqn></aux><aux name="half"><eqn>1/2</eqn></aux>'
    with pytest.raises(StockadeError) as caught:
        simulate(model_of(text))
    (found,) = caught.value.diagnostics
    assert (found.code, found.place.line) == ("unsupported-short-delay", 5)
    specs = SPECS.replace("<dt>1", "<dt>0.5")
    simulate(model_of(text, specs=specs))


def test_a_forgotten_end_of_a_variable_is_mended() -> None:
    model = model_of('<flow name="f"><eqn>1</eqn><stock name="s"><eqn>0</eqn><inflow>f</inflow></stock>')
    assert run(model, "s") == [0, 1, 2, 3, 4]


def test_names_of_one_variable_in_all_its_spellings() -> None:
    model = model_of(
        '<aux name="Big\\nHouse"><eqn>2</eqn></aux><aux name="y"><eqn>big_house + "BIG house"</eqn></aux>'
    )
    assert run(model, "y") == [4] * 5


@pytest.mark.parametrize(
    ("variables", "code", "line"),
    [
        ('<aux name="x">\n<eqn>1 +</eqn></aux>', "broken-equation", 5),
        ('<aux name="x"><eqn>1\n+ ( 2</eqn></aux>', "unclosed-parenthesis", 5),
        ('<aux name="x"/>', "missing-equation", 4),
        ('<aux name="x"><eqn> ??? </eqn></aux>', "missing-equation", 4),
        ('<aux name="x"><eqn>NOSUCH(1)</eqn></aux>', "unknown-function", 4),
        ('<aux name="x"><eqn>ABS(1, 2)</eqn></aux>', "wrong-argument-count", 4),
        ('<aux name="x"><eqn>1</eqn></aux>\n<aux name="X"><eqn>1</eqn></aux>', "duplicate-definition", 5),
        ('<stock name="x"><eqn>1</eqn>\n<queue/></stock>', "unknown-element", 5),
        ('<stock name="x"><eqn>1</eqn>\n<conveyor/></stock>', "unsupported-conveyor", 5),
        ('<aux name="x"><eqn>1</eqn>\n<gf><ypts>1,2</ypts></gf></aux>', "broken-lookup", 5),
        ('<aux name="x"><eqn>1</eqn><gf>\n<xpts>1,a</xpts><ypts>1,2</ypts></gf></aux>', "broken-lookup", 5),
        ('<aux name="x"><dimensions><dim name="no"/></dimensions><eqn>1</eqn></aux>', "unknown-dimension", 4),
        ('<aux name="x"><eqn>1</eqn>\n<eqn>2</eqn></aux>', "duplicate-definition", 5),
        ('<module name="no"/>', "unsupported-module", 4),
        ("<aux><eqn>1</eqn></aux>", "missing-name", 4),
        ('<aux name="x"><eqn>1</eqn>\n<inflow>', "broken-xml", 6),
        ('<aux name="TIME STEP"><eqn>2</eqn></aux>', "control-twice", 4),
        ('<aux name="x"><eqn>"a</eqn></aux>', "unclosed-quote", 4),
        ('<aux name="x"><eqn>1 {a</eqn></aux>', "unclosed-comment", 4),
        ('<aux name="x"><eqn>a[i+1]</eqn></aux>', "undefined-variable", 4),
        ('<aux name="x"><eqn>1 &lt; 2 &lt; 3</eqn></aux>', "chained-comparison", 4),
    ],
)
def test_what_is_wrong_is_told_with_its_line(variables: str, code: str, line: int) -> None:
    with pytest.raises(StockadeError) as caught:
        parse_xmile(xmile_of(variables), "model.xmile")
    first = caught.value.diagnostics[0]
    assert (first.code, first.place.line) == (code, line)
    assert first.hint


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xmile>&b;</xmile>', "document-type"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><xmile/>', "document-type"),
        ("<html/>", "not-xmile"),
        ("<xmile><what/></xmile>", "unknown-element"),
        ("<xmile><model/></xmile>", "missing-control"),
        ("", "broken-xml"),
        (xmile_of("", specs=SPECS.replace("Euler", "Gear")), "unsupported-method"),
        (xmile_of("", specs=SPECS.replace("<dt>1", "<dt>one")), "broken-number"),
        (xmile_of("", specs=SPECS.replace("<dt>1", '<dt reciprocal="true">0')), "broken-number"),
        (xmile_of(""), "empty-model"),
        ("<a>" * 200, "nested-too-deep"),
    ],
)
def test_what_is_no_model(text: str, code: str) -> None:
    with pytest.raises(StockadeError) as caught:
        parse_xmile(text, "model.xmile")
    assert caught.value.diagnostics[0].code == code


def test_units_have_other_names_and_may_be_made_of_others():
    units = (
        '<model_units><unit name="fox"><alias>foxes</alias></unit>'
        '<unit name="per year"><eqn>1/year</eqn></unit><unit name="old" disabled="true"><eqn>x</eqn></unit>'
        '<unit name="kg"/></model_units>'
    )
    model = model_of('<aux name="x"><eqn>1</eqn><units>foxes*per year</units></aux>', before=units)
    assert model.unit_synonyms == (("fox", "foxes"), ("per year", "1/year"))
    again = parse_xmile(write_xmile(model), "model.xmile")
    assert again.unit_synonyms == model.unit_synonyms
    assert "<eqn>1/year</eqn>" in write_xmile(model)


def test_links_to_imported_data_are_passed_over_their_numbers_stand_in_the_model() -> None:
    link = '<data><import type="CSV" enabled="true" resource="numbers.csv"/></data>'
    model = model_of('<aux name="x"><eqn>3</eqn></aux>', before=link)
    assert model.by_name["x"].equation == Number(3)


def test_a_macro_that_an_export_has_lost_is_named() -> None:
    with pytest.raises(StockadeError, match="EXPRESSION MACRO is called") as caught:
        model_of('<aux name="x"><eqn>EXPRESSION MACRO(y, 2)</eqn></aux>')
    assert "leave out the macros" in caught.value.diagnostics[0].message


def test_words_side_by_side_that_call_nothing() -> None:
    with pytest.raises(StockadeError, match="found y"):
        model_of('<aux name="a"><eqn>x y</eqn></aux>')


def test_a_graphical_function_of_its_own() -> None:
    points = '<gf name="g"><xscale min="0" max="2"/><ypts>1,5,9</ypts></gf>'
    assert run(model_of(f'<aux name="a"><eqn>g(1.5)</eqn></aux>{points}'), "a")[0] == 7


@pytest.mark.parametrize(
    ("kind", "expected"), [("discrete", [1, 1, 5, 9, 9]), ("extrapolate", [1, 3, 5, 7, 9])]
)
def test_types_of_graphical_functions(kind: str, expected: list[float]) -> None:
    gf = f'<gf type="{kind}"><xpts>0,2,3</xpts><ypts>1,5,{9 if kind == "discrete" else 7}</ypts></gf>'
    assert run(model_of(f'<aux name="a"><eqn>TIME</eqn>{gf}</aux>'), "a") == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("ROUND(-2.5)", -3),
        ("ROUND(2.4)", 2),
        ("8 // 4 + 3 // (TIME - TIME)", 2),
        ("PERCENT(0.3)", 30),
        ("SINWAVE(2, 4)", [0, 2, 0, -2, 0]),
    ],
)
def test_functions_of_stella(call: str, expected: float | list[float]) -> None:
    found = run(model_of(f'<aux name="a"><eqn>{call}</eqn></aux>'), "a")
    assert found == pytest.approx(expected if isinstance(expected, list) else [expected] * 5)


def test_a_reference_to_an_array_of_an_unknown_dimension_is_refused() -> None:
    with pytest.raises(StockadeError) as caught:
        model_of(
            '<aux name="a"><dimensions><dim name="Sex"/></dimensions><eqn>1</eqn></aux>'
            '<aux name="b"><eqn>a[f]</eqn></aux>'
        )
    assert {one.code for one in caught.value.diagnostics} == {"unknown-dimension"}
