"""Makes and assesses a study of every actor of event files, and says what stopped the others.

python benchmarks/every_actor.py FILE... [--out FOLDER] [--particles 64] [--repeats 2] [--most N]

One bad actor never ends the batch. What was finished is kept in FOLDER/results.jsonl, and the same command
goes on behind it. Outcomes: `assessed`; `refused` (too little is recorded, or no group: the code says why);
`failed` (anything else, ours to mend). Exit status 1 where one failed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

import stockade
from stockade.data.actors import actors_of
from stockade.data.events import Events
from stockade.errors import StockadeError

REFUSALS = {"too-few-months", "too-few-events", "no-events", "actor-is-no-group"}


def one_actor(events: Events, actor: str, folder: Path, fit: dict[str, int]) -> dict[str, Any]:
    """Makes a study, checks it and assesses it; whatever goes wrong becomes a row."""
    began = time.perf_counter()
    try:
        made = stockade.new(folder, events, actor)
        found = stockade.check(folder)
        if found:
            raise StockadeError(found)
        document = stockade.assess(folder, **fit)
    except StockadeError as error:
        first = error.diagnostics[0]
        refused = first.code in REFUSALS
        row = {"outcome": "refused" if refused else "failed", "code": first.code, "why": first.message}
    except Exception as error:  # noqa: BLE001 - a batch goes on, and the summary tells of it
        row = {
            "outcome": "failed",
            "code": type(error).__name__,
            "why": str(error),
            "trace": traceback.format_exc(),
        }
    else:
        first = document.as_of[0]
        row = {
            "outcome": "assessed",
            "code": "",
            "fitted": str(made.span.fitted),
            "held_back": str(made.span.held_back),
            "weights": {one.id: round(one.weight, 3) for one in first.explanations},
            "verdicts": {one.id: one.verdict for one in first.claims},
        }
    return {"actor": actor, **row, "seconds": round(time.perf_counter() - began, 1)}


def batch(path: Path, out: Path, fit: dict[str, int], most: int | None) -> list[dict[str, Any]]:
    """Goes through a file's actors, the most frequent first; those with a kept result are passed over."""
    try:
        events = stockade.read_events(path)
    except StockadeError as error:
        first = error.diagnostics[0]
        return [
            {"file": path.name, "actor": "", "outcome": "failed", "code": first.code, "why": first.message}
        ]
    kept = out / "results.jsonl"
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    rows = {(one["file"], one["actor"]): one for one in map(json.loads, lines)}
    actors = [one for one in actors_of(events) if one][:most]
    found = []
    for number, actor in enumerate(actors, 1):
        row = rows.get((path.name, actor))
        if row is None:
            folder = out / f"{path.stem}-{number}-{time.time_ns()}"
            row = {"file": path.name, **one_actor(events, actor, folder, fit)}
            with kept.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        found.append(row)
        print(
            f"{number}/{len(actors)} {row['outcome']} {row['code']} {actor[:60]!r}",
            file=sys.stderr,
            flush=True,
        )
    return found


def summary(rows: list[dict[str, Any]]) -> str:
    """Returns counts, and every actor that did not assess with its cause."""
    counts = Counter(one["outcome"] for one in rows)
    lines = [", ".join(f"{count} {what}" for what, count in counts.most_common())]
    lines += [
        f"  {one['outcome']}: {one['actor']} ({one['file']}): {one['code']}: {one['why']}"
        for one in rows
        if one["outcome"] != "assessed"
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/every-actor"))
    parser.add_argument("--particles", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--most", type=int, default=None)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    fit = {"particles": given.particles, "repeats": given.repeats}
    rows = [row for path in given.files for row in batch(path, given.out, fit, given.most)]
    print(summary(rows))
    return int(any(one["outcome"] == "failed" for one in rows))


if __name__ == "__main__":
    sys.exit(main())
