"""Reads a file of events the size of the global GED: time, processor time and memory, with pandas beside it.

    python benchmarks/events.py [--rows 420000] [--turns 3]

The file is made up: 49 columns as in GED 24.1, long texts of sources among them, about 640 bytes a row. Each
turn is a process of its own, ours and pandas' in alternation; memory is the greatest that the process held.
Ours recognises, reads, checks every row and counts an actor's months; pandas only reads the same columns.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import statistics
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from stockade.data.event_formats.ged import GED

OURS = """
import json, resource, sys, time
begun = time.perf_counter()
from stockade.data.event_choice import Selection
from stockade.data.event_reading import read_events
from stockade.data.event_series import monthly
imported = time.perf_counter()
events = read_events(sys.argv[1])
read = time.perf_counter()
series = monthly(events, Selection(actors=("Front 7",)))
counted = time.perf_counter()
result = {"import": imported - begun, "read": read - imported, "count": counted - read, "events": len(events),
    "deaths": float(monthly(events).values["deaths_best"].sum())}
"""
PANDAS = """
import json, resource, sys, time
begun = time.perf_counter()
import pandas
imported = time.perf_counter()
table = pandas.read_csv(sys.argv[1], usecols=sys.argv[2].split(","), low_memory=False)
read = time.perf_counter()
result = {"import": imported - begun, "read": read - imported, "count": 0.0, "events": len(table),
    "deaths": float(table["best"].sum())}
"""
REPORT = """
used = resource.getrusage(resource.RUSAGE_SELF)
result |= {"processor": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024}
print(json.dumps(result))
"""


def make(path: Path, rows: int) -> None:
    """Writes a file of events, the same every time."""
    chance = random.Random(1)  # noqa: S311 -- a made-up file, no secret
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, GED.headless, restval="1")
        writer.writeheader()
        writer.writerows(row(at, chance) for at in range(rows))


def row(at: int, chance: random.Random) -> dict[str, object]:
    start = date(1989, 1, 1) + timedelta(days=chance.randrange(13_000))
    end = start + timedelta(days=chance.choice([0] * 9 + [40]))
    country, actor, kind = chance.randrange(120), chance.randrange(900), chance.choice("1123")
    parts = [chance.randrange(5) for _ in range(4)]
    land, front = f"Government of Land {country}", f"Front {actor}"
    return {
        "id": at, "relid": f"LAN-1989-1-{at}", "type_of_violence": kind, "code_status": "Clear",
        "conflict_name": f"Land {country}: Government", "dyad_name": f"{land} - {front}",
        "side_a": land, "side_b": "Civilians" if kind == "3" else front,
        "source_article": f'"Agency, {at}, a headline that is rather long, and says what happened and when";'
        '"Another agency, on the same day, with other words for it"', "source_office": "Agency; Another",
        "source_headline": "A headline; another headline", "source_original": "spokesman of a ministry",
        "where_coordinates": f"Place {at % 9000}", "where_description": "Near a village, in a district",
        "where_prec": chance.choice("1123456"), "adm_1": f"Province {actor % 30}",
        "adm_2": f"District {actor % 90}", "geom_wkt": "POINT (44.2 33.1)", "country": f"Land {country}",
        "region": "Asia", "date_prec": chance.choice("11111235"), "date_start": f"{start} 00:00:00.000",
        "date_end": f"{end} 00:00:00.000", "deaths_a": parts[0], "deaths_b": parts[1],
        "deaths_civilians": parts[2], "deaths_unknown": parts[3], "best": sum(parts),
        "high": sum(parts) + 3, "low": max(0, sum(parts) - 2),
    }  # fmt: skip


def measured(script: str, path: Path) -> dict[str, float]:
    columns = ",".join(names[0] for names in GED.columns.values())
    done = subprocess.run(
        [sys.executable, "-c", script + REPORT, path, columns], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def main() -> None:
    """Prints a row for ours and one for pandas, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=420_000)
    parser.add_argument("--turns", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ged.csv"
        make(path, asked.rows)
        print(f"{asked.rows:,} events, {path.stat().st_size / 1e6:,.0f} MB; medians of {asked.turns} turns")
        pairs = [(measured(OURS, path), measured(PANDAS, path)) for _ in range(asked.turns)]
    print(f"{'':8} {'import s':>9} {'read s':>9} {'count s':>9} {'processor s':>12} {'peak MiB':>9}")
    for name, turns in (("ours", [one for one, _ in pairs]), ("pandas", [two for _, two in pairs])):
        middle = {key: statistics.median(one[key] for one in turns) for key in turns[0]}
        assert middle["events"] == asked.rows
        print(
            f"{name:8} {middle['import']:9.2f} {middle['read']:9.2f} {middle['count']:9.2f}"
            f" {middle['processor']:12.2f} {middle['memory']:9.0f}"
        )
    assert pairs[0][0]["deaths"] == pairs[0][1]["deaths"]
    ratio = statistics.median(one["read"] / two["read"] for one, two in pairs)
    print(f"ours takes {ratio:.2f} of pandas' time to read")


if __name__ == "__main__":
    main()
