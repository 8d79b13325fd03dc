"""How much an observation would tell: mutual information in bits, by nested Monte Carlo.

A question has a few answers (which explanation holds; whether a claim is true). An outcome y of the
observation turns the prior probabilities of the answers into posterior ones, and what it tells is the
Kullback-Leibler divergence between the two, in bits. Its mean over outcomes is the mutual information of
observation and answer: what the observation can be expected to tell (Lindley 1956, Ann. Math. Statist. 27).

Outcomes are drawn from the posterior predictive of every explanation, in proportion to the weights (the
outer sample). The density of an outcome under an explanation is the mean of its density over that
explanation's posterior draws (the inner sample), the draw that gave the outcome left out. The logarithm of
a mean of n draws is biased by about c / n (Rainforth et al. 2018, ICML: "On nesting Monte Carlo
estimators"). The bias is read off by halving the inner sample, where it doubles, and taken away.

The Monte Carlo error has three parts, added as variances: of the outer sample, within explanations; of the
inner sample, by a jackknife over blocks of neighbouring draws, so that what depends on one another stays
together; and of the weights, by weights scattered as their own errors would have them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockade.arrays import Floats

BLOCKS = 8
LEAST_OUTCOMES = 16
"""Outcomes drawn from an explanation however light it is."""


@dataclass(frozen=True, eq=False)
class Outer:
    """Which draw of which explanation each outcome comes from.

    Attributes:
        explanation: (outcome,) index of the explanation.
        draw: (outcome,) index of its draw.
    """

    explanation: np.ndarray
    draw: np.ndarray


@dataclass(frozen=True, eq=False)
class Question:
    """What an observation is to tell.

    Attributes:
        members: For each explanation (draw, answer): 1 where the draw belongs to the answer, and a row of
            zeros where it says nothing. Shape (outcome, draw, answer) where the answer of a draw depends on
            the outcome itself, as it does where a claim is about the very counts that are observed.
        own: For each explanation (draw, answer): the answer of each draw with the outcome that it gave.
    """

    members: Sequence[np.ndarray]
    own: Sequence[np.ndarray]

    @property
    def depends_on_outcome(self) -> bool:
        """Says whether a draw's answer depends on the outcome."""
        return any(one.ndim == 3 for one in self.members)


@dataclass(frozen=True, slots=True)
class Information:
    """What an observation can be expected to tell about a question.

    Attributes:
        bits: Mutual information, its bias taken away; never below 0.
        error: Monte Carlo standard error.
        bias: What was taken away.
        most: Bits that there are to tell: the entropy of the answers before it.
    """

    bits: float
    error: float
    bias: float
    most: float


def outcomes_from(weights: Floats, draws: int, count: int) -> Outer:
    """Returns the outer sample: draws of the explanations, evenly spaced, in proportion to their weights.

    Args:
        weights: (explanation,) that sum to 1.
        draws: How many draws each explanation has; no draw gives two outcomes.
        count: About how many outcomes in all.
    """
    sizes = np.clip(np.rint(np.asarray(weights) * count).astype(int), min(LEAST_OUTCOMES, draws), draws)
    return Outer(
        np.repeat(np.arange(len(sizes)), sizes),
        np.concatenate([np.arange(size) * draws // size for size in sizes]),
    )


def which_explanation(count: int, draws: int) -> Question:
    """Returns the question which of some explanations holds.

    Args:
        count: How many explanations.
        draws: How many draws each has.
    """
    members = [np.repeat(np.eye(count)[[index]], draws, axis=0) for index in range(count)]
    return Question(members, members)


def information(
    log_densities: Sequence[Floats],
    question: Question,
    outer: Outer,
    weights: Floats,
    scattered: Floats | None = None,
    *,
    silent: float = 0.0,
) -> Information:
    """Returns what an observation can be expected to tell.

    Args:
        log_densities: For each explanation (outcome, draw): log density of the outcome given the draw.
        question: What is asked.
        outer: Where the outcomes come from.
        weights: (explanation,) that sum to 1.
        scattered: (times, explanation) weights as their errors would scatter them; None where they are exact.
        silent: Weight of explanations that say nothing of this observation, beside those given here. No
            outcome can move their weight.
    """
    parts = _Parts.of(log_densities, question, outer)
    everything = np.ones(BLOCKS, dtype=bool)
    told = parts.told(weights, everything)
    even = np.arange(BLOCKS) % 2 == 0
    halves = np.mean([parts.told(weights, half).mean for half in (even, ~even)])
    left_out = np.array([parts.told(weights, np.arange(BLOCKS) != one).mean for one in range(BLOCKS)])
    inner = (BLOCKS - 1) / BLOCKS * np.sum((left_out - left_out.mean()) ** 2)
    moved = [] if scattered is None else [parts.told(one, everything).mean for one in scattered]
    error = np.sqrt(told.outer_error**2 + inner + (np.var(moved) if moved else 0.0))
    bias = float(halves - told.mean)
    speaking = 1.0 - silent
    return Information(
        bits=speaking * max(0.0, told.mean - bias),
        error=speaking * float(error),
        bias=speaking * bias,
        most=entropy(told.prior) if not silent else entropy(np.array([*(speaking * told.prior), silent])),
    )


def entropy(probabilities: Floats) -> float:
    """Returns the entropy of probabilities in bits."""
    known = probabilities[probabilities > 0]
    return max(0.0, float(-np.sum(known * np.log2(known))))


@dataclass(frozen=True, eq=False)
class _Told:
    """What the outcomes tell with one set of weights and inner draws, on average and before."""

    mean: float
    outer_error: float
    prior: Floats


@dataclass(frozen=True, eq=False)
class _Parts:
    """Densities summed over blocks of draws, from which every estimate is put together.

    Attributes:
        sums: (explanation, answer, block, outcome).
        counts: (explanation, block, outcome) draws in the sums.
        question: What is asked.
        outer: Where the outcomes come from.
    """

    sums: Floats
    counts: Floats
    question: Question
    outer: Outer

    @classmethod
    def of(cls, log_densities: Sequence[Floats], question: Question, outer: Outer) -> _Parts:
        logs = [_without_itself(one, outer, index) for index, one in enumerate(log_densities)]
        peak = np.max([one.max(axis=1) for one in logs], axis=0)
        # Where nothing could have given the outcome all densities are 0, and 0 they stay.
        peak = np.where(np.isfinite(peak), peak, 0.0)
        sums, counts = [], []
        for index, one in enumerate(logs):
            block = np.arange(one.shape[1]) * BLOCKS // one.shape[1]
            density = np.exp(one - peak[:, None])
            sums.append([_by_answer(density, question.members[index], block == b) for b in range(BLOCKS)])
            itself = (outer.explanation == index)[None] & (block[outer.draw] == np.arange(BLOCKS)[:, None])
            counts.append(np.bincount(block, minlength=BLOCKS)[:, None] - itself)
        return cls(np.moveaxis(np.array(sums), 1, 2), np.array(counts, dtype=float), question, outer)

    def told(self, weights: Floats, blocks: np.ndarray) -> _Told:
        """Returns the mean divergence with these weights, the inner sample cut to some blocks."""
        sums = self.sums[:, :, blocks].sum(axis=2)
        means = sums / np.maximum(self.counts[:, blocks].sum(axis=1), 1.0)[:, None]
        joint = np.einsum("m,mkj->kj", weights, means)
        total = joint.sum(axis=0)
        usable, share = self._usable(), self._outer_weights(weights)
        known = usable & (total > 0)
        share = np.where(known, share, 0.0)
        share = share / max(share.sum(), 1e-300)
        after = joint / np.where(total > 0, total, 1.0)
        prior = after @ share if self.question.depends_on_outcome else self._prior(weights)
        with np.errstate(divide="ignore", invalid="ignore"):
            each = np.where(after > 0, after * np.log2(after / prior[:, None]), 0.0).sum(axis=0)
        each = np.where(known, each, 0.0)
        return _Told(float(each @ share), self._error(each, share), prior)

    def _usable(self) -> np.ndarray:
        """Returns (outcome,) whether the draw that gave the outcome has an answer."""
        return np.array(
            [
                self.question.own[m][i].sum() > 0
                for m, i in zip(self.outer.explanation, self.outer.draw, strict=True)
            ]
        )

    def _outer_weights(self, weights: Floats) -> Floats:
        sizes = np.bincount(self.outer.explanation, minlength=len(weights))
        return (np.asarray(weights) / np.maximum(sizes, 1))[self.outer.explanation]

    def _prior(self, weights: Floats) -> Floats:
        found = np.einsum("m,mk->k", weights, np.array([one.mean(axis=0) for one in self.question.members]))
        return found / max(found.sum(), 1e-300)

    def _error(self, each: Floats, share: Floats) -> float:
        """Returns the standard error of a stratified mean: explanations are the strata."""
        variance = 0.0
        for index in np.unique(self.outer.explanation):
            inside = (self.outer.explanation == index) & (share > 0)
            if inside.sum() > 1:
                variance += share[inside].sum() ** 2 * each[inside].var(ddof=1) / inside.sum()
        return float(np.sqrt(variance))


def _without_itself(log_density: Floats, outer: Outer, index: int) -> Floats:
    """Returns the log densities with that of the draw that gave the outcome put to nothing."""
    found = np.array(log_density, dtype=float)
    rows = np.flatnonzero(outer.explanation == index)
    found[rows, outer.draw[rows]] = -np.inf
    return found


def _by_answer(density: Floats, members: np.ndarray, inside: np.ndarray) -> Floats:
    """Returns (answer, outcome): densities of a block's draws summed by answer."""
    if members.ndim == 2:
        return (density[:, inside] @ members[inside]).T
    return np.einsum("ji,jik->kj", density[:, inside], members[:, inside])
