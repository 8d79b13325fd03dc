"""The difference between two histories, against what can be said in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from stockade.contrasts.difference import difference, measured, structure_dependent

PATH = np.array([[1.0, 2.0], [3.0, 5.0], [6.0, 1.0]])


@pytest.mark.parametrize(
    ("measure", "expected"), [("end", [6.0, 1.0]), ("total", [9.0, 6.0]), ("mean", [4.5, 3.0])]
)
def test_what_is_measured(measure, expected) -> None:
    np.testing.assert_allclose(measured(PATH, measure, slice(1, None)), expected)


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(ValueError, match="no month"):
        measured(PATH, "end", slice(3, None))


def test_two_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="shapes"):
        difference(PATH, PATH[:, :1], "end", slice(None))


def test_a_normal_difference_has_its_quantiles() -> None:
    # Base and change are both random and dependent; the difference is the change alone: N(0.5, 1) a month.
    random = np.random.default_rng(0)
    base = random.normal(size=(2, 200_000)) * 30
    change = random.normal(0.5, 1.0, size=(2, 200_000))
    found = difference(base, base + change, "total", slice(None))
    expected = norm(1.0, np.sqrt(2)).ppf([0.05, 0.5, 0.95])
    got = [found.difference.low, found.difference.median, found.difference.high]
    # Five standard errors of a quantile: wrong once in a million runs.
    np.testing.assert_allclose(got, expected, atol=5 * np.sqrt(2) * 2.2 / np.sqrt(200_000))
    assert found.more == pytest.approx(norm.cdf(1 / np.sqrt(2)), abs=5 * 0.5 / np.sqrt(200_000))
    np.testing.assert_allclose(found.by_month[1], 0.5, atol=0.02)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e3))
def test_rounding_is_no_difference(level: float, scale: float) -> None:
    base = np.full((3, 4), level * scale)
    found = difference(base, base * (1 + 1e-13), "total", slice(None))
    assert found.more == 0.5
    assert found.difference.median == 0


def test_draws_without_a_difference_count_as_half() -> None:
    base = np.zeros((1, 4))
    assert difference(base, np.array([[0.0, 0.0, 1.0, 2.0]]), "end", slice(None)).more == 0.75


def test_structure_dependence_is_between_explanations_of_weight() -> None:
    more = {"a": 0.9, "b": 0.2, "c": 0.85}
    assert structure_dependent(more, {"a": 0.6, "b": 0.3, "c": 0.1})
    assert not structure_dependent(more, {"a": 0.6, "b": 0.04, "c": 0.36})
    assert not structure_dependent({"a": 0.9, "b": 0.4}, {"a": 0.5, "b": 0.5})
