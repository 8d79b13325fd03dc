"""Runs every Vensim model of a folder and compares it with what the vendor's tool wrote beside it.

    python benchmarks/conformity.py ../shared/corpus [--only WORD] [--table FILE]

The table has a line per file: pass, wrong (with the largest difference, its variable and its time), refused
(with the reason), random (draws differ between tools by nature: it runs, and nothing is compared), or no
output. A value passes where |x - y| <= 1e-5 + 1e-5 |y|. Nothing else here is random.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from stockade.errors import StockadeError
from stockade.formats.load import load
from stockade.model.expressions import Call, Expression
from stockade.model.names import canonical
from stockade.model.walk import walk
from stockade.simulation.single import Table, simulate

TOLERANCE = 1e-5
OUTPUTS = ("output.tab", "output.csv")
Status = Literal["pass", "wrong", "refused", "random", "no output", "crash"]


@dataclass(frozen=True)
class Outcome:
    """What came of one file."""

    path: str
    status: Status
    said: str
    seconds: float


def column(name: str) -> str:
    """Returns the name of a column in the form in which columns are compared."""
    head, bracket, subscripts = name.partition("[")
    inside = ",".join(canonical(one) for one in subscripts.rstrip("] ").split(","))
    return canonical(head) + (f"[{inside}]" if bracket else "")


def vendor_output(folder: Path) -> list[list[str]] | None:
    """Returns the rows that the vendor's tool wrote for the model of a folder; None where it did not."""
    file = next((folder / name for name in OUTPUTS if (folder / name).is_file()), None)
    if file is None:
        return None
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return list(csv.reader(text.splitlines(), delimiter="\t" if file.suffix == ".tab" else ","))


def differences(table: Table, rows: list[list[str]]) -> Iterator[tuple[float, str]]:
    """Yields, for every value that differs by more than is allowed, by how much and where.

    A value that the vendor has and we lack counts as infinitely far.
    """
    ours = {column(name): at for at, name in enumerate(table.names)}
    wanted = [column(name) for name in rows[0]]
    missing = [one for one in wanted[1:] if one and one not in ours]
    yield from ((math.inf, f"{one} is missing") for one in missing)
    for row in rows[1:]:
        if not row or not row[0].strip():
            continue
        now = float(row[0])
        at = int(np.argmin(np.abs(table.times - now)))
        # The vendor prints six digits of a time.
        if abs(table.times[at] - now) > 1e-5 * max(1.0, abs(now)):
            yield math.inf, f"there is no time {now:g}"
            continue
        for name, text in zip(wanted[1:], row[1:], strict=False):
            if name in ours and text.strip():
                x, y = float(table.values[at, ours[name]]), float(text)
                far = abs(x - y)
                if not far <= TOLERANCE + TOLERANCE * abs(y):
                    yield far, f"{name} at {now:g}: {x:.9g}, should be {y:.9g}"


def is_random(equation: Expression) -> bool:
    """Says whether an equation calls a random function."""
    return any(isinstance(node, Call) and node.function.startswith("random") for node in walk(equation))


def judge(path: Path) -> tuple[Status, str]:
    """Runs one file and says what came of it."""
    # Where a folder holds several models, the output is that of the one that is called as the folder is.
    own = path.parent / f"test_{path.parent.name}.mdl"
    rows = vendor_output(path.parent) if path == own or not own.is_file() else None
    try:
        # Series for a model without equations for them lie in a file of this name.
        data = [one for one in (path.parent / "data.tab", path.parent / "data.csv") if one.is_file()]
        model = load(path, data=data)
        table = simulate(model)
    except StockadeError as error:
        first = error.diagnostics[0]
        return "refused", f"{first.code}, line {first.place.line}: {first.message}"
    except Exception as error:  # noqa: BLE001 - a crash is an outcome of the table, whatever it is
        return "crash", f"{type(error).__name__}: {error}"
    if any(is_random(one.equation) for one in model.variables):
        return "random", ""
    if rows is None:
        return "no output", ""
    found = list(differences(table, rows))
    if not found:
        return "pass", ""
    far, said = max(found, key=lambda one: one[0] if not math.isnan(one[0]) else math.inf)
    return "wrong", f"{len(found)} values, by up to {far:.3g}: {said}"


def outcomes(folder: Path, only: str = "") -> Iterator[Outcome]:
    """Yields what came of every .mdl below a folder, in the order of their names."""
    for path in sorted(folder.rglob("*.mdl")):
        name = str(path.relative_to(folder))
        if only in name:
            begun = time.perf_counter()
            status, said = judge(path)
            yield Outcome(name, status, said, time.perf_counter() - begun)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="run the files whose path holds this")
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    for one in outcomes(arguments.folder, arguments.only):
        counts[one.status] += 1
        print(f"{one.status:9}  {one.seconds:5.1f} s  {one.path}  {one.said}", flush=True)
    print(", ".join(f"{count} {status}" for status, count in counts.most_common()))


if __name__ == "__main__":
    main()
