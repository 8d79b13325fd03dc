"""Whatever the text: a model or an error with a place, soon, and never a traceback of ours."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stockade.errors import Diagnostic, StockadeError
from stockade.formats.vensim.write import write_mdl
from stockade.formats.xmile.read import parse_xmile
from stockade.formats.xmile.write import write_xmile
from stockade.model.checks import check
from tests.formats.helpers import mutations
from tests.formats.xmile_helpers import HEAD, SPECS, xmile_of

MODEL = xmile_of(
    '<stock name="People"><eqn>100</eqn><inflow>births</inflow><outflow>deaths</outflow><non_negative/>'
    '<units>person</units><doc>All.</doc><range min="0" max="5"/></stock>\n'
    '<flow name="births"><eqn>IF People &gt; 3 {no &amp; yes} THEN SMTH1(People, 2) '
    "ELSE -PULSE(1, 2, 3)</eqn>"
    "<non_negative>true</non_negative></flow>\n"
    '<flow name="deaths"><eqn>Herd.size * a[f] + SUM(a[*])^2 mod 3</eqn></flow>\n'
    '<aux name="a"><dimensions><dim name="sex"/></dimensions><element subscript="F"><eqn>1</eqn></element>'
    '<element subscript="M"><eqn>TWICE(LOOKUP(curve, TIME))</eqn></element></aux>\n'
    '<aux name="curve"><gf type="extrapolate"><xscale min="0" max="2"/><ypts>1,2,3</ypts></gf></aux>\n'
    '<module name="Herd"><connect to="Herd.food" from="curve"/></module>\n',
    before='<dimensions><dim name="sex"><elem name="F"/><elem name="M"/></dim></dimensions>\n'
    '<macro name="TWICE"><parm>x</parm><eqn>2*x</eqn></macro>\n'
    "<behavior><flow><non_negative/></flow></behavior>\n",
    after='<model name="Herd"><variables><aux name="size"><eqn>food</eqn></aux>'
    '<aux name="food"><eqn>"1 2"</eqn></aux></variables></model>',
)
PIECES = [
    *"<>&\"'/={}()[],.*!^-\0é\x01",
    *("<!DOCTYPE x>", "<!--", "]]>", "<![CDATA[", "&amp;", "&x;", "<eqn>", "</eqn>", "<flow name='q'>"),
    *("IF ", "THEN ", " mod ", "1e999", "NaN", "\\n", "isee:", "stockade:rate_of='q'", "Herd.", "a[", "*]"),
    *("(" * 200, "-" * 400, "<a>" * 150),
]
Result = TypeVar("Result")
SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def outcome(work: Callable[[], Result]) -> tuple[Result | None, tuple[Diagnostic, ...]]:
    try:
        return work(), ()
    except StockadeError as error:
        return None, error.diagnostics


def survives(text: str) -> None:
    start = time.process_time()
    model, found = outcome(lambda: parse_xmile(text, "model.xmile"))
    assert all(one.place.line for one in found)
    if model is not None:
        found = (
            *check(model),
            *outcome(lambda: write_mdl(model))[1],
            *outcome(lambda: write_xmile(model))[1],
        )
    assert all(str(one) and one.hint for one in found)
    assert time.process_time() - start < 10


def test_the_model_itself_is_read() -> None:
    assert len(parse_xmile(MODEL, "model.xmile").variables) == 12


@SETTINGS
@given(mutations(MODEL, PIECES, 4))
def test_mutations_of_a_model(text: str) -> None:
    survives(text)


@SETTINGS
@given(
    st.lists(st.sampled_from([*PIECES, "a", "_b", "1", "+", "\n", " "]) | st.text(max_size=5), max_size=40)
)
def test_equations_of_any_signs(pieces: list[str]) -> None:
    text = "".join(pieces).replace("&", "&amp;").replace("<", "&lt;")
    survives(xmile_of(f'<aux name="a"><eqn>{text}</eqn></aux>'))


@pytest.mark.parametrize(
    "text",
    [
        "-" * 100_000 + "1",
        "(" * 100_000,
        "a ^ " * 50_000 + "a",
        "IF 1 THEN " * 20_000,
        "f(" * 50_000,
        " + ".join(["a"] * 20_000),
        '"' * 50_001,
        "{" * 50_000,
        "{}" * 50_000,
        "a." * 50_000,
        "a[" * 50_000,
        "1," * 50_000 + "1",
        'a."' * 30_001,
        "\n" * 100_000,
        "&amp;" * 30_000,
    ],
    ids=range(15),
)
def test_long_and_deep_equations(text: str) -> None:
    survives(xmile_of(f'<aux name="a"><eqn>{text}</eqn></aux>'))


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "<a>" * 100_000,
        HEAD + SPECS + "<flow " * 50_000,
        HEAD + SPECS + "<model><variables>" + '<flow name="a">' * 50_000,
        HEAD
        + SPECS
        + "<model><variables>"
        + "".join(f'<flow name="a{i}">' for i in range(5_000))
        + "</variables>",
        xmile_of("".join(f'<aux name="a{i}"><eqn>a{i + 1} * 2</eqn></aux>' for i in range(3_000))),
        xmile_of("", before='<dimensions><dim name="d" size="999999999999"/></dimensions>'),
        xmile_of(
            '<module name="m0"/><module name="n0"/>',
            after="".join(
                f'<model name="{one}{i}"><variables><module name="m{i + 1}"/><module name="n{i + 1}"/>'
                f'<aux name="x"><eqn>1</eqn></aux></variables></model>'
                for i in range(40)
                for one in "mn"
            ),
        ),
    ],
    ids=range(7),
)
def test_large_files(text: str) -> None:
    survives(text)
