"""Futures that have nothing to do with their pasts: who forecasts them better than chance has seen them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from stockade.data.months import Window, parse_month
from stockade.data.series import with_values
from stockade.forecasts.scores import crps
from stockade.progress import silent
from stockade.study.backtest import bench_of, look_from
from stockade.study.plans import Plan
from stockade.study.read import open_study
from stockade.study.store import Store
from tests.study.tiny import write_tiny

WORLDS, AHEAD = 8, 6
ORIGIN, WHEN = parse_month("2007-12"), date(2007, 12, 31)
CHANCE = 1 / 2000
"""How often an honest forecaster fails, were the seeds not fixed: 20 of them, so 1 in 100 for the test."""


def shuffled(folder, seed: int):
    """The study with counts of no pattern; months not out by the origin have a level of their own."""
    random, values = np.random.default_rng(seed), {}
    for name, column in folder.series.values.items():
        months = folder.series.first_month + np.arange(column.size)
        past, future = random.lognormal(3.5, 1.0, 2)
        level = np.where(months <= ORIGIN - 1, past, future)
        values[name] = random.poisson(level * random.gamma(5.0, 0.2, column.size)).astype(float)
    return replace(folder, series=with_values(folder.series, values))


def better_than_chance(draws: list[np.ndarray], futures: list[np.ndarray]) -> float:
    """How probable so low a score is where futures are dealt to the forecasts at random."""
    table = np.log([[crps(one, future).mean() for future in futures] for one in draws])
    dealt = np.random.default_rng(0).permuted(np.tile(np.arange(len(futures)), (40_000, 1)), axis=1)
    sums = table[np.arange(len(draws)), dealt].sum(axis=1)
    return float((1 + (sums <= np.trace(table) + 1e-9).sum()) / (1 + sums.size))


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    """(draws by forecaster, futures by series) of every world."""
    place = tmp_path_factory.mktemp("shuffled")
    plan = Plan(
        horizons=tuple(range(1, AHEAD + 1)), origins=Window(ORIGIN, ORIGIN), explanations=("patrols",),
        fit={"particles": 32},
    )  # fmt: skip
    bench = bench_of(open_study(write_tiny(place / "park")), plan)
    found = []
    with pytest.MonkeyPatch.context() as patch:
        for seed in range(WORLDS):
            draws = {}
            patch.setattr(
                "stockade.study.backtest.track",
                lambda one, *_, draws=draws: draws.setdefault((one.series, one.name), one.draws),
            )
            folder = shuffled(bench.folder, seed)
            here = replace(bench, folder=folder, store=Store(place / str(seed)))
            look_from(here, WHEN, silent)
            window = Window(ORIGIN + 1, ORIGIN + AHEAD)
            found.append((draws, {name: folder.series.over(name, window) for name in folder.series.columns}))
    return found


@pytest.mark.slow
@pytest.mark.core
def test_shuffled_futures_are_scored_no_better_than_chance(worlds):
    names = worlds[0][0]
    assert len(names) == 20  # ten forecasters of two series
    for series, name in names:
        draws = [one[series, name] for one, _ in worlds]
        futures = [came[series] for _, came in worlds]
        assert better_than_chance(draws, futures) > CHANCE, (series, name)


@pytest.mark.slow
@pytest.mark.core
def test_a_forecaster_that_has_seen_half_of_the_future_is_caught(worlds):
    for series in ("carcasses", "sightings"):
        draws = [
            np.full_like(one[series, "ensemble-12"], came[series][: AHEAD // 2].mean())
            for one, came in worlds
        ]
        futures = [came[series] for _, came in worlds]
        assert better_than_chance(draws, futures) < CHANCE
