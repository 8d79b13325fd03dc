"""What benchmarks/hostile.py found, each as small as it can be, and the limits that were set."""

from __future__ import annotations

import time

import pytest

from stockade.compiler import timetable
from stockade.errors import LONGEST_NAME, LONGEST_TEXT, Diagnostic, Place, StockadeError, shortened
from stockade.formats.vensim.read import parse_mdl
from stockade.model import unfold
from stockade.model.checks import check
from stockade.simulation.single import simulate
from tests.formats.xmile_helpers import model_of

CONTROL = "INITIAL TIME = {} ~~| FINAL TIME = {} ~~| TIME STEP = {} ~~| SAVEPER = {} ~~|\n"
PLAIN = CONTROL.format(0, 2, 1, 1)


def refusal(text: str) -> str:
    with pytest.raises(StockadeError) as caught:
        simulate(parse_mdl(text, "model.mdl"))
    return caught.value.diagnostics[0].code


@pytest.mark.parametrize(
    ("control", "code"),
    [
        ((0, "1e12", 1, 1), "run-too-long"),
        ((0, 1, "1e-320", 1), "run-too-long"),
        ((0, "1e308", "1e-5", 1), "run-too-long"),
        (("-1e308", "1e308", 1, 1), "run-too-long"),
        ((0, 10, 1, "1e308"), "run-too-long"),
        ((0, 10, "1/0", 1), "control-not-finite"),
        ((0, "1/0", 1, 1), "control-not-finite"),
        (("0/0", 1, 1, 1), "control-not-finite"),
        ((0, "LN(-1)", 1, 1), "control-not-finite"),
        ((0, "9e6", 1, 1), "run-too-large"),
        ((0, 10, "1e308", "1e308"), "final-time-not-multiple"),
    ],
)
def test_a_time_axis_without_end_is_refused(control: tuple[object, ...], code: str) -> None:
    assert refusal("x = INTEG(1, 0) ~~|\n" + CONTROL.format(*control)) == code


@pytest.mark.parametrize(
    ("control", "code"),
    [
        ((0, "Time + 1", 1, 1), "run-too-long"),
        ((0, 1, "1e-9 + 0 * Time", 1), "run-too-long"),
        ((0, 1, "0 * Time", 1), "time-step-not-positive"),
        ((0, "10 / Time", 1, 1), "control-not-finite"),
        ((0, 10, 1, "LN(Time - 1)"), "control-not-finite"),
        ((0, "IF THEN ELSE(Time > 5, LN(-1), 10)", 1, 1), "control-not-finite"),
    ],
)
def test_a_time_axis_that_moves_comes_to_an_end(
    control: tuple[object, ...], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timetable, "MOST_STEPS", 1_000)
    assert refusal("x = INTEG(1, 0) ~~|\n" + CONTROL.format(*control)) == code


def test_a_long_run_that_keeps_little_runs() -> None:
    assert simulate(parse_mdl("x = 1 ~~|\n" + CONTROL.format(0, "1e6", 1, "1e5"), "m")).values.shape == (
        11,
        5,
    )


def test_a_reader_of_an_array_over_no_dimension_is_told_so() -> None:
    array = '<aux name="a"><dimensions><dim name="no such"/></dimensions><eqn>1</eqn></aux>'
    with pytest.raises(StockadeError) as caught:
        model_of(array + '<aux name="b"><eqn>a[x]</eqn></aux>')
    assert {one.code for one in caught.value.diagnostics} == {"unknown-dimension"}


def test_a_row_of_stars_takes_no_time() -> None:
    start = time.process_time()
    with pytest.raises(StockadeError):
        parse_mdl("*" * 20_000 + "~~|" + "***" + " * " * 20_000 + "~~|", "m")
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("****\n.Control\n****", "Control"),
        ("*** a * b ***", "a * b"),
        ("********", ""),
        ("*** .x***", "x"),
    ],
)
def test_a_heading_between_stars_names_a_group(written: str, name: str) -> None:
    (one,) = parse_mdl(f"{written}~\n words ~|\nx = 1 ~~|", "m").variables
    assert one.group == name


@pytest.mark.parametrize(
    "equations",
    [
        "b: (b1-b150) ~~|\na[b] = 1 ~~|\nq[b] = SUM(a[b!]*a[b!]) ~~|\n",
        "b: (b1-b60) ~~|\nc: (c1-c60) ~~|\na[b,c] = 1 ~~|\nq[b,c] = SUM(a[b!,c!]) ~~|\n",
        "b: (b1-b200) ~~|\nq[b] = " + " + ".join(["Time"] * 100) + " ~~|\n",
    ],
    ids=range(3),
)
def test_what_grows_by_multiplication_has_a_budget(equations: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unfold, "MOST_NODES", unfold.MOST_NODES // 50)
    codes = [one.code for one in check(parse_mdl(equations + PLAIN, "m")) if one.severity == "error"]
    assert codes == ["too-many-elements"]


def test_a_name_of_a_megabyte_is_told_shortly() -> None:
    found = check(parse_mdl("x = " + "n" * 1_000_000 + " ~~|\n" + PLAIN, "m"))
    assert [one.code for one in found if one.severity == "error"] == ["undefined-variable"]
    assert all(len(str(one)) < 4 * LONGEST_TEXT for one in found)
    assert len(Place(name="n" * 1_000).name or "") == LONGEST_NAME
    one = Diagnostic("a", "b" * 5_000, hint="c" * 5_000)
    assert (len(one.message), len(one.hint)) == (LONGEST_TEXT, LONGEST_TEXT)
    assert shortened("abc", 3) == "abc"
