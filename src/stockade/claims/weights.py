"""Weights of explanations, and the Monte Carlo error of what is averaged over them.

The error of a verdict has two parts, added as variances:

- within an explanation, from independent repeats of the sampler: with n_r of n draws and the share p_r in
  repeat r of R, the variance of p is R / (R - 1) * sum((n_r / n)^2 (p_r - p)^2). It cannot fall below that
  of as many independent draws, (k + 1)(n - k + 1) / (n + 2)^2 / n for k of n, because four repeats that
  happen to agree prove little and sampler draws are never better than independent ones;
- between explanations, because each log evidence is itself estimated: weights are recomputed with errors
  drawn from each explanation's own, and the spread of the averaged probability is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from stockade.claims.worlds import World

SIMULATED_WEIGHTS = 2000


def softmax(log_evidence: np.ndarray) -> np.ndarray:
    """Returns probabilities along the last axis for equal prior probabilities."""
    shifted = np.exp(log_evidence - log_evidence.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def weights(worlds: Sequence[World]) -> dict[str, float]:
    """Returns each explanation's posterior probability, from equal prior probabilities."""
    shares = softmax(np.array([one.log_evidence for one in worlds]))
    return {one.explanation: float(share) for one, share in zip(worlds, shares, strict=True)}


def simulated_weights(worlds: Sequence[World], seed: int, count: int = SIMULATED_WEIGHTS) -> np.ndarray:
    """Returns weights (count, explanation) as the errors of the log evidence would scatter them."""
    means = np.array([one.log_evidence for one in worlds])
    errors = np.array([one.mc_error for one in worlds])
    noise = np.random.default_rng(seed).standard_normal((count, len(worlds)))
    return softmax(means + errors * noise)


def share_and_error(truth: np.ndarray, repeat: np.ndarray) -> tuple[float, float]:
    """Returns the share of draws in which something is true, and its Monte Carlo error.

    Args:
        truth: (draw,) bool.
        repeat: (draw,) which independent repeat each draw came from.
    """
    count = truth.size
    hits = int(truth.sum())
    share = hits / count
    floor = (hits + 1) * (count - hits + 1) / (count + 2) ** 2 / count
    _, index = np.unique(repeat, return_inverse=True)
    sizes = np.bincount(index)
    repeats = sizes.size
    if repeats < 2:
        return share, float(np.sqrt(floor))
    shares = np.bincount(index, weights=truth) / sizes
    between = repeats / (repeats - 1) * np.sum((sizes / count) ** 2 * (shares - share) ** 2)
    return share, float(np.sqrt(max(floor, between)))


def average(
    worlds: Sequence[World],
    share: Mapping[str, tuple[float, float]],
    condition: Mapping[str, float],
    seed: int,
) -> tuple[float, float, dict[str, float]]:
    """Averages over the explanations that speak.

    Args:
        worlds: All worlds of the study.
        share: Explanation -> probability and its error, for those that speak.
        condition: Explanation -> probability of the condition; it counts into the weight, since an
            explanation under which the condition hardly ever holds says little of what follows from it.
            It is taken as exact.
        seed: For the simulated weights.

    Returns:
        Probability, its Monte Carlo error, and the weights used (they sum to 1).
    """
    speaking = [one for one in worlds if one.explanation in share]
    known = np.array([condition[one.explanation] for one in speaking])
    p, error = np.array([share[one.explanation] for one in speaking]).T
    used = _normalised(softmax(np.array([one.log_evidence for one in speaking])) * known)
    scattered = _normalised(simulated_weights(speaking, seed) * known)
    variance = np.sum((used * error) ** 2) + np.var(scattered @ p)
    names = [one.explanation for one in speaking]
    return float(used @ p), float(np.sqrt(variance)), dict(zip(names, map(float, used), strict=True))


def ratio(
    worlds: Sequence[World], favoured: Sequence[str], against: Sequence[str], seed: int
) -> tuple[float, float, dict[str, float]]:
    """Returns the weight of some explanations among these and others, its error, and the weights used."""
    named = [one for one in worlds if one.explanation in (*favoured, *against)]
    side = np.array([one.explanation in favoured for one in named], dtype=float)
    used = softmax(np.array([one.log_evidence for one in named]))
    error = float(np.std(simulated_weights(named, seed) @ side))
    names = [one.explanation for one in named]
    return float(used @ side), error, dict(zip(names, map(float, used), strict=True))


def _normalised(values: np.ndarray) -> np.ndarray:
    return values / values.sum(axis=-1, keepdims=True)
