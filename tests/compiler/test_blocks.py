"""A batch in blocks gives what the batch as a whole gives, whatever its size and what it is given."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import jax
import numpy as np
import pytest

from stockade.compiler import integrate
from stockade.compiler.blocks import width
from stockade.compiler.compile import Simulator, compile
from stockade.compiler.overrides import Overrides
from stockade.formats.load import load
from tests.compiler.models import model

MODEL = Path(__file__).parents[2] / "studies" / "iraq-2008" / "model.mdl"
OUTPUTS, INPUTS = ("members", "clashes", "sanctuary"), ("force level", "local guards")


@pytest.fixture(scope="module", params=[False, True], ids=["values", "averages"])
def simulator(request: pytest.FixtureRequest) -> Simulator:
    return compile(
        load(MODEL), outputs=OUTPUTS, inputs=INPUTS, overridable=("foreign arrivals",), average=request.param
    )


def _draws(simulator: Simulator, count: int) -> np.ndarray:
    noise = 0.1 * np.random.default_rng(1).normal(size=(len(simulator.constants), count))
    return simulator.defaults[:, None] * np.exp(noise)


def _paths(simulator: Simulator, *batch: int) -> np.ndarray:
    return np.random.default_rng(2).uniform(0.5, 1.5, size=(2, len(simulator.steps), *batch))


def _both(
    monkeypatch: pytest.MonkeyPatch, simulator: Simulator, *given: object
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the outputs in blocks and without."""

    def result() -> np.ndarray:
        def traced_anew(*arrays: object) -> jax.Array:
            return simulator.run(*arrays)

        return np.asarray(jax.jit(traced_anew)(*given))

    in_blocks = result()
    with monkeypatch.context() as patch:
        patch.setattr(integrate, "width", Mock(return_value=None))
        return in_blocks, result()


@pytest.mark.parametrize("count", [129, 241, 300, 512])
def test_any_number_of_draws(monkeypatch: pytest.MonkeyPatch, simulator: Simulator, count: int) -> None:
    # 241 is also how long a path is, which must not be taken for draws.
    found, expected = _both(monkeypatch, simulator, _draws(simulator, count), _paths(simulator))
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert np.ptp(found[-1, 0]) > 0


def test_paths_and_overrides_of_every_draw(monkeypatch: pytest.MonkeyPatch, simulator: Simulator) -> None:
    overrides = Overrides(
        np.array([20.0]),
        np.array([40.0]),
        np.linspace(0.0, 50.0, 300)[None],
        np.linspace(0.5, 1.0, 300)[None],
        np.random.default_rng(3).uniform(0.0, 10.0, (1, len(simulator.steps))),
    )
    given = (_draws(simulator, 300), _paths(simulator, 300), overrides)
    found, expected = _both(monkeypatch, simulator, *given)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_some_save_intervals_of_averages() -> None:
    simulator = compile(load(MODEL), outputs=OUTPUTS, inputs=INPUTS, average=True)
    draws, paths = _draws(simulator, 200), _paths(simulator)
    whole = np.asarray(jax.jit(simulator.run)(draws, paths))
    some = np.asarray(jax.jit(lambda n: simulator.run(draws, paths, intervals=n))(7))
    np.testing.assert_array_equal(some[:7], whole[:7])
    assert not some[7:].any()


def test_memory_that_is_given_away_takes_the_results(simulator: Simulator) -> None:
    draws, paths = _draws(simulator, 200), _paths(simulator)
    expected = np.asarray(jax.jit(simulator.run)(draws, paths))
    run = jax.jit(simulator.run, donate_argnames=("into",))
    into = jax.numpy.full(expected.shape, np.nan)
    np.testing.assert_array_equal(np.asarray(run(draws, paths, into=into)), expected)
    assert into.is_deleted()


def test_derivatives_in_both_directions(simulator: Simulator) -> None:
    draws, paths = _draws(simulator, 150), _paths(simulator)
    which = simulator.constants.index("recruitment rate")

    def total(scale: jax.Array) -> jax.Array:
        scaled = jax.numpy.asarray(draws).at[which].multiply(scale)
        return simulator.run(scaled, paths)[:, 0].sum()

    forward = jax.jit(jax.jacfwd(total))(1.0)
    reverse = jax.jit(jax.grad(total))(1.0)
    step = 1e-5
    value = jax.jit(total)
    finite = (value(1.0 + step) - value(1.0 - step)) / (2 * step)
    np.testing.assert_allclose(forward, reverse, rtol=1e-9)
    np.testing.assert_allclose(forward, finite, rtol=1e-5)


@pytest.mark.parametrize(("stocks", "expected"), [(20, 40), (200, None)])
def test_what_would_take_long_to_compile_is_not_cut(
    monkeypatch: pytest.MonkeyPatch, stocks: int, expected: int | None
) -> None:
    text = "r = 0.1\n" + "".join(f"x{i} = INTEG( r * x{i}, 1 )\n" for i in range(stocks))
    simulator = compile(model(text))
    told = Mock(side_effect=width)
    monkeypatch.setattr(integrate, "width", told)
    jax.eval_shape(simulator.run, np.full((len(simulator.constants), 40), 0.1))
    (run, method), _ = told.call_args
    assert width(run, method) == expected
