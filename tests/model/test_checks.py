"""What is said about a model before it runs."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from stockade.errors import Diagnostic, StockadeError
from stockade.model.checks import check
from stockade.model.functions import FUNCTIONS
from stockade.model.order import evaluation_order, initial_order, sort
from tests.formats.helpers import model_of

TABLE = "table((0,0),(1,1)) ~ Dmnl ~ |\n"
WRONG = {
    "undefined variable": "births = brith rate * 2 ~ 1/Month ~ |\nbirth rate = 1 ~ 1/Month ~ |\n",
    "circular definition": "a = b + 1 ~ Dmnl ~ |\nb = MAX( c, 2 ) ~ Dmnl ~ |\nc = a / 2 ~ Dmnl ~ |\n",
    "circle of one": "a = a + 1 ~ Dmnl ~ |\n",
    "circle at the start": "a = INTEG( 1/Time, b ) ~ Dmnl ~ |\nb = INTEG( 1/Time, a * 2 ) ~ Dmnl ~ |\n",
    "unsupported function": "a = 1 +\n\tDELAY CONVEYOR( 1, 2, 0, 1, 5, 2 ) ~ Dmnl ~ |\n",
    "unknown function": "a = SMOTH( 3, 4 ) ~ Dmnl ~ |\nb = tabel( Time ) ~ Dmnl ~ |\n" + TABLE,
    "units": "people = INTEG( births, 10 ) ~ person ~ |\nbirths = people * 2 ~ person/Month ~ |\n",
    "arguments": "a = MAX( 1, 2, 3 ) ~ Dmnl ~ |\nb = table( 1, 2 ) ~ Dmnl ~ |\n" + TABLE,
    "duplicate": "a = 1 ~ Dmnl ~ |\nb = 2 ~ Dmnl ~ |\nA = 3 ~ Dmnl ~ |\n",
    "nested stock": "a = 2 * INTEG( 1, 0 ) ~ Dmnl ~ |\n",
    "lookup as variable": "a = table + 1 ~ Dmnl ~ |\n" + TABLE,
    "variable as lookup": "a = b( 2 ) ~ Dmnl ~ |\nb = 3 ~ Dmnl ~ |\n",
    "time": "Time = 3 ~ Month ~ |\n",
    "unknown subscript": "town: north, south ~~|\na[twon] = 3 ~ Dmnl ~ |\n",
    "range on the right only": "town: north, south ~~|\na[town] = 3 ~ Dmnl ~ |\nb = a[town] ~ Dmnl ~ |\n",
    "forgotten subscripts": "town: north, south ~~|\na[town] = 3 ~ Dmnl ~ |\nb = a + 1 ~ Dmnl ~ |\n",
    "element left out": "town: north, south ~~|\na[north] = 3 ~ Dmnl ~ |\nb = a[south] ~ Dmnl ~ |\n",
    "element twice": "town: north, south ~~|\na[town] = 3 ~ Dmnl ~ |\na[south] = 4 ~ Dmnl ~ |\n",
    "short list": "town: north, south ~~|\na[town] = 1, 2, 3 ~ Dmnl ~ |\n",
    "exception": "town: north, south ~~|\na[town] :EXCEPT: [north, south] = 1 ~ Dmnl ~ |\n",
    "sum over nothing": "town: north, south ~~|\na[town] = 3 ~ Dmnl ~ |\nb = SUM( a[north] ) ~ Dmnl ~ |\n",
    "vector argument": "town: a, b ~~|\nx = 1 ~ Dmnl ~ |\ny[town] = VECTOR RANK( x, 1 ) ~ Dmnl ~ |\n",
    "range in itself": "town: north, place ~~|\nplace: town ~~|\na[town] = 1 ~ Dmnl ~ |\n",
    "alias of nothing": "town <-> place ~~|\na = 1 ~ Dmnl ~ |\n",
    "broken mapping": "d: a, b -> (e: x) ~~|\ne: x, y ~~|\np[e] = 1 ~ Dmnl ~ |\nq[d] = p[e] ~ Dmnl ~ |\n",
    "ambiguous mapping": "d: a, b -> (e: e, z) ~~|\ne: x, y ~~|\np[e] = 1 ~1~ |\nq[d] = p[e] ~1~ |\n",
    "circle of elements": "d: a, b ~~|\nx[a] = x[b] ~ Dmnl ~ |\nx[b] = x[a] ~ Dmnl ~ |\n",
    "too many elements": "d: (a1-a900) ~~|\ne <-> d ~~|\nx[d, e] = 1 ~ Dmnl ~ |\n",
    "macro without output": ":MACRO: TWICE(x)\ny = 2 * x ~~|\n:END OF MACRO:\na = TWICE( 3 ) ~ Dmnl ~ |\n",
    "macro in a circle": ":MACRO: M(x)\nM = M( x ) ~~|\n:END OF MACRO:\na = M( 3 ) ~ Dmnl ~ |\n",
    "macro's arguments": ":MACRO: M(x)\nM = x ~~|\n:END OF MACRO:\na = M( 3, 4 ) ~ Dmnl ~ |\n",
    "macro with subscripts": (
        "d: p, q ~~|\n:MACRO: M(x)\nM = x[p] ~~|\n:END OF MACRO:\nb[d] = 1 ~1~ |\na = M( b[p] ) ~1~ |\n"
    ),
    "reality check": "a = 1 ~ Dmnl ~ |\nno a:THE CONDITION: a = 0 :IMPLIES: a < 1 ~~|\n",
}


@pytest.mark.parametrize("case", WRONG)
def test_findings(case: str, snapshot: SnapshotAssertion) -> None:
    found = check(model_of(WRONG[case]))
    assert found
    assert all(one.hint and one.place.line for one in found)
    assert "\n".join(map(str, found)) == snapshot


def test_missing_control_variables() -> None:
    (found,) = check(model_of("a = 1 ~ Dmnl ~ |", controls="FINAL TIME = 3 ~ Month ~ |"))
    assert (found.code, found.severity) == ("missing-control", "error")
    assert "INITIAL TIME, TIME STEP" in found.message


def test_all_errors_come_at_once_before_the_warnings() -> None:
    found = check(model_of("a = b ~ Dmnl ~ |\nc = 1 ~~|\nd = NOSUCH( 1 ) ~ Dmnl ~ |\n"))
    assert [(one.code, one.place.line) for one in found] == [
        ("undefined-variable", 2),
        ("unknown-function", 4),
        ("missing-units", None),
    ]


def test_separate_circles_are_each_told() -> None:
    found = check(model_of("a = b ~ Dmnl ~ |b = a ~ Dmnl ~ |c = d ~ Dmnl ~ |d = c ~ Dmnl ~ |"))
    assert [one.message.split(": ")[1] for one in found] == ["a -> b -> a", "c -> d -> c"]


@pytest.mark.parametrize("loop", ["SMOOTH( a, 3 )", "DELAY1I( a, 3, 1 )", "DELAY FIXED( a, 3, 1 )"])
def test_a_memory_breaks_a_circle(loop: str) -> None:
    found = check(model_of(f"a = b / 2 ~~|\nb = {loop} ~~|\n"))
    codes = {one.code for one in found if one.severity == "error"}
    # A SMOOTH starts at its input: there the circle closes, at the initial time only.
    assert codes == ({"circular-initial-values"} if loop.startswith("SMOOTH") else set())


def test_order_raises_on_a_circle() -> None:
    with pytest.raises(StockadeError, match="a -> b -> c -> a"):
        evaluation_order(model_of(WRONG["circular definition"]))


def test_initial_order_has_stocks() -> None:
    model = model_of(
        "stock = INTEG( flow, start ) ~~|\nflow = stock ~~|\nstart = half * 2 ~~|\nhalf = 1 + Time ~~|\n"
    )
    assert evaluation_order(model) == ("flow", "half", "start", "saveper")
    assert initial_order(model) == ("half", "start", "stock", "flow", "saveper")


def test_a_long_chain_is_ordered_without_recursion() -> None:
    needs = {str(at): frozenset({str(at + 1)}) for at in range(20_000)}
    order, circle = sort(needs)
    assert circle == ()
    assert order[0] == "19999"
    order, circle = sort(needs | {"20000": frozenset("0")})
    assert len(circle) == 20_001


def test_the_table_knows_what_the_compiler_runs() -> None:
    compiler = pytest.importorskip("stockade.compiler.functions")
    supported = {one.name for one in FUNCTIONS.values() if one.supported}
    assert {name for name in compiler.FUNCTIONS if not name.startswith("#")} <= supported


def test_findings_are_diagnostics() -> None:
    assert all(isinstance(one, Diagnostic) for one in check(model_of("a = b ~~|")))
