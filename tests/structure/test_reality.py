"""Reality Checks: conditions forced, consequences judged, against closed forms and plain Python."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest

import stockade
from stockade.errors import StockadeError
from stockade.structure.reality_results import Judged, Reality
from tests.structure.models import built

YEAST = """
yeast = INTEG(divisions - deaths, 100) ~ cell ~ |
divisions = yeast * division rate ~~|
deaths = yeast / 250 ~~|
division rate = 0.08 ~~|
temperature = 85 ~~|
water = 100 ~~|
RC START TIME = 4 ~~|
"""


def judged(equations: str, *, end: float = 10, step: float = 1) -> Reality:
    return stockade.judge_reality(built(equations, end=end, step=step))


def one(equations: str, **control: float) -> Judged:
    (found,) = judged(equations, **control).checks
    return found


def test_a_condition_is_forced_and_the_miss_is_measured():
    found = one(YEAST + "cold is dormant:THE CONDITION: temperature < 50 :IMPLIES: divisions = 0 ~~|")
    assert (found.verdict, found.passive) == ("failed", "never met")
    assert found.forced == ("temperature: temperature < 50",)
    assert found.miss is not None
    assert (found.miss.time, found.miss.left, found.miss.right) == (0, 8, 0)
    assert found.miss.at == 10
    assert found.miss.largest == pytest.approx(8 * (1 + 0.08 - 1 / 250) ** 10, rel=1e-12)


def test_a_consequence_that_follows_is_held():
    found = one(YEAST + "none makes none:THE CONDITION: yeast = 0 :IMPLIES: divisions = 0 ~~|")
    assert (found.verdict, found.miss) == ("held", None)


def test_what_is_forced_on_a_stock_is_what_everything_sees_while_the_stock_goes_on():
    # The stock's own course starts at 100 and has no births or deaths, since its flows see the forced 0.
    found = one(
        YEAST + "gone:THE CONDITION: yeast = RC STEP(yeast, 0) :IMPLIES: "
        "deaths = IF THEN ELSE(Time < 4, 100 * 1.076 ^ Time, 0) / 250 ~~|"
    )
    assert found.verdict == "held"


COURSES = {
    "RC STEP(x, 3)": lambda t: 5 * 3 if t >= 4 else 5,
    "RC STEP(x, 3, 2)": lambda t: 5 * 3 if t >= 2 else 5,
    "RC STEP(x, 3, 2, 4)": lambda t: 5 * 3 if 2 <= t < 6 else 5,
    "RC STEP(x, Time, 2)": lambda t: 5 * t if t >= 2 else 5,
    "RC RAMP(x, 3, 4)": lambda t: 5 * (1 + 2 * min(max(t - 4, 0) / 4, 1)),
    "RC RAMP(x, 0, 0, 3)": lambda t: 0 if t >= 3 else 5,
    "RC DECAY(x, 2, 3)": lambda t: 5 * math.exp(-(t - 3) / 2) if t >= 3 else 5,
    "RC GROW(x, 0.1, 3, 5)": lambda t: 5 * math.exp(0.1 * (t - 3)) if 3 <= t < 8 else 5,
}


@pytest.mark.parametrize("course", COURSES)
def test_courses_are_those_of_the_manual(course):
    # The path that y should take is a lookup over whole months, where the run looks.
    points = ",".join(f"({t},{COURSES[course](t)!r})" for t in range(11))
    text = (
        f"x = 5 ~~| y = x ~~| RC START TIME = 4 ~~| path({points}) ~~| "
        f"told:THE CONDITION: x = {course} :IMPLIES: ABS(y - path(Time) * {{}}) < 1e-9 ~~|"
    )
    assert one(text.format(1)).verdict == "held"
    assert one(text.format(1.01)).verdict == "failed"


def test_the_basis_is_what_it_was_when_the_course_began():
    # x grows by 1 a month; frozen at 3 from month 3 on.
    text = "x = Time ~~| y = x ~~| told:THE CONDITION: x = RC STEP(x, 1, 3) :IMPLIES: y = MIN(Time, 3) ~~|"
    assert one(text).verdict == "held"
    assert one(text, step=0.25).verdict == "held"


def test_without_rc_start_time_a_course_begins_after_the_first_step():
    text = "x = 1 ~~| y = x ~~| told:THE CONDITION: x = RC STEP(x, 0) :IMPLIES: y = {} ~~|"
    assert one(text.format("IF THEN ELSE(Time < 0.5, 1, 0)"), step=0.5).verdict == "held"


def test_a_check_looks_only_within_its_window():
    text = "x = 1 ~~| y = 5 + Time ~~| told:THE CONDITION: x = 0 :IMPLIES: y {} ~~|"
    grace = one(text.format("<= RC STEP CHECK(2, y, 1, 3)"))
    assert grace.miss is not None
    assert (grace.miss.time, grace.miss.left, grace.miss.right) == (5, 10, 8)
    assert grace.miss.largest == 7
    ended = one(text.format("<= RC STEP CHECK(2, y, 1, 3, 4)"))
    assert ended.miss is not None
    assert (ended.miss.time, ended.miss.at, ended.miss.largest) == (5, 6, 3)
    assert one(text.format(">= RC RAMP CHECK(0, y, 1.5, 2, 3)")).verdict == "failed"
    assert one(text.format(">= RC RAMP CHECK(0, y, 1.25, 8, 3)")).verdict == "held"


def test_inequalities_set_only_what_does_not_hold_already():
    # x is 0, 1, 2, ...: at most 3 from there on, its own value before.
    text = "x = Time ~~| y = x ~~| told:THE CONDITION: x {} 3 :IMPLIES: y = {}(Time, 3) ~~|"
    assert one(text.format("<=", "MIN")).verdict == "held"
    assert one(text.format(">", "MAX")).verdict == "held"
    assert (
        one("x = Time ~~| y = x ~~| t:THE CONDITION: 3 > x :IMPLIES: y = MIN(Time, 3) ~~|").verdict == "held"
    )


def test_two_bounds_on_one_variable_hold_together():
    text = (
        "x = Time ~~| y = x ~~| told:THE CONDITION: x > 2 :AND: x < 6 :IMPLIES: y = MIN(MAX(Time, 2), 6) ~~|"
    )
    assert one(text).verdict == "held"


def test_an_expression_may_look_at_the_value_that_the_variable_would_have():
    assert (
        one("x = Time ~~| y = x ~~| t:THE CONDITION: x = x * 2 :IMPLIES: y = 2 * Time ~~|").verdict == "held"
    )


def test_each_alternative_is_a_run_of_its_own():
    found = one(
        "a = 1 ~~| b = 1 ~~| c = a * b ~~| "
        "either:THE CONDITION: a = 0 :OR: :NOT: (b <> 0 :OR: a > 7) :IMPLIES: c = 0 ~~|"
    )
    assert found.verdict == "held"
    assert found.forced == ("a: a = 0", "b: b = 0, a: a <= 7")


def test_the_clock_is_not_set_but_says_when_to_look():
    text = "x = 1 ~~| y = x * Time ~~| t:THE CONDITION: x = 2 :AND: Time > 4 :IMPLIES: y >= {} ~~|"
    assert one(text.format(10)).verdict == "held"
    found = one(text.format(11))
    assert found.miss is not None
    assert (found.miss.time, found.miss.largest) == (5, 1)


def test_the_run_as_it_stands_is_judged_where_the_condition_holds():
    # Forcing x to 5 is harmless; as the model stands the condition holds by itself at month 5, y is not 0.
    found = one("x = Time ~~| y = IF THEN ELSE(Time = 5, 1, 0) * z ~~| z = 1 ~~|"
                "t:THE CONDITION: x = 5 :IMPLIES: y = 0 ~~|")  # fmt: skip
    assert (found.verdict, found.passive) == ("failed", "failed")
    assert found.passive_miss is not None
    assert (found.passive_miss.time, found.passive_miss.largest) == (5, 1)
    assert one("x = 5 ~~| y = 0 ~~| t:THE CONDITION: x = 5 :IMPLIES: y = 0 ~~|").passive == "held"


def test_crossing_and_at_least_once():
    wave = "x = 1 ~~| y = COS(Time * 3.14159265 / 5 * turns) + 0.01 ~~| turns = {} ~~|"
    check = "t:THE CONDITION: x = 0 :IMPLIES: y > {} 0 ~~|"
    assert one((wave + check).format(0.6, ":CROSSING:")).verdict == "held"
    assert one((wave + check).format(0.6, "")).verdict == "failed"
    assert one((wave + check).format(0.6, ":CROSSING: :CROSSING:")).verdict == "failed"
    assert one((wave + check).format(1, ":CROSSING: :CROSSING:")).verdict == "held"
    assert one((wave + check).format(1, ":AT LEAST ONCE:")).verdict == "held"
    low = one("x = 1 ~~| y = Time ~~| t:THE CONDITION: x = 0 :IMPLIES: y > :AT LEAST ONCE: 12 ~~|")
    assert low.miss is not None
    assert (low.miss.time, low.miss.largest) == (10, 2)
    assert low.miss.claim == "y > :AT LEAST ONCE: 12"


def test_subscripts_are_judged_one_by_one():
    found = judged(
        "Region: North, South ~~| workers[Region] = 4, 5 ~~| skill[Region] = 2, 3 ~~| base[North] = 0 ~~|"
        "base[South] = 1 ~~| output[Region] = workers[Region] * skill[Region] ~~|"
        "made[Region] = output[Region] + base[Region] ~~|"
        "no skill[Region]:TEST INPUT: skill[Region] = RC STEP(skill[Region], 0, 2) ~~|"
        "none[Region]:THE CONDITION: no skill[Region] "
        ":IMPLIES: made[Region] <= RC STEP CHECK(0.5, made[Region], 0) ~~|"
        "only north:THE CONDITION: no skill[North] :IMPLIES: output[South] = 15 ~~|"
    )
    assert [(one.name, one.verdict) for one in found.checks] == [
        ("none[North]", "held"),
        ("none[South]", "failed"),
        ("only north", "held"),
    ]
    miss = found.checks[1].miss
    assert miss is not None
    assert (miss.time, miss.left, miss.largest) == (2, 1, 1)


def test_random_consequences_agree_with_plain_python():
    random = Random(20080321)  # noqa: S311
    text, expected = "x = 1 ~~|", []
    for number in range(8):
        said, meaning = _consequence(random, 3)
        text += f"c{number}:THE CONDITION: Time >= 0 :IMPLIES: {said} ~~|"
        # Where the claim fails; what is asked of the run ends at 10.
        failing = [t for t in range(11) if not meaning(t)]
        expected.append(failing[0] if failing else None)
    found = [one.miss.time if one.miss else None for one in judged(text).checks]
    assert found == expected
    assert None in expected
    assert any(expected)


def _consequence(random: Random, depth: int):
    if depth == 0 or random.random() < 0.2:
        bound, operator = random.randint(0, 10), random.choice(["<", ">", "<=", ">=", "=", "<>"])
        python = {"=": "__eq__", "<>": "__ne__", "<": "__lt__", ">": "__gt__", "<=": "__le__", ">=": "__ge__"}
        return f"Time {operator} {bound}", lambda t: getattr(t, python[operator])(bound)
    left, right = (_consequence(random, depth - 1) for _ in range(2))
    if random.random() < 0.25:
        return f":NOT: ({left[0]})", lambda t: not left[1](t)
    if random.random() < 0.5:
        return f"({left[0]}) :AND: ({right[0]})", lambda t: left[1](t) and right[1](t)
    return f"({left[0]}) :OR: ({right[0]})", lambda t: left[1](t) or right[1](t)


def test_a_side_that_is_no_number_is_a_miss_without_measure():
    found = one("x = 1 ~~| y = 1 / x ~~| t:THE CONDITION: x = 0 :IMPLIES: SQRT(0 - y - Time) < 1 ~~|")
    assert found.miss is not None
    assert found.miss.largest == math.inf
    assert stockade.judge_reality.__doc__


REFUSED = """
a = 1 ~~|
b = a + c ~~|
c = 2 ~~|
table( (0,0),(1,1) ) ~~|
odd:TEST INPUT: a + c ~~|
free:THE CONDITION: a <> 3 :IMPLIES: b = 1 ~~|
sum:THE CONDITION: a + c > 3 :IMPLIES: b = 1 ~~|
truth:THE CONDITION: a :IMPLIES: b = 1 ~~|
bad input:THE CONDITION: odd :IMPLIES: b = 1 ~~|
stored:THE CONDITION: a = RC COMPARE('base', a, 1) :IMPLIES: b = 1 ~~|
within:THE CONDITION: a = 1 + RC STEP(a, 1) :IMPLIES: b = 1 ~~|
wrong side:THE CONDITION: a = RC STEP CHECK(1, a, 1) :IMPLIES: b = 1 ~~|
other side:THE CONDITION: a = 1 :IMPLIES: b = RC STEP(b, 1) ~~|
short:THE CONDITION: a = RC STEP(a) :IMPLIES: b = 1 ~~|
step:THE CONDITION: TIME STEP = 2 :IMPLIES: b = 1 ~~|
unknown:THE CONDITION: a = 1 :IMPLIES: bb = 1 ~~|
circle:THE CONDITION: a = b :IMPLIES: b = 1 ~~|
crossed:THE CONDITION: a = 1 :IMPLIES: b = :CROSSING: 1 ~~|
sound:THE CONDITION: a = 5 :IMPLIES: b = 7 ~~|
"""


def test_forms_that_cannot_be_judged_are_refused_by_line(snapshot):
    found = judged(REFUSED)
    assert {one.verdict for one in found.checks[:-1]} == {"not judged"}
    assert found.checks[-1].verdict == "held"
    assert [str(one) for one in found.findings] == snapshot
    assert all(one.severity == "warning" and one.place.line for one in found.findings)


def test_failures_as_data_and_words(snapshot):
    found = judged(YEAST + "cold is dormant:THE CONDITION: temperature < 50 :IMPLIES: divisions <= 9 ~~|")
    assert found.as_dict() == snapshot
    assert [str(one) for one in found.findings] == snapshot


def test_a_model_without_checks_has_none_and_a_broken_one_says_why():
    assert judged("x = 1 ~~|").checks == ()
    with pytest.raises(StockadeError, match="undefined-variable"):
        judged("x = y ~~| t:THE CONDITION: x = 1 :IMPLIES: x = 1 ~~|")


def test_rk4_and_saved_times_change_nothing_of_what_is_looked_at():
    # Saved once a month, looked at four times a month.
    found = one(
        "x = 1 ~~| y = IF THEN ELSE(Time = 2.25, x, 0) ~~| t:THE CONDITION: x = 3 :IMPLIES: y = 0 ~~|",
        step=0.25,
    )
    assert found.miss is not None
    assert (found.miss.time, found.miss.largest) == (2.25, 3)
    assert np.isfinite(found.miss.right)
