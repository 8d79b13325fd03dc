"""Scenarios: what they mean, resolved against the base run of the same draws."""

from __future__ import annotations

import numpy as np
import pytest

from stockade.compiler.compile import compile
from stockade.errors import StockadeError
from stockade.simulation.ensembles import ensemble
from stockade.simulation.scenarios import Change, MeanOver, Number, Scenario, ValueAt, resolve
from stockade.simulation.trajectories import trajectories
from tests.compiler.models import model

OF = model(
    "Fish = INTEG(born - caught, 10)\nborn = rate * Fish\ncaught = 1 + Time\nrate = 0.5", final=8, step=0.25
)
SIMULATOR = compile(
    OF, outputs=["fish", "caught", "born"], overridable=["fish", "caught", "born"], average=True
)
DRAWS = np.linspace(0.4, 0.6, 4)[None]
BASE = trajectories(SIMULATOR, ensemble(SIMULATOR, DRAWS))


def under(*changes: Change, start: float = 4, stop: float = np.inf) -> dict[str, np.ndarray]:
    overrides = resolve(Scenario(changes, start, stop), SIMULATOR, BASE)
    return dict(trajectories(SIMULATOR, ensemble(SIMULATOR, DRAWS, overrides=overrides)).values)


def test_nothing_changes_before_the_start() -> None:
    found = under(Change("Fish", "hold", Number(3)))
    for name, value in BASE.values.items():
        np.testing.assert_allclose(found[name][:4], value[:4], rtol=1e-12)


def test_hold_at_each_draws_own_mean_and_value() -> None:
    found = under(Change("BORN", "hold", MeanOver(1, 3)), Change("fish", "hold", ValueAt(2)))
    mean = BASE.values["born"][1:4].mean(axis=0)
    np.testing.assert_allclose(found["born"][4:], np.tile(mean, (4, 1)), rtol=1e-12)
    np.testing.assert_allclose(found["fish"][5], BASE.values["fish"][2], rtol=1e-12)


def test_scale_and_shift_until_a_time() -> None:
    found = under(Change("caught", "scale", Number(2)), Change("born", "shift", Number(5)), start=2, stop=5)
    own = BASE.values["caught"]
    np.testing.assert_allclose(found["caught"][2:5], 2 * own[2:5], rtol=1e-12)
    np.testing.assert_allclose(found["caught"][5:], own[5:], rtol=1e-12)
    np.testing.assert_allclose(found["born"][2:5], 5 + DRAWS * found["fish"][2:5], rtol=1e-12)


@pytest.mark.parametrize(
    "change",
    [
        Change("fish", "scale", Number(2)),
        Change("rate", "hold", Number(2)),
        Change("born", "hold", MeanOver(20, 30)),
    ],
)
def test_refused(change: Change, snapshot) -> None:
    with pytest.raises(StockadeError) as caught:
        under(change)
    assert str(caught.value) == snapshot
