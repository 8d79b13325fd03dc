"""A model step by step is the model at once; what noise makes of a flow reaches all that reads it."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from stockade.compiler.compile import compile
from stockade.formats.vensim.read import parse_mdl

MODEL = """{UTF-8}
people = INTEG(arrivals - leaving, 100) ~ person ~ |
gone = INTEG(leaving, 0) ~ person ~ |
arrivals = 10 ~ person/Month ~ |
leaving = hazard * people ~ person/Month ~ |
noticed = share * leaving ~ person/Month ~ |
share = 0.5 ~ Dmnl ~ |
late = DELAY FIXED(leaving, 2, 0) ~ person/Month ~ |
hazard = 0.1 ~ 1/Month ~ |
INITIAL TIME = 0 ~ Month ~ |
FINAL TIME = 6 ~ Month ~ |
TIME STEP = 0.5 ~ Month ~ |
SAVEPER = 1 ~ Month ~ |
"""
OUTPUTS = ("people", "gone", "leaving", "noticed", "late")


def test_steps_add_up_to_the_run() -> None:
    simulator = compile(parse_mdl(MODEL, "m.mdl"), outputs=OUTPUTS, overridable=["leaving"], average=True)
    stepper = simulator.stepper
    assert stepper is not None
    constants = np.stack([simulator.defaults, 1.3 * simulator.defaults], axis=1)
    run = stepper.begin(jnp.asarray(constants)[..., None], None, (2, 3))
    states, rows = stepper.start(run), []
    for k in range(stepper.count * stepper.every):
        states, row = stepper.step(run, states, k, None)
        rows.append(row)
    means = np.array(rows).reshape(stepper.count, stepper.every, len(OUTPUTS), 2, 3).mean(axis=1)
    wanted = np.asarray(simulator.run(constants))
    np.testing.assert_allclose(means, np.repeat(wanted[..., None], 3, axis=-1), rtol=1e-12)


def test_a_changed_flow_reaches_every_stock_and_every_reader() -> None:
    simulator = compile(
        parse_mdl(MODEL, "m.mdl"), outputs=OUTPUTS, overridable=["leaving", "arrivals"], average=True
    )
    stepper = simulator.stepper
    assert stepper is not None
    run = stepper.begin(jnp.asarray(simulator.defaults)[:, None], None, (1,))
    seen: list[float] = []

    def noise(values: dict) -> dict:
        seen.append(float(values["leaving"][0]))
        return {"leaving": 2.0 * values["leaving"], "arrivals": jnp.full(1, 4.0)}

    states, row = stepper.step(run, stepper.start(run), 0, noise)
    assert seen == [10.0]
    np.testing.assert_allclose(row[:, 0], [100, 0, 20, 10, 0])
    assert float(states["people"][0]) == pytest.approx(100 + 0.5 * (4 - 20))
    assert float(states["gone"][0]) == pytest.approx(10)


def test_rk4_has_no_steps_of_its_own() -> None:
    assert compile(parse_mdl(MODEL, "m.mdl"), method="rk4").stepper is None
