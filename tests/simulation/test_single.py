"""Single runs for the command line, and what is said when a run leaves the numbers."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from stockade.compiler.compile import compile
from stockade.errors import StockadeError
from stockade.simulation.ensembles import ensemble
from stockade.simulation.finite import check_finite
from stockade.simulation.single import simulate
from tests.compiler.models import model

OF = model(
    "Stock of Fish = INTEG(growth, 10)\ngrowth = Birth_Rate * Stock of Fish\nBirth Rate = 0.1",
    final=2,
    step=0.5,
)


def test_every_variable_under_its_own_name() -> None:
    table = simulate(OF)
    names = ("Stock of Fish", "growth", "Birth Rate", "INITIAL TIME", "FINAL TIME", "TIME STEP", "SAVEPER")
    assert table.names == names
    assert table.times.tolist() == [0, 1, 2]
    assert table.values[:, 0] == pytest.approx(10 * 1.05 ** np.array([0, 2, 4]))


def test_constants_and_control_variables_can_be_set() -> None:
    table = simulate(OF, {"birth  rate": 0.2, "FINAL_TIME": 3, "saveper": 0.5})
    assert table.times.tolist() == [0, 0.5, 1, 1.5, 2, 2.5, 3]
    assert table.values[-1, 0] == pytest.approx(10 * 1.1**6)
    assert simulate(OF, method="rk4").values[-1, 0] == pytest.approx(10 * np.exp(0.2), rel=1e-7)


@pytest.mark.parametrize(
    "settings",
    [{"birth rte": 1, "growth": 2}, {"zebra": 1}, {"birth rate": np.inf}],
)
def test_refused(settings: dict[str, float], snapshot) -> None:
    with pytest.raises(StockadeError) as caught:
        simulate(OF, settings)
    assert str(caught.value) == snapshot


def test_the_first_to_fail_is_named_though_nobody_asked_for_it(snapshot) -> None:
    of = model("x = INTEG(y, 1)\ny = z + 1\nz = SQRT(k - Time)\nk = 5\nw = 3", step=0.25)
    simulator = compile(of, outputs=["x"])
    draws = np.array([[50.0, 3.0, 40.0], [3, 3, 3]])
    found = ensemble(simulator, draws)
    wrong = check_finite(simulator, draws, found)
    assert str(wrong) == snapshot
    assert check_finite(simulator, draws[:, :1], found[..., :1]) is None
    alone = np.asarray(jax.jit(simulator.run)(draws[:, 1]))
    assert str(check_finite(simulator, draws[:, 1], alone)) == str(wrong)
