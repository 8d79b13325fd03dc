"""Who forecast best on each series, and whether the mechanism loses to a baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from stockade.forecasts.scores import Kind, Scored

LEVEL = 0.9
"""Of the interval of a difference."""

FEWEST_MONTHS = 6
"""Below it a difference is given without an interval."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean CRPS of a forecaster less that of a baseline, month by month on the same months.

    Attributes:
        series: The series.
        name: The forecaster.
        baseline: The baseline.
        difference: Below 0 where the forecaster is better, in the series' unit.
        low: Lower end of the 90 % interval; None for fewer than 6 months.
        high: Upper end, likewise.
        n: Months compared.
    """

    series: str
    name: str
    baseline: str
    difference: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How the forecasters of one series stand.

    Attributes:
        series: The series.
        winner: Who has the lowest mean CRPS.
        winner_kind: What the winner is.
        ranking: All names, best first.
        mechanism: Name of the weighted average of the explanations; None where none was scored.
        best_baseline: The baseline with the lowest mean CRPS; None where none was scored.
        skill: 1 - CRPS of the mechanism / CRPS of the best baseline: above 0 it beats them all;
            None where one of them is missing or the best baseline's CRPS is not above 0.
        loses_to: Baselines with a lower mean CRPS than the mechanism, best first.
        clearly_loses_to: Those of them where the interval of the difference lies above 0.
    """

    series: str
    winner: str
    winner_kind: Kind
    ranking: tuple[str, ...]
    mechanism: str | None
    best_baseline: str | None
    skill: float | None
    loses_to: tuple[str, ...]
    clearly_loses_to: tuple[str, ...]

    @property
    def mechanism_loses(self) -> bool:
        """Whether any baseline has a lower mean CRPS than the mechanism."""
        return bool(self.loses_to)


def paired_difference(scored: Scored, baseline: Scored) -> Difference:
    """Compares two forecasters on the months that both were scored on.

    Errors of neighbouring months from one origin go together, so the interval rests on the slowest
    waves of the differences instead of on single months (`_half_width`). It speaks of the window's
    months from this one origin, and not of other origins.

    Raises:
        ValueError: Different series or windows, or no month in common.
    """
    if scored.row.series != baseline.row.series or scored.crps.shape != baseline.crps.shape:
        raise ValueError("only forecasts of one series over one window can be compared")
    apart = scored.crps - baseline.crps
    apart = apart[~np.isnan(apart)]
    if not apart.size:
        raise ValueError(f"no month of {scored.row.series} was scored for both")
    mean, wide = float(apart.mean()), apart.size >= FEWEST_MONTHS
    half = _half_width(apart) if wide else 0.0
    return Difference(
        series=scored.row.series,
        name=scored.row.explanation_or_baseline,
        baseline=baseline.row.explanation_or_baseline,
        difference=mean,
        low=mean - half if wide else None,
        high=mean + half if wide else None,
        n=apart.size,
    )


def _half_width(values: np.ndarray) -> float:
    """Half the interval of the mean of autocorrelated values, by the equal-weighted cosine estimator.

    Lazarus, Lewis, Stock & Watson 2018, "HAR inference: recommendations for practice", J. Business
    & Economic Statistics 36(4): the long-run variance is the mean square of the first B cosine
    transforms, B = 0.41 n^(2/3), and the quantile is Student's with B degrees of freedom.
    """
    n = values.size
    waves = max(2, round(0.41 * n ** (2 / 3)))
    phase = np.pi * np.arange(1, waves + 1)[:, None] * (np.arange(n) + 0.5) / n
    transforms = np.sqrt(2 / n) * (np.cos(phase) @ (values - values.mean()))
    return float(stdtrit(waves, (1 + LEVEL) / 2) * np.sqrt((transforms**2).mean() / n))


def differences(scored: Sequence[Scored]) -> tuple[Difference, ...]:
    """Every forecaster that is no baseline, against every baseline of its series."""
    return tuple(
        paired_difference(one, other)
        for one in scored
        if one.row.kind != "baseline"
        for other in scored
        if other.row.kind == "baseline" and other.row.series == one.row.series
    )


def standings(scored: Sequence[Scored]) -> tuple[Standing, ...]:
    """Says who wins on each series, and whether the mechanism loses to a baseline.

    Args:
        scored: All scores; at most one of kind ``average`` for each series.

    Returns:
        One for each series, in the order in which they first stand.

    Raises:
        ValueError: Two averages on one series.
    """
    series = dict.fromkeys(one.row.series for one in scored)
    return tuple(_standing([one for one in scored if one.row.series == name]) for name in series)


def _standing(scored: list[Scored]) -> Standing:
    ranked = sorted(scored, key=lambda one: one.row.crps)
    averages = [one for one in ranked if one.row.kind == "average"]
    baselines = [one for one in ranked if one.row.kind == "baseline"]
    if len(averages) > 1:
        raise ValueError(f"{len(averages)} weighted averages for {scored[0].row.series}")
    mechanism = averages[0] if averages else None
    lost = [one for one in baselines if mechanism and one.row.crps < mechanism.row.crps]
    clear = [one for one in lost if mechanism and (paired_difference(mechanism, one).low or 0) > 0]
    skill = None
    if mechanism and baselines and baselines[0].row.crps > 0:
        skill = 1 - mechanism.row.crps / baselines[0].row.crps
    return Standing(
        series=scored[0].row.series,
        winner=ranked[0].row.explanation_or_baseline,
        winner_kind=ranked[0].row.kind,
        ranking=_names(ranked),
        mechanism=mechanism.row.explanation_or_baseline if mechanism else None,
        best_baseline=baselines[0].row.explanation_or_baseline if baselines else None,
        skill=skill,
        loses_to=_names(lost),
        clearly_loses_to=_names(clear),
    )


def _names(scored: Sequence[Scored]) -> tuple[str, ...]:
    return tuple(one.row.explanation_or_baseline for one in scored)
