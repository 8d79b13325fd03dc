"""Models built in Python: what they say, what they refuse, and that files give them back."""

from __future__ import annotations

import inspect
import math
import re
import runpy
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stockade
from stockade import build
from stockade.errors import StockadeError
from stockade.formats.load import load
from stockade.formats.vensim.read import parse_mdl
from stockade.formats.vensim.write import write_mdl
from stockade.formats.xmile.read import parse_xmile
from stockade.formats.xmile.write import write_xmile
from stockade.model.checks import check
from stockade.model.expressions import Array
from stockade.model.model import Model
from stockade.model.printing import print_expression
from stockade.simulation.single import simulate

REPOSITORY = Path(__file__).resolve().parents[2]
MODELS = REPOSITORY / "models"


def begun(**more) -> build.ModelBuilder:
    return build.model("Small", **{"time": (0, 10, 0.5), "unit": "Month", **more})


def same(one: Model, other: Model) -> bool:
    return replace(one, dialect=other.dialect, title=other.title) == other


def assert_reads_back(model: Model) -> Model:
    read = parse_mdl(write_mdl(model), "x.mdl")
    for one, other in zip(model.variables, read.variables, strict=True):
        assert one == other
    assert same(model, read)
    return read


def assert_same_bits(one: Model, other: Model) -> None:
    first, second = simulate(one), simulate(other)
    shared = [name for name in first.names if name in second.names]
    assert len(shared) == len(second.names)
    for name in shared:
        ours, theirs = (run.values[:, run.names.index(name)] for run in (first, second))
        assert ours.tobytes() == theirs.tobytes(), name


# ---------------------------------------------------------------- copies of the models in files


def deitchman() -> Model:
    m = build.model("Guerrilla warfare", time=(0, 120, 0.25), save_every=1, unit="Day")
    everyone = {"limits": (0, None)}
    with m.group("Forces"):
        regular_at_first = m.constant("initial regular forces", 400, unit="regular", **everyone)
        guerrillas_at_first = m.constant("initial guerrillas", 500, unit="guerrilla", **everyone)
        regular = m.stock("regular forces", regular_at_first, unit="regular", **everyone)
        guerrillas = m.stock("guerrillas", guerrillas_at_first, unit="guerrilla", **everyone)
    aimed = m.constant("aimed fire", 0.05, unit="regular/(guerrilla*Day)", **everyone)
    area = m.constant("area fire", 0.0005, unit="1/(regular*Day)", **everyone)
    m.flow(
        "regular forces lost",
        build.minimum(aimed * guerrillas, regular / m.time_step),
        out_of=regular,
        unit="regular/Day",
    )
    m.flow("guerrillas lost", area * regular * guerrillas, out_of=guerrillas, unit="guerrilla/Day")
    m.auxiliary("balance", area * regular**2 / 2 - aimed * guerrillas, unit="regular/Day")
    needed = build.sqrt(2 * aimed * guerrillas_at_first / area)
    m.auxiliary("regular forces needed", needed, unit="regular")
    left = build.sqrt(build.maximum(0, regular_at_first**2 - m["regular forces needed"] ** 2))
    m.auxiliary("regular forces left", left, unit="regular")
    return m.freeze()


def fathers_and_sons() -> Model:
    """Arrays and a fixed delay; the classes are written out, where the file uses a mapping."""
    m = build.model("Fathers and sons", time=(0, 250, 0.5), unit="Year")
    ages = m.dimension("age class", [f"age{number}" for number in range(1, 26)])
    years = m.constant("years in a class", 1, unit="Year")
    cohort = m.auxiliary("cohort", 1 / build.total(m["one"]), unit="Dmnl")
    m.auxiliary("one", 1, over=ages, unit="Dmnl")
    share = {"naive": 0.5, "radical": 0.1, "moderate": 0.4}
    at_first = {
        word: m.constant(f"initial {word} share", value, unit="Dmnl", limits=(0, 1))
        for word, value in share.items()
    }
    totals = {word: m.auxiliary(f"total {word}", build.total(m[f"{word}"]), unit="Dmnl") for word in share}
    contagion = m.constant("radicalisation", 0.3) - m.constant("aversion", 1) * totals["moderate"]
    radicalised = m.auxiliary("radicalised", totals["radical"] * contagion)
    past = m.auxiliary("past radical", build.delay_fixed(totals["radical"], 10, 0), unit="Dmnl")
    disenchanted = m.auxiliary("disenchanted", m.constant("disenchantment", 0.5) * past)
    naive, radical, moderate = (m[word] for word in share)
    for word, first, rest in (
        ("naive", cohort, lambda age: (1 - radicalised) * naive[age]),
        ("radical", 0, lambda age: (1 - disenchanted) * radical[age] + radicalised * naive[age]),
        ("moderate", 0, lambda age: moderate[age] + disenchanted * radical[age]),
    ):
        names = list(ages)
        arriving = {names[0]: first / years}
        arriving |= {age: rest(before) / years for before, age in pairwise(names)}
        stock = m.stock(word, at_first[word] * cohort, over=ages, unit="Dmnl")
        m.flow(f"{word} arriving", arriving, into=stock, over=ages)
        m.flow(f"{word} growing old", stock / years, out_of=stock, over=ages)
    return m.freeze()


def test_deitchman_is_the_file_to_the_bit():
    model = deitchman()
    assert check(model) == ()
    assert_same_bits(model, load(MODELS / "deitchman-1962" / "model.mdl"))
    assert_reads_back(model)
    assert same(model, parse_xmile(write_xmile(model), "x.xmile"))


def test_fathers_and_sons_are_the_file():
    model = fathers_and_sons()
    file = load(MODELS / "turchin-fathers-and-sons" / "model.mdl")
    ours, theirs = simulate(model), simulate(file)
    for name in ("total naive", "total radical", "total moderate", "past radical"):
        a, b = (run.values[:, run.names.index(name)] for run in (ours, theirs))
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=0)
    assert_same_bits(model, assert_reads_back(model))


DELAYS = """
sent = STEP(10, 2) + PULSE(4, 1) ~ person/Month ~|
lag = 3 ~ Month ~|
one = DELAY1(sent, lag) ~ person/Month ~|
three = DELAY3I(sent, lag, 2) ~ person/Month ~|
five = DELAY N(sent, lag, sent, 5) ~ person/Month ~|
fixed = DELAY FIXED(sent, lag, 0) ~ person/Month ~|
believed = SMOOTH3(sent, lag) ~ person/Month ~|
growth = TREND(sent + 1, lag, 0) ~ 1/Month ~|
under way = INTEG(sent - three, 6) ~ person ~|
kept = SAMPLE IF TRUE(Time > 3 :AND: :NOT: (sent < 5), sent, -1) ~ person/Month ~|
curve = WITH LOOKUP(Time, ((0,0),(5,1),(10,-2))) ~ Dmnl ~|
FINAL TIME = 10 ~ Month ~|
INITIAL TIME = 0 ~ Month ~|
SAVEPER = TIME STEP ~ Month ~|
TIME STEP = 0.5 ~ Month ~|
"""


def test_delays_are_those_of_the_file_to_the_bit():
    m = begun()
    per_month = {"unit": "person/Month"}
    sent = m.auxiliary("sent", build.step(10, 2) + build.pulse(4, 1), **per_month)
    lag = m.constant("lag", 3, unit="Month")
    m.auxiliary("one", build.delay(sent, lag), **per_month)
    three = m.auxiliary("three", build.delay(sent, lag, 2, order=3), **per_month)
    m.auxiliary("five", build.delay(sent, lag, order=5), **per_month)
    m.auxiliary("fixed", build.delay_fixed(sent, lag, 0), **per_month)
    m.auxiliary("believed", build.smooth(sent, lag, order=3), **per_month)
    m.auxiliary("growth", build.trend(sent + 1, lag, 0), unit="1/Month")
    m.stock("under way", 6, rate=sent - three, unit="person")
    m.auxiliary("kept", build.sample_if_true((m.time > 3) & ~(sent < 5), sent, -1), **per_month)
    m.auxiliary("curve", build.with_lookup(m.time, [(0, 0), (5, 1), (10, -2)]), unit="Dmnl")
    model, file = m.freeze(), parse_mdl(DELAYS, "delays.mdl")
    for ours in model.variables:
        assert ours.equation == file.by_name[ours.canonical].equation
        assert (ours.kind, ours.units) == (
            file.by_name[ours.canonical].kind,
            file.by_name[ours.canonical].units,
        )
    assert_same_bits(model, file)
    assert_same_bits(model, assert_reads_back(model))


# ---------------------------------------------------------------- what operators and functions say


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


# ---------------------------------------------------------------- what is refused


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
        "time as two": ("broken-time", lambda: begun(time=(0, 1))),
        "time backwards": ("broken-time", lambda: begun(time=(1, 0, 0.5))),
        "saving never": ("broken-time", lambda: begun(save_every=0)),
        "a method": ("broken-time", lambda: begun(method="heun")),
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


def test_a_long_sum_is_not_deep():
    m = begun()
    a = m.constant("a", 0.5)
    m.auxiliary("long", sum(a for _ in range(3000)))
    model = m.freeze()
    # By their texts: comparing nodes would walk three thousand levels down.
    read = parse_mdl(write_mdl(model), "x.mdl").by_name["long"].equation
    assert print_expression(read) == model.by_name["long"].text


def test_an_opening_comment_and_units_come_back():
    m = begun(about="Of {braces}\n  and lines.", unit_synonyms=[("fighter", "fighters")])
    m.constant("a", -1, unit="fighter", limits=(-2, None), about="First line.\n\nSecond.")
    model = m.freeze()
    read = parse_mdl(write_mdl(model), "x.mdl")
    assert read.documentation == "Of (braces)\nand lines."
    assert same(replace(model, documentation=read.documentation), read)


@pytest.mark.parametrize("name", ["a.mdl", "a.xmile", "a.stmx"])
def test_the_method_is_saved(name, tmp_path):
    m = begun(method="rk4")
    m.stock("a", 1, rate=-0.5 * m["a"])
    stockade.save(m.freeze(), tmp_path / name)
    assert load(tmp_path / name).method == "rk4"
    assert_same_bits(m.freeze(), load(tmp_path / name))


# ---------------------------------------------------------------- any model

NAMES = st.sampled_from(
    ["a", "b c", "pi", "größe", "sales in $/year", "x.y", "1st", "B_2", "naïve share", "dt"]
)
TEXTS = st.text("abc {}()\n.é", max_size=20)


@st.composite
def models(draw) -> Model:
    m = begun(about=draw(st.text("ab c.\n", max_size=20)), time=(0, 2, 0.5))
    names = draw(st.lists(NAMES, min_size=2, max_size=6, unique_by=str.lower))
    array = m.dimension("place", ["here", "There it is"])
    made: list = []

    def value(depth=0):
        if depth > 2 or draw(st.booleans()):
            number = draw(st.one_of(st.integers(-9, 9), st.floats(-1e3, 1e3)))
            return draw(st.sampled_from([number, m.time, m[draw(st.sampled_from(stocks))], *made]))
        one, other = value(depth + 1), value(depth + 1)
        kind = draw(st.integers(0, 9))
        if not isinstance(one, build.Quantity) and not isinstance(other, build.Quantity):
            one = build.absolute(one)
        if kind == 9:
            return build.if_then_else((one > other) & ~(m.time < 1), one, build.minimum(one, other, 2))
        return [
            lambda: one + other, lambda: one - other, lambda: one * other, lambda: -(one - other),
            lambda: build.zidz(one, other), lambda: one <= other, lambda: build.smooth(one, 2, order=3),
            lambda: build.delay(one, 3, 1),
            lambda: build.modulo(one, build.maximum(1, build.absolute(other))),
        ][kind]()  # fmt: skip

    stocks = names[:1]
    for name in names[1:]:
        with m.group(draw(st.sampled_from(["One", "Two"]))):
            kind = draw(st.sampled_from(["auxiliary", "constant", "array"]))
            notes = {"unit": draw(st.sampled_from(["", "Dmnl", "person/Month"])), "about": draw(TEXTS)}
            if kind == "constant":
                low = draw(st.one_of(st.none(), st.integers(-9, 0)))
                made.append(m.constant(name, draw(st.floats(0, 9)), limits=(low, 9.5), **notes))
            elif kind == "array":
                made.append(build.total(m.constant(name, [1.5, -2], over=array, **notes) * value()))
            else:
                made.append(m.auxiliary(name, value(), **notes))
    m.flow("net", value(), into=m.stock(stocks[0], draw(st.floats(-9, 9))))
    return m.freeze()


@settings(max_examples=150, deadline=None)
@given(models())
def test_any_model_reads_back_from_both_formats(model):
    assert_reads_back(model)
    written_out = parse_xmile(write_xmile(model), "x.xmile")
    # XMILE has no form for a list of numbers; the second time nothing changes any more.
    assert same(written_out, parse_xmile(write_xmile(written_out), "x.xmile"))
    assert same(model, written_out) or any(isinstance(one.equation, Array) for one in model.variables)


@settings(max_examples=8, deadline=None)
@given(models())
def test_any_model_has_the_same_numbers_when_read_back(model):
    assert outcome(model) == outcome(parse_mdl(write_mdl(model), "x.mdl"))


def outcome(model: Model) -> tuple[tuple[str, ...], bytes] | list[str]:
    """The run, or why there is none."""
    try:
        run = simulate(model)
    except StockadeError as error:
        return [one.code for one in error.diagnostics]
    return run.names, run.values.tobytes()


# ---------------------------------------------------------------- the page about it


def test_the_page_of_the_documentation_runs(tmp_path, monkeypatch, capsys):
    text = (REPOSITORY / "docs" / "python.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert len(examples) == 2
    for at, example in enumerate(examples):
        Path(f"example{at}.py").write_text(example, encoding="utf-8")
        model = runpy.run_path(f"example{at}.py")["model"]
        assert check(model) == ()
        assert_same_bits(model, assert_reads_back(model))
    assert re.fullmatch(r"members after five years: \d+, with a truce \d+\n", capsys.readouterr().out)
    assert load("group.mdl").by_name["joining"].equation == load("group.xmile").by_name["joining"].equation


@pytest.mark.slow
@pytest.mark.core
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("number", [0, 1])
def test_pysd_runs_what_the_page_builds(number, tmp_path, monkeypatch):
    import pysd

    monkeypatch.chdir(tmp_path)
    text = (REPOSITORY / "docs" / "python.md").read_text(encoding="utf-8")
    example = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)[number]
    Path("example.py").write_text(example, encoding="utf-8")
    model = runpy.run_path("example.py")["model"]
    stockade.save(model, "saved.mdl")
    ours = simulate(model)
    names = [one.name for one in model.variables if one.kind in ("stock", "auxiliary") and not one.subscripts]
    theirs = pysd.read_vensim("saved.mdl").run(return_columns=[one for one in names if one != "SAVEPER"])
    assert len(theirs.columns) > 0
    for name in theirs.columns:
        np.testing.assert_allclose(
            theirs[name], ours.values[:, ours.names.index(name)], rtol=1e-9, err_msg=name
        )


def test_the_page_names_every_function():
    text = (REPOSITORY / "docs" / "python.md").read_text(encoding="utf-8")
    functions = [name for name in build.__all__ if name.islower() and name != "model"]
    assert [name for name in functions if f"`{name}`" not in text] == []
