"""One forecast out of several explanations: their draws, combined in proportion to their weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockade.forecasts.predict import Seed


@dataclass(frozen=True, slots=True, eq=False)
class Picks:
    """Which draw of which explanation each draw of the mixture is.

    Attributes:
        explanation: ``(draw,)`` index of the explanation.
        column: ``(draw,)`` index of the draw within that explanation.
    """

    explanation: np.ndarray
    column: np.ndarray


def pick(sizes: Sequence[int], weights: Sequence[float], draws: int, seed: Seed) -> Picks:
    """Chooses draws of explanations in proportion to their weights.

    Systematic on both levels: each explanation gets its share of the draws to within one, and its
    draws are taken evenly spaced, each as often as any other to within one. The seed sets the
    offsets and shuffles the order, so that no part of the mixture is all of one explanation.

    Args:
        sizes: How many draws each explanation has; 0 is allowed where its weight is 0.
        weights: Weight of each explanation, 0 or above; they need not sum to 1.
        draws: How many draws the mixture shall have.
        seed: Same seed, same choice.

    Returns:
        The choice, to be used on any arrays of the same draws.

    Raises:
        ValueError: Weights that are negative, not finite or all 0; a weight without draws; no draws
            asked for.
    """
    share = np.asarray(weights, dtype=float)
    available = np.asarray(sizes, dtype=int)
    if share.shape != available.shape or share.ndim != 1 or not share.size:
        raise ValueError("as many weights as explanations, and at least one")
    if not np.all(np.isfinite(share)) or np.any(share < 0) or share.sum() <= 0:
        raise ValueError("weights must be finite, 0 or above, and not all 0")
    if np.any((share > 0) & (available < 1)):
        raise ValueError("an explanation with weight has no draws")
    if draws < 1:
        raise ValueError("a mixture needs at least one draw")
    rng = np.random.default_rng(seed)
    steps = np.floor(np.cumsum(share / share.sum()) * draws + rng.random())
    steps[np.flatnonzero(share)[-1] :] = draws  # the sum of the shares may miss 1 by a rounding
    counts = np.diff(steps, prepend=0.0).astype(int)
    explanation = np.repeat(np.arange(share.size), counts)
    columns = [
        np.floor((np.arange(count) + rng.random()) * size / count).astype(int) % size
        for count, size in zip(counts, available, strict=True)
        if count
    ]
    order = rng.permutation(draws)
    return Picks(explanation[order], np.concatenate(columns)[order])


def mix(arrays: Sequence[np.ndarray], picks: Picks) -> np.ndarray:
    """Gathers the chosen draws.

    Args:
        arrays: One array an explanation, ``(month, draw)`` or ``(draw,)``; only the last axis may differ.
        picks: The choice of `pick`.

    Returns:
        ``(month, draw)`` or ``(draw,)`` of the mixture.
    """
    first = np.asarray(arrays[int(picks.explanation[0])])
    mixed = np.empty((*first.shape[:-1], picks.column.size), dtype=float)
    for index, array in enumerate(arrays):
        here = picks.explanation == index
        if here.any():
            mixed[..., here] = np.asarray(array)[..., picks.column[here]]
    return mixed
