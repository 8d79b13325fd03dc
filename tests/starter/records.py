"""Made-up groups: their monthly records, and the same as a file in the layout of UCDP GED."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from stockade.data.months import format_month
from stockade.starter.record import Record

START = 2010 * 12  # January 2010
HEADER = (
    "id", "relid", "year", "type_of_violence", "side_a", "side_b", "country", "adm_1", "where_prec",
    "date_prec", "date_start", "date_end", "deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown",
    "best", "high", "low",
)  # fmt: skip


def record(clashes, civilians=None, own=None, *, actor="Northern Front", country="Norland", **more) -> Record:
    """A record from January 2010; columns that are not given are zeros."""
    zeros = np.zeros(len(clashes))
    columns = {
        "clashes": np.asarray(clashes, dtype=float),
        "attacks_on_civilians": zeros if civilians is None else np.asarray(civilians, dtype=float),
    }
    columns["civilian_deaths"] = 2 * columns["attacks_on_civilians"]
    columns["own_deaths"] = zeros if own is None else np.asarray(own, dtype=float)
    return Record(actor, country, "An invented file.", START, columns, **more)


def waves(months=60, seed=1):
    """Clashes and attacks on civilians that rise and fall, with their dead."""
    generator = np.random.default_rng(seed)
    level = 3 + 2 * np.sin(np.arange(months) / 8)
    clashes = generator.poisson(level)
    return clashes, generator.poisson(0.3 * level), generator.poisson(2 * clashes)


def write_ged(path: Path, actor: str, clashes, civilians, country: str = "Norland") -> Path:
    """Writes events on the fifth of each month, two dead on each side of a clash."""
    rows = []
    for month in range(len(clashes)):
        day = f"{format_month(START + month)}-05"
        for kind, count in ((1, clashes[month]), (3, civilians[month])):
            for _ in range(int(count)):
                sides = ("Government of Norland", actor) if kind == 1 else (actor, "Civilians")
                dead = (2, 2, 0, 0) if kind == 1 else (0, 0, 3, 0)
                rows.append((
                    len(rows) + 1, f"X-{len(rows) + 1}", day[:4], kind, *sides, country, "Vale", 1, 1, day,
                    day, *dead, sum(dead), sum(dead), sum(dead),
                ))  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(rows)
    return path
