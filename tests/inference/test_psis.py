"""Pareto-smoothed weights: against ArviZ's, which shares no code, and against what they are meant to do."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import genpareto

from stockade.inference.psis import pareto_fit, smooth, trusted


@pytest.mark.parametrize("heavy", [0.3, 0.8, 1.5, 4.0])
@pytest.mark.parametrize("draws", [100, 2048])
def test_weights_are_those_of_arviz(heavy: float, draws: int) -> None:
    arviz = pytest.importorskip("arviz")
    ratios = heavy * np.random.default_rng(draws).standard_normal(draws) + 40.0
    logs, shape = smooth(ratios)
    expected, expected_shape = arviz.psislw(ratios)
    np.testing.assert_allclose(logs, np.asarray(expected), atol=1e-9)
    np.testing.assert_allclose(shape, float(expected_shape), atol=1e-9)


def test_the_fit_finds_the_shape() -> None:
    for shape in (0.2, 0.7):
        excess = np.sort(genpareto.rvs(shape, scale=3.0, size=20_000, random_state=1))
        found, scale = pareto_fit(excess)
        # The error of the shape is (1 + k) / sqrt(n), about 0.01.
        assert found == pytest.approx(shape, abs=0.04)
        assert scale == pytest.approx(3.0, rel=0.05)


def test_weights_sum_to_one_and_keep_their_order() -> None:
    ratios = 2.0 * np.random.default_rng(3).standard_normal(500)
    logs, _ = smooth(ratios)
    assert np.exp(logs).sum() == pytest.approx(1.0)
    assert (np.diff(logs[np.argsort(ratios)]) >= 0).all()


def test_equal_ratios_have_no_tail() -> None:
    logs, shape = smooth(np.full(50, 7.0))
    np.testing.assert_allclose(np.exp(logs), 0.02)
    assert shape == -math.inf
    assert trusted(shape, 50)


def test_too_few_ratios_are_never_trusted() -> None:
    _, shape = smooth(np.array([0.0, 1.0, 5.0]))
    assert shape == math.inf
    assert not trusted(shape, 3)


def test_few_draws_can_bear_less() -> None:
    assert trusted(0.69, 10_000)
    assert not trusted(0.69, 1_000)
    assert not trusted(0.71, 10**6)


@pytest.mark.parametrize("wrong", [[], [0.0, math.nan], [0.0, -math.inf], [[0.0]]])
def test_what_is_no_row_of_numbers_is_refused(wrong: list) -> None:
    with pytest.raises(ValueError, match="log ratios"):
        smooth(np.array(wrong))
