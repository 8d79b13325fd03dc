"""From what a model expects to what would be counted: negative binomial draws, and their fans."""

from __future__ import annotations

import hashlib

import numpy as np

Seed = int | np.random.SeedSequence

FAN = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles of a fan: the ends of the central 90 % and 50 % intervals, and the median."""

_LARGEST_MEAN = 1e15  # beyond it a double no longer tells neighbouring counts apart


def seed_for(seed: int, *words: str) -> np.random.SeedSequence:
    """Gives each series, explanation or baseline a stream of its own that no other's presence moves.

    Args:
        seed: The study's seed, 0 or above.
        *words: What the stream is for, e.g. ``"predict", "suicide_attacks", "attrition"``.

    Returns:
        A seed sequence that depends on the seed and the words, and on nothing else.
    """
    # Python's own hash() of text changes from run to run, so it cannot serve here.
    digest = hashlib.sha256("\x1f".join(words).encode()).digest()
    return np.random.SeedSequence([seed, *np.frombuffer(digest[:16], dtype="<u4").tolist()])


def predict_counts(mean: np.ndarray, dispersion: np.ndarray | float, seed: Seed) -> np.ndarray:
    """Draws the counts that would be seen around expected counts.

    Negative binomial with variance ``mean + mean**2 / dispersion``, as a Poisson count around a
    gamma-varied mean. Months are independent given the mean. The gamma factors come from a stream
    of their own, so two scenarios with the same seed and dispersion share them.

    Args:
        mean: Expected counts a month, ``(month, draw)``, 0 or above.
        dispersion: Dispersion r, above 0, ``(draw,)``, or what else broadcasts to the means;
            ``inf`` means Poisson.
        seed: Same seed, same bits.

    Returns:
        Counts as floats, ``(month, draw)``.

    Raises:
        ValueError: A mean that is negative, not finite or above 1e15, or a dispersion not above 0.
    """
    mean = np.asarray(mean, dtype=float)
    dispersion = np.asarray(dispersion, dtype=float)
    if mean.ndim != 2:
        raise ValueError(f"expected counts must be (month, draw), got the shape {mean.shape}")
    if not np.all((mean >= 0) & (mean <= _LARGEST_MEAN)):  # NaN fails both
        raise ValueError("expected counts must be finite, from 0 to 1e15")
    if not np.all(dispersion > 0):
        raise ValueError("a dispersion must be above 0")
    root = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
    # Children made by hand: SeedSequence.spawn counts its calls, and a second call would differ.
    gammas, poissons = (
        np.random.default_rng(np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, i)))
        for i in (0, 1)
    )
    shape = np.broadcast_to(dispersion, mean.shape)
    poisson_limit = np.isinf(shape)
    finite = np.where(poisson_limit, 1.0, shape)
    factor = np.where(poisson_limit, 1.0, gammas.standard_gamma(finite) / finite)
    return poissons.poisson(mean * factor).astype(float)


def with_seen(predicted: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Puts what was seen in place of what was predicted.

    Args:
        predicted: Predicted counts, ``(month, draw)``.
        seen: Counts seen, ``(month,)``, NaN where not yet seen.

    Returns:
        ``(month, draw)``: the seen count in every draw where there is one, else the prediction.

    Raises:
        ValueError: The months do not agree.
    """
    predicted, seen = np.asarray(predicted, dtype=float), np.asarray(seen, dtype=float)
    if seen.shape != predicted.shape[:1]:
        raise ValueError(f"{seen.shape} months seen against {predicted.shape} predicted")
    return np.where(np.isnan(seen)[:, None], predicted, seen[:, None])


def fan(draws: np.ndarray, quantiles: tuple[float, ...] = FAN) -> np.ndarray:
    """Quantiles of predictive draws by month; each is a value that some draw took, so counts stay counts.

    Args:
        draws: ``(month, draw)``.
        quantiles: Levels within 0..1.

    Returns:
        ``(month, quantile)``.
    """
    return np.quantile(draws, quantiles, axis=1, method="inverted_cdf").T
