"""Deaths by country and month: the panel model against simple forecasts, as the VIEWS challenge 2023/24 asks.

    python benchmarks/views_panel.py PANEL.parquet [--years 2018-2021] [--draws 1000] [--keep FOLDER]

For each year: made from data up to October of the year before, 12 months, 3 to 14 months ahead. PANEL has
the columns country_iso3, year_month, ucdp_fatalities_best. The weighted pool needs a record of what would
have been forecast in earlier years, so the script works through all years from 2000 on, some ten minutes
of CPU; --keep stores the parameters and the simple forecasts of each year in FOLDER and takes up what is
there. The design was chosen on 2008-2017 (docs/scores.md).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np

from stockade.forecasts.baselines import BASELINES, baseline_draws
from stockade.forecasts.panel import PanelFit, fit_panel, fit_panel_from, forecast_panel, pool
from stockade.forecasts.pooling import Distances, distances, fit_weights, weighted_pool
from stockade.forecasts.predict import seed_for
from stockade.forecasts.proper import interval_score, log_score
from stockade.forecasts.scores import covered, crps

LEADS = tuple(range(3, 15))
SEED = 20231024
MEMORY = 120
"""Months that the study's own baselines look back on for their spread."""


RECORD_FROM, RECORD_DRAWS = 2000, 250
"""First year of the record that weights are fitted on, and its draws."""

HELD_FROM = 2008
"""The parameters of the stock-and-flow are searched each year up to this one, and then held."""

WINDOW = 10
"""Earlier years whose forecasts decide the weights."""

POOLED = (
    "stock-and-flow", "ensemble of 6", "ensemble of 12", "ensemble of 24",
    "last-value", "mean-12", "same-month", "glm-lags",
)  # fmt: skip


def read(path: Path) -> tuple[list[str], list[str], np.ndarray]:
    """Returns months, countries and deaths (month, country)."""
    query = "select year_month, country_iso3, ucdp_fatalities_best from read_parquet(?) order by 1, 2"
    rows = duckdb.execute(query, [str(path)]).fetchall()
    months, countries = sorted({one[0] for one in rows}), sorted({one[1] for one in rows})
    deaths = np.array([one[2] for one in rows], dtype=float).reshape(len(months), len(countries))
    return months, countries, deaths


def simple(history: np.ndarray, draws: int) -> dict[str, np.ndarray]:
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
    for one in BASELINES:
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


def kept(folder: Path | None, name: str) -> dict[str, np.ndarray] | None:
    """What an earlier run left in the folder under this name, if any."""
    path = folder / f"{name}.npz" if folder else None
    return dict(np.load(path)) if path and path.exists() else None


def keep(folder: Path | None, name: str, arrays: dict[str, np.ndarray]) -> None:
    """Leaves arrays in the folder for later runs."""
    if folder:
        np.savez(folder / f"{name}.npz", **{key: one.astype(np.float32) for key, one in arrays.items()})


def fits(deaths: np.ndarray, ends: dict[int, int], folder: Path | None) -> Iterator[tuple[int, PanelFit]]:
    """The parameters of each year: climbing on from the last year's, and later held."""
    theta, fit = None, None
    for year, end in ends.items():
        if fit is not None and year > HELD_FROM:
            yield year, fit
            continue
        found = kept(folder, f"fit{year}")
        if found is None:
            history = deaths[: end + 1]
            start = fit_panel(history).theta if theta is None else theta
            fit = fit_panel_from(history, [start])
            if folder:  # in full precision: the next year's search begins here
                np.savez(folder / f"fit{year}.npz", theta=fit.theta, log_posterior=fit.log_posterior)
        else:
            fit = PanelFit(found["theta"], float(found["log_posterior"]))
        theta = fit.theta
        yield year, fit


def forecasts(
    history: np.ndarray, fit: PanelFit, year: int, draws: int, folder: Path | None
) -> dict[str, np.ndarray]:
    """All forecasts of a year, but for pools."""
    name = f"simple{year}_{draws}"
    found = kept(folder, name)
    if found is None:
        found = simple(history, draws)
        keep(folder, name, found)
    model = forecast_panel(fit, history, LEADS, draws, seed_for(SEED, "panel", str(year)))
    return {"stock-and-flow": model} | {key: one.astype(float) for key, one in found.items()}


def weights_for(year: int, record: dict[int, Distances]) -> np.ndarray:
    """Weights from the forecasts of the years before; of the last one, January to October are known."""
    before = [one for one in record if year - WINDOW <= one < year]
    return fit_weights([record[one].first(10) if one == year - 1 else record[one] for one in before])


def main() -> None:
    """Prints a table for each year."""
    parser = argparse.ArgumentParser()
    parser.add_argument("panel", type=Path)
    parser.add_argument("--years", default="2018-2021")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    asked = parser.parse_args()
    months, countries, deaths = read(asked.panel)
    print(f"{len(countries)} countries, {months[0]} to {months[-1]}")
    first, last = map(int, asked.years.split("-"))
    ends = {year: months.index(f"{year - 1}-10") for year in range(RECORD_FROM, last + 1)}
    record: dict[int, Distances] = {}
    for year, fit in fits(deaths, ends, asked.keep):
        end = ends[year]
        history, truth = deaths[: end + 1], deaths[end + 3 : end + 15].T
        if year >= first:
            found = forecasts(history, fit, year, asked.draws, asked.keep)
            weights = weights_for(year, record)
            show(year, found, weights, truth, asked.draws)
        if first - WINDOW <= year < last:
            found = forecasts(history, fit, year, RECORD_DRAWS, asked.keep)
            record[year] = distances([found[name] for name in POOLED], truth)


def show(year: int, found: dict[str, np.ndarray], weights: np.ndarray, truth: np.ndarray, draws: int) -> None:
    """Prints a year's table, best first."""
    pools = {
        "weighted pool": weighted_pool(
            [found[name] for name in POOLED], weights, draws, seed_for(SEED, "pool", str(year))
        ),
        "pool with ensemble of 12": pool(found["stock-and-flow"], found["ensemble of 12"]),
    }
    table = {name: scores(one, truth) for name, one in (pools | found).items()}
    print(f"\n{year}: {truth.size} country-months, {truth.sum():.0f} deaths")
    print("  weights: " + ", ".join(f"{name} {one:.2f}" for name, one in zip(POOLED, weights, strict=True)))
    for name, row in sorted(table.items(), key=lambda one: one[1][0]):
        print(f"  {name:40}" + "".join(f"{value:10.3f}" for value in row), flush=True)


if __name__ == "__main__":
    main()
