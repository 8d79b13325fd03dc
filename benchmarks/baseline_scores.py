"""Scores the baselines alone on the Iraq study's series: what any explanation has to beat.

    python benchmarks/baseline_scores.py [series.csv]

As of 2008-03-21, with a month from event to publication, the last visible month is 2008-01.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from stockade.forecasts.baselines import BASELINES, baseline_draws
from stockade.forecasts.scores import Forecast, score

SERIES = ("suicide_attacks", "state_based_events", "one_sided_deaths", "group_deaths")
LAST_VISIBLE, FIRST, LAST = "2008-01", "2008-03", "2009-12"
DRAWS, SEED = 10_000, 1


def main(path: Path) -> None:
    """Prints a row for each series and baseline."""
    with path.open(newline="") as file:
        table = list(csv.DictReader(file))
    months = [row["month"] for row in table]
    rows = np.arange(months.index(FIRST), months.index(LAST) + 1)
    print(f"{'series':20} {'baseline':12} {'crps':>7} {'+-':>5} {'cov50':>6} {'cov90':>6} {'n':>3}")
    for name in SERIES:
        counts = np.array([float(row[name] or "nan") for row in table])
        visible = np.where(np.arange(counts.size) <= months.index(LAST_VISIBLE), counts, np.nan)
        for one in BASELINES:
            draws = baseline_draws(one, visible, rows, DRAWS, SEED, series=name)
            row = score(Forecast(name, one.name, "baseline", draws), counts[rows], visible[rows]).row
            print(
                f"{name:20} {one.name:12} {row.crps:7.2f} {row.mc_error:5.2f}"
                f" {row.coverage50:6.2f} {row.coverage90:6.2f} {row.n:3}"
            )


if __name__ == "__main__":
    here = Path(__file__).resolve().parent.parent
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else here / "studies/iraq-2008/series.csv")
