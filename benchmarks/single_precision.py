"""Runs the chaotic model of the SDX suite in single and in double precision, beside Vensim's own numbers.

    python benchmarks/single_precision.py ../shared/corpus/samples/Roessler_Chaos/output.tab

Plain NumPy, Euler's method, Roessler's equations with a = b = 0.2 and c = 5.7. Rounded to 32 bits after every
operation they give Vensim's table within 1e-5 + 1e-5 |y|; in 64 bits they leave it. So the difference is that
of the precision, which a chaotic system makes visible, and of nothing else that Stockade reads or computes.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np

COLUMNS = ("x", "y", "z", "dzdt")


def run(number: Any, steps: int) -> np.ndarray:
    """Returns x, y, z and the change of z at every step, shape (steps, 4).

    Args:
        number: ``np.float32`` or ``np.float64``: what every value is rounded to.
        steps: How many rows.
    """
    a, b, c, step = (number(one) for one in (0.2, 0.2, 5.7, 0.03125))
    x, y, z = (number(one) for one in (0.5, 0.5, 0.4))
    rows = []
    for _ in range(steps):
        change = (-y - z, x + a * y, b + z * (x - c))
        rows.append((x, y, z, change[2]))
        x, y, z = (value + step * slope for value, slope in zip((x, y, z), change, strict=True))
    return np.array(rows, dtype=np.float64)


def main() -> None:
    """Prints how many values lie outside of the tolerance, and by how much at most."""
    if len(sys.argv) != 2:
        print("needs the output.tab of the SDX suite's Roessler_Chaos")
        return
    rows = list(csv.reader(Path(sys.argv[1]).read_text().splitlines(), delimiter="\t"))
    places = [rows[0].index(name) for name in COLUMNS]
    vendor = np.array([[float(row[at]) for at in places] for row in rows[1:]])
    for number in (np.float32, np.float64):
        far = np.abs(run(number, len(vendor)) - vendor)
        outside = far > 1e-5 + 1e-5 * np.abs(vendor)
        print(f"{number.__name__}: {outside.sum()} of {far.size} values outside, by up to {far.max():.2g}")


if __name__ == "__main__":
    main()
