"""Mass balance, half the step, the other method, another order: closed forms, and models that fail each."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from stockade.errors import StockadeError
from stockade.formats.xmile.read import parse_xmile
from stockade.model.elaborate import elaborate
from stockade.structure.conserved import conserved
from stockade.structure.examine import examine
from stockade.structure.flows import Path, paths, stocks_of, terms_of
from stockade.structure.numerics import changes, shuffled
from stockade.structure.prepare import prepare
from tests.structure.models import SOUND, built, codes, only, trial, tried

SEIR = """
s = INTEG(-infection, 990) ~ person ~ |
i = INTEG(infection - recovery, 10) ~ person ~ |
r = INTEG(recovery, 0) ~ person ~ |
infection = MIN(s / TIME STEP, 0.5 * s * i / 1000) ~ person/Month ~ |
recovery = MIN(i / TIME STEP, i / 4) ~ person/Month ~ |
"""


def test_a_rate_is_a_sum_of_flows():
    model = built("x = INTEG(2 * a - (b - c / 4) + a - x / 3 + 0, 1) ~~| a = 1 ~~| b = 2 ~~| c = 3 ~~|")
    (stock,) = stocks_of(model)
    found = [(one.words, one.factor, one.named) for one in terms_of(model, stock)]
    assert found == [("a", 3.0, True), ("b", -1.0, True), ("c", 0.25, True), ("x", -1 / 3, True)]


def test_where_flows_come_from_and_go_to():
    model = built(SEIR + "dead = INTEG(DELAY1(recovery, 2) - dead / 9, 0) ~~| late = DELAY3(recovery, 2) ~~|"
                  "old = INTEG(late, 0) ~~|")  # fmt: skip
    assert paths(elaborate(model)) == (
        Path("infection", ("s",), ("i",)),
        Path("recovery", ("i",), ("r",)),
        Path("DELAY1(recovery, 2)", (), ("dead",)),
        Path("dead", ("dead",), ()),
        Path("late", (), ("old",), "recovery"),
    )


def test_a_part_without_a_name_that_two_stocks_write_is_one_flow():
    model = built("a = INTEG(-a * k, 9) ~ kg ~ | b = INTEG(a * k, 0) ~ kg ~ | k = 0.1 ~ 1/Month ~ |")
    assert paths(model) == (Path("a * k", ("a",), ("b",)),)


def test_the_balance_is_followed_under_every_condition():
    found = trial(tried(SEIR), "mass balance")
    assert found.verdict == "sound"
    assert found.said.startswith("3 stocks, 2 flows: 2 from stock to stock, 0 from outside, 0 to outside; ")
    assert found.said.endswith("followed at every step under 5 conditions")


def test_a_flow_that_leaves_two_stocks_is_counted_twice():
    found = only(tried(SEIR.replace("infection - recovery", "-infection - recovery")), "flow-not-conserved")
    assert found.message == (
        "infection leaves s and i at the same time: it is taken twice: expected once, found twice"
    )


def test_a_flow_that_grows_on_its_way_is_found():
    found = only(tried(SEIR.replace("INTEG(infection -", "INTEG(2 * infection -")), "flow-not-conserved")
    assert "infection leaves s once and enters i twice" in found.message


def test_a_flow_may_be_counted_lose_a_part_or_carry_something_else_along():
    counted = SEIR + "cases = INTEG(infection, 0) ~ person ~ |"
    lost = SEIR.replace("r = INTEG(recovery", "r = INTEG(recovery * 0.5")
    along = SEIR + "cost = INTEG(infection - cost, 0) ~ $ ~ |"
    for equations in (counted, lost, along):
        model = built(equations)
        assert list(conserved(model, prepare(model, model).stocks)) == []


STOPPED = """<?xml version="1.0"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<header><product version="1">Somebody</product></header>
<sim_specs><start>0</start><stop>10</stop><dt>0.5</dt></sim_specs>
<model><variables>
<stock name="tank"><eqn>3</eqn><outflow>tap</outflow><non_negative/></stock>
<stock name="bucket"><eqn>0</eqn><inflow>tap</inflow></stock>
<flow name="tap"><eqn>2</eqn></flow>
</variables></model></xmile>"""


def test_a_stock_that_stops_while_its_flow_goes_on_makes_something_of_nothing():
    found = only(examine(parse_xmile(STOPPED, "tank.xmile")), "mass-not-balanced")
    # Three in the tank, one in every step: after three steps the tap runs on.
    assert found.message == "at time 1.5, tank changes by 0 in one step, its flows add up to -1"


@pytest.mark.parametrize(("step", "verdict"), [(0.01, "sound"), (0.5, "found")])
def test_halving_the_step_of_a_decay(step, verdict):
    """Euler's x(t) = (1 - k h)^(t / h): the change is known, and its order is the first."""
    found = trial(tried("x = INTEG(-0.5 * x, 1) ~~|", step=step), "halving the step")
    assert found.verdict == verdict
    (change,) = found.changes

    def euler(h: float, t: int) -> float:
        return (1 - 0.5 * h) ** round(t / h)

    largest = max(abs(euler(step, t) - euler(step / 2, t)) for t in range(11))
    assert math.isclose(change.share, largest, rel_tol=1e-9)
    assert math.isclose(change.usual, euler(step, int(change.time)), rel_tol=1e-12)
    assert change.order == pytest.approx(1, abs=0.2)
    if verdict == "found":
        message = only(tried("x = INTEG(-0.5 * x, 1) ~~|", step=step), "step-too-long").message
        assert message.startswith("half the TIME STEP of 0.5 changes x by 2.72%")


def test_rk4_is_of_fourth_order():
    model = built("x = INTEG(-0.5 * x, 1) ~~|", step=1)
    found = examine(replace(model, method="rk4"))
    (change,) = trial(found, "halving the step").changes
    assert change.order == pytest.approx(4, abs=0.4)
    # That Euler is worse at this step says nothing against a model made for RK4.
    swap = trial(found, "integration method")
    assert swap.verdict == "sound"
    assert swap.said.startswith("Euler for RK4: x by ")


def test_swapping_the_method_shows_eulers_error():
    found = only(tried("x = INTEG(-0.5 * x, 1) ~~|", step=0.5), "method-matters")
    share = max(abs(0.75 ** (2 * t) - math.exp(-0.5 * t)) for t in range(11))
    # RK4's own error at this step is below a ten-thousandth.
    assert float(found.found.rstrip("%")) == pytest.approx(100 * share, abs=0.02)


def test_random_models_are_not_halved():
    found = trial(tried("x = INTEG(RANDOM UNIFORM(0, 1, 3), 1) ~~|"), "halving the step")
    assert (found.verdict, found.said) == (
        "not tried",
        "the model draws random numbers, new ones in every step",
    )


def test_a_run_that_is_not_finite_is_not_compared():
    found = tried("x = INTEG(1 / (Time - 1), 1) ~~|")
    assert trial(found, "halving the step").verdict == "not tried"
    assert "extreme-not-finite" in codes(found)


def test_the_order_of_equations_does_not_matter():
    assert trial(tried(SEIR), "order of equations").changes[0].share <= 1e-12


def test_the_largest_change_is_the_first():
    model = built(SEIR)
    prepared = prepare(model, elaborate(model))
    usual = np.ones((3, 3))
    other = usual.copy()
    other[2, 1] = 1.5
    first = changes(prepared, np.arange(3.0), usual, other)[0]
    assert (first.stock, first.share, first.time, first.usual, first.other) == ("i", 0.5, 2.0, 1.0, 1.5)


def test_shuffling_keeps_every_equation():
    model = built(SEIR)
    other = shuffled(model, 1)
    assert other.variables != model.variables
    assert set(other.variables) == set(model.variables)


def test_a_model_without_stocks_has_little_to_test():
    found = tried("x = 3 ~~| y = x * Time ~~|")
    assert [one.verdict for one in found.trials] == [
        "not tried",
        "sound",
        "not tried",
        "not tried",
        "not tried",
    ]


def test_a_model_that_cannot_run_is_refused():
    with pytest.raises(StockadeError, match="circular-definition"):
        tried("x = INTEG(y, 0) ~~| y = y + 1 ~~|")


def test_plain_data():
    found = tried(SOUND).as_dict()
    assert [one["name"] for one in found["tests"]] == [
        "mass balance", "extreme conditions", "halving the step", "integration method", "order of equations",
    ]  # fmt: skip
    assert found["flows"] == [{"flow": "flow", "from": ("water",), "to": ("used",), "after": ""}]


def test_a_delay_without_a_stock_is_halved_too():
    """A smooth of a constant from another beginning is a decay, as a stock's would be."""
    found = tried("y = SMOOTHI(0, 2, 1) ~~| z = DELAY FIXED(STEP(1, 3), 2, 0) ~~|", step=0.5)
    assert [one.stock for one in trial(found, "halving the step").changes] == ["y"]
    assert only(found, "step-too-long").place.name == "y"
    largest = max(abs(0.75 ** (2 * t) - 0.875 ** (4 * t)) for t in range(11))
    assert trial(found, "halving the step").changes[0].share == pytest.approx(largest)
