"""How good a forecast was: CRPS and coverage, on months that it could not have seen.

The CRPS is the fair (unbiased) estimate of that of the distribution behind the draws, so that
forecasts of different numbers of draws compare. Coverage counts a tie in part, so that a calibrated
forecaster of counts covers 50 % with its central 50 % interval, no more. docs/forecasts.md has the rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scoringrules

from stockade.data.months import format_month
from stockade.errors import Diagnostic, Place

Kind = Literal["explanation", "null", "average", "baseline"]


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Predictive draws of one series by one forecaster.

    Attributes:
        series: The series.
        name: Explanation or baseline.
        kind: ``explanation`` (a mechanism), ``null`` (an explanation without one), ``baseline``, or
            ``average``: the explanations weighted by their evidence, what "the mechanism" means
            in a comparison.
        draws: ``(month, draw)`` for the months of the window, at least 2 draws.
    """

    series: str
    name: str
    kind: Kind
    draws: np.ndarray


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """Scores of one forecast, as printed.

    Attributes:
        series: The series.
        explanation_or_baseline: Who forecast it.
        kind: See `Forecast`.
        crps: Mean CRPS over the months, in the series' own unit; lower is better.
        coverage50: Share of months within the central 50 % interval.
        coverage90: The same for 90 %.
        n: How many months were scored.
        mc_error: Standard error of ``crps`` from the number of draws, were they independent.
    """

    series: str
    explanation_or_baseline: str
    kind: Kind
    crps: float
    coverage50: float
    coverage90: float
    n: int
    mc_error: float


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A row with the score of every month, for paired comparison.

    Attributes:
        row: The summary.
        crps: ``(month,)`` CRPS, NaN where nothing came to score against.
    """

    row: ScoreRow
    crps: np.ndarray


def crps(draws: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Fair CRPS by month: mean |x - y| less half the mean |x - x'| over pairs of different draws.

    Args:
        draws: ``(month, draw)``, at least 2 draws.
        truth: What came, ``(month,)``; NaN gives NaN.

    Returns:
        ``(month,)``. A single value may be below 0 for few draws, as an unbiased estimate may.
    """
    # "pwm" equals "fair" to rounding and sorts instead of forming all pairs; numpy as the one back
    # end, for the same bits whether or not Numba happens to be installed.
    return np.asarray(scoringrules.crps_ensemble(truth, draws, estimator="pwm", backend="numpy"))


def crps_error(draws: np.ndarray, truth: np.ndarray) -> float:
    """Standard error of the mean CRPS over months that comes from the number of draws.

    First-order (Hájek) projection of the estimate onto single draws; a draw is a column, so draws
    that share a parameter across months are taken as what they are. Columns count as independent.
    """
    n = draws.shape[1]
    order = np.argsort(draws, axis=1)
    ranked = np.take_along_axis(draws, order, axis=1)
    below = np.cumsum(ranked, axis=1)
    place = np.arange(1, n + 1)
    apart = np.empty_like(ranked)  # sum over the other draws of |x_i - x_j|, by prefix sums
    np.put_along_axis(apart, order, ranked * (2 * place - n) - 2 * below + below[:, -1:], axis=1)
    influence = (np.abs(draws - truth[:, None]) - apart / (n - 1)).mean(axis=0)
    return float(influence.std(ddof=1) / np.sqrt(n))


def covered(draws: np.ndarray, truth: np.ndarray, level: float) -> np.ndarray:
    """How far each month lies within the central interval: 1 inside, 0 outside, in part on its edge.

    The rank of what came among the draws, with ties broken evenly, is uniform for a calibrated
    forecaster whatever the distribution and the number of draws; a month is covered by the share
    of its tied ranks that lie within ``(1 - level)/2 .. (1 + level)/2``. The expected coverage is
    then exactly the level, where "ends included" would cover more, most of all for rare events.

    Args:
        draws: ``(month, draw)``.
        truth: ``(month,)``.
        level: 0.5 or 0.9, say.

    Returns:
        ``(month,)`` in 0..1.
    """
    n = draws.shape[1]
    low = (draws < truth[:, None]).sum(axis=1) / (n + 1)
    high = ((draws <= truth[:, None]).sum(axis=1) + 1) / (n + 1)
    inside = np.minimum(high, (1 + level) / 2) - np.maximum(low, (1 - level) / 2)
    return np.clip(inside, 0, None) / (high - low)


def score(forecast: Forecast, truth: np.ndarray, visible: np.ndarray) -> Scored:
    """Scores a forecast on what came after.

    Args:
        forecast: The draws.
        truth: What came in the window's months, ``(month,)``; NaN where nothing is known: not scored.
        visible: What could be seen of the same months at the origin, ``(month,)``: all NaN.

    Returns:
        The scores.

    Raises:
        ValueError: A month was visible at the origin (a leak: `check_window` tells a user first), the
            shapes disagree, a draw is not finite, there are fewer than 2 draws, or nothing came.
    """
    draws = np.asarray(forecast.draws, dtype=float)
    truth, visible = np.asarray(truth, dtype=float), np.asarray(visible, dtype=float)
    if draws.ndim != 2 or truth.shape != draws.shape[:1] or visible.shape != truth.shape:
        raise ValueError(f"draws {draws.shape}, truth {truth.shape} and visible {visible.shape} do not agree")
    if not np.isnan(visible).all():
        raise ValueError(f"leak: {forecast.series} was visible in months that are to be scored")
    came = ~np.isnan(truth)
    if not came.any() or draws.shape[1] < 2 or not np.isfinite(draws).all():
        raise ValueError(
            f"nothing to score in {forecast.series}: no month came, too few draws, or not finite"
        )
    by_month = np.full(truth.shape, np.nan)
    by_month[came] = crps(draws[came], truth[came])
    row = ScoreRow(
        series=forecast.series,
        explanation_or_baseline=forecast.name,
        kind=forecast.kind,
        crps=float(by_month[came].mean()),
        coverage50=float(covered(draws[came], truth[came], 0.5).mean()),
        coverage90=float(covered(draws[came], truth[came], 0.9).mean()),
        n=int(came.sum()),
        mc_error=crps_error(draws[came], truth[came]),
    )
    return Scored(row, by_month)


def check_window(
    truth: np.ndarray, visible: np.ndarray, first_month: int, place: Place
) -> tuple[Diagnostic, ...]:
    """What is wrong with a window that is to be forecast and scored.

    Args:
        truth: What came, ``(month,)``, NaN where nothing is known.
        visible: What was visible at the origin, ``(month,)``, NaN where nothing was.
        first_month: Month of row 0, in months since year 0.
        place: The window in the study file, with the series as its name.

    Returns:
        Errors: ``scored-month-was-visible``, or ``nothing-to-score``; empty where all is well.
    """
    seen = np.flatnonzero(~np.isnan(visible))
    if seen.size:
        months = ", ".join(format_month(first_month + int(row)) for row in seen[:3])
        more = f" and {seen.size - 3} more" if seen.size > 3 else ""
        return (
            Diagnostic(
                "scored-month-was-visible",
                f"the forecast window holds months that were already published: {months}{more}",
                place,
                hint=f"begin the window after {format_month(first_month + int(seen[-1]))}, "
                "or move the date back",
            ),
        )
    if np.isnan(truth).all():
        return (
            Diagnostic(
                "nothing-to-score",
                "the series holds no count in the forecast window",
                place,
                hint="score a window that the series covers, or leave the series out of the scores",
            ),
        )
    return ()
