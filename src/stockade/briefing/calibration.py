"""What a calibration found, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from stockade.briefing.curves import Number


@dataclass(frozen=True)
class Ranked:
    """How the true values of one quantity ranked among the draws of their posteriors.

    Attributes:
        quantity: A parameter, a quantity of a claim, or the log likelihood.
        kind: ``parameter``, ``quantity`` or ``data``.
        count: Replicates in which it had a rank.
        p_value: How often uniform ranks depart from uniformity as much as these.
        adjusted: The same by Holm for the number of quantities; below 0.05 it is an alarm.
        mean_rank: Mean rank as a fraction; below one half where draws are too high.
        covered_50: Share of central 50 % intervals that held the truth.
        covered_80: The same of 80 % intervals.
        covered_90: The same of 90 % intervals.
        alarm: Whether the ranks are not uniform.
    """

    quantity: str
    kind: str
    count: int
    p_value: float
    adjusted: float
    mean_rank: float
    covered_50: float
    covered_80: float
    covered_90: float
    alarm: bool


@dataclass(frozen=True)
class Covered:
    """How often the intervals of all quantities of a kind held the truth.

    Attributes:
        kind: ``parameter`` or ``quantity``.
        level: Of the central intervals.
        share: That held the truth.
        error: Its standard error, from the scatter between replicates; None for a single one.
        adjusted: How often calibrated intervals are as far from their level, by Bonferroni over the six rows.
    """

    kind: str
    level: float
    share: float
    error: Number
    adjusted: float


@dataclass(frozen=True)
class WordKept:
    """What became of the claims that got one word.

    Attributes:
        word: Of ICD 203.
        count: How often it was said.
        said: Mean probability.
        true: Share that was true.
        low: 5 % end of an interval on that share.
        high: 95 % end.
    """

    word: str
    count: int
    said: Number = None
    true: Number = None
    low: Number = None
    high: Number = None


@dataclass(frozen=True)
class ClaimKept:
    """How well the probabilities of one claim came true.

    Attributes:
        claim: Its id; empty for all claims together.
        count: Replicates in which it was judged and open.
        said: Mean probability.
        true: Share in which it was true.
        brier: Mean squared difference between probability and truth.
        expected: The Brier score of probabilities that are right.
        base: That of saying the share of truths each time.
        p_too_high: How often right probabilities differ in mean from the truths as much as these.
        p_too_sure: The same for being too near 0 and 1, or not near enough.
    """

    claim: str
    count: int
    said: float
    true: float
    brier: float
    expected: float
    base: float
    p_too_high: float
    p_too_sure: float


@dataclass(frozen=True)
class Calibration:
    """Simulation-based calibration of one explanation as of one date.

    Attributes:
        study: The study's id.
        date: The as-of date.
        explanation: The explanation that truths were drawn from and that was fitted.
        replicates: Made-up studies that were fitted.
        wanted: How many there were to be.
        failed: Those that could not be fitted or judged.
        failures: What went wrong, each cause once, with the numbers of the replicates.
        redrawn: Draws of the prior that the model could not run; others were taken in their place.
        particles: Of the sampler.
        repeats: Independent fits of each made-up study.
        draws: Draws that a truth was ranked among.
        seed: Of the random numbers.
        false_alarm: Rate of any false alarm among the ranks of a calibrated study.
        ranks: Parameters, then quantities of the claims, then the log likelihood.
        coverage: Of all parameters and of all quantities of the claims, each together.
        claims: All claims together, then each.
        words: What became of each word of ICD 203.
        left_out: Claims that were not judged, and why.
        made: The day on which it was computed.
    """

    study: str
    date: str
    explanation: str
    replicates: int
    wanted: int
    failed: int
    failures: tuple[str, ...]
    redrawn: int
    particles: int
    repeats: int
    draws: int
    seed: int
    false_alarm: float
    ranks: tuple[Ranked, ...]
    coverage: tuple[Covered, ...]
    claims: tuple[ClaimKept, ...]
    words: tuple[WordKept, ...]
    left_out: dict[str, str]
    made: str = ""

    @property
    def alarms(self) -> tuple[Ranked, ...]:
        """The quantities whose ranks are not uniform."""
        return tuple(one for one in self.ranks if one.alarm)
