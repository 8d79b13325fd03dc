"""Units as an algebra, and what is said where they do not fit."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockade.errors import StockadeError
from stockade.model.checks import check
from stockade.model.units import DIMENSIONLESS, Units, parse_units, synonym_table
from tests.formats.helpers import model_of

SYNONYMS = synonym_table()
powers = st.dictionaries(
    st.sampled_from(["person", "month", "$", "kg"]), st.integers(-3, 3).filter(bool), max_size=4
)
units = powers.map(
    lambda found: Units(tuple(sorted((name, Fraction(power)) for name, power in found.items())))
)


@given(units, units, units)
def test_an_abelian_group(a: Units, b: Units, c: Units) -> None:
    assert a * b == b * a
    assert (a * b) * c == a * (b * c)
    assert a * DIMENSIONLESS == a
    assert a / a == DIMENSIONLESS
    assert a / b == a * b**-1


@given(units, st.integers(-3, 3), st.integers(-3, 3))
def test_powers(a: Units, m: int, n: int) -> None:
    assert a**m * a**n == a ** (m + n)
    assert (a**m) ** n == a ** (m * n)
    assert (a**2) ** Fraction(1, 2) == a


@given(units)
def test_what_is_printed_is_read_again(a: Units) -> None:
    assert parse_units(str(a), SYNONYMS) == a


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("person/(Month*attack)", "people / months / attacks"),
        ("1/Month", "1/mo."),
        ("1/Month", "/ Month"),
        ("person/Month/Month", "person/(Month*Month)"),
        ("Month^(-1)", "1/Month"),
        ("person*year/widget", "(year*person)/widget"),
        ("Dmnl", "dimensionless"),
        ("", "1"),
        ("fraction", "Dmnl"),
        ("$/Year", "dollars/yr"),
        ("m*m", "m^2"),
        ("m**2", "M ^ (2)"),
        ("m^(1/2)", "m^0.5"),
        ("kg*m/kg", "m"),
        ("a/b*c", "c*a/b"),
        ("1/(1/Month)", "Month"),
        ("metric ton", "metric_ton"),
    ],
)
def test_the_same_units(one: str, other: str) -> None:
    assert parse_units(one, SYNONYMS) == parse_units(other, SYNONYMS)


@pytest.mark.parametrize(
    ("one", "other"), [("person", "1/person"), ("Widget", "Widgets"), ("percent", "Dmnl"), ("m^2", "m")]
)
def test_different_units(one: str, other: str) -> None:
    assert parse_units(one, SYNONYMS) != parse_units(other, SYNONYMS)


def test_synonyms_of_a_file_join_groups() -> None:
    table = synonym_table([("Widget", "Widgets"), ("s", "Second"), ("moon", "month"), ("year", "moon")])
    assert parse_units("Widget", table) == parse_units("widgets", table)
    assert parse_units("s", table) == parse_units("sec", table)
    assert parse_units("years", table) == parse_units("mo", table)


def test_units_made_of_others() -> None:
    table = synonym_table(
        [("per year", "1/year"), ("N", "newton", "kg*m/second^2"), ("joule", "N*m"), ("watt", "joule / sec")]
    )
    assert parse_units("people * per year", table) == parse_units("person/yr", table)
    assert parse_units("watt", table) == parse_units("kg*m^2/second^3", table)
    assert parse_units("newton/N", table) == DIMENSIONLESS


def test_units_made_of_themselves_or_of_nothing_readable_stay_names() -> None:
    table = synonym_table([("a", "b*c"), ("b", "a/c"), ("x", "x/y"), ("odd", "(")])
    for name in ("a", "b", "x", "odd"):
        assert parse_units(f"{name}/{name}", table) == DIMENSIONLESS
        assert parse_units(name, table) != DIMENSIONLESS


def test_a_long_chain_of_units_is_read_in_time() -> None:
    chain = [(f"u{at}", f"u{at + 1}*u{at + 1}") for at in range(400)]
    assert parse_units("u0/u0", synonym_table(chain)) == DIMENSIONLESS


@pytest.mark.parametrize(
    "text", ["person/", "(person", "person)", "m^", "m^x", "*", "m^(2", "a//b", "m^(1/0)", "m^(1/2"]
)
def test_broken_units(text: str) -> None:
    with pytest.raises(StockadeError, match="broken-units"):
        parse_units(text, SYNONYMS)


PARTS = """
people = INTEG(births, 10) ~ person ~ |
births = rate * people ~ person/Month ~ |
rate = 0.1 ~ 1/Month ~ |
delay = 3 ~ Month ~ |
share = 0.5 ~ Dmnl ~ |
area = 9 ~ m^2 ~ |
table((0,0),(1,1)) ~ person ~ |
"""


def warnings_of(equation: str, units: str) -> list[str]:
    found = check(model_of(PARTS + f"x = {equation} ~ {units} ~ |"))
    assert all(one.severity == "warning" for one in found), found
    return [f"{one.code}: {one.message}" for one in found]


@pytest.mark.parametrize(
    ("equation", "units"),
    [
        ("people + births * delay", "person"),
        ("people * (1 - share)", "person"),
        ("MAX(0, people - 5)", "person"),
        ("IF THEN ELSE(people > 3, people, 0)", "person"),
        ("births / people", "1/Month"),
        ("1 / delay", "1/Month"),
        ("SQRT(area)", "m"),
        ("area ^ 0.5", "m"),
        ("area ^ -1", "1/m^2"),
        ("share ^ share", "Dmnl"),
        ("EXP(-Time / delay)", "Dmnl"),
        ("SMOOTH(people, delay)", "person"),
        ("DELAY3I(births, delay, 0)", "person/Month"),
        ("RAMP(births, 1, 5)", "person"),
        ("STEP(people, 3)", "person"),
        ("PULSE TRAIN(0, 1, delay, 10) * people", "person"),
        ("ZIDZ(births, people)", "1/Month"),
        ("XIDZ(births, people, rate)", "1/Month"),
        ("TREND(people, delay, 0)", "1/Month"),
        ("table(Time)", "person"),
        ("WITH LOOKUP(Time, ((0,0),(1,1)))", "person"),
        ("ABS(-people)", "person"),
        ("3", "kg"),
        ("MIN(3, 4) * people", "person"),
        ("INITIAL(people)", "person"),
    ],
)
def test_units_that_fit(equation: str, units: str) -> None:
    assert warnings_of(equation, units) == []


@pytest.mark.parametrize(
    ("equation", "units", "said"),
    [
        (
            "people + births",
            "person",
            "both sides of + need the same units: expected person, found person/month",
        ),
        (
            "people * births",
            "person",
            "x has other units than its equation: expected person, found person^2/month",
        ),
        ("MAX(people, delay)", "person", "argument 2 of MAX: expected person, found month"),
        ("EXP(people)", "Dmnl", "argument 1 of EXP: expected Dmnl, found person"),
        ("people ^ share", "person", "the base of a power has no units, unless the exponent is a number"),
        ("share ^ people", "Dmnl", "an exponent has no units: expected Dmnl, found person"),
        ("SMOOTH(people, share)", "person", "argument 2 of SMOOTH: expected month, found Dmnl"),
        ("INTEG(people, 0)", "person", "argument 1 of INTEG: expected person/month, found person"),
        ("INTEG(births, delay)", "person", "argument 2 of INTEG: expected person, found month"),
        ("IF THEN ELSE(people > delay, 1, 0)", "Dmnl", "both sides of > need the same units"),
        ("XIDZ(births, people, delay)", "1/Month", "argument 3 of XIDZ: expected 1/month, found month"),
        ("SQRT(area)", "m^2", "x has other units than its equation: expected m^2, found m"),
        ("people * 2", "person/", "these units cannot be read"),
    ],
)
def test_units_that_do_not_fit(equation: str, units: str, said: str) -> None:
    (found,) = [one for one in warnings_of(equation, units) if "missing-units" not in one]
    assert said in found


def test_one_clash_is_said_once() -> None:
    assert len(warnings_of("(people + births) * delay + share", "person")) == 1


def test_missing_units_are_one_warning() -> None:
    (found,) = check(model_of(PARTS + "x = people ~~| y = x + delay ~~|"))
    assert found.message == "2 variables have no units: x, y"


def test_time_has_the_units_of_the_time_step() -> None:
    (found,) = check(model_of("x = Time ~ Year ~ |"))
    assert "expected year, found month" in found.message


MACRO = """
:MACRO: PER TIME(input, month)
PER TIME = input / month ~ input/month ~ |
:END OF MACRO:
:MACRO: BARE(input)
BARE = input * 2 ~~|
:END OF MACRO:
:MACRO: SHARE(input)
SHARE = input / input ~ Dmnl ~ |
:END OF MACRO:
"""


@pytest.mark.parametrize(
    ("equation", "units", "found"),
    [
        ("PER TIME(people, delay)", "person/Month", None),
        ("PER TIME(people, delay)", "person", "person/month"),
        ("PER TIME(people, area)", "person", "person/m^2"),
        ("PER TIME(people, 3)", "kg", None),  # a number tells nothing
        ("BARE(people)", "kg", None),
        ("SHARE(people) * area", "m^2", None),
        ("SHARE(people) * area", "kg", "m^2"),
    ],
)
def test_within_a_macro_an_argument_stands_for_its_units(
    equation: str, units: str, found: str | None
) -> None:
    model = model_of(MACRO + PARTS + f"x = {equation} ~ {units} ~ |")
    warnings = [one for one in check(model) if one.code == "units-mismatch"]
    assert [one.found for one in warnings] == ([] if found is None else [found])


@pytest.mark.parametrize(
    ("written", "limits"),
    [("person [0,?]", (0, None, None)), ("person[0,9,1]", (0, 9, 1)), ("person [?,9]", (None, 9, None))],
)
def test_a_range_is_no_part_of_the_units(written: str, limits: tuple[float | None, ...]) -> None:
    model = model_of(PARTS + f"x = people * share ~ {written} ~ |")
    assert check(model) == ()
    assert model.by_name["x"].limits == limits


def test_every_finding_shows_both_units() -> None:
    model = model_of(PARTS + "x = people + delay ~ person ~ | y = births ~ person ~ |")
    assert [(one.expected, one.found) for one in check(model)] == [
        ("person", "month"), ("person", "person/month"),
    ]  # fmt: skip


def test_elements_of_a_variable_have_the_same_units() -> None:
    model = model_of(PARTS + "Who : a, b ~~| w[Who] = 1, 2 ~ person ~ | x = SUM(w[Who!]) + w[a] ~ delay ~ |")
    (found,) = check(model)
    assert (found.expected, found.found) == ("delay", "person")
