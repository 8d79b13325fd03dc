"""Forecasts without a mechanism, from the visible months of one series alone; they are hard to beat.

A rule says what each later month is expected to hold. Its spread is negative binomial and comes
from the errors that the very same rule would have made within the visible months (`spread.py`),
so that all rules are served alike. `BASELINES` lists them all: a rule added there is
forecast, scored and tested like the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.forecasts.glm import fit_regression, simulate_regression
from stockade.forecasts.predict import predict_counts, seed_for
from stockade.forecasts.spread import Errors, dispersions, fit_spread

YEAR = 12
FEWEST_MONTHS = YEAR + 1
"""A rule needs a year to look back on, and one month more to have made an error in."""

_HALF = 0.5  # half an event: keeps the logarithm of an empty month finite, and a mean above 0
_HIGHEST = 10.0  # a trend may not leave ten times the largest count seen


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """The visible months of one series, in order; months not seen are left out.

    Attributes:
        rows: ``(n,)`` places on the month axis, rising.
        counts: ``(n,)`` counts seen there.
    """

    rows: np.ndarray
    counts: np.ndarray

    def until(self, n: int) -> History:
        """Returns the first n visible months, as they stood before the others came."""
        return History(self.rows[:n], self.counts[:n])


Rule = Callable[[History, np.ndarray], np.ndarray]


def last_value(history: History, rows: np.ndarray) -> np.ndarray:
    """Every month is like the last one seen."""
    return np.full(rows.shape, history.counts[-1])


def mean_of_year(history: History, rows: np.ndarray) -> np.ndarray:
    """Every month is like the mean of the last 12 seen."""
    return np.full(rows.shape, history.counts[-YEAR:].mean())


def trend_of_year(history: History, rows: np.ndarray) -> np.ndarray:
    """The last 12 seen go on: least squares on log(count + 1/2), bounded by ten times the largest seen."""
    at, level = history.rows[-YEAR:].astype(float), np.log(history.counts[-YEAR:] + _HALF)
    away = at - at.mean()
    slope = float(away @ level / (away @ away))
    line = level.mean() + slope * (rows - at.mean())
    ceiling = np.log(_HIGHEST * (history.counts.max() + _HALF))
    return np.exp(np.minimum(line, ceiling)) - _HALF


def same_month(history: History, rows: np.ndarray) -> np.ndarray:
    """Every month is like the same month of the latest year in which it was seen; else like the last."""
    points = np.full(rows.shape, history.counts[-1])
    for i, row in enumerate(rows):
        alike = np.flatnonzero((row - history.rows) % YEAR == 0)
        if alike.size:
            points[i] = history.counts[alike[-1]]
    return points


def _around(
    rule: Rule, history: History, rows: np.ndarray, draws: int, seed: np.random.SeedSequence
) -> np.ndarray:
    """Draws of a rule with the spread of its own past errors."""
    leads = rows - history.rows[-1]
    spread = fit_spread(past_errors(rule, history, int(leads.max())))
    mean = np.broadcast_to(expected(rule, history, rows)[:, None], (rows.size, draws))
    return predict_counts(mean, dispersions(spread, leads)[:, None], seed)


def _ensemble(history: History, rows: np.ndarray, draws: int, seed: np.random.SeedSequence) -> np.ndarray:
    """Every month is one of the last 12 seen, each as probable."""
    return np.random.default_rng(seed).choice(history.counts[-YEAR:], size=(rows.size, draws))


def _regression(history: History, rows: np.ndarray, draws: int, seed: np.random.SeedSequence) -> np.ndarray:
    """Paths of the regression on the last three months seen, from the last visible month on."""
    leads = rows - history.rows[-1]
    paths = simulate_regression(fit_regression(history.counts), history.counts, int(leads.max()), draws, seed)
    return paths[leads - 1]


@dataclass(frozen=True, slots=True)
class Baseline:
    """One forecast without a mechanism.

    Attributes:
        name: Short name, as it stands in results.
        label: What a reader is told.
        draw: ``(history, rows, draws, seed) -> (row, draw)``.
        rule: What it expects, where its spread comes from past errors; None where it draws otherwise.
    """

    name: str
    label: str
    draw: Callable[[History, np.ndarray, int, np.random.SeedSequence], np.ndarray]
    rule: Rule | None = None


def _ruled(name: str, label: str, rule: Rule) -> Baseline:
    return Baseline(name, label, partial(_around, rule), rule)


BASELINES: tuple[Baseline, ...] = (
    _ruled("last-value", "last value", last_value),
    _ruled("mean-12", "mean of the last 12 months", mean_of_year),
    _ruled("trend-12", "log-trend of the last 12 months", trend_of_year),
    _ruled("same-month", "same month last year", same_month),
    Baseline("glm-lags", "negative binomial regression on the last 3 months", _regression),
    Baseline("ensemble-12", "last 12 months as an ensemble", _ensemble),
)


def expected(rule: Rule, history: History, rows: np.ndarray) -> np.ndarray:
    """What a rule expects, kept above 0: a mean of 0 would call every later event impossible.

    The floor is half an event a month, or less where the history itself is rarer: (total + 1/2) / months.

    Returns:
        ``(row,)`` expected counts.
    """
    floor = min(_HALF, (history.counts.sum() + _HALF) / history.counts.size)
    return np.maximum(rule(history, rows), floor)


def past_errors(rule: Rule, history: History, furthest: int) -> Errors:
    """What a rule would have said from every earlier origin, beside what came.

    Args:
        rule: The rule.
        history: The visible months.
        furthest: The longest lead wanted, in months after the last one seen at an origin.

    Returns:
        One entry for each origin with at least 12 visible months and each visible month after it
        within the furthest lead.
    """
    leads, means, counts = [], [], []
    for n in range(YEAR, history.rows.size):
        before, rows = history.until(n), history.rows[n:]
        lead = rows - before.rows[-1]
        near = lead <= max(furthest, int(lead[0]))  # at least the next visible month
        leads.append(lead[near])
        means.append(expected(rule, before, rows[near]))
        counts.append(history.counts[n:][near])
    return Errors(np.concatenate(leads), np.concatenate(means), np.concatenate(counts))


def history_of(visible: np.ndarray, series: str = "", file: str = "") -> History:
    """Takes what is visible of a series.

    Args:
        visible: Counts by month, ``(month,)``, NaN where not visible (publication lag included).
        series: Name of the series, for the error.
        file: File of the series, for the error.

    Raises:
        StockadeError: ``history-too-short``: fewer than 13 visible months.
    """
    visible = np.asarray(visible, dtype=float)
    rows = np.flatnonzero(~np.isnan(visible))
    if rows.size < FEWEST_MONTHS:
        raise StockadeError(
            Diagnostic(
                "history-too-short",
                f"the baselines need at least {FEWEST_MONTHS} visible months, and {rows.size} are visible",
                Place(file, name=series or None),
                hint="forecast from a later date, give a longer series, or leave this series out",
            )
        )
    return History(rows, visible[rows])


def baseline_draws(
    baseline: Baseline,
    visible: np.ndarray,
    rows: np.ndarray,
    draws: int,
    seed: int,
    *,
    series: str = "",
    file: str = "",
) -> np.ndarray:
    """Predictive draws of a baseline for later months.

    Args:
        baseline: One of `BASELINES`.
        visible: What is visible of the series at the origin, ``(month,)``, NaN elsewhere.
        rows: Months to forecast as places on the same axis, ``(row,)``; they may lie past its end.
        draws: How many draws.
        seed: The study's seed; each baseline and series has a stream of its own.
        series: Name of the series: part of the stream, and of the error.
        file: File of the series, for the error.

    Returns:
        ``(row, draw)``. Months are drawn independently of one another, but for those of the regression.

    Raises:
        StockadeError: ``history-too-short``.
        ValueError: A month to forecast is not after the last visible one, or there is none.
    """
    history = history_of(visible, series, file)
    rows = np.asarray(rows, dtype=int)
    if not rows.size or rows.min() <= history.rows[-1]:
        raise ValueError("a baseline forecasts months after the last visible one, and at least one")
    return baseline.draw(history, rows, draws, seed_for(seed, "baseline", series, baseline.name))
