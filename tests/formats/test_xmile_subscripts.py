"""Computed subscripts, parts of dimensions, defaults of macros, INT and LOOKUPINV, as the standard has it."""

from __future__ import annotations

import numpy as np
import pytest

from stockade.errors import StockadeError
from stockade.formats.convert import save
from stockade.formats.load import load
from stockade.formats.xmile.read import parse_xmile
from stockade.simulation.single import Table, simulate
from tests.formats.xmile_helpers import model_of

DIMENSIONS = """<dimensions>
<dim name="Age" size="4"/><dim name="City"><elem name="Boston"/><elem name="Lyon"/><elem name="Ulm"/></dim>
</dimensions>"""
MACRO = '<macro name="scaled"><parm>x</parm><parm default="2">by</parm><eqn>x*by</eqn></macro>'
AGE = '<dimensions><dim name="Age"/></dimensions>'
CITY = '<dimensions><dim name="City"/></dimensions>'
RATE = f"""<aux name="rate">{AGE}<eqn>10*Age^2</eqn></aux>
<aux name="two"><dimensions><dim name="Age"/><dim name="City"/></dimensions><eqn>rate*10 + City</eqn></aux>
<aux name="idx"><eqn>TIME + 1</eqn></aux>"""


def _run(variables: str, before: str = DIMENSIONS + MACRO) -> Table:
    return simulate(model_of(RATE + variables, before=before))


def _of(table: Table, name: str) -> np.ndarray:
    at = [at for at, one in enumerate(table.names) if one.partition("[")[0] == name]
    return table.values[:, at]


RATES = 10.0 * np.arange(1, 5) ** 2
TWO = RATES[:, None] * 10 + np.arange(1, 4)


def test_a_neighbour_is_named_by_its_place_and_beyond_the_ends_there_is_nothing() -> None:
    table = _run(f"""<aux name="before">{AGE}<eqn>rate[Age-1]</eqn></aux>
    <aux name="after">{AGE}<eqn>rate[Age + 1]</eqn></aux>
    <aux name="across">{CITY}<eqn>two[2, City-1]</eqn></aux>""")
    np.testing.assert_allclose(_of(table, "before")[0], [0.0, *RATES[:-1]])
    np.testing.assert_allclose(_of(table, "after")[0], [*RATES[1:], 0.0])
    np.testing.assert_allclose(_of(table, "across")[0], [0.0, *TWO[1, :2]])


def test_a_variable_may_refer_to_its_own_neighbour() -> None:
    table = _run(f"""<aux name="cum">{AGE}<eqn>cum[Age-1] + rate</eqn></aux>
    <stock name="pop">{AGE}<eqn>100</eqn><inflow>ageing</inflow></stock>
    <flow name="ageing">{AGE}<eqn>0.1*(pop[Age-1] - pop)</eqn></flow>""")
    np.testing.assert_allclose(_of(table, "cum")[0], np.cumsum(RATES))
    pop = np.full(4, 100.0)
    for step in range(5):
        np.testing.assert_allclose(_of(table, "pop")[step], pop)
        pop = pop + 0.1 * (np.concatenate([[0.0], pop[:-1]]) - pop)


def test_a_place_may_change_during_a_run() -> None:
    table = _run(f"""<aux name="one"><eqn>rate[idx]</eqn></aux>
    <aux name="row">{CITY}<eqn>two[idx, City]</eqn></aux>
    <aux name="both"><eqn>two[idx, TIME]</eqn></aux>
    <aux name="half"><eqn>two[1 + TIME/2, Ulm]</eqn></aux>""")
    np.testing.assert_allclose(_of(table, "one")[:, 0], [*RATES, 0.0])
    np.testing.assert_allclose(_of(table, "row"), [*TWO, np.zeros(3)])
    np.testing.assert_allclose(_of(table, "both")[:, 0], [0, TWO[1, 0], TWO[2, 1], TWO[3, 2], 0])
    np.testing.assert_allclose(_of(table, "half")[:, 0], TWO[[0, 0, 1, 1, 2], 2])


def test_an_element_s_own_equation_knows_its_place() -> None:
    elements = "".join(
        f'<element subscript="{one}"><eqn>7*City + two[1, City]</eqn></element>'
        for one in ("Boston", "Lyon", "Ulm")
    )
    table = _run(f'<aux name="own">{CITY}{elements}</aux>')
    np.testing.assert_allclose(_of(table, "own")[0], 7 * np.arange(1, 4) + TWO[0])


def test_an_element_may_be_named_with_its_dimension() -> None:
    table = _run('<aux name="x"><eqn>two[2, City.Lyon] + SUM(two[1, City.Boston:City.Lyon])</eqn></aux>')
    np.testing.assert_allclose(_of(table, "x")[0], TWO[1, 1] + TWO[0, :2].sum())
    for other in ("Age.Lyon", "City.Paris", "Town.Lyon"):
        with pytest.raises(StockadeError) as caught:
            _run(f'<aux name="x"><eqn>two[2, {other}]</eqn></aux>')
        assert [one.code for one in caught.value.diagnostics] == ["unknown-subscript"]


def test_a_sum_over_a_dimension_by_name() -> None:
    table = _run('<aux name="total"><eqn>SUM(two[Age.*, Ulm])</eqn></aux>')
    np.testing.assert_allclose(_of(table, "total")[0], TWO[:, 2].sum())


@pytest.mark.parametrize(
    ("equation", "value"),
    [
        ("SUM(rate[2:4])", RATES[1:].sum()),
        ("SUM(rate[2:2])", RATES[1]),
        ("MEAN(two[1:3, *])", TWO[:3].mean()),
        ("MEAN(two[*, Lyon:Ulm])", TWO[:, 1:].mean()),
        ("MAX(two[1:2, Boston])", TWO[:2, 0].max()),
        ("MIN(10 - rate[1:3])", (10 - RATES[:3]).min()),
        ("PROD(rate[1:3])", RATES[:3].prod()),
        ("SIZE(two[2:4, *]) + SIZE(rate[1:3])", 12.0),
        ("SUM(rate[1:3] * rate[2:4])", (RATES[:3] * RATES[1:]).sum()),
        ("SUM(rate[1:3] * two[2:4, 2]) / 2", (RATES[:3] * TWO[1:, 1]).sum() / 2),
        ("SUM(two[1:2, *] * two[3:4, *])", (TWO[:2] * TWO[2:]).sum()),
    ],
)
def test_a_part_of_a_dimension(equation: str, value: float) -> None:
    table = _run(f'<aux name="x"><eqn>{equation}</eqn></aux>')
    np.testing.assert_allclose(_of(table, "x")[0], value)


def test_a_part_up_to_the_element_that_is_defined() -> None:
    """Stella's own example: what a sum of money has grown to by each year, PROD(interest[1:Year])."""
    table = _run(f"""<aux name="grown">{AGE}<eqn>1000 * PROD(rate[1:Age])</eqn></aux>
    <aux name="left">{AGE}<eqn>SUM(two[Age:4, *])</eqn></aux>
    <aux name="avg">{AGE}<eqn>MEAN(rate[1:Age])</eqn></aux>
    <aux name="low">{AGE}<eqn>MIN(5 - rate[1:Age]) + MAX(two[Age:4, 1])</eqn></aux>
    <aux name="many">{AGE}<eqn>SIZE(two[1:Age, *])</eqn></aux>
    <aux name="both">{AGE}<eqn>MEAN(two[1:Age, *])</eqn></aux>
    <aux name="fixed">{AGE}<eqn>SUM(rate[2:3]) + rate</eqn></aux>""")
    ages = np.arange(1, 5)
    np.testing.assert_allclose(_of(table, "grown")[0], 1000 * np.cumprod(RATES))
    np.testing.assert_allclose(_of(table, "left")[0], np.cumsum(TWO.sum(1)[::-1])[::-1])
    np.testing.assert_allclose(_of(table, "avg")[0], np.cumsum(RATES) / ages)
    np.testing.assert_allclose(_of(table, "low")[0], 5 - RATES + TWO[-1, 0])
    np.testing.assert_allclose(_of(table, "many")[0], 3 * ages)
    np.testing.assert_allclose(_of(table, "both")[0], np.cumsum(TWO.sum(1)) / (3 * ages))
    np.testing.assert_allclose(_of(table, "fixed")[0], RATES[1:3].sum() + RATES)


def test_the_element_that_is_defined_may_have_an_equation_of_its_own() -> None:
    elements = "".join(
        f'<element subscript="{one}"><eqn>SUM(two[1, 1:City])</eqn></element>'
        for one in ("Boston", "Lyon", "Ulm")
    )
    table = _run(f'<aux name="own">{CITY}{elements}</aux>')
    np.testing.assert_allclose(_of(table, "own")[0], np.cumsum(TWO[0]))


@pytest.mark.parametrize(
    ("equation", "code"),
    [
        ("rate[1:3]", "unsupported-subscript"),
        ("SUM(rate[3:1])", "unsupported-subscript"),
        ("SUM(rate[1:5])", "unknown-subscript"),
        ("SUM(rate[0:2])", "unknown-subscript"),
        ("SUM(rate[1:2] * rate[1:3])", "unsupported-subscript"),
        ("SUM(rate[1:2] * rate)", "unsupported-subscript"),
        ("SUM(two[1:2, 1:2])", "unsupported-subscript"),
        ("SUM(rate[1:Age])", "unsupported-subscript"),
        ("SUM(rate[1:idx])", "unknown-subscript"),
        ("SUM(rate[1:TIME + 1])", "unsupported-subscript"),
        ("SUM(rate[1:])", "broken-equation"),
        ("SUM(rate[1:2)", "unsupported-subscript"),
    ],
)
def test_parts_that_are_unclear_are_refused(equation: str, code: str) -> None:
    with pytest.raises(StockadeError) as caught:
        _run(f'<aux name="x"><eqn>{equation}</eqn></aux>')
    assert [one.code for one in caught.value.diagnostics] == [code]


@pytest.mark.parametrize("bounds", ["Age:1", "4:Age", "Age:3", "2:Age", "Age:Age", "1:City"])
def test_a_part_that_may_be_empty_is_refused(bounds: str) -> None:
    with pytest.raises(StockadeError) as caught:
        _run(f'<aux name="x">{AGE}<eqn>SUM(rate[{bounds}])</eqn></aux>')
    assert [one.code for one in caught.value.diagnostics] == ["unsupported-subscript"]


@pytest.mark.parametrize("form", [".mdl", ".xmile"])
def test_computed_subscripts_survive_a_conversion(tmp_path, form: str) -> None:
    model = model_of(
        RATE + f'<aux name="cum">{AGE}<eqn>rate[Age-1] + rate[idx]</eqn></aux>', before=DIMENSIONS
    )
    save(model, tmp_path / f"again{form}")
    again = simulate(load(tmp_path / f"again{form}"))
    np.testing.assert_allclose(_of(again, "cum"), _of(simulate(model), "cum"))


@pytest.mark.parametrize("form", [".mdl", ".xmile"])
@pytest.mark.parametrize("equation", ["MEAN(two[2:3, *]) + rate", "SUM(rate[1:Age])"])
def test_parts_survive_a_conversion(tmp_path, form: str, equation: str) -> None:
    model = model_of(RATE + f'<aux name="some">{AGE}<eqn>{equation}</eqn></aux>', before=DIMENSIONS)
    if form == ".xmile" and "Age" in equation:
        with pytest.raises(StockadeError) as caught:
            save(model, tmp_path / "again.xmile")
        assert [one.code for one in caught.value.diagnostics] == ["cannot-be-written"]
        return
    save(model, tmp_path / f"again{form}")
    again = simulate(load(tmp_path / f"again{form}"))
    np.testing.assert_allclose(_of(again, "some"), _of(simulate(model), "some"))


def test_where_a_place_is_unclear_it_is_refused() -> None:
    dimensions = """<dimensions><dim name="Part"><elem name="b"/><elem name="a"/></dim>
    <dim name="Whole"><elem name="a"/><elem name="b"/><elem name="c"/></dim></dimensions>"""
    part = '<dimensions><dim name="Part"/></dimensions>'
    with pytest.raises(StockadeError) as caught:
        model_of(f'<aux name="x">{part}<eqn>x[Part-1] + 1</eqn></aux>', before=dimensions)
    assert [one.code for one in caught.value.diagnostics] == ["unsupported-subscript"]


def test_a_macro_s_argument_may_be_left_out_where_it_has_a_default() -> None:
    table = _run('<aux name="m"><eqn>scaled(TIME) + scaled(TIME, 3)</eqn></aux>')
    np.testing.assert_allclose(_of(table, "m")[:, 0], 5.0 * np.arange(5))
    with pytest.raises(StockadeError) as caught:
        _run('<aux name="m"><eqn>scaled()</eqn></aux>')
    assert [one.code for one in caught.value.diagnostics] == ["wrong-argument-count"]
    with pytest.raises(StockadeError) as caught:
        _run("", before=DIMENSIONS + MACRO.replace('"2"', '"much"'))
    assert [one.code for one in caught.value.diagnostics] == ["broken-default"]


@pytest.mark.parametrize(
    ("vendor", "value"), [("isee systems, inc.", -3.0), ("Ventana Systems, xmutil", -2.0)]
)
def test_int_is_the_floor_but_in_vensims_exports(vendor: str, value: float) -> None:
    text = f"""<xmile version="1.0"><header><vendor>{vendor}</vendor></header>
    <sim_specs method="Euler"><start>0</start><stop>1</stop><dt>1</dt></sim_specs>
    <model><variables><aux name="x"><eqn>INT(TIME - 2.5)</eqn></aux></variables></model></xmile>"""
    table = simulate(parse_xmile(text, "model.xmile"))
    np.testing.assert_allclose(_of(table, "x")[0], value)


def test_the_inverse_of_a_curve() -> None:
    curve = '<gf><xscale min="0" max="4"/><ypts>0,1,4,9,16</ypts></gf>'
    table = _run(
        f"""<aux name="curve">{curve}</aux><aux name="inv"><eqn>LOOKUPINV(curve, TIME*4)</eqn></aux>"""
    )
    wanted = np.interp([0, 4, 8, 12, 16], [0, 1, 4, 9, 16], range(5))
    np.testing.assert_allclose(_of(table, "inv")[:, 0], wanted)
    with pytest.raises(StockadeError) as caught:
        _run(
            f"""<aux name="curve">{curve.replace("<gf>", '<gf type="discrete">')}</aux>
            <aux name="inv"><eqn>LOOKUPINV(curve, TIME)</eqn></aux>"""
        )
    assert [one.code for one in caught.value.diagnostics] == ["not-a-lookup"]
