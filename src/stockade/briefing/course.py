"""The weights of explanations as the data became known, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from stockade.briefing.ahead import AheadSeries
from stockade.briefing.curves import Number


@dataclass(frozen=True)
class EvidencePath:
    """One explanation, day by day.

    Attributes:
        explanation: Its id.
        kind: ``mechanism`` or ``null``.
        log_evidence: Of all that was known by each day, the mean of the repeats.
        mc_error: Its Monte Carlo standard error, from the repeats; 0 for a null.
        weight: Posterior probability among the explanations.
        weight_low: 5 % quantile of the weight, as the errors of the log evidence scatter it.
        weight_high: 95 % quantile.
        gain: Log predictive density of what became known that day, one step ahead: the increment of
            ``log_evidence``, to which they add up. The first day's is that of all before.
    """

    explanation: str
    kind: str
    log_evidence: tuple[float, ...]
    mc_error: tuple[float, ...]
    weight: tuple[float, ...]
    weight_low: tuple[float, ...]
    weight_high: tuple[float, ...]
    gain: tuple[float, ...]


@dataclass(frozen=True)
class Told:
    """When the data could first tell two explanations apart: a Bayes factor above 10.

    Attributes:
        favoured: The explanation that is favoured.
        against: The other one.
        first: The first day on which the factor was above 10.
        since: The day since which it has stayed above 10; None where it fell back.
        log_factor: Log of the factor on the last day; negative where it has turned.
    """

    favoured: str
    against: str
    first: str
    since: str | None
    log_factor: float


@dataclass(frozen=True)
class CourseWarning:
    """What is not sound in an explanation's runs.

    Attributes:
        code: As listed on the page of errors.
        explanation: Its id.
        message: What is wrong.
        hint: What to do about it.
    """

    code: str
    explanation: str
    message: str
    hint: str


@dataclass(frozen=True)
class Course:
    """The evidence month by month.

    Attributes:
        study: The study's id.
        days: Days looked from: the ends of months and the study's as-of dates.
        marked: The study's as-of dates.
        paths: Every explanation.
        told: Pairs that the data could tell apart, the earliest first.
        untold: Pairs that they could not.
        lowest_ess: The lowest effective sample size that a day's data left, as a fraction; from the second
            day on.
        restarts: How often a run had to start anew from the prior.
        made: The day on which it was computed.
        doubts: What is not sound, a paragraph for each kind.
        warnings: The same one by one, with codes.
        average_gain: Log predictive density of what became known each day under the average of the
            explanations with the weights of the day before.
        ahead: Every series, each month as it was expected before it became known.
    """

    study: str
    days: tuple[str, ...]
    marked: tuple[str, ...]
    paths: tuple[EvidencePath, ...]
    told: tuple[Told, ...]
    untold: tuple[tuple[str, str], ...]
    lowest_ess: Number
    restarts: int
    made: str = ""
    doubts: tuple[str, ...] = ()
    warnings: tuple[CourseWarning, ...] = ()
    average_gain: tuple[float, ...] = ()
    ahead: tuple[AheadSeries, ...] = ()
