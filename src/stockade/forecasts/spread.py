"""How wide a rule's forecast must be, judged by the errors that the rule has made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, xlogy

WIDEST = 10.0
"""Largest excess spread alpha = 1/r: a dispersion r of 0.1."""

_POISSON = 1e-6  # as good as the Poisson limit for monthly counts, and kind to the gamma function
ALPHAS = np.concatenate([[_POISSON], np.geomspace(1e-3, WIDEST, 160)])
"""The grid that an excess spread is looked for on, from Poisson to the widest."""

_AT_ONCE = np.concatenate([[0.0], np.geomspace(1e-3, WIDEST, 60)])
_A_MONTH = np.concatenate([[0.0], np.geomspace(1e-4, WIDEST, 75)])


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """What a rule said from earlier origins, beside what came; all ``(case,)``.

    Attributes:
        lead: Months from the last visible month to the one forecast.
        mean: Expected count, above 0.
        count: What came.
    """

    lead: np.ndarray
    mean: np.ndarray
    count: np.ndarray


@dataclass(frozen=True, slots=True)
class Spread:
    """Excess spread alpha = 1/r at a lead of h months: at_once + a_month * (h - 1), at most 10.

    Attributes:
        at_once: alpha one month ahead.
        a_month: What each further month adds.
    """

    at_once: float
    a_month: float


def log_density(count: np.ndarray, mean: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Logarithm of the negative binomial density with variance mean + alpha * mean**2.

    Counts that are not whole (deaths spread over an event's days) are taken by the gamma function.
    """
    r = 1.0 / alpha
    scale = np.log1p(alpha * mean)
    return (
        gammaln(count + r)
        - gammaln(r)
        - gammaln(count + 1)
        + xlogy(count, alpha * mean)
        - (count + r) * scale
    )


def fit_spread(errors: Errors) -> Spread:
    """Maximum likelihood of the two numbers of a `Spread` over all past errors, on a fixed grid.

    A grid, because the surface is flat where a series is nearly Poisson, and because the same
    errors must give the same bits everywhere. Errors at overlapping leads count as if independent,
    which moves the precision and not the place of the maximum.

    Args:
        errors: At least one case.

    Returns:
        The best of the grid; the smallest spread among equals.
    """
    density = log_density(errors.count[:, None], errors.mean[:, None], ALPHAS[None, :])
    leads, where = np.unique(errors.lead, return_inverse=True)
    by_lead = np.zeros((leads.size, ALPHAS.size))
    np.add.at(by_lead, where, density)
    alpha = _alpha(_AT_ONCE[:, None, None], _A_MONTH[None, :, None], leads)  # (at once, a month, lead)
    nearest = np.searchsorted(np.sqrt(ALPHAS[1:] * ALPHAS[:-1]), alpha)
    total = by_lead[np.arange(leads.size), nearest].sum(axis=-1)
    i, j = np.unravel_index(int(np.argmax(total)), total.shape)
    return Spread(float(_AT_ONCE[i]), float(_A_MONTH[j]))


def dispersions(spread: Spread, leads: np.ndarray) -> np.ndarray:
    """Dispersion r at each lead; ``inf`` (Poisson) where there is no excess spread.

    Args:
        spread: The fitted spread.
        leads: ``(row,)`` months after the last visible one, from 1.

    Returns:
        ``(row,)``, at least 0.1.
    """
    alpha = _alpha(np.asarray(spread.at_once), np.asarray(spread.a_month), leads)
    return np.where(alpha > 0, 1.0 / np.where(alpha > 0, alpha, 1.0), np.inf)


def _alpha(at_once: np.ndarray, a_month: np.ndarray, leads: np.ndarray) -> np.ndarray:
    return np.minimum(at_once + a_month * (leads - 1), WIDEST)
