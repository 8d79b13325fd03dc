"""How well probabilities of claims come true: reliability by the words of ICD 203, and Brier scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, ndtr

from stockade.claims.words import SCALE, position


@dataclass(frozen=True, slots=True)
class Judged:
    """One claim, judged once against the truth.

    Attributes:
        claim: Its id.
        replicate: Which made-up study it was judged on; those of one replicate hang together.
        probability: What was said.
        true: Whether it was so.
    """

    claim: str
    replicate: int
    probability: float
    true: bool


@dataclass(frozen=True)
class Spoken:
    """What became of the claims that got one word.

    Attributes:
        word: Of ICD 203.
        count: How often it was said.
        said: Mean probability; None where it was never said.
        true: Share that was true; None likewise.
        low: 5 % end of an interval on that share (Jeffreys), None likewise.
        high: 95 % end.
    """

    word: str
    count: int
    said: float | None = None
    true: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Reliability:
    """How well a set of probabilities came true.

    Attributes:
        count: How many.
        brier: Mean squared difference between probability and truth, 0 the best.
        expected: What it would be if every probability were right.
        base: What it would be if the share of truths were said each time.
        too_high: Mean of probability minus truth.
        p_too_high: How often that is as far from 0 if the probabilities are right.
        p_too_sure: The same for probabilities that are too near 0 and 1, or not near enough.
    """

    count: int
    brier: float
    expected: float
    base: float
    too_high: float
    p_too_high: float
    p_too_sure: float


def spoken(judged: Sequence[Judged]) -> tuple[Spoken, ...]:
    """Returns for every word of the scale how often what it was said of was true."""
    found = []
    for place, (word, _) in enumerate(SCALE):
        those = [one for one in judged if position(one.probability) == place]
        if not those:
            found.append(Spoken(word, 0))
            continue
        hits, size = sum(one.true for one in those), len(those)
        low, high = betaincinv(hits + 0.5, size - hits + 0.5, (0.05, 0.95))
        said = float(np.mean([one.probability for one in those]))
        # Jeffreys' interval reaches the ends where nothing, or all, was true.
        found.append(
            Spoken(
                word, size, said, hits / size, 0.0 if hits == 0 else float(low),
                1.0 if hits == size else float(high),
            )
        )  # fmt: skip
    return tuple(found)


def reliability(judged: Sequence[Judged]) -> Reliability | None:
    """Returns how well probabilities came true; None without any.

    Both tests add up over the claims of a replicate, which hang together, and compare the mean sum with
    its error: from the scatter between replicates, or from what the probabilities themselves imply if
    that is larger. The second is Spiegelhalter's (1986, Statistics in Medicine 5).
    """
    if not judged:
        return None
    said = np.array([one.probability for one in judged])
    true = np.array([one.true for one in judged], dtype=float)
    _, group = np.unique([one.replicate for one in judged], return_inverse=True)
    chance, tilt = said * (1 - said), 1 - 2 * said
    return Reliability(
        count=len(judged),
        brier=float(((said - true) ** 2).mean()),
        expected=float((said * (1 - said)).mean()),
        base=float(true.mean() * (1 - true.mean())),
        too_high=float((said - true).mean()),
        p_too_high=_p_of_zero(np.bincount(group, said - true), float(chance.sum())),
        p_too_sure=_p_of_zero(np.bincount(group, (true - said) * tilt), float((tilt**2 * chance).sum())),
    )


def _p_of_zero(sums: np.ndarray, implied: float) -> float:
    """Returns the two-sided probability of sums (replicate,) whose mean is 0 adding up as far from it.

    Args:
        sums: (replicate,).
        implied: Variance of their total if the probabilities are right and claims do not hang together.
    """
    scatter = len(sums) * float(sums.var(ddof=1)) if len(sums) > 1 else 0.0
    variance = max(scatter, implied)
    return float(2 * ndtr(-abs(float(sums.sum())) / np.sqrt(variance))) if variance > 0 else 1.0
