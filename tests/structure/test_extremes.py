"""Extreme conditions: models that fail on purpose, each attributed to the right variable and moment."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stockade.structure.extremes as extremes_room
from stockade.model.elaborate import elaborate
from stockade.progress import silent
from stockade.structure.conditions import conditions, groups
from stockade.structure.extremes import Extremes, try_extremes
from stockade.structure.prepare import exogenous, prepare
from tests.structure.models import SOUND, built, codes, only, trial, tried


def extremes(equations: str, *, end: float = 10, step: float = 0.125) -> Extremes:
    model = built(equations, end=end, step=step)
    return try_extremes(prepare(model, elaborate(model)), silent)


def test_a_sound_model_has_no_findings():
    found = tried(SOUND)
    assert found.findings == ()
    assert [one.verdict for one in found.trials] == ["sound"] * 5


def test_a_constant_outflow_takes_the_stock_below_zero():
    found = only(
        tried("x = INTEG(-leak, 10) ~ kg ~ | leak = loss ~ kg/Month ~ | loss = 0.5 ~ kg/Month ~ |"),
        "stock-goes-negative",
    )
    # 10 - 500 t crosses zero in the first step of an eighth.
    assert "at time 0.125 with loss = 500, x falls below zero, to -52.5, and goes on falling" in found.message
    assert "for leak takes no notice" in found.message
    assert (found.severity, found.expected, found.found) == ("warning", "0 or more", "-52.5")
    assert found.place.name == "x"


def test_a_flow_that_empties_its_stock_is_named_with_its_time():
    equations = """
    x = INTEG(fill - drain, 8) ~ kg ~ | fill = 1 ~ kg/Month ~ |
    drain = rate * x ~ kg/Month ~ | rate = 0.1 ~ 1/Month ~ |
    """
    found = only(tried(equations), "flow-empties-stock")
    assert found.message == (
        "at time 0 with rate = 100, drain would take 12.5 times what x holds in one step"
    )
    assert found.place.name == "drain"
    assert found.expected == "at most x / TIME STEP"


def test_a_part_of_a_rate_without_a_name_is_told_as_it_is_written():
    found = only(tried("x = INTEG(1 - x / delay, 8) ~~| delay = 2 ~~|"), "flow-empties-stock")
    assert "with delay = 0.002, x / delay would take 62.5 times what x holds" in found.message


@pytest.mark.parametrize("equation", ["1 / below", "LN(below)", "(below - 1) ^ 0.5"])
def test_what_is_not_finite_is_told_of_the_first_variable(equation):
    equations = f"""
    x = INTEG(inflow, 1) ~~| inflow = third * 2 ~~| third = second + 1 ~~|
    second = {equation} ~~| below = 1 ~~|
    """
    (found,) = [one for one in extremes(equations).events if one.condition.words == "below = 0"]
    assert (found.kind, found.name, found.time) == ("not finite", "second", 0.0)


def test_a_division_that_fails_later_is_found_when_it_does():
    equations = """
    x = INTEG(-1, 5.5) ~ kg [-100,?] ~ | y = INTEG(1 / (x - low), 0) ~~| low = 3 ~~|
    """
    found = only(tried(equations, step=0.5), "extreme-not-finite")
    # x falls from 5.5 by a half in every step and meets 3 at time 2.5.
    assert "at time 2.5, the rate of y is the first to become NaN or infinite" in found.message


def test_growth_without_a_limit_is_not_called_a_division():
    found = tried("x = INTEG(growth * x, 1) ~~| growth = 10 ~~|", end=100)
    assert "growth-without-limit" in codes(found)
    assert "extreme-not-finite" not in codes(found)
    assert "with growth = 10000" in only(found, "growth-without-limit").message


def test_a_delay_too_short_for_the_step_swings():
    found = extremes("x = INTEG((goal - x) / delay, 0) ~ kg [-9,?] ~ | goal = 5 ~~| delay = 2 ~~|", end=40)
    assert [(one.kind, one.name) for one in found.events if one.condition.words == "delay = 0.002"] == [
        ("swings", "x")
    ]


def test_a_stock_that_may_be_negative_is_left_alone():
    found = extremes("angle = INTEG(speed, 1) ~~| speed = INTEG(-pull * angle, 0) ~~| pull = 1 ~ ~ |")
    assert not {"negative", "emptied"} & {one.kind for one in found.events}
    owed = "x = INTEG(-loss, 10) ~ kg {range} ~ | loss = 0.5 ~ kg/Month ~ |"
    assert "negative" in {one.kind for one in extremes(owed.format(range="[0,?]")).events}
    assert extremes(owed.format(range="[-1000,?]")).events == ()


def test_a_defect_of_the_model_as_it_stands_is_told_without_a_condition():
    found = only(tried("x = INTEG(-3, 10) ~ kg [0,?] ~ |"), "stock-goes-negative")
    assert found.message.startswith("at time 3.375, x falls below zero, to -0.125")


def test_limits_bound_what_is_tried_and_switches_take_their_ends_only():
    model = built(
        "x = INTEG(a * b * c * d, 1) ~~| a = 5 ~ kg [2,8] ~ | b = 1 ~ Dmnl [0,1,1] ~ | c = 0 ~~| d == 3 ~~|"
    )
    found = extremes_of(model)
    words = [one.words for one in found.conditions if one.kind == "constant"]
    assert words == ["a = 2", "a = 8", "b = 0", "c = 0.001", "c = 1000"]


def extremes_of(model) -> Extremes:
    return try_extremes(prepare(model, elaborate(model)), silent)


def test_elements_of_an_array_are_changed_together():
    model = built(
        "Who : a, b ~~| x[Who] = INTEG(rate[Who] * x[Who], start[Who]) ~ kg ~ |"
        "rate[Who] = 0.1, 0.2 ~~| start[Who] = 7, 7 ~~|"
    )
    found = extremes_of(model)
    assert [one.words for one in found.conditions] == [
        "", "rate = 0", "rate = a 1000th of its value", "rate = 1000 times its value", "start = 0",
        "start = 0.007", "start = 7000", "x starting at 0",
    ]  # fmt: skip
    assert dict(found.conditions[3].values) == {"rate[a]": 100.0, "rate[b]": 200.0}


def test_inputs_are_what_moves_from_outside():
    model = built(
        "x = INTEG(rain - x / 9, 1) ~~| rain = table(season) ~~| season = Time / 2 ~~| table((0,1),(9,3)) ~~|"
        "felt = SMOOTH(rain, 3) ~~| loose = Time ~~|"
    )
    assert exogenous(elaborate(model)) == ("rain",)
    found = extremes_of(model)
    assert [one.words for one in found.conditions if one.kind == "input"] == ["rain = 0", "rain = 2111.11"]


def test_an_input_that_cannot_be_zero_is_found():
    found = only(
        tried("x = INTEG(1 / rain, 1) ~~| rain = table(Time) ~~| table((0,1),(9,3)) ~~|"),
        "extreme-not-finite",
    )
    assert "with rain = 0" in found.message


def test_a_stock_that_starts_at_zero_is_tried():
    found = tried("a = INTEG(b / a, 1) ~~| b = INTEG(0, 1) ~~|")
    assert "with a starting at 0" in only(found, "extreme-not-finite").message


@given(st.floats(0.01, 40), st.floats(1, 500))
@settings(max_examples=6)
def test_an_outflow_of_rate_times_stock_is_found_just_where_the_step_is_too_long(rate, start):
    """Closed form: a step takes rate * step of the stock, so it is too much from rate * step = 1 on."""
    model = built(
        f"x = INTEG(-rate * x, {start!r}) ~ kg [0,?] ~ | rate = {rate!r} ~ 1/Month [{rate!r},{rate!r}] ~ |"
    )
    found = extremes_of(model).events
    assert bool([one for one in found if one.kind == "emptied"]) == (rate * 0.125 > 1 + 1e-9)


def test_conditions_are_the_changes_that_they_say():
    model = built("x = INTEG(a, 0) ~~| a = 4 ~ kg [?,100] ~ |")
    found = conditions(groups(model, ["a"]), (), groups(model, ["x"]), {"a": 4.0}, {})
    assert [dict(one.values) for one in found[:-1]] == [{}, {"a": 0.0}, {"a": 0.004}, {"a": 100.0}]
    assert found[-1].empty == ("x",)


def test_the_share_taken_is_that_of_the_run():
    (event,) = [
        one
        for one in extremes("x = INTEG(-r * x, 9) ~~| r = 0.5 ~~|").events
        if one.condition.words == "r = 500"
    ]
    assert math.isclose(event.share, 500 * 0.125)
    assert np.isclose(event.value, 9 * (1 - 62.5))


def test_the_words_count_the_runs():
    said = trial(tried(SOUND), "extreme conditions").said
    # Initial water at 0, small and large; residence at 0 ... and each stock, and both, starting at zero.
    assert (
        said
        == "10 runs: 6 with a constant, 0 with an input, 3 with an initial stock at an end; none went wrong"
    )


def found_by(model) -> list[tuple[str, str, float, str]]:
    return [(one.kind, one.name, one.time, one.condition.words) for one in extremes_of(model).events]


def test_pieces_of_the_ensemble_change_nothing(monkeypatch):
    model = built("x = INTEG(a / b - c * x, d) ~~| a = 1 ~~| b = 2 ~~| c = 0.3 ~~| d = 4 ~~|")
    whole = found_by(model)
    assert len(whole) > 1
    monkeypatch.setattr(extremes_room, "MOST_IN_A_PIECE", 5)
    assert found_by(model) == whole


def test_a_run_too_long_to_keep_is_looked_at_where_it_saves(monkeypatch):
    model = built("x = INTEG(-r, 10) ~ kg ~ | r = 0.5 ~~|")
    monkeypatch.setattr(extremes_room, "MEMORY", 1000)
    found = extremes_of(model)
    assert found.every == 8
    assert ("negative", "x", 1.0, "r = 500") in found_by(model)


def test_a_constant_that_divides_is_told_how_to_say_that_it_is_never_zero():
    found = only(tried("x = INTEG(1 / below, 1) ~~| below = 1 ~~|"), "extreme-not-finite")
    assert found.hint.startswith("If below can never be 0, give it a lower limit above 0")


def test_what_a_model_does_as_it_stands_comes_first():
    found = tried("x = INTEG(1 / (below * c), 1) ~~| below = 1 ~~| c = 1 ~~| y = INTEG(-9, 3) ~ kg [0,?] ~ |")
    assert found.trials[1].findings[0].message.startswith("at time 0.375, y falls below zero")
