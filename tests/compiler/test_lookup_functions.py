"""The ways to read a lookup, against NumPy and SciPy and the examples of Vensim's manual."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from stockade.compiler.lookup_functions import LOOKUP_FUNCTIONS
from stockade.compiler.lower import NEVER
from stockade.model.expressions import Table
from stockade.simulation.single import simulate
from tests.compiler.models import model

MISSING = -(2.0**109)
FLAT, HILL, STEEP = (
    "look( (0,1), (1,1), (2,2) )",
    "look( (0,0), (1,2), (2,1) )",
    "look( (0,1), (1,1), (2,3) )",
)


@pytest.mark.parametrize(
    ("look", "call", "expected"),
    [
        (FLAT, "LOOKUP AREA( look, 0, 1 )", 1.0),
        (FLAT, "LOOKUP AREA( look, 2, 4 )", 4.0),
        (FLAT, "LOOKUP AREA( look, .5, 2.5 )", 3.0),
        (FLAT, "LOOKUP FORWARD( look, -1 )", 1.0),
        (FLAT, "LOOKUP FORWARD( look, 1.5 )", 2.0),
        (FLAT, "LOOKUP FORWARD( look, 2.5 )", 2.0),
        (FLAT, "LOOKUP BACKWARD( look, 1.5 )", 1.0),
        (FLAT, "LOOKUP BACKWARD( look, -1 )", 1.0),
        (FLAT, "LOOKUP BACKWARD( look, 2 )", 2.0),
        (HILL, "LOOKUP INVERT( look, 1 )", 0.5),
        (HILL, "LOOKUP INVERT( look, 9 )", 1.0),
        (HILL, "LOOKUP INVERT( look, -9 )", 0.0),
        (STEEP, "LOOKUP SLOPE( look, 1, 0 )", 1.0),
        (STEEP, "LOOKUP SLOPE( look, 1.5, 0 )", 2.0),
        (STEEP, "LOOKUP SLOPE( look, 3, 0 )", 0.0),
        (STEEP, "LOOKUP SLOPE( look, 3, 1 )", 2.0),
        (STEEP, "LOOKUP SLOPE( look, 3, -1 )", MISSING),
    ],
)
def test_examples(look: str, call: str, expected: float) -> None:
    table = simulate(model(f"{look}\ny = {call}"))
    assert np.allclose(table.values[:, table.names.index("y")], expected, rtol=1e-12)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(-5, 5)), min_size=2, max_size=6, unique_by=lambda one: one[0]
    ),
    # Rounded: JAX takes a number below the smallest normal one for zero, NumPy does not.
    st.floats(-3, 11).map(lambda one: round(one, 9)),
    st.floats(-3, 11).map(lambda one: round(one, 9)),
)
def test_against_numpy(points: list[tuple[int, int]], x: float, other: float) -> None:
    points = sorted(points)
    xs, ys = (np.array(one, dtype=float) for one in zip(*points, strict=True))
    table = Table(tuple(zip(xs.tolist(), ys.tolist(), strict=True)))
    area, backward, forward, invert = (
        LOOKUP_FUNCTIONS[f"lookup {one}"] for one in ("area", "backward", "forward", "invert")
    )
    ends = sorted((x, other))
    inside = [one for one in xs if ends[0] < one < ends[1]]
    expected, _ = quad(lambda at: np.interp(at, xs, ys), *ends, points=inside or None)
    assert float(area(NEVER, table, *ends)) == pytest.approx(expected, abs=1e-6)
    before, behind = [b for a, b in points if a <= x], [b for a, b in points if a >= x]
    assert float(backward(NEVER, table, x)) == (before[-1] if before else ys[0])
    assert float(forward(NEVER, table, x)) == (behind[0] if behind else ys[-1])
    y = float(np.interp(x, xs, ys))
    first = float(invert(NEVER, table, y))
    assert np.interp(first, xs, ys) == pytest.approx(y, abs=1e-9)
    assert first <= max(x, xs[0]) + 1e-9
