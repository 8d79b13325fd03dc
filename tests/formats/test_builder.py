"""Models built in Python: what they say, and what they refuse."""

from __future__ import annotations

import inspect
import math
import re
from pathlib import Path

import numpy as np
import pytest

from stockade import build
from stockade.errors import StockadeError
from stockade.formats.xmile.read import parse_xmile
from stockade.formats.xmile.write import write_xmile
from stockade.simulation.single import simulate
from tests.formats.builder_helpers import assert_reads_back, begun


def test_what_operators_say():
    m = begun()
    a, b = m.constant("a", 2), m.constant("b", 3)
    said = {
        "-a + 2 * (b - -1)": -a + 2 * (b - -1),
        "(-2) ^ a ^ b": (-2) ** (a**b),
        "(a ^ 2) ^ b": (a**2) ** b,
        "1 / a - (a - b)": 1 / a - (a - b),
        "a < 1 :AND: b >= 2 :OR: :NOT: a = b": ((a < 1) & (b >= 2)) | ~(a == b),
        "a <> 0.5": a != 0.5,
        "a + b + a": sum([a, b, a]),
        "ABS(a)": abs(a),
        "MIN(MIN(a, b), 3)": build.minimum(a, b, 3),
        "3 * a": np.float64(3) * a,
        "a > 1e+20": a > 1e20,
        "LN(a) + LOG(a, 10)": build.log(a) + build.log(a, 10),
        "SMOOTHI(a, b, 1) + SMOOTH N(a, b, a, 2)": build.smooth(a, b, 1) + build.smooth(a, b, order=2),
    }
    for text, quantity in said.items():
        assert repr(quantity).removeprefix("<").removesuffix(">") == text


def test_stocks_add_and_take_in_the_order_of_definition():
    m = begun()
    one = m.stock("one", 1)
    m.flow("a", 1, into=one)
    m.flow("b", 2, out_of=one)
    m.flow("c", 3, into=one, out_of=m["two"])
    m.stock("two", 2)
    m.stock("three", 3)
    texts = {variable.name: variable.text for variable in m.freeze().variables}
    assert texts["one"] == "INTEG(a + c - b, 1)"
    assert texts["two"] == "INTEG(-c, 2)"
    assert texts["three"] == "INTEG(0, 3)"


def test_arrays_fill_in_their_subscripts():
    m = begun()
    row, column = m.dimension("row", ["r1", "R 2"]), m.dimension("column", ["c1", "c2", "c3"])
    both = (row, column)
    matrix = m.constant("matrix", [[1, 2, 3], [4, 5, 6]], over=both)
    m.auxiliary("flow", 2 * m["later"], over=both)
    m.auxiliary("later", matrix + build.total(flow0 := m["a"], over=column), over=both)
    m.auxiliary("a", matrix * 1, over=both)
    m.auxiliary("sums", build.total(matrix, over=column), over=row)
    m.auxiliary("picked", matrix["r1", column], over=column)
    m.auxiliary("all", build.largest(matrix) - build.smallest(matrix) + build.product(matrix))
    assert repr(flow0) == "<a>"
    model = m.freeze()
    texts = {variable.name: variable.text for variable in model.variables}
    assert texts["flow"] == "2 * later[row,column]"
    assert texts["later"] == "matrix[row,column] + SUM(a[row,column!])"
    assert texts["sums"] == "SUM(matrix[row,column!])"
    assert (
        texts["all"] == "VMAX(matrix[row!,column!]) - VMIN(matrix[row!,column!]) + PROD(matrix[row!,column!])"
    )
    run = simulate(assert_reads_back(model))
    last = dict(zip(run.names, run.values[-1], strict=True))
    assert [last["sums[r1]"], last["sums[R 2]"], last["picked[c3]"], last["all"]] == [6, 15, 3, 725]
    other = simulate(parse_xmile(write_xmile(model), "x.xmile"))
    assert other.values[-1].tolist() == [last[name] for name in other.names]


def test_places_are_those_of_the_calls():
    m = begun()
    line = inspect.currentframe().f_lineno
    m.constant("a", 2)
    m.auxiliary("b", m["a"] + 1)
    places = [one.place for one in m.freeze().variables[:2]]
    assert [place.line for place in places] == [line + 1, line + 2]
    assert all(Path(place.file).name == "test_builder.py" for place in places)


def wrong_equations(m, a, b):
    region = m.dimension("region", ["north", "south"])
    array = m.constant("array", [1, 2], over=region)
    curve = m.lookup("curve", [(0, 1), (1, 2)])
    other = begun().constant("other", 1)
    return {
        "an if": ("truth-of-an-expression", lambda: 1 if a > b else 2),
        "and": ("truth-of-an-expression", lambda: (a > b) and b),
        "not": ("truth-of-an-expression", lambda: not a),
        "a chain": ("truth-of-an-expression", lambda: 1 < a < 2),
        "max": ("truth-of-an-expression", lambda: max(a, b)),
        "in": ("truth-of-an-expression", lambda: a in [b, 2]),
        "math": ("number-of-an-expression", lambda: math.exp(a)),
        "int": ("number-of-an-expression", lambda: int(a)),
        "round": ("number-of-an-expression", lambda: round(a)),
        "range": ("number-of-an-expression", lambda: range(a)),
        "loose &": ("python-operator", lambda: a > 1 & b),
        "%": ("python-operator", lambda: a % 2),
        "2 %": ("python-operator", lambda: 2 % a),
        "//": ("python-operator", lambda: a // 2),
        "^": ("python-operator", lambda: a ^ 2),
        "a loop": ("not-a-quantity", lambda: list(array)),
        "a text": ("not-a-quantity", lambda: a + "b"),
        "true": ("not-a-quantity", lambda: a * True),
        "none": ("not-a-quantity", lambda: a == None),  # noqa: E711
        "infinity": ("not-a-quantity", lambda: a * math.inf),
        "a huge number": ("not-a-quantity", lambda: a * 10**400),
        "a lookup": ("lookup-without-argument", lambda: curve * 2),
        "a lookup inside": ("lookup-without-argument", lambda: build.exp(curve)),
        "another model": ("other-model", lambda: a + other),
        "defined with another model's": ("other-model", lambda: m.auxiliary("x", other)),
        "elements of a sum": ("not-a-quantity", lambda: (a + b)["north"]),
        "a number as subscript": ("unknown-subscript", lambda: array[1]),
        "the order": ("not-a-quantity", lambda: build.delay(a, b, order=0)),
        "points": ("broken-lookup", lambda: build.with_lookup(a, [(1, 0), (0, 1)])),
        "no points": ("broken-lookup", lambda: m.lookup("x", [1, 2])),
        "twice": ("duplicate-definition", lambda: m.stock("A", 1)),
        "an element's name": ("duplicate-definition", lambda: m.stock("North", 1)),
        "a dimension's name": ("duplicate-definition", lambda: m.stock("region", 1)),
        "a variable's name": ("duplicate-definition", lambda: m.dimension("d", ["x", "a"])),
        "time": ("reserved-name", lambda: m.stock("Time", 1)),
        "a control": ("reserved-name", lambda: m.constant("time_step", 1)),
        "a function": ("reserved-name", lambda: m.constant("If then else", 1)),
        "no name": ("broken-name", lambda: m.constant(" ", 1)),
        "a quoted name": ("broken-name", lambda: m.constant('"x"', 1)),
        "an element with a comma": ("broken-name", lambda: m.dimension("d", ["x,y"])),
        "one element twice": ("broken-name", lambda: m.dimension("d", ["x", "X"])),
        "units": ("broken-units", lambda: m.constant("x", 1, unit="person//Month")),
        "units with limits": ("broken-units", lambda: m.constant("x", 1, unit="person [0,1]")),
        "no text as units": ("not-a-text", lambda: m.constant("x", 1, unit=None)),
        "one limit": ("outside-limits", lambda: m.constant("x", 1, limits=1)),
        "a number of elements": ("broken-name", lambda: m.dimension("d", 3)),
        "limits": ("outside-limits", lambda: m.constant("x", 2, limits=(0, 1))),
        "limits of an array": ("outside-limits", lambda: m.constant("x", [0, 2], over=region, limits=(0, 1))),
        "limits the wrong way": ("outside-limits", lambda: m.stock("x", 2, limits=(1, 0))),
        "a computed constant": ("not-a-quantity", lambda: m.constant("x", a + 1)),
        "a flow nowhere": ("not-a-stock", lambda: m.flow("x", a)),
        "a flow into a sum": ("not-a-stock", lambda: m.flow("x", a, into=a + b)),
        "a list without dimension": ("wrong-array-size", lambda: m.constant("x", [1, 2])),
        "a short list": ("wrong-array-size", lambda: m.constant("x", [1], over=region)),
        "a missing element": ("undefined-element", lambda: m.constant("x", {"north": 1}, over=region)),
        "a wrong element": ("unknown-subscript", lambda: m.constant("x", {"west": 1}, over=region)),
        "over a text": ("unknown-subscript", lambda: m.constant("x", 1, over=("region",))),
        "total over a text": ("unknown-subscript", lambda: build.total(array, over=["region"])),
        "time as two": ("broken-time", lambda: build.model("Small", unit="Month", time=(0, 1))),
        "time backwards": ("broken-time", lambda: build.model("Small", unit="Month", time=(1, 0, 0.5))),
        "saving never": (
            "broken-time",
            lambda: build.model("Small", unit="Month", time=(0, 10, 0.5), save_every=0),
        ),
        "a method": (
            "broken-time",
            lambda: build.model("Small", unit="Month", time=(0, 10, 0.5), method="heun"),
        ),
    }


def small():
    m = begun()
    return m, m.constant("a", 2), m.constant("b", 3)


@pytest.mark.parametrize("what", list(wrong_equations(*small())))
def test_what_is_refused_at_once(what, snapshot):
    code, act = wrong_equations(*small())[what]
    with pytest.raises(StockadeError) as caught:
        act()
    (found,) = caught.value.diagnostics
    assert found.code == code
    assert Path(found.place.file).name == "test_builder.py"
    assert (
        f'"{what}": ("{code}"' in found.excerpt or "begun" in found.excerpt or "build.model" in found.excerpt
    )
    assert found.hint
    assert re.sub(r"line \d+", "line N", f"{found.message}\n{found.hint}") == snapshot


def test_what_freeze_refuses_it_refuses_all_at_once(snapshot):
    m = begun()
    region, other = m.dimension("region", ["north", "south"]), m.dimension("other", ["x"])
    people = m.stock("people", [1, 2], over=region)
    m.stock("fixed", 1, rate=m["rate of chnge"])
    m.constant("rate of change", 1)
    m.flow("into nothing", 1, into=m["nobody"])
    m.flow("into a constant", 1, into=m["rate of change"])
    m.flow("into elsewhere", 1, into=people)
    m.flow("besides", 1, into=m["fixed"])
    m.auxiliary("plain", people * 2)
    m.auxiliary("elsewhere", people, over=other)
    m.auxiliary("too many", people["north", "south"])
    m.auxiliary("west", people["west"])
    with pytest.raises(StockadeError) as caught:
        m.freeze()
    told = "\n".join(
        f"{one.code} ({one.place.name}): {one.message} {one.hint}" for one in caught.value.diagnostics
    )
    assert told == snapshot
    lines = [one.place.line for one in caught.value.diagnostics]
    assert lines == sorted(lines)
    assert all("m." in one.excerpt for one in caught.value.diagnostics)


@pytest.mark.parametrize("step", [lambda x, a: 1 - (x - a) * 2, lambda x, a: a - x, build.minimum])
def test_what_no_reader_could_read_is_refused(step):
    def nested(levels):
        m = begun()
        a = m.constant("a", 0.5)
        x = a
        for _ in range(levels):
            x = step(x, a)
        m.auxiliary("deep (but named", x)
        return m.freeze()

    assert_reads_back(nested(30))
    with pytest.raises(StockadeError, match="nested-too-deep"):
        nested(300)
