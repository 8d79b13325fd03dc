"""Delays whose order or length is not a plain number, by hand."""

from __future__ import annotations

import pytest

from stockade.compiler.compile import compile
from stockade.simulation.single import simulate
from tests.compiler.models import model


def run(equations: str, final: float = 4) -> dict[str, list[float]]:
    table = simulate(model(equations, final=final, step=1))
    return {name: table.values[:, at].tolist() for at, name in enumerate(table.names)}


def test_an_order_that_follows_from_constants_is_taken_at_the_start_and_kept() -> None:
    plain = run("x = DELAY N( Time, 3, 0, 3 )\ny = SMOOTH N( Time, 3, 0, 3 )")
    computed = run(
        "n = 2\nm = n + 1 + STEP( 5, 2 )\nx = DELAY N( Time, 3, 0, m )\ny = SMOOTH N( Time, 3, 0, m )"
    )
    assert (computed["x"], computed["y"]) == (plain["x"], plain["y"])


def test_a_constant_that_says_how_many_stocks_there_are_is_no_parameter() -> None:
    simulator = compile(model("n = 2\nlength = 4\nx = DELAY N( Time, length, 0, n )"))
    assert simulator.constants == ("length",)


def test_a_delay_too_short_for_its_order_has_fewer_stages() -> None:
    found = run("x = DELAY N( 1, 2.5, 0, 3 )\ny = DELAY N( 1, 2.5, 0, 2 )")
    assert found["x"] == found["y"]


def test_a_change_of_the_delay_time_comes_a_step_later() -> None:
    # One stage, full of 4 at a time of 2: its outflow is 4 / 2 until the step after the change to 4.
    found = run("t = 2 + STEP( 2, 1 )\nx = DELAY N( 2, t, 2, 1 )", final=3)
    assert found["x"] == pytest.approx([2, 2, 5 / 4, 23 / 16])


def test_half_a_step_of_a_fixed_delay_counts_as_a_whole_one() -> None:
    assert run("x = DELAY FIXED( Time, 1.5, -1 )")["x"] == [-1, -1, 0, 1, 2]
    assert run("x = DELAY FIXED( Time, 2.5, -1 )")["x"] == [-1, -1, -1, 0, 1]


def test_a_pulse_train_without_repetition_is_one_pulse() -> None:
    assert run("x = PULSE TRAIN( 1, 2, 0, 10 )")["x"] == [0, 1, 1, 0, 0]
