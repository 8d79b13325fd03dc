"""Runs against solutions known on paper."""

from __future__ import annotations

import numpy as np
import pytest

from stockade.compiler.compile import compile
from tests.compiler.models import model

DECAY = "x = INTEG(-k*x, start)\nk = 0.3\nstart = 100"


def values(of, name: str, method: str = "euler", **changes: float) -> np.ndarray:
    simulator = compile(of, outputs=[name], method=method)  # type: ignore[arg-type]
    constants = simulator.defaults.copy()
    for one, value in changes.items():
        constants[simulator.index(one)] = value
    return np.asarray(simulator.run(constants))[:, 0]


def test_euler_decay_is_a_power() -> None:
    times = np.arange(11)
    assert values(model(DECAY), "x") == pytest.approx(100 * (1 - 0.3 * 0.125) ** (8 * times), rel=1e-13)


def test_a_constant_is_an_argument() -> None:
    assert values(model(DECAY), "x", k=0.5, start=7)[-1] == pytest.approx(
        7 * (1 - 0.5 * 0.125) ** 80, rel=1e-13
    )


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("rk4", 4)])
def test_halving_the_step_shows_the_order(method: str, order: int) -> None:
    exact = 100 * np.exp(-3.0)
    errors = [abs(values(model(DECAY, step=step), "x", method)[-1] - exact) for step in (0.25, 0.125)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.25)


def test_logistic_growth() -> None:
    logistic = model("x = INTEG(r*x*(1-x/cap), 10)\nr = 0.8\ncap = 500", step=0.0625)
    times = np.arange(11)
    exact = 500 / (1 + (500 / 10 - 1) * np.exp(-0.8 * times))
    assert values(logistic, "x", "rk4") == pytest.approx(exact, rel=1e-5)


def test_harmonic_oscillator_keeps_its_energy_with_rk4() -> None:
    oscillator = model("x = INTEG(v, 1)\nv = INTEG(-w*w*x, 0)\nw = 2", step=0.03125)
    assert values(oscillator, "x", "rk4") == pytest.approx(np.cos(2 * np.arange(11)), abs=1e-4)


def test_rk4_with_a_path_through_time() -> None:
    ramp = model("x = INTEG(Time * Time, 0)", step=0.5)
    assert values(ramp, "x", "rk4") == pytest.approx(np.arange(11) ** 3 / 3, rel=1e-13)


def test_first_order_delay_answers_a_step_exponentially() -> None:
    delay = model("out = DELAY1(in, tau)\nin = STEP(10, 0)\ntau = 4\nflat = SMOOTH(in, tau)", step=0.125)
    # The input is 10 from the first step on, and the delay starts in balance with it.
    assert values(delay, "out") == pytest.approx(np.full(11, 10.0))
    late = model("out = DELAY1(in, tau)\nin = STEP(10, 2)\ntau = 4\nflat = SMOOTHI(in, tau, 1)", step=0.125)
    times = np.arange(11)
    answer = np.where(times > 2, 10 * (1 - (1 - 0.125 / 4) ** (8.0 * (times - 2))), 0)
    assert values(late, "out") == pytest.approx(answer, rel=1e-12)
    quiet = (1 - 0.125 / 4) ** np.minimum(8.0 * times, 16)
    smooth = np.where(times > 2, 10 + (quiet - 10) * (1 - 0.125 / 4) ** (8.0 * (times - 2)), quiet)
    assert values(late, "flat") == pytest.approx(smooth, rel=1e-12)


@pytest.mark.parametrize(
    "call", ["DELAY3(in, 3)", "DELAY3I(in, 3, 5)", "DELAY N(in, 3, 5, 4)", "DELAY1I(in, 3, 5)"]
)
def test_material_delays_conserve_what_passes(call: str) -> None:
    # What went in, and was inside at the start, either came out or is inside.
    conserving = model(
        f"in = 5 + STEP(3, 4)\nout = {call}\ngone = INTEG(out, 0)\ncame = INTEG(in, 0)\ninside = came - gone",
        final=200,
    )
    inside = values(conserving, "inside")
    assert inside[-1] == pytest.approx(3 * 8 - 3 * 5, rel=1e-9)  # delay time times flow, less the start


def test_third_order_smooth_is_three_first_order_ones() -> None:
    one = model("y = SMOOTH3(in, 6)\nin = 1 + STEP(4, 3)")
    three = model("y = SMOOTH(b, 2)\nb = SMOOTH(a, 2)\na = SMOOTH(in, 2)\nin = 1 + STEP(4, 3)")
    many = model("y = SMOOTH N(in, 6, 1, 3)\nin = 1 + STEP(4, 3)")
    assert values(one, "y") == pytest.approx(values(three, "y"), rel=1e-13)
    assert values(one, "y") == pytest.approx(values(many, "y"), rel=1e-13)


def test_fixed_delay_gives_back_its_input_later() -> None:
    fixed = model(
        "y = DELAY FIXED(x, lag, -1)\nx = Time * 10\nlag = 2.5", step=0.25, saveper="TIME STEP", final=6
    )
    times = np.arange(25) / 4
    assert values(fixed, "y") == pytest.approx(np.where(times >= 2.5, 10 * (times - 2.5), -1.0))
    assert values(fixed, "y", lag=1)[-1] == pytest.approx(50)


def test_initial_sample_and_trend() -> None:
    several = model(
        "first = INITIAL(x * 2)\nx = INTEG(0.5, 3)\nheld = SAMPLE IF TRUE(Time < 4, x, 0)\n"
        "growth = TREND(y, 2, 0.1)\ny = INTEG(0.1*y, 10)",
        step=0.0625,
        final=30,
    )
    assert values(several, "first") == pytest.approx(np.full(31, 6.0))
    held = values(several, "held")
    assert held[3] == pytest.approx(4.5)
    assert held[4:] == pytest.approx(np.full(27, 3 + 0.5 * 3.9375))
    assert values(several, "growth") == pytest.approx(np.full(31, 0.1), rel=1e-9)


def test_stocks_may_start_from_other_stocks_and_auxiliaries() -> None:
    chain = model("a = INTEG(0, b*2)\nb = INTEG(0, c+1)\nc = d^2\nd = 3")
    assert values(chain, "a", d=4)[0] == pytest.approx(34)
