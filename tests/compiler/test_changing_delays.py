"""DELAY MATERIAL and DELAY INFORMATION, against the manual's words in a loop over arrivals."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from stockade.compiler.compile import compile
from stockade.simulation.single import simulate
from tests.compiler.models import model

TIMES = np.arange(0, 20.25, 0.25)
LENGTHS = {
    "3": lambda _: 3.0,
    "5 - STEP(3, 6)": lambda t: 5.0 - 3.0 * (t >= 6),
    "2 + STEP(4, 5)": lambda t: 2.0 + 4.0 * (t >= 5),
    "4 + 3 * SIN(Time)": lambda t: 4 + 3 * math.sin(t),
    "0.1": lambda _: 0.1,
}


def steps(length: float) -> int:
    return max(math.floor(length / 0.25 + 0.5 + 1e-6), 1)


def material(length, entering, initial: float, missing: float) -> list[float]:
    arrivals = dict.fromkeys(range(steps(length(0))), initial)
    found = []
    for k, time in enumerate(TIMES):
        found.append(arrivals.get(k, missing))
        at = k + steps(length(time))
        arrivals[at] = arrivals[at] + entering(time) if at in arrivals else entering(time)
    return found


def information(length, entering, initial: float) -> list[float]:
    held, pending, found = initial, {}, []
    for k, time in enumerate(TIMES):
        held = pending.pop(k, held)
        found.append(held)
        at = k + steps(length(time))
        pending = {when: value for when, value in pending.items() if when < at}
        pending[at] = entering(time)
    return found


def run(equation: str) -> list[float]:
    table = simulate(model(equation, final=20, step=0.25, saveper="0.25"))
    return table.values[:, table.names.index("y")].tolist()


@pytest.mark.parametrize("length", LENGTHS)
def test_material_is_kept_and_missing_where_nothing_arrives(length: str) -> None:
    found = run(f"y = DELAY MATERIAL(Time + 1, {length}, 7, -1)")
    assert found == pytest.approx(material(LENGTHS[length], lambda t: t + 1, 7, -1))


@pytest.mark.parametrize("length", LENGTHS)
def test_information_is_held_and_given_up_for_what_is_newer(length: str) -> None:
    found = run(f"y = DELAY INFORMATION(Time + 1, {length}, 7)")
    assert found == pytest.approx(information(LENGTHS[length], lambda t: t + 1, 7))


def test_a_delay_may_follow_from_the_model_itself() -> None:
    # The delay is read by nothing else, and by something else too.
    text = "y = DELAY MATERIAL(stock, stock / 10 + extra, 0, 0)\nextra = stock / 20\nstock = INTEG(2, 10)\n"
    length = lambda t: (10 + 2 * t) / 10 + (10 + 2 * t) / 20  # noqa: E731
    expected = material(length, lambda t: 10 + 2 * t, 0, 0)
    assert run(text) == pytest.approx(expected)
    assert run(text + "z = MAX(extra, 3) + MIN(extra, 2)") == pytest.approx(expected)


def test_in_a_batch_every_run_has_its_own_delay() -> None:
    of = compile(model("y = DELAY INFORMATION(Time, wait, 0)\nwait = 2", final=20, step=0.25, saveper="0.25"))
    at = of.outputs.index("y")
    both = np.asarray(jax.jit(of.run)(jnp.array([[2.0, 5.0]])))[:, at]
    assert both[:, 0] == pytest.approx(information(lambda _: 2.0, lambda t: t, 0))
    assert both[:, 1] == pytest.approx(information(lambda _: 5.0, lambda t: t, 0))


def test_gradients_pass_through() -> None:
    of = compile(model("y = DELAY MATERIAL(a * Time, 2, 0, 0)\na = 3", final=4, step=0.25, saveper="0.25"))
    at = of.outputs.index("y")
    slope = jax.grad(lambda c: of.run(c)[-1, at])(jnp.array([3.0]))
    assert slope.tolist() == [2.0]
