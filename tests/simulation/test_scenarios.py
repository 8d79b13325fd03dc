"""Scenarios: what they mean, resolved against the base run of the same draws."""

from __future__ import annotations

import numpy as np
import pytest

from stockade.compiler.compile import compile
from stockade.errors import StockadeError
from stockade.simulation.ensembles import ensemble
from stockade.simulation.scenarios import Change, MeanOver, Number, Path, Scenario, ValueAt, resolve
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


def test_a_path_replaces_a_variable_and_is_level_outside_its_points() -> None:
    path = Path((3.0, 5.0), (2.0, 6.0))
    found = under(Change("caught", "hold", path), start=2, stop=7)
    # Means over the four steps of each month, by hand.
    means = [np.interp(month + 0.25 * np.arange(4), (3, 5), (2, 6)).mean() for month in range(2, 7)]
    np.testing.assert_allclose(found["caught"][2:7, 0], means, rtol=1e-12)
    np.testing.assert_allclose(found["caught"][7:], BASE.values["caught"][7:], rtol=1e-12)
    added = under(Change("caught", "shift", path), start=2, stop=7)
    np.testing.assert_allclose(added["caught"][2:7, 0], BASE.values["caught"][2:7, 0] + means, rtol=1e-12)


def test_a_constant_changes_from_a_time_on() -> None:
    simulator = compile(OF, outputs=["fish"], overridable=["rate", "born"])
    change = Change("rate", "scale", Number(0.5), 2.0, 3.0)
    overrides = resolve(Scenario((change,), 0.0), simulator, BASE)
    found = ensemble(simulator, DRAWS, overrides=overrides)[:, 0]
    fish, expected = np.full(4, 10.0), []
    for step in range(33):
        if step % 4 == 0:
            expected.append(fish)
        time = 0.25 * step
        rate = DRAWS[0] * (0.5 if 2 <= time < 3 else 1.0)
        fish = fish + 0.25 * (rate * fish - (1 + time))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_each_change_may_have_its_own_window() -> None:
    found = under(
        Change("caught", "hold", Number(0.0), 1.0, 2.0),
        Change("born", "hold", Number(7.0), 5.0, 6.0),
        start=3,
    )
    own = BASE.values
    np.testing.assert_allclose(found["caught"][1], 0.0, atol=1e-15)
    np.testing.assert_allclose(found["caught"][[0, 2, 3]], own["caught"][[0, 2, 3]], rtol=1e-12)
    np.testing.assert_allclose(found["born"][5], 7.0, rtol=1e-12)
