"""The study's forecast: what each explanation and baseline said on the day, against what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stockade.data.months import Window
from stockade.errors import StockadeError
from stockade.forecasts.baselines import BASELINES, baseline_draws
from stockade.forecasts.mixture import mix, pick
from stockade.forecasts.predict import seed_for
from stockade.forecasts.scores import Forecast, Scored, score
from stockade.study.folder import StudyFolder
from stockade.study.problems import HISTORY, fitted_counts, seen_series
from stockade.study.study import Forecast as ForecastTable
from stockade.study.study import Observe
from stockade.study.worlds import Account

AVERAGE = "weighted average"
"""Name of the forecast that averages over the explanations with a mechanism, by their weights."""

DRAWS = 4000
"""Draws of the average and of a baseline."""


@dataclass(frozen=True, eq=False)
class ScoredForecast:
    """One forecast with its scores and its draws.

    Attributes:
        scored: The scores; None where nothing came to score against.
        forecast: The forecast, months of the window by draws.
    """

    scored: Scored | None
    forecast: Forecast


def score_forecasts(
    folder: StudyFolder,
    table: ForecastTable,
    accounts: Mapping[str, Account],
    weights: Mapping[str, float],
    seed: int,
) -> tuple[ScoredForecast, ...]:
    """Scores every explanation, their average and every baseline on every observed series.

    Args:
        folder: The study. What came is read from all of its series; only scores see it.
        table: The forecast's date and window.
        accounts: Explanation -> its account as of that date.
        weights: Explanation -> its weight as of that date, nulls among them.
        seed: Of everything random.
    """
    window, seen = table.window, seen_series(folder, table.as_of)
    found = []
    for observe in folder.study.observes:
        truth, visible = (one.over(observe.column, window) for one in (folder.series, seen))
        forecasts = forecasts_of(folder, table, accounts, weights, observe, seed)
        found += [ScoredForecast(_scored(one, truth, visible), one) for one in forecasts]
    return tuple(found)


def forecasts_of(
    folder: StudyFolder,
    table: ForecastTable,
    accounts: Mapping[str, Account],
    weights: Mapping[str, float],
    observe: Observe,
    seed: int,
) -> list[Forecast]:
    """Returns what every explanation, their average and every baseline said of one series.

    Nothing here sees what came: a baseline looks at what was published by the date, and an account
    was made as of it.
    """
    study, column, window = folder.study, observe.column, table.window
    rows = slice(window.first - study.period.first, window.last + 1 - study.period.first)
    forecasts = [
        Forecast(column, name, "explanation" if one.world.mechanism else "null", one.predicted[column][rows])
        for name, one in accounts.items()
    ]
    forecasts.append(_average(forecasts, weights, column, seed))
    return forecasts + _baselines(folder, table, observe, seed)


def _scored(forecast: Forecast, truth: np.ndarray, visible: np.ndarray) -> Scored | None:
    return score(forecast, truth, visible) if np.isfinite(truth).any() else None


def _average(forecasts: Sequence[Forecast], weights: Mapping[str, float], column: str, seed: int) -> Forecast:
    """Averages the explanations that have a mechanism; the nulls stand beside it, not in it."""
    members = [one for one in forecasts if one.kind == "explanation"]
    shares = np.array([weights[one.name] for one in members])
    # Where the nulls hold all the weight that a double can show, mechanisms count alike.
    shares = shares if shares.sum() > 0 else np.ones(len(members))
    sizes = [one.draws.shape[1] for one in members]
    picks = pick(sizes, list(shares), DRAWS, seed_for(seed, "average", column))
    return Forecast(column, AVERAGE, "average", mix([one.draws for one in members], picks))


def _baselines(folder: StudyFolder, table: ForecastTable, observe: Observe, seed: int) -> list[Forecast]:
    """Returns the baselines' forecasts from what was visible; none where there is too little of it.

    They look back as far as the nulls may, and past the same months that the fit leaves out.
    """
    study = folder.study
    months = Window(study.period.first - HISTORY, study.period.last)
    visible = fitted_counts(observe, seen_series(folder, table.as_of), months)
    rows = np.array([month - months.first for month in table.window.months()])
    found = []
    for baseline in BASELINES:
        try:
            draws = baseline_draws(
                baseline, visible, rows, DRAWS, seed, series=observe.column, file=str(study.series)
            )
        except StockadeError:
            continue
        found.append(Forecast(observe.column, baseline.name, "baseline", draws))
    return found
