"""Kress and Szechtman 2009: a linear equation, solved in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from tests.models.helpers import euler, run

NAME = "kress-szechtman-2009"
RATE, FORCES, PEOPLE, RECRUITS = 0.2, 50.0, 1000.0, 1.5


def lasting(intelligence: float) -> float:
    return (RECRUITS * (1 - intelligence) - intelligence) / ((1 - intelligence) * (1 + RECRUITS))


@pytest.mark.parametrize(("intelligence", "share"), [(0.2, 0.5), (0.4, 1 / 3), (0.6, 0.0)])
@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_the_lasting_share(intelligence, share, method):
    found = run(NAME, method, intelligence=intelligence)
    assert lasting(intelligence) == pytest.approx(share, abs=1e-12)
    assert found["lasting insurgent share"][0] == pytest.approx(share, abs=1e-12)
    assert found["insurgent share"][-1] == pytest.approx(share, abs=5e-4)


@pytest.mark.parametrize("intelligence", [0.1, 0.4, 0.55])
def test_the_way_there_is_exponential(intelligence):
    found = run(NAME, intelligence=intelligence)
    speed = RATE * FORCES / PEOPLE * (1 - intelligence) * (1 + RECRUITS)
    end = lasting(intelligence)
    expected = end + (0.1 - end) * np.exp(-speed * found.times)
    np.testing.assert_allclose(found["insurgent share"], expected, atol=1e-9)


def test_euler_is_euler():
    def slopes(insurgents: float) -> tuple[float]:
        hit = RATE * FORCES
        casualties = hit * 0.6 * (1 - insurgents / PEOPLE)
        return (RECRUITS * casualties - hit * (0.4 + 0.6 * insurgents / PEOPLE),)

    found = run(NAME, "euler")
    np.testing.assert_allclose(found["insurgents"], euler(slopes, [100.0], 0.5, 1200)[0, ::12], rtol=1e-12)


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_with_much_intelligence_the_insurgency_ends_at_zero_and_not_below(method):
    found = run(NAME, method, intelligence=0.8)
    assert found["insurgents"].min() >= -1e-12
    assert found["insurgents"][-1] == pytest.approx(0, abs=1e-9)
    assert found["lasting insurgent share"][0] == 0
