"""Deaths by country and month: the panel model against simple forecasts, as the VIEWS challenge 2023/24 asks.

    python benchmarks/views_panel.py PANEL.parquet [--years 2018-2021] [--draws 1000] [--quick]

For each year: made from data up to October of the year before, 12 months, 3 to 14 months ahead. PANEL has the
columns country_iso3, year_month, ucdp_fatalities_best. The design was chosen on 2010-2017 (docs/scores.md).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import duckdb
import numpy as np

from stockade.forecasts.baselines import BASELINES, baseline_draws
from stockade.forecasts.panel import fit_panel, forecast_panel, pool
from stockade.forecasts.predict import seed_for
from stockade.forecasts.proper import interval_score, log_score
from stockade.forecasts.scores import covered, crps

LEADS = tuple(range(3, 15))
SEED = 20231024
MEMORY = 120
"""Months that the study's own baselines look back on for their spread."""


def read(path: Path) -> tuple[list[str], list[str], np.ndarray]:
    """Returns months, countries and deaths (month, country)."""
    query = "select year_month, country_iso3, ucdp_fatalities_best from read_parquet(?) order by 1, 2"
    rows = duckdb.execute(query, [str(path)]).fetchall()
    months, countries = sorted({one[0] for one in rows}), sorted({one[1] for one in rows})
    deaths = np.array([one[2] for one in rows], dtype=float).reshape(len(months), len(countries))
    return months, countries, deaths


def simple(history: np.ndarray, draws: int, *, quick: bool) -> dict[str, np.ndarray]:
    """The simple forecasts, (country, lead, draw) each."""
    rng = np.random.default_rng(SEED)
    countries, recent = history.shape[1], history[-MEMORY:]
    rows = len(recent) - 1 + np.array(LEADS)
    shape = (countries, len(LEADS), draws)
    found = {
        "exactly zero": np.zeros(shape),
        "last value": np.broadcast_to(history[-1][:, None, None], shape),
        "last value, Poisson": rng.poisson(history[-1][:, None, None], shape).astype(float),
        "mean of 12, Poisson": rng.poisson(history[-12:].mean(axis=0)[:, None, None], shape).astype(float),
        "bootstrap of 240 months, all countries": rng.choice(history[-240:].ravel(), shape),
    }
    for months in (6, 12, 24):
        picks = rng.integers(0, months, shape)
        found[f"ensemble of {months}"] = np.take_along_axis(history[-months:].T[:, None, :], picks, 2)
    for one in () if quick else BASELINES:
        found[one.name] = np.stack(
            [baseline_draws(one, recent[:, c], rows, draws, SEED, series=str(c)) for c in range(countries)]
        )
    return found


def scores(draws: np.ndarray, truth: np.ndarray) -> list[float]:
    """CRPS, log score, interval score of 90 %, coverage of 50 and 90 %, over all countries and months."""
    flat, came = draws.reshape(-1, draws.shape[-1]), truth.ravel()
    return [
        float(one.mean())
        for one in (
            crps(flat, came), log_score(flat, came), interval_score(flat, came, 0.9),
            covered(flat, came, 0.5), covered(flat, came, 0.9),
        )
    ]  # fmt: skip


def main() -> None:
    """Prints a table for each year."""
    parser = argparse.ArgumentParser()
    parser.add_argument("panel", type=Path)
    parser.add_argument("--years", default="2018-2021")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--quick", action="store_true", help="without the baselines of `stockade score`")
    asked = parser.parse_args()
    months, countries, deaths = read(asked.panel)
    print(f"{len(countries)} countries, {months[0]} to {months[-1]}")
    first, last = map(int, asked.years.split("-"))
    for year in range(first, last + 1):
        end = months.index(f"{year - 1}-10")
        history, truth = deaths[: end + 1], deaths[end + 3 : end + 15].T
        begun = time.process_time()
        fit = fit_panel(history)
        seconds = time.process_time() - begun
        model = forecast_panel(fit, history, LEADS, asked.draws, seed_for(SEED, "panel", str(year)))
        others = simple(history, asked.draws, quick=asked.quick)
        table = {"stock-and-flow": scores(model, truth)}
        table["pool with ensemble of 12"] = scores(pool(model, others["ensemble of 12"]), truth)
        table |= {name: scores(one, truth) for name, one in others.items()}
        print(f"\n{year}: {truth.size} country-months, {truth.sum():.0f} deaths; fit: {seconds:.0f} s of CPU")
        for name, row in sorted(table.items(), key=lambda one: one[1][0]):
            print(f"  {name:40}" + "".join(f"{value:10.3f}" for value in row), flush=True)


if __name__ == "__main__":
    main()
