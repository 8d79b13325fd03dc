from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stockade.claims.grammar import LONGEST_CLAIM, MOST_SIGNS, parse, read_window
from stockade.claims.nodes import (
    Arithmetic,
    Both,
    Comparison,
    Conditional,
    Either,
    Explanations,
    MonthWindow,
    Negative,
    Not,
    Number,
    Observed,
    Reported,
    Variable,
    WindowTerm,
)
from stockade.claims.render import render
from stockade.claims.walk import descend
from stockade.errors import Place, StockadeError
from tests.claims.helpers import iraq_specs

MARCH = MonthWindow(2008 * 12 + 2, 2008 * 12 + 2)


def at(name: str, scenario: str | None = None) -> WindowTerm:
    return WindowTerm("at", Variable(name), MARCH, scenario)


def shape(text: str):
    return parse(text).expression


def test_windows():
    assert read_window("2008-03") == MonthWindow(24098, 24098)
    assert read_window("2007") == MonthWindow(24084, 24095)
    assert read_window("2007-12..2008-03") == MonthWindow(24095, 24098)
    assert read_window("2007 .. 2008") == MonthWindow(24084, 24107)
    assert read_window("2008-03..2007").months < 0


def test_names_with_spaces_quotes_and_case():
    assert shape("at(Foreign_Fighters, 2008-03) > 1").left == at("foreign fighters")
    assert shape('at("if not", 2008-03) > 1').left == at("if not")
    assert shape("AT(members, 2008-03) > 1 AND at(sanctuary, 2008-03) > 1").left.left == at("members")
    assert shape("at(total, 2008-03) > 1").left == at("total")
    assert shape("at(android notes, 2008-03) > 1").left == at("android notes")


def test_product_binds_before_sum_and_both_lean_left():
    left = shape("1 + 2 * 3 - 4 / 5 / 6 < at(x, 2008-03)").left
    one, two, three, four, five, six = map(Number, (1.0, 2.0, 3.0, 4.0, 5.0, 6.0))
    product = Arithmetic("*", two, three)
    quotient = Arithmetic("/", Arithmetic("/", four, five), six)
    assert left == Arithmetic("-", Arithmetic("+", one, product), quotient)


def test_not_binds_before_and_before_or():
    a, b, c = (Comparison(">", at(name), Number(0.0)) for name in "abc")
    text = "at(a, 2008-03) > 0 or not at(b, 2008-03) > 0 and at(c, 2008-03) > 0"
    assert shape(text) == Either(a, Both(Not(b), c))
    text = "(at(a, 2008-03) > 0 or at(b, 2008-03) > 0) and at(c, 2008-03) > 0"
    assert shape(text) == Both(Either(a, b), c)


def test_parentheses_hold_numbers_or_truths():
    assert shape("(at(a, 2008-03) + 1) * 2 > 0").left.operator == "*"
    assert shape("((at(a, 2008-03) > 0))") == Comparison(">", at("a"), Number(0.0))


def test_under_belongs_to_its_window():
    claim = shape("at(x, 2008-03) under no surge >= at(x, 2008-03) + 0.1")
    assert claim.left == at("x", "no surge")
    assert claim.right == Arithmetic("+", at("x"), Number(0.1))


def test_series_reports_conditions_and_explanations():
    assert shape("mean(observed(a_b), 2008-03) > 1").left.quantity == Observed("a_b")
    assert shape("mean(reported(r), 2008-03) > 1").left.quantity == Reported("r")
    assert isinstance(shape("if at(a, 2008-03) > 0 then at(b, 2008-03) > 0"), Conditional)
    expected = Explanations(("commentary", "departures-only"), ("supply",))
    assert shape("explanation in (commentary, departures-only) against (supply)") == expected


def test_signs():
    assert shape("-at(x, 2008-03) < +1").left == Negative(at("x"))
    assert shape("at(-x, 2008-03) < 1").left.quantity == Negative(Variable("x"))


def test_spans_point_at_the_text():
    text = "at(members, 2008-03) under no_surge < 0.5 * at(sanctuary, 2008-03)"
    claim = parse(text)
    written = [text[one.span.start : one.span.end] for one in descend(claim.expression)]
    assert "members" in written
    assert "at(members, 2008-03) under no_surge" in written
    assert "0.5 * at(sanctuary, 2008-03)" in written


def test_every_claim_of_the_founding_case_parses(iraq_folder):
    specs = iraq_specs(iraq_folder)
    assert len(specs) == 28
    for spec in specs:
        if spec.not_testable:
            continue
        claim = parse(spec.says, spec.place)
        assert parse(render(claim.expression)) == claim, spec.id


MISTAKES = [
    "",
    "total(suicide attacks, 2008) = 3",
    "totl(suicide attacks, 2008) > 3",
    "total(suicide attacks) > 3",
    "total(suicide attacks, 2008-13) > 3",
    "total(suicide attacks, 2008-3) > 3",
    "total(suicide attacks, 2008..) > 3",
    "at(members, 2010-12) > 10,000",
    "foreign fighters > 3",
    "total(x, 2008)",
    "total(x, 2008) and total(x, 2007)",
    "(total(x, 2008) > 1) > 2",
    "1 < total(x, 2008) < 2",
    "total(mean(x, 2008), 2007) > 1",
    "mean(share, 2008) > 75%",
    "(total(x, 2008) > 75",
    "total(x under s, 2008) > 75",
    "total(x, 2008) > 3 under s",
    "explanation in (a) > 1",
    "if total(x, 2008) > 1",
    "total(observed(a b), 2008) > 1",
    "at(x, 2008-03) ^ 2 > 1",
    "at(x, 2008-03) > 1\n  and at(y, 2008-03) ! 2",
    "1" + " + 1" * 300 + " > 2",
]


@pytest.mark.parametrize("text", MISTAKES, ids=range(len(MISTAKES)))
def test_mistakes(text, snapshot):
    with pytest.raises(StockadeError) as caught:
        parse(text, Place("study.toml", 312, None, "leaving-count"))
    assert str(caught.value) == snapshot


def test_place_of_a_second_line():
    with pytest.raises(StockadeError) as caught:
        parse("at(x, 2008-03) > 1\n  and at(y 2", Place("study.toml", 10, 9, "c"))
    place = caught.value.diagnostics[0].place
    assert (place.line, place.column) == (11, 13)


# ---------------------------------------------------------------- round trip over random claims

names = st.sampled_from(["members", "foreign fighters", "and then", "x", "50 percent", "month of first"])
windows = st.tuples(st.integers(24000, 24060), st.integers(0, 20)).map(
    lambda w: MonthWindow(w[0], w[0] + w[1])
)
numbers = st.floats(0, 1e6, allow_nan=False).map(Number)
series = st.one_of(names.map(Variable), st.sampled_from(["a_b", "c d"]).map(Observed))
signs = st.sampled_from("+-*/")


def arithmetic(leaf):
    return st.recursive(
        leaf,
        lambda inner: st.one_of(st.builds(Arithmetic, signs, inner, inner), st.builds(Negative, inner)),
        max_leaves=3,
    )


terms = st.builds(
    WindowTerm,
    st.sampled_from(["total", "mean", "at", "peak", "lowest", "change"]),
    arithmetic(st.one_of(series, numbers)),
    windows,
    st.one_of(st.none(), st.sampled_from(["no_surge", "all kept"])),
)
comparisons = st.builds(
    Comparison,
    st.sampled_from(["<", ">", "<=", ">="]),
    arithmetic(st.one_of(terms, numbers)),
    arithmetic(terms),
)
truths = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(Both, inner, inner), st.builds(Either, inner, inner), st.builds(Not, inner)
    ),
    max_leaves=4,
)
claims = st.one_of(truths, st.builds(Conditional, truths, truths))


@settings(max_examples=80, deadline=None)
@given(claims)
def test_what_is_printed_parses_to_the_same(expression):
    text = render(expression)
    assume(len(text) < LONGEST_CLAIM and len(re.findall(r"[-+*/(<>]|and|or|not", text)) < MOST_SIGNS)
    assert parse(text).expression == expression


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="at(xmen, 2008-03.)><=+-*/andorifthu\"'\n", max_size=60))
def test_any_text_parses_or_is_refused_with_a_diagnostic(text):
    try:
        parse(text)
    except StockadeError as error:
        found = error.diagnostics
    else:
        found = ()
    assert all(one.code in ("claim-syntax", "claim-needs-window") and one.hint for one in found)
