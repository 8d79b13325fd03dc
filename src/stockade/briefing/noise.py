"""What noise in the flows changes, explanation by explanation, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from stockade.briefing.curves import Number

AVERAGE = "weighted average"
"""The row of the average over the explanations that were fitted with noise."""


@dataclass(frozen=True)
class HeldOut:
    """How a forecast did on the months that it could not see, without noise in the flows and with it.

    Attributes:
        series: The series.
        months: How many months were scored.
        without50: Share of months within the central 50 % interval, without noise.
        with50: The same with noise.
        without90: Share of months within the central 90 % interval, without noise.
        with90: The same with noise.
        crps_without: Mean CRPS without noise, in the series' unit; lower is better.
        crps_with: The same with noise.
    """

    series: str
    months: int
    without50: float
    with50: float
    without90: float
    with90: float
    crps_without: float
    crps_with: float


@dataclass(frozen=True)
class NoiseScale:
    """Posterior of the scale of a flow's monthly factor: the sd of the factor's log.

    Attributes:
        parameter: Its name.
        low: 5 % quantile.
        median: Median.
        high: 95 % quantile.
    """

    parameter: str
    low: Number
    median: Number
    high: Number


@dataclass(frozen=True)
class NoiseRow:
    """One explanation as of one date, without noise in the flows and with it.

    Attributes:
        explanation: Its id; ``weighted average`` for the average over the explanations that were fitted.
        log_evidence_without: Without noise; None for the average.
        error_without: Its Monte Carlo error.
        log_evidence_with: With noise.
        error_with: Its Monte Carlo error.
        weight_without: Weight among the explanations compared here, without noise.
        weight_with: The same with noise.
        particles: Of the particle filter; the most of any explanation for the average.
        variance: Of the log likelihood's estimate, median over draws of the posterior.
        ess: Lowest effective sample size of a month's particles, as a share; median over the same draws.
        scales: Of each environmental flow.
        held_out: By series; empty where the study forecasts from another date.
        warnings: What a reader must know of the noisy fit.
        collapsed: Whether the particles collapsed, so that the evidence with noise is not to be leaned on.
        draws: Draws of the noisy posterior, all repeats together; None for the average.
        made: The day on which it was computed.
    """

    explanation: str
    log_evidence_without: Number
    error_without: Number
    log_evidence_with: Number
    error_with: Number
    weight_without: Number
    weight_with: Number
    particles: int
    variance: Number
    ess: Number
    scales: tuple[NoiseScale, ...] = ()
    held_out: tuple[HeldOut, ...] = ()
    warnings: tuple[str, ...] = ()
    collapsed: bool = False
    draws: int | None = None
    made: str = ""


@dataclass(frozen=True)
class NoiseClaim:
    """A claim judged by the fits without noise in the flows and by those with it.

    Attributes:
        id: Its id.
        quote: Words quoted.
        probability_without: Without noise, averaged over the explanations that speak.
        probability_with: The same with noise.
        mc_error_without: Monte Carlo error of the first.
        mc_error_with: Of the second.
        phrase_without: The word of ICD 203 without noise, or why there is none.
        phrase_with: The same with noise.
    """

    id: str
    quote: str
    probability_without: Number
    probability_with: Number
    mc_error_without: Number
    mc_error_with: Number
    phrase_without: str
    phrase_with: str


@dataclass(frozen=True)
class NoisyDate:
    """All explanations as of one date, without noise in the flows and with it.

    Attributes:
        date: The day.
        rows: Explanations in the study's order, and their weighted average where all were fitted in one run.
        untried: Explanations with a mechanism that were not fitted with noise; the weights leave them out.
        says: What noise changed, in sentences, coverage of held-out months first.
        claims: The claims that have a probability both ways, in the study's order; none where not all
            explanations were fitted in one run.
    """

    date: str
    rows: tuple[NoiseRow, ...]
    untried: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    claims: tuple[NoiseClaim, ...] = ()

    @property
    def explanations(self) -> tuple[NoiseRow, ...]:
        """The rows of explanations, without the average."""
        return tuple(one for one in self.rows if one.explanation != AVERAGE)

    @property
    def average(self) -> NoiseRow | None:
        """The row of the average; None where there is none."""
        return next((one for one in self.rows if one.explanation == AVERAGE), None)


@dataclass(frozen=True)
class Noise:
    """What noise in the flows of a study changes.

    Attributes:
        study: Name of its folder.
        flows: What is noisy, in words.
        dates: By date, earliest first.
        seed: Of everything random.
        notes: What a reader must know of the whole, a sentence each.
    """

    study: str
    flows: tuple[str, ...]
    dates: tuple[NoisyDate, ...]
    seed: int
    notes: tuple[str, ...] = ()
