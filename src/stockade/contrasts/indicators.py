"""Indicators: the value from which on an observation speaks for one answer, and how often it misleads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockade.arrays import Floats

DIGITS = 3
"""Significant digits of a threshold: nobody looks for 41.7362."""

LEVELS = np.linspace(0.05, 0.95, 91)
"""Quantiles of the predictive at which a threshold is tried: what is hardly ever seen is no indicator."""


@dataclass(frozen=True, slots=True)
class Side:
    """What it means to see a value on one side of the threshold.

    Attributes:
        favours: Index of the answer whose probability rises most.
        before: Its probability before.
        after: Its probability once a value on this side was seen.
        seen: Probability of seeing a value on this side.
        seen_error: Its Monte Carlo error.
        if_so: Probability of it where the favoured answer is the true one.
        misleads: Probability of it where the favoured answer is not the true one.
        misleads_error: Its Monte Carlo error.
    """

    favours: int
    before: float
    after: float
    seen: float
    seen_error: float
    if_so: float
    misleads: float
    misleads_error: float


@dataclass(frozen=True, slots=True)
class Indicator:
    """A threshold and its two sides.

    Attributes:
        threshold: The value that splits best.
        above: What a value above it means.
        below: What a value at or below it means.
        bits: What it tells to know the side alone.
    """

    threshold: float
    above: Side
    below: Side
    bits: float


def indicator(
    values: Sequence[Floats], members: Sequence[np.ndarray], weights: Floats, *, silent: float = 0.0
) -> Indicator | None:
    """Returns the threshold whose two sides tell most about a question.

    The threshold is chosen on every other draw and its rates are read off the rest, so that it does not
    flatter itself.

    Args:
        values: For each explanation (draw,) a number that sums the observation up, one for each draw.
        members: For each explanation (draw, answer): the answer of each draw, zeros where it has none.
        weights: (explanation,) that sum to 1.
        silent: Weight of explanations that say nothing of the observation; see `information`.

    Returns:
        The indicator, or None where no threshold tells anything.
    """
    chosen = [(one[::2], two[::2]) for one, two in zip(values, members, strict=True)]
    judged = [(one[1::2], two[1::2]) for one, two in zip(values, members, strict=True)]
    tried = _thresholds(chosen, weights)
    told = [_bits(_joint(chosen, weights, one)) for one in tried]
    if not len(tried) or max(told) <= 0.0:
        return None
    threshold = float(tried[int(np.argmax(told))])
    joint = _joint(judged, weights, threshold)
    if joint.sum(axis=0).min() <= 0.0 or (joint.sum(axis=1) > 0).sum() < 2:
        return None
    above, below = (_side(joint, judged, weights, side, silent) for side in (0, 1))
    return Indicator(threshold, above, below, (1.0 - silent) * _bits(joint))


_Halves = Sequence[tuple[Floats, np.ndarray]]


def _thresholds(draws: _Halves, weights: Floats) -> Floats:
    """Returns values to try: quantiles of the predictive, to three digits."""
    everything = np.concatenate([one for one, _ in draws])
    share = np.concatenate(
        [weight * two.sum(axis=1) / len(one) for (one, two), weight in zip(draws, weights, strict=True)]
    )
    order = np.argsort(everything, kind="stable")
    heights = np.cumsum(share[order])
    if not heights.size or heights[-1] <= 0:
        return np.empty(0)
    at = np.minimum(np.searchsorted(heights, LEVELS * heights[-1]), order.size - 1)
    return np.unique([rounded(value) for value in everything[order][at]])


def rounded(value: float) -> float:
    """Returns a value to three significant digits; whole numbers below a thousand as they are."""
    return float(f"{value:.{DIGITS}g}")


def _joint(draws: _Halves, weights: Floats, threshold: float) -> Floats:
    """Returns (answer, side) probabilities: above the threshold, and at or below it."""
    found = 0.0
    for (values, members), weight in zip(draws, weights, strict=True):
        above = values > threshold
        sides = np.stack([members[above].sum(axis=0), members[~above].sum(axis=0)], axis=1)
        found = found + weight * sides / len(values)
    joint = np.asarray(found)
    return joint / max(joint.sum(), 1e-300)


def _bits(joint: Floats) -> float:
    """Returns the mutual information of answer and side."""
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    known = joint > 0
    return float(np.sum(joint[known] * np.log2(joint[known] / independent[known])))


def _side(joint: Floats, draws: _Halves, weights: Floats, side: int, silent: float) -> Side:
    speaking = 1.0 - silent
    seen = float(joint[:, side].sum())
    before, after = speaking * joint.sum(axis=1), speaking * joint[:, side] / seen
    best = int(np.argmax(after - before))
    here, prior = float(joint[best, side]), float(joint[best].sum())
    # Silent explanations are taken to expect what the others expect together.
    wrong = (speaking * (seen - here) + silent * seen) / max(1.0 - speaking * prior, 1e-300)
    effective = _effective(draws, weights)
    return Side(
        favours=best, before=float(before[best]), after=float(after[best]), seen=seen,
        seen_error=_error(seen, effective), if_so=here / max(prior, 1e-300), misleads=min(wrong, 1.0),
        misleads_error=_error(min(wrong, 1.0), effective * max(1.0 - prior, 1e-9)),
    )  # fmt: skip


def _effective(draws: _Halves, weights: Floats) -> float:
    """Returns how many independent draws of the mixture the stratified sample is worth at least."""
    sizes = np.array([len(one) for one, _ in draws])
    return float(1.0 / np.sum(np.asarray(weights) ** 2 / sizes))


def _error(share: float, count: float) -> float:
    """Returns the standard error of a share of so many draws, kept off 0 as one draw more would tell."""
    kept = (share * count + 0.5) / (count + 1.0)
    return float(np.sqrt(kept * (1.0 - kept) / (count + 1.0)))
