"""What the compiler refuses, and how it says so."""

from __future__ import annotations

import pytest

from stockade.compiler.compile import compile
from stockade.errors import StockadeError
from stockade.model.checks import check
from tests.compiler.models import model


@pytest.mark.parametrize(
    ("equations", "control"),
    [
        ("x = INTEG(FIND ZERO(1), 0)", {}),
        ("x = INTEG(DELAY CONVEYOR(1, 2, 0, 1, 5, 2), 0)", {}),
        ("x = INTEG(1, y)\ny = INTEG(1, x)", {}),
        ("x = y + 1\ny = x * 2", {}),
        ("x = DELAY N(Time, 3, 0, n)\nn = 2.5", {}),
        ("x = 1", {"saveper": "0.3"}),
        ("x = 1", {"final": 10.01, "step": 20}),
        ("x = 1", {"final": -1}),
        ("x = 1", {"step": 0}),
        ("x = INTEG(1, 0)", {"saveper": "x"}),
    ],
)
def test_refused(equations: str, control: dict, snapshot) -> None:
    with pytest.raises(StockadeError) as caught:
        compile(model(equations, **control))
    assert str(caught.value) == snapshot


@pytest.mark.parametrize(
    "arguments",
    [
        {"outputs": ["fightres"]},
        {"inputs": ["nothing like it"]},
        {"overridable": ["TIME STEP"]},
        {"outputs": ["table"]},
    ],
)
def test_names_refused(arguments: dict, snapshot) -> None:
    of = model("fighters = INTEG(1, 0)\ntable((0,0),(1,1))\ny = table(fighters)")
    with pytest.raises(StockadeError) as caught:
        compile(of, **arguments)
    assert str(caught.value) == snapshot


def test_a_run_ends_with_the_first_step_that_reaches_final_time() -> None:
    # 0, 0.3, ... 9.9 fall short of 10; what is saved once a unit of time ends where it would.
    each = compile(model("x = INTEG(1, 0)", final=10, step=0.3, saveper="0.3"))
    assert each.times[-1] == pytest.approx(10.2)
    assert len(each.times) == 35
    apart = compile(model("x = INTEG(1, 0)", final=10, step=0.3, saveper="1.5"))
    assert apart.times.tolist() == pytest.approx([0, 1.5, 3, 4.5, 6, 7.5, 9])
    found = check(model("x = INTEG(1, 0)", final=10, step=0.3, saveper="0.3"))
    (warning,) = [one for one in found if one.code == "final-time-between-steps"]
    assert warning.severity == "warning"
    assert "ends at 10.2" in warning.message


def test_saveper_may_be_the_time_step() -> None:
    assert len(compile(model("x = INTEG(1, 0)", saveper="TIME STEP")).times) == 81
