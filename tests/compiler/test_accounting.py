"""Present values and depreciation against sums written out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from stockade.errors import StockadeError
from stockade.simulation.single import simulate
from tests.compiler.models import model


def column(equations: str, name: str, **options: float) -> np.ndarray:
    table = simulate(model(equations, **options))  # type: ignore[arg-type]
    return table.values[:, table.names.index(name)]


def test_present_values() -> None:
    equations = "s = 10 + Time\nr = 0.1\nx = NPV( s, r, 3, 2 )\ny = NPVE( s, r, 3, 2 )"
    times, step = np.arange(0, 4.5, 0.5), 0.5
    streams = 10 + times
    by_steps = np.cumsum(streams * (1 - 0.1 * step) ** np.arange(9)) * step
    at_ends = np.cumsum(streams * (1 + 0.1 * step) ** -np.arange(1, 10)) * step
    assert column(equations, "x", final=4, step=step)[:5] == pytest.approx(2 * (3 + by_steps[::2]))
    assert column(equations, "y", final=4, step=step)[:5] == pytest.approx(2 * (3 + at_ends[::2]))


def test_each_investment_is_written_off_over_its_life() -> None:
    equations = "s = PULSE(1, 1) * 12\nlife = 3\nx = DEPRECIATE STRAIGHTLINE( s, life, 1, 0 )"
    assert column(equations, "x", final=6, step=1).tolist() == [0, 4, 4, 4, 0, 0, 0]


def test_a_constant_stream_stays_what_it_was() -> None:
    equations = "x = DEPRECIATE STRAIGHTLINE( 7, 6, 2, 7 )"
    assert column(equations, "x", final=20, step=0.5) == pytest.approx(7)


def test_what_is_written_off_in_the_end_is_what_was_invested() -> None:
    equations = (
        "s = STEP(3, 2) + STEP(4, 5) - STEP(7, 9)\n"
        "x = DEPRECIATE STRAIGHTLINE( s, 8, 2, 0 )\ntotal = INTEG( x, 0 )"
    )
    assert column(equations, "total", final=30, step=0.5)[-1] == pytest.approx(3 * 7 + 4 * 4)


def test_a_lifetime_that_changes_is_refused() -> None:
    with pytest.raises(StockadeError, match="known before a run"):
        column("q = INTEG( 1, 2 )\nx = DEPRECIATE STRAIGHTLINE( 7, RAMP(1,q,9) + RANDOM 0 1(), 2, 7 )", "x")
