"""What to watch: observations not yet made, by what they can be expected to tell, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from stockade.briefing.curves import Number

EXPLANATIONS = "explanations"
"""The question which explanation holds; any other question is a claim's id."""


@dataclass(frozen=True)
class WatchSide:
    """What it would mean to see a value on one side of an indicator's threshold.

    Attributes:
        favours: The explanation whose weight would rise most; of a claim ``true`` or ``false``.
        before: Its probability now.
        after: Its probability once that was seen.
        seen: How likely it is to be seen.
        seen_error: Monte Carlo error of that.
        if_so: How likely it is to be seen where the favoured side is the true one.
        misleads: How likely it is to be seen where it is not: how often the indicator would mislead.
        misleads_error: Monte Carlo error of that.
    """

    favours: str
    before: float
    after: float
    seen: float
    seen_error: float
    if_so: float
    misleads: float
    misleads_error: float


@dataclass(frozen=True)
class WatchIndicator:
    """The value of an observation that best splits the answers to a question.

    Attributes:
        threshold: The value, in the observation's units.
        above: What more than that would mean.
        below: What that or less would mean.
        bits: What it tells to know the side alone.
    """

    threshold: float
    above: WatchSide
    below: WatchSide
    bits: float


@dataclass(frozen=True)
class WatchAnswer:
    """What one observation can be expected to tell about one question.

    Attributes:
        question: ``explanations``, or a claim's id.
        bits: Expected information: mutual information of observation and answer, in bits.
        error: Its Monte Carlo error.
        bias: Bias of the nested estimate that was taken away.
        indicator: The threshold to look for; null where no threshold tells anything.
    """

    question: str
    bits: float
    error: float
    bias: float
    indicator: WatchIndicator | None = None


@dataclass(frozen=True)
class WatchCandidate:
    """An observation that could be made.

    Attributes:
        id: Of the series, the kind of report, or the [watch] table.
        kind: ``series`` (goes on by itself), ``report`` (a new figure of a known kind) or ``not collected``.
        label: What to look for.
        variable: Canonical name of the model variable that it is about.
        units: Of the value that an indicator's threshold is in.
        measure: ``total`` of the months' counts, or a ``figure`` for their ``mean`` or ``peak``.
        window: Months that it is about.
        noise: How it would scatter, in words.
        because: Why it is thought to scatter so; empty for what the study fits.
        known_by: Day on which the last of it would be out; empty where nobody can say.
        silent: Weight of the explanations that say nothing of it.
        low: What is to be expected of the value, over all explanations that speak: 5 % quantile.
        median: Median.
        high: 95 % quantile.
        answers: What it can be expected to tell, by question.
    """

    id: str
    kind: str
    label: str
    variable: str
    units: str
    measure: str
    window: str
    noise: str
    because: str
    known_by: str
    silent: float
    low: Number
    median: Number
    high: Number
    answers: tuple[WatchAnswer, ...]


@dataclass(frozen=True)
class WatchQuestion:
    """What the observations are to tell.

    Attributes:
        id: ``explanations``, or a claim's id.
        says: The question in plain words.
        open: Bits that there are to tell: no observation can tell more.
        probability: Of a claim: its probability now; null for the explanations.
    """

    id: str
    says: str
    open: float
    probability: Number


@dataclass(frozen=True)
class Watchlist:
    """Observations worth making, as of one date.

    Attributes:
        study: The study's id.
        date: As of which day.
        months: How many coming months are looked at.
        precision: Sd of the log of a new report that stands in the place of each kind's own; null for theirs.
        questions: What the observations are to tell; candidates are ranked by the last of them.
        candidates: Observations, the most telling first.
        left_out: What could not be weighed, and why, a sentence each.
        doubts: What the fits failed, if anything, a sentence each.
        outcomes: Outcomes drawn of each observation.
        draws: Posterior draws of each explanation that its density is averaged over.
        made: The day on which it was computed.
    """

    study: str
    date: str
    months: int
    precision: Number
    questions: tuple[WatchQuestion, ...]
    candidates: tuple[WatchCandidate, ...]
    left_out: tuple[str, ...]
    doubts: tuple[str, ...]
    outcomes: int
    draws: int
    made: str = ""
