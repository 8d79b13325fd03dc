"""Runs of the reference models by our engine, and by integrators that share no code with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jax
import numpy as np
from scipy.integrate import solve_ivp

from stockade.compiler.compile import Simulator, compile
from stockade.formats.catalogue import catalogue
from stockade.formats.vensim.read import parse_mdl

FOLDER = Path(__file__).resolve().parents[2] / "models"
METHODS = ("euler", "rk4")
NAMES = tuple(one.name for one in catalogue(FOLDER))
# PySD names the elements of an array in a way of its own: test_turchin.py compares this one.
SUBSCRIPTED = "turchin-fathers-and-sons"
SCALAR = tuple(name for name in NAMES if name != SUBSCRIPTED)


def text_of(name: str, **control: float) -> str:
    """The model file; control variables can be given other values: time_step=0.1."""
    text = (FOLDER / name / "model.mdl").read_text(encoding="utf-8")
    for word, value in control.items():
        written = word.replace("_", " ").upper()
        text, count = re.subn(rf"(?m)^{written} = .*$", f"{written} = {value!r}", text)
        assert count == 1, written
    return text


@cache
def simulator(name: str, method: str, control: tuple[tuple[str, float], ...] = ()) -> Simulator:
    return compile(parse_mdl(text_of(name, **dict(control)), f"{name}/model.mdl"), method=method)


@cache
def compiled(simulator: Simulator) -> Callable:
    return jax.jit(simulator.run)


@dataclass(frozen=True)
class Run:
    times: np.ndarray
    values: dict[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.values[name]

    def states(self, *names: str) -> np.ndarray:
        """Shape (names, time)."""
        return np.stack([self.values[name] for name in names])


def run(name: str, method: str = "rk4", control: dict[str, float] | None = None, **constants: float) -> Run:
    """One run: run("blank-2008", "euler", {"time_step": 0.1}, initial_insurgents=50)."""
    one = simulator(name, method, tuple(sorted((control or {}).items())))
    values = one.defaults.copy()
    for word, value in constants.items():
        values[one.index(word.replace("_", " "))] = value
    found = np.asarray(compiled(one)(values))
    return Run(one.times, {output: found[:, at] for at, output in enumerate(one.outputs)})


def solve(slopes: Callable, start: list[float], times: np.ndarray) -> np.ndarray:
    """SciPy's answer, to ten digits; shape (states, time)."""
    answer = solve_ivp(
        lambda _, state: slopes(*state),
        (times[0], times[-1]),
        start,
        method="DOP853",
        t_eval=times,
        rtol=1e-11,
        atol=1e-11,
    )
    assert answer.success
    return answer.y


def euler(slopes: Callable, start: list[float], step: float, steps: int) -> np.ndarray:
    """Euler's method, written out; shape (states, steps + 1)."""
    states = [np.array(start, dtype=float)]
    for _ in range(steps):
        states.append(states[-1] + step * np.array(slopes(*states[-1])))
    return np.stack(states, axis=1)
