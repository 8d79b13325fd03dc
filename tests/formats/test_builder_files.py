"""Models built in Python are those of the files that say the same, and files give them back."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

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
from tests.formats.builder_helpers import MODELS, assert_reads_back, assert_same_bits, begun, same


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
