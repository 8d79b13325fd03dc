"""What is known only together: linear models in logs, whose posteriors are normal, in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from stockade.inference.directions import known_together, sentence
from stockade.inference.priors import Prior

NAMES = ("arrivals", "attacks per fighter", "hazard", "delay", "share")


def posterior(rows: list[list[float]], noise: float, scales: list[float], count: int = 4000):
    """Draws of log-normal parameters, of which combinations were measured, and of their priors."""
    design, size = np.array(rows, dtype=float).reshape(-1, len(scales)), len(scales)
    precision = np.diag(1.0 / np.array(scales) ** 2) + design.T @ design / noise**2
    generator = np.random.default_rng(5)
    after = generator.multivariate_normal(np.zeros(size), np.linalg.inv(precision), count)
    before = generator.standard_normal((count, size)) * scales
    priors = [Prior(name, "lognormal", 1.0, scale) for name, scale in zip(NAMES, scales, strict=False)]
    return np.exp(after), np.exp(before), priors


def test_only_a_product_is_known() -> None:
    (found,) = known_together(*posterior([[1, 1, 0]], 0.05, [0.5, 0.6, 0.5]))
    assert set(found.names) == {"arrivals", "attacks per fighter"}
    np.testing.assert_allclose(found.exponents, [1.0, 1.0], atol=0.05)
    # In units of the prior, the product of exact weight has the variance noise^2 / (s^2 + s'^2 + noise^2).
    assert found.variance == pytest.approx(0.05**2 / (0.5**2 + 0.6**2 + 0.05**2), rel=0.2)
    assert (
        sentence(found, found.names) == f"Only the product of {found.names[0]} and {found.names[1]} is known."
    )


def test_only_a_ratio_is_known() -> None:
    (found,) = known_together(*posterior([[1, -1]], 0.05, [0.5, 0.5]))
    assert sentence(found, found.names).startswith("Only the ratio of ")


def test_where_all_is_known_nothing_is_said() -> None:
    assert known_together(*posterior(np.eye(3).tolist(), 0.05, [0.5, 0.6, 0.5])) == ()


def test_where_nothing_is_known_nothing_is_said() -> None:
    assert known_together(*posterior([], 1.0, [0.5, 0.6, 0.5])) == ()


def test_two_products_known_equally_well_are_told_apart() -> None:
    """Their eigenvectors may be any mixture of the four members."""
    found = known_together(*posterior([[1, 0, 1, 0], [0, 1, 0, -1]], 0.03, [0.5] * 4))
    assert {frozenset(one.names) for one in found} == {
        frozenset({"arrivals", "hazard"}),
        frozenset({"attacks per fighter", "delay"}),
    }


def test_three_members_with_powers() -> None:
    (found,) = known_together(*posterior([[1, 1, -2]], 0.05, [0.6, 0.6, 0.4]))
    assert sentence(found, found.names) == "Only hazard / (arrivals^0.5 × attacks per fighter^0.5) is known."


def test_a_member_that_is_estimated_by_itself_is_not_known_together() -> None:
    assert known_together(*posterior([[1, 1], [1, 0]], 0.05, [0.5, 0.5])) == ()


def test_a_product_with_what_the_prior_pins_is_an_estimate() -> None:
    """Where one factor is all but given beforehand, the product tells the other one."""
    assert known_together(*posterior([[1, 1]], 0.05, [0.1, 0.8])) == ()


def test_members_that_are_no_products_are_said_to_trade_off() -> None:
    generator = np.random.default_rng(2)
    before = generator.normal(0.0, 1.0, (4000, 2))
    sums = generator.normal(0.0, 0.05, 4000)
    gap = generator.normal(0.0, np.sqrt(2.0), 4000)
    after = np.array([(sums + gap) / 2, (sums - gap) / 2]).T
    priors = [Prior(name, "normal", 0.0, 1.0) for name in ("month of closure", "share left")]
    (found,) = known_together(after, before, priors)
    told = sentence(found, found.names)
    assert told.endswith("together are known: more of one goes with less of the other.")


def test_one_parameter_has_no_company() -> None:
    assert known_together(np.ones((5, 1)), np.ones((5, 1)), [Prior("a", "normal", 0.0, 1.0)]) == ()
