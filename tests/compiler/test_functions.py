"""Functions and operators against what they mean, at many values."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockade.compiler.compile import compile
from stockade.compiler.lookups import look_up
from stockade.compiler.powers import positive_log, power, safe_log
from stockade.model.expressions import Table
from tests.compiler.models import model


def at_times(expression: str, *, final: float = 10, step: float = 0.5, method: str = "euler") -> np.ndarray:
    of = model(f"y = {expression}\nz = INTEG(y, 0)", final=final, step=step, saveper="TIME STEP")
    simulator = compile(of, outputs=["y"], method=method)  # type: ignore[arg-type]
    return np.asarray(simulator.run(simulator.defaults))[:, 0]


TIMES = np.arange(21) / 2


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("STEP(3, 4)", np.where(TIMES >= 4, 3, 0)),
        ("PULSE(2, 1.5)", (TIMES >= 2) & (TIMES < 3.5)),
        ("PULSE(2, 0)", TIMES == 2),
        ("PULSE TRAIN(1, 0.5, 3, 8)", np.isin(TIMES, [1, 4, 7])),
        ("RAMP(2, 3, 6)", 2 * (np.clip(TIMES, 3, 6) - 3)),
        ("IF THEN ELSE(Time > 3 :AND: :NOT: Time >= 6, 7, -1)", np.where((TIMES > 3) & (TIMES < 6), 7, -1)),
        ("IF THEN ELSE(Time < 1 :OR: Time = 9, 1, 0)", (TIMES < 1) | (TIMES == 9)),
        ("MODULO(Time - 5, 3)", np.fmod(TIMES - 5, 3)),
        ("INTEGER(Time - 5)", np.trunc(TIMES - 5)),
        ("QUANTUM(Time, 1.5)", 1.5 * np.trunc(TIMES / 1.5)),
        ("ZIDZ(1, Time - 2)", np.divide(1, TIMES - 2, where=TIMES != 2, out=np.zeros(21))),
        ("XIDZ(1, Time - 2, 9)", np.divide(1, TIMES - 2, where=TIMES != 2, out=np.full(21, 9.0))),
        ("MAX(Time, 4) - MIN(Time, 2)", np.maximum(TIMES, 4) - np.minimum(TIMES, 2)),
        ("EXP(-Time) + LN(Time + 1) + SQRT(Time)", np.exp(-TIMES) + np.log(TIMES + 1) + np.sqrt(TIMES)),
        ("LOG(Time + 1, 2)", np.log2(TIMES + 1)),
        ("GAME(Time + 1)", TIMES + 1),
        ("TIME BASE(1970, 1 / 12)", 1970 + TIMES / 12),
        ("GET TIME VALUE(0, 2, 0)", TIMES + 2),
        ("SIN(Time) * ABS(Time - 4)", np.sin(TIMES) * np.abs(TIMES - 4)),
        ("Time ^ 2 + (Time + 1) ^ -0.7 + 2 ^ Time", TIMES**2 + (TIMES + 1) ** -0.7 + 2.0**TIMES),
        ("WITH LOOKUP(Time, ([(0,0)-(9,9)],(1,1),(2,5),(4,3)))", np.interp(TIMES, [1, 2, 4], [1, 5, 3])),
    ],
)
@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_function(expression: str, expected: np.ndarray, method: str) -> None:
    assert at_times(expression, method=method) == pytest.approx(
        np.asarray(expected, dtype=float), rel=1e-13, abs=1e-14
    )


def test_rk4_integrates_a_step_exactly_at_a_step_boundary() -> None:
    of = model("z = INTEG(STEP(2, 5), 0)", step=0.5)
    simulator = compile(of, outputs=["z"], method="rk4")
    assert np.asarray(simulator.run(simulator.defaults))[-1, 0] == pytest.approx(10)


FINITE = st.floats(-50, 50, allow_nan=False, allow_subnormal=False)


@given(base=st.floats(1e-6, 1e6), exponent=FINITE)
@settings(max_examples=200, deadline=None)
def test_power_agrees_with_pow(base: float, exponent: float) -> None:
    expected = math.pow(base, exponent) if abs(exponent * math.log(base)) < 700 else None
    if expected is not None:
        found = float(power(jnp.asarray(base), jnp.asarray(exponent)))
        assert found == pytest.approx(expected, rel=5e-16 * (2 + abs(exponent * math.log(base))))


@pytest.mark.parametrize(
    ("base", "exponent"),
    [(0, 0), (0, 2), (0, -1), (-2, 3), (-2, 2), (-2, 0.5), (1, 1e9), (math.inf, 1), (math.nan, 2)],
)
def test_power_at_the_edges(base: float, exponent: float) -> None:
    with np.errstate(all="ignore"):
        expected = np.power(np.float64(base), np.float64(exponent))
    found = power(jnp.asarray(float(base)), jnp.asarray(float(exponent)))
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_log_agrees_and_differentiates() -> None:
    x = np.exp(np.linspace(-700, 700, 5001))
    np.testing.assert_allclose(positive_log(jnp.asarray(x)), np.log(x), rtol=4e-16)
    near = np.linspace(0.9, 1.1, 2001)
    np.testing.assert_allclose(positive_log(jnp.asarray(near)), np.log(near), rtol=4e-16, atol=1e-17)
    assert float(jax.grad(safe_log)(3.0)) == pytest.approx(1 / 3)
    assert np.isneginf(safe_log(0.0))
    assert np.isnan(safe_log(-1.0))


def test_gradient_of_a_power_at_exponent_zero() -> None:
    base = jnp.asarray(2.5)
    assert float(jax.grad(lambda e: power(base, e))(0.0)) == pytest.approx(math.log(2.5))


@given(
    points=st.lists(st.tuples(FINITE, FINITE), min_size=1, max_size=60, unique_by=lambda p: round(p[0], 2)),
    x=st.floats(-60, 60),
)
@settings(max_examples=100, deadline=None)
def test_lookup_is_linear_interpolation(points: list[tuple[float, float]], x: float) -> None:
    points = sorted(points)
    expected = np.interp(x, *np.transpose(points))
    found = float(look_up(Table(tuple(points)), x))
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_lookup_extrapolates_only_when_told() -> None:
    table = Table(((0.0, 0.0), (1.0, 2.0), (2.0, 3.0)))
    x = np.array([-1.0, 0.5, 3.0])
    assert np.asarray(look_up(table, x)) == pytest.approx([0, 1, 3])
    assert np.asarray(look_up(table, x, extrapolate=True)) == pytest.approx([-2, 1, 4])


def test_a_deep_expression_compiles() -> None:
    of = model("y = k" + " + k*1" * 3000 + "\nk = 2\nz = INTEG(y, 0)", final=1, step=1)
    simulator = compile(of, outputs=["y"])
    assert np.asarray(jax.jit(simulator.run)(simulator.defaults))[0, 0] == pytest.approx(6002)
