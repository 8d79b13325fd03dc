"""The XMILE files of the SDX suite against what their vendors wrote; needs the folder ``shared``."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from stockade.errors import StockadeError
from stockade.formats.load import load
from stockade.formats.xmile.names import canonical_name
from stockade.simulation.single import Table, simulate

TOLERANCE = 1e-5
# Refused for good: the exporting program lost equations or macros, or wrote what is no equation.
LOST_ON_EXPORT = ("missing-equation", "broken-equation", "unknown-subscript")
# Refused until the compiler knows arrays and macros.
NOT_YET = ("unsupported-subscripts", "unsupported-macro", "unsupported-function")


def column(name: str) -> str:
    head, bracket, rest = name.partition("[")
    inside = ",".join(canonical_name(one) for one in rest.rstrip("] ").split(","))
    return canonical_name(head) + (f"[{inside}]" if bracket else "")


def vendor_output(folder: Path) -> tuple[list[str], list[list[str]]] | None:
    files = [*sorted(folder.glob("output*.csv")), *sorted(folder.glob("output*.tab"))]
    stella = [one for one in files if "stella" in one.name]
    if not files:
        return None
    file = (stella or files)[0]
    text = file.read_text(encoding="utf-8-sig", errors="replace")
    rows = list(csv.reader(text.splitlines(), delimiter="\t" if file.suffix == ".tab" else ","))
    return [column(one) for one in rows[0]], rows[1:]


def differences(table: Table, names: list[str], rows: list[list[str]]) -> list[str]:
    ours = {column(name): at for at, name in enumerate(table.names)}
    found = [f"{one} is missing" for one in names[1:] if one and one not in ours]
    for row in rows:
        if not row or not row[0].strip():
            continue
        at = abs(table.times - float(row[0])).argmin()
        if abs(table.times[at] - float(row[0])) > 1e-5 * max(1.0, abs(float(row[0]))):
            found.append(f"there is no time {row[0]}")
            continue
        for name, text in zip(names[1:], row[1:], strict=False):
            if name in ours and text.strip():
                x, y = float(table.values[at, ours[name]]), float(text)
                if not abs(x - y) <= TOLERANCE + TOLERANCE * abs(y):
                    found.append(f"{name} at {row[0]}: {x:.9g}, should be {y:.9g}")
    return found


def judge(path: Path) -> tuple[str, str]:
    output = vendor_output(path.parent)
    try:
        table = simulate(load(path))
    except StockadeError as error:
        first = error.diagnostics[0]
        return f"refused {first.code}", f"line {first.place.line}: {first.message}"
    if output is None:
        return "no output", ""
    found = differences(table, *output)
    return ("wrong", f"{len(found)}: {found[0]}") if found else ("pass", "")


@pytest.mark.slow
def test_no_wrong_answer(shared: Path) -> None:
    counts: dict[str, int] = {}
    wrong = []
    for path in sorted((shared / "corpus").rglob("*")):
        if path.suffix in (".xmile", ".stmx"):
            status, said = judge(path)
            counts[status] = counts.get(status, 0) + 1
            if status == "wrong" or status.partition(" ")[2] not in ("", "output", *LOST_ON_EXPORT, *NOT_YET):
                wrong.append(f"{path.name}: {status} {said}")
    assert wrong == [], counts
    assert counts["pass"] >= 50
