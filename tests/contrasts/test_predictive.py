"""Densities of what is not yet seen, against SciPy."""

from __future__ import annotations

import numpy as np
from scipy.stats import kstest, lognorm, nbinom, norm

from stockade.contrasts.predictive import Counts, figure


def test_counts_are_negative_binomial_month_by_month():
    random = np.random.default_rng(1)
    means, dispersion = random.gamma(2.0, 10.0, (3, 7)), random.gamma(2.0, 2.0, 7)
    outcomes = random.poisson(20.0, (5, 3)).astype(float)
    found = Counts(outcomes, means, dispersion).log_density(outcomes)
    expected = nbinom.logpmf(
        outcomes[:, :, None], dispersion[None, None], dispersion / (dispersion + means)[None]
    ).sum(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_figures_are_log_normal():
    random = np.random.default_rng(2)
    levels = random.gamma(3.0, 10.0, 6)
    found = figure(levels, 0.3, random)
    values = np.array([[5.0], [20.0], [80.0]])
    # The density is that of the log: per unit of the value it is divided by the value.
    expected = lognorm.logpdf(values, 0.3, scale=levels[None]) + np.log(values)
    np.testing.assert_allclose(found.log_density(values), expected, rtol=1e-9)
    drawn = figure(np.full(4000, 50.0), 0.4, np.random.default_rng(3)).outcomes[:, 0]
    assert kstest(np.log(drawn / 50.0) / 0.4, norm.cdf).pvalue > 1e-3


def test_a_level_of_nothing_has_a_density():
    found = figure(np.array([0.0, 1.0]), 0.5, np.random.default_rng(4))
    assert np.isfinite(found.log_density(np.array([[0.0], [2.0]]))).all()
