# ruff: noqa: ISC004 - a model of several lines is one text
"""Subscripted models by hand: every number here was worked out on paper."""

from __future__ import annotations

import pytest

from stockade.errors import StockadeError
from stockade.model.elaborate import elaborate
from stockade.simulation.single import simulate
from tests.compiler.models import model

RANGES = "item: a, b, c\nup: a, b\nside: left, right\n"


def run(equations: str, **settings: float) -> dict[str, list[float]]:
    """Returns the values of a run at times 0, 1, 2 by name as written."""
    table = simulate(model(equations, final=2, step=1, **settings))  # type: ignore[arg-type]
    return {name: table.values[:, at].tolist() for at, name in enumerate(table.names)}


def first(equations: str) -> dict[str, float]:
    return {name: values[0] for name, values in run(equations).items()}


def test_a_stock_for_each_element_with_its_name_as_written() -> None:
    found = run("Item: Big One, b\nrate[Item] = 1, 10\nLevel[Item] = INTEG( rate[Item] * 2, 100 )")
    assert found["Level[Big One]"] == [100, 102, 104]
    assert found["Level[b]"] == [100, 120, 140]


def test_a_model_without_subscripts_is_returned_as_it_is() -> None:
    plain = model("a = 1\nb = a * 2")
    assert elaborate(plain) is plain
    written_out = elaborate(model(RANGES + "x[item] = 1"))
    assert elaborate(written_out) is written_out


CASES = {
    "partial": ("x[up] = 1\nx[c] = Time + 5", {"x[a]": 1, "x[b]": 1, "x[c]": 5}),
    "except": ("x[item] :EXCEPT: [up] = 7\nx[up] = 8", {"x[a]": 8, "x[b]": 8, "x[c]": 7}),
    "except two": (
        "x[item, side] :EXCEPT: [up, left], [c, right] = 1\nx[up, left] = 2\nx[c, right] = 3",
        {"x[a,left]": 2, "x[a,right]": 1, "x[c,left]": 1, "x[c,right]": 3},
    ),
    "table": ("x[item, side] = 1, 2; 3, 4; 5, 6;", {"x[a,right]": 2, "x[b,left]": 3, "x[c,right]": 6}),
    "list with an element": (
        "x[item, left] = 1, 2, 3\nx[item, right] = 9",
        {"x[b,left]": 2, "x[b,right]": 9}),
    "sum": ("x[item] = 1, 2, 3\ny = SUM( x[item!] ^ 2 ) + SUM( x[up!] )", {"y": 17}),
    "sum of two": (
        "x[item, side] = 1, 2; 3, 4; 5, 6;\ny[side] = SUM( x[item!, side] )\nz = SUM( x[item!, side!] )",
        {"y[left]": 9, "y[right]": 12, "z": 21},
    ),
    "sum in a sum": (
        "x[item] = 1, 2, 3\nw[side] = 10, 20\ny = SUM( x[item!] * SUM( w[side!] ) )",
        {"y": 180},
    ),
    "extremes": (
        "x[item] = 4, -2, 3\nlow = VMIN( x[item!] )\nhigh = VMAX( x[item!] )\np = PROD( x[item!] )",
        {"low": -2, "high": 4, "p": -24},
    ),
    "numbers": (
        "x[item] = item * 10\ny[item] = IF THEN ELSE( item = b, 1, 0 )\nn = ELMCOUNT( item )",
        {"x[a]": 10, "x[c]": 30, "y[a]": 0, "y[b]": 1, "n": 3},
    ),
    "numbers of a subrange": ("late: c, b\nx[late] = late", {"x[c]": 3, "x[b]": 2}),
    "a range beside its other name": (
        "to <-> item\nv[item] = 1, 2, 3\nx[item,to] = v[item] * 10 + v[to]\ny[to,item] = x[item,to]\n"
        "z[to] = SUM(x[item!,to])",
        {"x[a,b]": 12, "x[b,a]": 21, "x[c,c]": 33, "y[a,b]": 21, "z[b]": 66},
    ),
    "alias": ("thing <-> item\nx[item] = 1, 2, 3\ny[thing] = x[item] * 2", {"y[c]": 6}),
    "numbered": ("d: (s2-s4)\nx[d] = d", {"x[s2]": 1, "x[s4]": 3}),
    "mapping": (
        "d: p, q, r -> (item: c, a, b)\nx[item] = 1, 2, 3\ny[d] = x[item]\nz[item] = y[d]",
        {"y[p]": 3, "y[q]": 1, "y[r]": 2, "z[c]": 3, "z[a]": 1},
    ),
    "mapping to a subrange": (
        "d: p, q -> (item: up, c)\nx[d] = 10, 20\ny[item] = x[d]",
        {"y[a]": 10, "y[b]": 10, "y[c]": 20},
    ),
    "range of ranges": ("all: up, c\nx[all] = 1, 2, 3", {"x[a]": 1, "x[c]": 3}),
    "lookups": (
        "t[a]((0,0),(10,100))\nt[b]((0,5),(10,5))\nx[up] = t[up]( 4 )",
        {"x[a]": 40, "x[b]": 5},
    ),
    "sort": (
        "x[item] = 30, 10, 20\nup order[item] = VECTOR SORT ORDER( x[item], 1 )\n"
        "down order[item] = VECTOR SORT ORDER( x[item], 0 )\nrank[item] = VECTOR RANK( x[item], 1 )\n"
        "sorted[item] = VECTOR REORDER( x[item], up order[item] )",
        {
            "up order[a]": 1, "up order[b]": 2, "up order[c]": 0, "down order[a]": 0, "down order[b]": 2,
            "rank[a]": 3, "rank[b]": 1, "rank[c]": 2, "sorted[a]": 10, "sorted[b]": 20, "sorted[c]": 30,
        },
    ),
    "elm map": (
        "x[item] = 5, 6, 7\ny[up] = VECTOR ELM MAP( x[up], 1 )\nz = VECTOR ELM MAP( x[a], 2 )",
        {"y[a]": 6, "y[b]": 7, "z": 7},
    ),
    "select": (
        "on[item] = 1, 0, 2\nx[item] = 3, 50, 4\nweighted = VECTOR SELECT( on[item!], x[item!], -1, 0, 0 )\n"
        "mean = VECTOR SELECT( on[item!], x[item!], -1, 10, 0 )\n"
        "none = VECTOR SELECT( on[item!] * 0, x[item!], -1, 3, 0 )",
        {"weighted": 11, "mean": 3.5, "none": -1},
    ),
    "inverse": (
        "row: r1, r2\ncolumn: c1, c2\nm[row, column] = 4, 7; 2, 6;\n"
        "i[row, column] = INVERT MATRIX( m[row, column], 2 )",
        {"i[r1,c1]": 0.6, "i[r1,c2]": -0.7, "i[r2,c1]": -0.2, "i[r2,c2]": 0.4},
    ),
    "priority, wide apart": (
        "ask[item] = 4, 4, 4\nrank[item] = 1, 9, 5\n"
        "got[item] = ALLOCATE BY PRIORITY( ask[item], rank[item], ELMCOUNT( item ), 1, 6 )",
        {"got[a]": 0, "got[b]": 4, "got[c]": 2},
    ),
    "priority, equal": (
        "ask[item] = 4, 2, 2\nrank[item] = 1, 1, 1\n"
        "got[item] = ALLOCATE BY PRIORITY( ask[item], rank[item], 3, 1, 4 )",
        {"got[a]": 2, "got[b]": 1, "got[c]": 1},
    ),
    "allocation, rectangles": (
        # At price 4 the first, around 5 and 4 wide, still gets 3/4; the second, around 3, gets 1/4.
        "profile: kind, rank, width, extra\nask[up] = 8, 4\npri[up, profile] = 1, 5, 4, 0; 1, 3, 4, 0;\n"
        "got[up] = ALLOCATE AVAILABLE( ask[up], pri[up, kind], 7 )",
        {"got[a]": 6, "got[b]": 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_by_hand(case: str) -> None:
    equations, expected = CASES[case]
    found = first(RANGES + equations)
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-9)


def test_delays_and_memories_are_each_elements_own() -> None:
    found = run(
        RANGES + "x[up] = 0, 8\ns[up] = SMOOTHI( x[up] + 1, 2, 9 )\nd[up] = DELAY FIXED( x[up], 1, 5 )"
    )
    assert found["s[a]"] == [9, 5, 3]
    assert found["s[b]"] == [9, 9, 9]
    assert found["d[b]"] == [5, 8, 8]


def test_a_setting_and_an_output_name_an_element() -> None:
    table = simulate(model(RANGES + "x[up] = 1, 2\ny[up] = x[up] * 10", final=1, step=1), {"X[b]": 7})
    assert dict(zip(table.names, table.values[0].tolist(), strict=True))["y[b]"] == 70


def test_what_lies_outside_of_a_vector_is_not_available() -> None:
    assert first(RANGES + "x[item] = 5, 6, 7\ny = VECTOR ELM MAP( x[b], 2 )")["y"] == -(2.0**109)


def test_an_error_within_an_element_has_its_line() -> None:
    with pytest.raises(StockadeError) as caught:
        simulate(model(RANGES + "x[up] = 1\ny[item] = x[item]"))
    (one,) = caught.value.diagnostics
    assert (one.code, one.place.line) == ("undefined-element", 14)
    assert "x[c]" in one.message


def test_counting_through_a_table_goes_row_by_row() -> None:
    found = first(
        "d: d1, d2\ne: e1, e2, e3\nx[d,e] = 1, 2, 3; 4, 5, 6;\no[d] = 0, 1\n"
        "y[d] = VECTOR ELM MAP( x[d,e1], o[d] )\nz = VECTOR ELM MAP( x[d1,e2], 3 )\n"
        "w = VECTOR ELM MAP( x[d2,e3], 1 )"
    )
    assert (found["y[d1]"], found["y[d2]"], found["z"], found["w"]) == (1, 5, 5, -(2.0**109))
