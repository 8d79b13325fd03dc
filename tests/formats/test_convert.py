"""What is written reads back as the same model, and gives the same numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockade.errors import StockadeError
from stockade.formats.convert import convert, written_as
from stockade.formats.load import load
from stockade.formats.vensim.read import parse_mdl
from stockade.formats.vensim.write import write_mdl
from stockade.formats.xmile.read import parse_xmile
from stockade.formats.xmile.write import write_xmile
from stockade.model.expressions import Binary, Call, Expression, Number, Reference, Unary
from stockade.model.model import Model, Variable
from stockade.simulation.single import simulate
from tests.formats.helpers import model_of as mdl_of
from tests.formats.xmile_helpers import model_of as xmile_of

REPOSITORY = Path(__file__).resolve().parents[2]
OURS = sorted([*REPOSITORY.glob("models/*/model.mdl"), *REPOSITORY.glob("studies/*/model.mdl")])
RICH = """
{An opening comment.}
births = birth rate * People ~ person/Month [0,10,?] ~ Those born.
	And a second line. ~ :SUPPLEMENTARY |
"a name: with signs" == 3 ~~|
birth rate = 0.1 ~ 1/Month [0,1,0.01] ~|
********************************************************
	.Deaths
********************************************************~
		|
People = INTEG( births - People / life table(Time) , 100) ~ person ~|
Gone = INTEG( - births - leaving, 5) ~~|
leaving = WITH LOOKUP(Time, ([(0,0)-(10,2)],(0,1),(2,3))) * 1 ~~|
plain = WITH LOOKUP(Time, ((0,1),(2,3))) ~~|
life table( [(0,0)-(10,80)],(0,60),(10,70.5) ) ~ Month ~|
later = DELAY N(births, 2, 1, 3) + SMOOTH N(births, 2, 1, 3) + XIDZ(1, births, 2) ~~|
held = ACTIVE INITIAL(MODULO(People, 3) - MODULO(7, births), 2) ~~|
choice = IF THEN ELSE( :NOT: (births > 2 :AND: Time >= 3), PULSE(1, 2), -(2 ^ -births) ^ 2) ~~|
"""


def same(one: Model, other: Model) -> bool:
    return replace(one, dialect=other.dialect, title=other.title) == other


def assert_same_numbers(one: Model, other: Model) -> None:
    first, second = simulate(one), simulate(other)
    assert first.names == second.names
    np.testing.assert_allclose(second.values, first.values, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.parent.name)
def test_our_models_read_back_from_both_formats(path: Path) -> None:
    model = load(path)
    assert same(model, parse_mdl(write_mdl(model), "x.mdl"))
    if any(one.mappings for one in model.ranges):
        assert_same_numbers(model, parse_xmile(write_xmile(model), "x.xmile"))
    else:
        assert same(model, parse_xmile(write_xmile(model), "x.xmile"))


def test_a_model_with_everything() -> None:
    model = mdl_of(RICH.replace(" * 1 ~~|", " ~~|"))
    mdl = parse_mdl(write_mdl(model), "x.mdl")
    xmile = parse_xmile(write_xmile(model), "x.xmile")
    assert mdl == model
    assert same(model, xmile)
    assert_same_numbers(model, xmile)


def test_what_xmile_cannot_say_is_refused_by_name() -> None:
    with pytest.raises(StockadeError) as caught:
        write_xmile(mdl_of(RICH))
    (found,) = caught.value.diagnostics
    assert (found.code, found.place.name) == ("cannot-be-written", "leaving")


def test_macros_arrays_and_reality_checks_read_back_as_mdl() -> None:
    model = mdl_of(
        ":MACRO: TWICE(x : half)\nTWICE = 2 * x ~~|\nhalf = x / 2 ~~|\n:END OF MACRO:\n"
        "sex: female, male -> other, (third: a, b) ~~ Comment |\nother: o1, o2 ~~|\nthird: a, b ~~|\n"
        "alias <-> sex ~~|\na[sex] :EXCEPT: [male] = SUM(b[sex,other!]) ~~|\na[male] = 1 ~~|\n"
        "b[sex,other] = 1,2; 3,-4; ~~|\nc[sex] = TWICE(a[sex]) ~~|\nd :INTERPOLATE: ~~|\ne := d * 2 ~~|\n"
        "f = GET XLS CONSTANTS('file.xlsx', 'tab', 'B2') ~~|\n"
        "check :THE CONDITION: f = 1 :IMPLIES: e > 2 ~~|\ntest :TEST INPUT: f = 3 ~~|\n"
    )
    assert parse_mdl(write_mdl(model), "x.mdl") == model


def test_subscripts_are_spelled_alike_everywhere() -> None:
    model = mdl_of(
        "Sex: Female, Old_Male -> (Other: O1, O2) ~~|\nOther: O1, O2 ~~|\n"
        "a[sex] :EXCEPT: [old male] = 1 ~~|\n"
        "a[OLD MALE] = SUM(b[female,other!]) ~~|\nb[SEX,other] = 1,2; 3,4; ~~|\nAlias <-> sex ~~|\n"
    )
    text = write_mdl(model)
    for piece in (
        "a[Sex] :EXCEPT: [Old_Male]",
        "b[Female,Other!]",
        "b[Sex,Other]",
        "(Other: O1, O2)",
        "<-> Sex",
    ):
        assert piece in text
    assert parse_mdl(text, "x.mdl") == model


def test_arrays_and_macros_read_back_as_xmile() -> None:
    dimensions = '<dimensions><dim name="Sex"><elem name="F"/><elem name="M"/></dim></dimensions>'
    sex = '<dimensions><dim name="Sex"/></dimensions>'
    gf = "<gf><xpts>0,1</xpts><ypts>2,3</ypts></gf>"
    model = xmile_of(
        f'<aux name="a">{sex}<element subscript="F"><eqn>1</eqn></element><element subscript="M">'
        f'<eqn>TWICE(2)</eqn></element></aux><aux name="b">{sex}<eqn>a * SUM(a[*])</eqn></aux>'
        f'<stock name="s">{sex}<eqn>1</eqn><inflow>b</inflow><non_negative/></stock>'
        f'<aux name="t">{sex}<element subscript="F">{gf}</element>'
        f'<element subscript="M">{gf}</element></aux>',
        before=f'{dimensions}<macro name="TWICE"><parm>x</parm><eqn>2 * x</eqn></macro>',
    )
    assert same(model, parse_xmile(write_xmile(model), "x.xmile"))


def test_non_negative_flows_are_spelled_out_for_vensim() -> None:
    model = xmile_of(
        '<stock name="s"><eqn>2</eqn><outflow>f</outflow><non_negative/></stock>'
        '<flow name="f"><eqn>TIME - 1</eqn><non_negative/></flow>'
    )
    assert_same_numbers(model, parse_mdl(write_mdl(model), "x.mdl"))
    assert same(model, parse_xmile(write_xmile(model), "x.xmile"))


def test_curves_that_go_on_get_a_variable_of_their_own_in_vensim() -> None:
    gf = '<gf type="extrapolate"><xpts>1,2</xpts><ypts>1,3</ypts></gf>'
    model = xmile_of(f'<aux name="x"><eqn>TIME</eqn>{gf}</aux>')
    text = write_mdl(model)
    assert "x lookup((1,1),(2,3))" in text
    assert simulate(parse_mdl(text, "x.mdl")).values[:, 0].tolist() == [-1, 1, 3, 5, 7]


def test_the_method_is_kept() -> None:
    model = replace(mdl_of("x = 1 ~~|"), method="rk4")
    assert same(model, parse_xmile(write_xmile(model), "x.xmile"))
    assert parse_mdl(write_mdl(model), "x.mdl").method == "rk4"


def test_files(tmp_path: Path) -> None:
    there, back = tmp_path / "model.xmile", tmp_path / "model.mdl"
    model = convert(OURS[0], there)
    assert same(convert(there, back), replace(load(back), dialect="xmile"))
    assert same(model, load(back))
    with pytest.raises(StockadeError, match="unknown-format"):
        convert(there, tmp_path / "model.vpm")
    with pytest.raises(StockadeError, match="output-not-writable"):
        convert(there, tmp_path / "no" / "model.mdl")


NAMES = st.sampled_from(
    ["a", "b c", "if", "pi", "dt", 'with "quotes"', "sales in $/year", "größe", "x.y", "a\\b"]
)
LEAVES = st.one_of(
    st.floats(0, 1e9).map(Number),
    st.integers(0, 99).map(lambda one: Number(float(one))),
    NAMES.map(Reference),
)
FUNCTIONS = {
    "min": 2, "max": 2, "abs": 1, "integer": 1, "modulo": 2, "log": 2, "if then else": 3, "zidz": 2,
    "ramp": 3, "smooth": 2, "smoothi": 3, "delay3i": 3, "delay fixed": 3, "pulse": 2, "pulse train": 4,
    "initial": 1, "trend": 3, "forecast": 3, "random uniform": 3, "power": 2, "sample if true": 3, "step": 2,
    "quantum": 2,
}  # fmt: skip


def grown(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    operators = st.sampled_from(["+", "-", "*", "/", "^", "=", "<>", "<", ">", "<=", ">=", "and", "or"])
    calls = st.sampled_from(sorted(FUNCTIONS)).flatmap(
        lambda name: st.tuples(*[parts] * FUNCTIONS[name]).map(lambda arguments: Call(name, arguments))
    )
    return st.one_of(
        st.builds(Binary, operators, parts, parts),
        st.builds(Unary, st.sampled_from(["-", "+", "not"]), parts),
        calls,
    )


@settings(max_examples=300, deadline=None)
@given(st.recursive(LEAVES, grown, max_leaves=12))
def test_any_equation_reads_back_from_both_formats(equation: Expression) -> None:
    names = ["a", "b c", "if", "pi", "dt", 'with "quotes"', "sales in $/year", "größe", "x.y", "a\\b"]
    model = mdl_of("a = 1 ~~|")
    others = tuple(Variable(one, one, "constant", Number(1.0)) for one in names)
    kind = "constant" if isinstance(equation, Number) else "auxiliary"
    result = Variable("result", "result", kind, equation)
    model = replace(model, variables=(*others, result, *model.variables[1:]))
    for suffix, read in ((".mdl", parse_mdl), (".xmile", parse_xmile)):
        found = read(written_as(model, suffix), "x").by_name["result"].equation
        assert found == equation
