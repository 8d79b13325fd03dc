"""Control variables that change during a run, against loops in plain Python."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from stockade.compiler.compile import compile
from stockade.errors import StockadeError
from stockade.formats.vensim.read import parse_mdl
from stockade.model.model import Model
from stockade.simulation.single import simulate

BODY = "s = INTEG( -s * rate, 1 ) ~~|\nrate = 0.1 ~~|\nafter = 4 ~~|\np = PULSE( 6, 1 ) ~~|\n"
CHANGING = {
    "INITIAL TIME": "0",
    "FINAL TIME": "IF THEN ELSE( Time < 5, 9, 20 )",
    "TIME STEP": "IF THEN ELSE( Time < after, 1, 0.5 )",
    "SAVEPER": "IF THEN ELSE( Time < 10, TIME STEP, 5 )",
}


def of(controls: dict[str, str], body: str = BODY) -> Model:
    text = "".join(f"{name} = {equation} ~~|\n" for name, equation in controls.items())
    return parse_mdl("{UTF-8}\n" + body + text, "test.mdl")


def by_hand(rate: float) -> list[tuple[float, float]]:
    time, value, due, rows = 0.0, 1.0, 0.0, []
    while True:
        step = 1.0 if time < 4 else 0.5
        if time >= due:
            rows.append((time, value))
            due = time + (step if time < 10 else 5)
        if time >= (9 if time < 5 else 20):
            return rows
        time, value = time + step, value - step * rate * value


def test_steps_of_two_lengths() -> None:
    table = simulate(of(CHANGING))
    at = table.names.index("s")
    expected = np.array(by_hand(0.1))
    assert np.array_equal(table.times, expected[:, 0])
    assert table.values[:, at] == pytest.approx(expected[:, 1])
    pulses = table.times[table.values[:, table.names.index("p")] > 0]
    assert pulses.tolist() == [6, 6.5]
    steps = table.values[:, table.names.index("TIME STEP")]
    assert set(steps[table.times < 4]) == {1}
    assert set(steps[table.times >= 4]) == {0.5}


def test_a_batch_is_its_runs_one_by_one() -> None:
    simulator = compile(of(CHANGING), outputs=["s"])
    rates = np.array([0.1, 0.2, 0.3])
    constants = np.repeat(simulator.defaults[:, None], 3, axis=1)
    constants[simulator.index("rate")] = rates
    found = np.asarray(jax.jit(simulator.run)(constants))
    assert found.shape == (len(simulator.times), 1, 3)
    for at, rate in enumerate(rates):
        assert found[:, 0, at] == pytest.approx(np.array(by_hand(rate))[:, 1])


def test_the_end_may_come_by_a_condition() -> None:
    ending = {
        **CHANGING,
        "FINAL TIME": "IF THEN ELSE( Time * 2 > 11, Time, 100 )",
        "TIME STEP": "1",
        "SAVEPER": "2",
    }
    assert simulate(of(ending)).times.tolist() == [0, 2, 4, 6]


@pytest.mark.parametrize(
    "changed",
    [
        {"FINAL TIME": "IF THEN ELSE( s < 0.5, Time, 100 )"},
        {"FINAL TIME": "10 + RANDOM 0 1() + Time"},
        {"TIME STEP": "1 - Time"},
        {"INITIAL TIME": "Time + 1"},
    ],
)
def test_what_only_a_run_can_tell_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(StockadeError):
        simulate(of({**CHANGING, **changed}))


def test_a_fixed_delay_counts_on_equal_steps() -> None:
    with pytest.raises(StockadeError, match="counts on equal steps"):
        simulate(of(CHANGING, BODY + "d = DELAY FIXED( Time, 2, 0 ) ~~|\n"))


@pytest.mark.parametrize("saveper", [None, "0.25", "1"])
def test_without_a_saveper_or_with_a_short_one_every_step_is_saved(saveper: str | None) -> None:
    controls = {"INITIAL TIME": "0", "FINAL TIME": "3", "TIME STEP": "1"}
    assert simulate(of(controls | ({"SAVEPER": saveper} if saveper else {}))).times.tolist() == [0, 1, 2, 3]
