"""Ranks of truths among posterior draws: are they uniform, and do intervals cover?

If truths come from the prior, figures from the truths and draws from the true posteriors, then the rank
of a truth among its draws is uniform (Talts et al. 2018, arXiv:1804.06788), for any quantity, one that
looks at the data too (Modrak et al. 2023, Bayesian Analysis). Uniformity is tested by the simultaneous
envelope of the empirical distribution of Säilynoja, Bürkner and Vehtari (2022, Statistics and Computing
32): at each point the count below is binomial; the least two-sided probability over all points is
compared with what it is for uniform ranks, which is simulated, so that the false alarm rate is exact but
for Monte Carlo error. Over several quantities Holm's step-down keeps the rate of any false alarm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import bdtr, bdtrc

from stockade.inference.noise import stream

FALSE_ALARM = 0.05
"""How often at most a calibrated study gives an alarm for any of its quantities."""

COVERAGES = (0.5, 0.8, 0.9)
MOST_DRAWS = 127
_SIMULATED = 20_000


@dataclass(frozen=True)
class Uniformity:
    """What the ranks of one quantity say.

    Attributes:
        count: Replicates in which it has a rank.
        p_value: How often uniform ranks depart from uniformity as much as these.
        adjusted: The same times what Holm's step-down makes of the number of quantities, at most 1.
        mean: Mean rank as a fraction; below one half where draws are too high.
        coverage: Share of central intervals of `COVERAGES` that hold the truth.
    """

    count: int
    p_value: float
    adjusted: float
    mean: float
    coverage: tuple[float, ...]

    @property
    def alarm(self) -> bool:
        """Whether the ranks are not uniform, at the stated rate of false alarms over all quantities."""
        return self.adjusted < FALSE_ALARM


def kept_draws(available: int) -> int:
    """Returns how many draws a truth is ranked among: 127, or the most of the form 2^k - 1 below."""
    return min(MOST_DRAWS, 2 ** ((available + 1).bit_length() - 1) - 1)


def rank_of(truth: float, draws: np.ndarray, uniform: float) -> int:
    """Returns how many draws (draw,) lie below the truth; those equal to it count by chance.

    Args:
        truth: The true value.
        draws: (draw,) posterior draws.
        uniform: In [0, 1): breaks ties.
    """
    below, equal = int((draws < truth).sum()), int((draws == truth).sum())
    return below + int(uniform * (equal + 1))


def judge_ranks(ranks: Mapping[str, Sequence[int]], draws: int) -> dict[str, Uniformity]:
    """Returns what the ranks of each quantity say, alarms adjusted for their number.

    Args:
        ranks: Quantity -> its ranks, 0 to `draws`, one for each replicate in which it has one.
        draws: How many draws a truth was ranked among.
    """
    known = {name: np.asarray(one, dtype=int) for name, one in ranks.items() if len(one)}
    p_values = {name: p_value(one, draws) for name, one in known.items()}
    adjusted = _holm(p_values)
    return {
        name: Uniformity(
            count=len(one),
            p_value=p_values[name],
            adjusted=adjusted[name],
            mean=float(((one + 0.5) / (draws + 1)).mean()),
            coverage=tuple(covered(one, draws, level) for level in COVERAGES),
        )
        for name, one in known.items()
    }


def p_value(ranks: np.ndarray, draws: int) -> float:
    """Returns the probability that uniform ranks leave the envelope as far as these do.

    Args:
        ranks: (replicate,) 0 to `draws`.
        draws: How many draws a truth was ranked among.
    """
    below = np.cumsum(np.bincount(ranks, minlength=draws + 1))[:-1]
    least = _pointwise(len(ranks), draws)[below, np.arange(draws)].min()
    simulated = _least_if_uniform(len(ranks), draws)
    return float((1 + np.searchsorted(simulated, least * (1 + 1e-9), side="right")) / (1 + len(simulated)))


def coverage_of_all(ranks: Sequence[Sequence[int]], draws: int, level: float) -> tuple[float, float]:
    """Returns the share of central intervals of many quantities that hold the truth, and its standard error.

    Each quantity alone may pass while all are a little too narrow; together they tell. Those of one
    replicate hang together, so the error is from the scatter between replicates.

    Args:
        ranks: For each replicate the ranks of its quantities.
        draws: How many draws a truth was ranked among.
        level: Of the intervals.
    """
    shares = np.array([covered(np.asarray(one, dtype=int), draws, level) for one in ranks if len(one)])
    error = float(shares.std(ddof=1) / np.sqrt(len(shares))) if len(shares) > 1 else float("inf")
    return float(shares.mean()), error


def covered(ranks: np.ndarray, draws: int, level: float) -> float:
    """Returns the share of central intervals at a level that hold the truth.

    A rank r stands for the stretch from r to r + 1 of draws + 1; one that an interval's end cuts counts
    in part, so that uniform ranks give the level itself.
    """
    start = ranks / (draws + 1)
    low = np.maximum(start, 0.5 - 0.5 * level)
    high = np.minimum(start + 1.0 / (draws + 1), 0.5 + 0.5 * level)
    return float((np.maximum(high - low, 0.0) * (draws + 1)).mean())


@cache
def _pointwise(count: int, draws: int) -> np.ndarray:
    """Returns two-sided probabilities (0..count, point) of counts below each point."""
    chance = np.arange(1, draws + 1) / (draws + 1)
    counts = np.arange(count + 1)[:, None]
    return 2.0 * np.minimum(bdtr(counts, count, chance), bdtrc(counts - 1, count, chance))


@cache
def _least_if_uniform(count: int, draws: int) -> np.ndarray:
    """Returns sorted least probabilities of simulated sets of uniform ranks."""
    table = _pointwise(count, draws)
    noise = stream(count, draws)
    flat = np.full(draws + 1, 1.0 / (draws + 1))
    parts = []
    for _ in range(_SIMULATED // 1000):
        below = np.cumsum(noise.multinomial(count, flat, size=1000), axis=1)[:, :-1]
        parts.append(table[below, np.arange(draws)].min(axis=1))
    return np.sort(np.concatenate(parts))


def _holm(p_values: Mapping[str, float]) -> dict[str, float]:
    ordered = sorted(p_values, key=lambda name: p_values[name])
    found, worst = {}, 0.0
    for place, name in enumerate(ordered):
        worst = max(worst, min(1.0, p_values[name] * (len(ordered) - place)))
        found[name] = worst
    return found
