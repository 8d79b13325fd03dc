"""Data over time within a run: exact integrals, batches, inputs, the functions that look into data; PySD."""

from __future__ import annotations

import warnings
from pathlib import Path

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockade.compiler.compile import compile
from stockade.compiler.series import NOT_AVAILABLE, paths, series_at
from stockade.errors import StockadeError
from stockade.formats.load import load
from stockade.model.expressions import Series
from stockade.model.model import Model
from stockade.simulation.single import simulate
from tests.formats.helpers import CONTROLS

TEXT = "t,0,2,5,6,9\nA,1,5,-1,0,3\nB,2,,8,8,4\n"
KNOTS, ROWS = (
    np.array([0.0, 2, 5, 6, 9]),
    {"A": np.array([1.0, 5, -1, 0, 3]), "B": np.array([2.0, 4.4, 8, 8, 4])},
)
DATA = (
    "both: A, B ~~|\nx[both] := GET DIRECT DATA('d.csv', ',', '1', 'B2') ~~|\n"
    "held[both]:HOLD BACKWARD: := GET DIRECT DATA('d.csv', ',', '1', 'B2') ~~|\n"
    "rawly[both]:RAW: := GET DIRECT DATA('d.csv', ',', '1', 'B2') ~~|\n"
)
HALVES = np.arange(0, 10.5, 0.5)


def model(folder: Path, equations: str, controls: str = CONTROLS) -> Model:
    (folder / "d.csv").write_text(TEXT)
    (folder / "m.mdl").write_text(DATA + equations + controls)
    return load(folder / "m.mdl")


def run(folder: Path, equations: str) -> dict[str, np.ndarray]:
    table = simulate(model(folder, equations))
    return dict(zip(table.names, table.values.T, strict=True))


def integral(name: str, times: np.ndarray) -> np.ndarray:
    """The area under the lines between the points, exactly."""
    fine = np.union1d(KNOTS, times)
    y = np.interp(fine, KNOTS, ROWS[name])
    total = np.concatenate([[0.0], np.cumsum(np.diff(fine) * (y[1:] + y[:-1]) / 2)])
    return np.interp(times, fine, total)


def test_euler_and_rk4_see_the_data_at_the_right_times(tmp_path: Path) -> None:
    built = model(tmp_path, "S[both] = INTEG(x[both], 0) ~~|\n")
    # Between two steps the data are lines, so that RK4 (Simpson's rule) is exact.
    exact = compile(built, outputs=["S[A]", "S[B]"], method="rk4")
    found = np.asarray(jax.jit(exact.run)(exact.defaults))
    for i, name in enumerate("AB"):
        np.testing.assert_allclose(found[:, i], integral(name, HALVES), atol=1e-12)
    euler = compile(built, outputs=["S[A]"])
    values = np.interp(HALVES, KNOTS, ROWS["A"])
    expected = np.concatenate([[0.0], np.cumsum(0.5 * values[:-1])])
    np.testing.assert_allclose(np.asarray(euler.run(euler.defaults))[:, 0], expected, atol=1e-12)


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_a_batch_gives_what_single_runs_give(tmp_path: Path, method: str) -> None:
    equations = "k = 2 ~~|\nS = INTEG(k * x[A] - held[B] * S / 10, k) ~~|\n"
    built = compile(model(tmp_path, equations), outputs=["S", "x[B]"], method=method)  # type: ignore[arg-type]
    draws = np.array([[0.5, 1.0, 2.0, 3.0]])
    together = np.asarray(jax.jit(built.run)(draws))
    for i in range(4):
        alone = np.asarray(jax.jit(built.run)(draws[:, i]))
        np.testing.assert_allclose(together[..., i], alone, rtol=1e-13)


def test_an_input_goes_before_the_file(tmp_path: Path) -> None:
    built = compile(model(tmp_path, "y = x[A] + x[B] ~~|\n"), outputs=["y", "x[A]"], inputs=["x[A]"])
    found = np.asarray(built.run(built.defaults, np.full((1, len(built.steps)), 100.0)))
    np.testing.assert_allclose(found[:, 0], 100 + np.interp(HALVES, KNOTS, ROWS["B"]))
    np.testing.assert_array_equal(found[:, 1], 100)


def test_the_start_is_that_of_the_data(tmp_path: Path) -> None:
    controls = CONTROLS.replace("INITIAL TIME = 0", "INITIAL TIME = 3")
    table = simulate(model(tmp_path, "S = INTEG(0, x[A] + held[A]) ~~|\ni = INITIAL(x[B]) ~~|\n", controls))
    found = dict(zip(table.names, table.values.T, strict=True))
    np.testing.assert_allclose(found["S"], np.interp(3, KNOTS, ROWS["A"]) + 5)
    np.testing.assert_allclose(found["i"], np.interp(3, KNOTS, ROWS["B"]))


def test_data_variables_may_be_computed_from_others(tmp_path: Path) -> None:
    found = run(tmp_path, "k = 3 ~~|\ny[both] := x[both] / k + 1 ~~|\nz := 4 ~~|\n")
    np.testing.assert_allclose(found["y[A]"], np.interp(HALVES, KNOTS, ROWS["A"]) / 3 + 1)
    np.testing.assert_array_equal(found["z"], 4)


def test_functions_that_look_into_data(tmp_path: Path) -> None:
    equations = """
    at = GET DATA AT TIME(x[A], Time) ~~|
    before = GET DATA BETWEEN TIMES(x[A], Time + 1, -1) ~~|
    within = GET DATA BETWEEN TIMES(x[A], Time + 1, 0) ~~|
    after = GET DATA BETWEEN TIMES(x[A], Time - 1, switch) ~~|
    switch = 1 ~~|
    first = GET DATA FIRST TIME(x[B]) ~~|
    last = GET DATA LAST TIME(x[B]) ~~|
    count = GET DATA TOTAL POINTS(x[B]) ~~|
    most = GET DATA MAX(x[A], 1, Time) ~~|
    least = INITIAL(GET DATA MIN(x[A], INITIAL TIME, FINAL TIME)) ~~|
    mean[both] = GET DATA MEAN(x[both], 2, 6) ~~|
    middle = GET DATA MEDIAN(x[A], 0, 100) ~~|
    lag = 2 ~~|
    shifted := TIME SHIFT(x[A], lag) ~~|
    kept:HOLD BACKWARD: := TIME SHIFT(x[A], -1) ~~|
    """
    found = run(tmp_path, equations)
    a = ROWS["A"]
    at = np.array([a[t == KNOTS][0] if t in KNOTS else NOT_AVAILABLE for t in HALVES])
    np.testing.assert_array_equal(found["at"], at)

    def inside(times: np.ndarray, values: np.ndarray) -> np.ndarray:
        return np.where((times >= 0) & (times <= 9), values, NOT_AVAILABLE)

    earlier = a[np.clip(np.searchsorted(KNOTS, HALVES + 1, side="right") - 1, 0, 4)]
    later = a[np.clip(np.searchsorted(KNOTS, HALVES - 1), 0, 4)]
    np.testing.assert_array_equal(found["before"], inside(HALVES + 1, earlier))
    np.testing.assert_allclose(
        found["within"], inside(HALVES + 1, np.interp(HALVES + 1, KNOTS, a)), atol=1e-14
    )
    np.testing.assert_array_equal(found["after"], inside(HALVES - 1, later))
    assert [found[name][0] for name in ("first", "last", "count", "least", "middle")] == [0, 9, 4, -1, 1]
    np.testing.assert_array_equal(found["most"], np.where(HALVES < 2, NOT_AVAILABLE, 5))
    assert found["mean[A]"][0] == pytest.approx(4 / 3)
    assert found["mean[B]"][0] == 8
    np.testing.assert_allclose(found["shifted"], np.interp(HALVES + 2, KNOTS, a), atol=1e-14)
    kept = a[np.clip(np.searchsorted(KNOTS, HALVES - 1, side="right") - 1, 0, 4)]
    np.testing.assert_array_equal(found["kept"], kept)


@pytest.mark.parametrize(
    ("equation", "code"),
    [
        ("y = GET DATA AT TIME(Time, 3) ~~|\n", "not-a-data-variable"),
        ("y = GET DATA MAX(lone, 0, 3) ~~|\nlone ~~|\n", "not-a-data-variable"),
        ("y = 1 + GET DIRECT CONSTANTS('d.csv', ',', 'B2') ~~|\n", "nested-function"),
        ("y = lone + 1 ~~|\nlone ~~|\n", "data-without-path"),
    ],
)
def test_what_cannot_be_looked_into(tmp_path: Path, equation: str, code: str) -> None:
    with pytest.raises(StockadeError) as caught:
        simulate(model(tmp_path, equation))
    assert {one.code for one in caught.value.diagnostics} == {code}


POINTS = st.lists(st.integers(-20, 20), min_size=1, max_size=6, unique=True).flatmap(
    lambda xs: st.tuples(*(st.tuples(st.just(float(x)), st.floats(-9, 9)) for x in sorted(xs)))
)


@given(points=POINTS, between=st.sampled_from(["interpolate", "look forward", "hold backward", "raw"]))
def test_both_ways_to_read_a_series_agree_and_meet_its_points(points: tuple, between: str) -> None:
    series = Series(points, between)
    times = np.arange(-25, 25, 0.5)
    ours = paths([series], times)[0]
    np.testing.assert_allclose(np.asarray(series_at(series, times, jax.numpy)), ours, rtol=1e-12, atol=1e-15)
    # A step's time may differ from the file's in its last digits.
    for x, y in points:
        assert series_at(series, np.array(x * (1 + 1e-13)))[()] == pytest.approx(y, rel=1e-9, abs=1e-9)


def test_every_kind_of_external_data_as_pysd_reads_it(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pysd

    equations = """
    curve[both]( GET DIRECT LOOKUPS('d.csv', ',', '1', 'B2') ) ~~|
    ahead[both]:LOOK FORWARD: := GET DIRECT DATA('d.csv', ',', '1', 'B2') ~~|
    c[both] = GET DIRECT CONSTANTS('d.csv', ',', 'B2*') ~~|
    S[both] = INTEG(x[both] - held[both] * c[both] + ahead[both] + curve[both](Time / 2), 1) ~~|
    """.replace("rawly", "unused")
    ours = simulate(model(tmp_path, equations))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = pysd.read_vensim(str(tmp_path / "m.mdl")).run()
    for name in ("S[A]", "S[B]", "ahead[A]", "held[B]", "x[B]"):
        mine = ours.values[:, ours.names.index(name)]
        np.testing.assert_allclose(mine, theirs[name].to_numpy(), rtol=1e-8, err_msg=name)
