"""A verdict as data, and the rules that name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from stockade.claims.confidence import Confidence
from stockade.claims.moved import MovedBy
from stockade.claims.words import percent, phrase, span, words_spanned
from stockade.errors import NOWHERE, Diagnostic, Place

VerdictKind = Literal["judged", "structure-dependent", "not resolved", "cannot be tested", "ill-posed"]

HEAVY = 0.05  # explanations of at most this weight decide neither spread nor disagreement
DISAGREEMENT = 0.5
WIDEST_IN_WORDS = 2


@dataclass(frozen=True)
class ClaimSpec:
    """A claim of a study, as written.

    Attributes:
        id: Its id.
        type: observable, latent, causal or opinion.
        quote: The words quoted.
        who: Who said them.
        means: The proposition in plain words.
        says: The proposition in the grammar; empty where it is not testable.
        on: The day it was said, ISO.
        not_testable: Why it cannot be tested; empty where it can.
        evidence: Ids of reports that bear on it beside those that its quantities name.
        place: Where `says` begins in study.toml.
    """

    id: str
    type: str
    quote: str = ""
    who: str = ""
    means: str = ""
    says: str = ""
    on: str = ""
    not_testable: str = ""
    evidence: tuple[str, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One dated figure that bears on a claim."""

    report: str
    window: str
    figure: str
    source: str
    grade: str
    published: str


@dataclass(frozen=True, slots=True)
class TermValue:
    """One window term of a claim: what it comes to over the explanations that speak, 5 to 95 %."""

    text: str
    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Verdict:
    """What a study says to a claim as of one date.

    Attributes:
        id: The claim's id.
        type: Its type.
        quote: Words quoted.
        who: Who said them.
        means: In plain words.
        says: In the grammar.
        as_of: The date of knowledge.
        verdict: The kind of verdict.
        reason: Why it is no plain judgement, or which explanations disagree; empty where judged.
        probability: Averaged over the explanations that speak, by weight; None where not judged at all.
            Never nearer to 0 or 1 than the number of draws can tell.
        mc_error: Its Monte Carlo error.
        phrase: The word of ICD 203, or ``not resolved: low to high``; empty where not judged.
        low: Lowest probability among explanations of weight above 0.05.
        high: Highest.
        by_explanation: Every explanation of the study -> probability, None where it is silent.
        silent: Explanation -> why it is silent.
        weights: Weights used, among those that speak; they sum to 1.
        silent_share: Weight of the silent ones before that.
        prior_probability: The same from draws of the priors; None where there are none.
        moved_by: What moved it most.
        confidence: A statement of its own about the grounds, never joined with the probability.
        flags: Short remarks, e.g. ``decided by the data``, ``single-model illustration``.
        terms: What each window term comes to.
        evidence: Dated figures that bear on it.
        diagnostics: What makes it ill-posed or doubtful, and what the fits behind it failed.
    """

    id: str
    type: str
    quote: str
    who: str
    means: str
    says: str
    as_of: str
    verdict: VerdictKind
    reason: str = ""
    probability: float | None = None
    mc_error: float | None = None
    phrase: str = ""
    low: float | None = None
    high: float | None = None
    by_explanation: Mapping[str, float | None] = field(default_factory=dict)
    silent: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    silent_share: float = 0.0
    prior_probability: float | None = None
    moved_by: MovedBy | None = None
    confidence: Confidence | None = None
    flags: tuple[str, ...] = ()
    terms: tuple[TermValue, ...] = ()
    evidence: tuple[EvidenceRow, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Naming:
    """The kind of a verdict with its words."""

    verdict: VerdictKind
    phrase: str
    reason: str
    low: float
    high: float


def name_verdict(
    probability: float, by_explanation: Mapping[str, float], weights: Mapping[str, float]
) -> Naming:
    """Names a verdict from what the explanations say.

    Explanations of weight above 0.05 count (where none is that heavy, the heaviest). Where two of them
    lie more than 0.5 apart the verdict is ``structure-dependent``, and the reason says which; else, where
    their range takes in more than two words of the scale, it is ``not resolved``; else it is judged.
    Structure-dependence comes first: it always spans more than two words as well, and says more.

    Args:
        probability: The average.
        by_explanation: Explanation -> probability, of those that speak.
        weights: Their weights.
    """
    heavy = {one for one, weight in weights.items() if weight > HEAVY and one in by_explanation}
    heavy = heavy or {max(weights, key=lambda one: weights[one])}
    ordered = sorted(heavy, key=lambda one: (by_explanation[one], one))
    lowest, highest = ordered[0], ordered[-1]
    low, high = by_explanation[lowest], by_explanation[highest]
    extremes = f"{highest} ({percent(high)}) against {lowest} ({percent(low)})"
    if high - low > DISAGREEMENT:
        return Naming(
            "structure-dependent",
            phrase(probability),
            f"It depends on the explanation: {extremes}.",
            low,
            high,
        )
    if words_spanned(low, high) > WIDEST_IN_WORDS:
        words = f"not resolved: {span(low, high)}"
        return Naming("not resolved", words, f"The explanations spread: {extremes}.", low, high)
    return Naming("judged", phrase(probability), "", low, high)


def bounded(probability: float, draws: int) -> float:
    """Returns a probability kept off 0 and 1 by half a draw: so many draws cannot tell more."""
    edge = 0.5 / (draws + 1)
    return min(max(probability, edge), 1 - edge)
