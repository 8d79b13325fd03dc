"""Runs every model file of a folder and compares it with what the vendor's tool wrote beside it.

    python benchmarks/conformity.py ../shared/corpus [--only WORD] [--workers 2]
        [--expect FILE]      say what differs from the expected outcomes
        [--update FILE]      write the outcomes as the expected ones
        [--document FILE]    write the table as a page of the documentation

The table has a line per file: pass, wrong (with the largest difference, its variable and its time), refused
(with the reason), random (it runs, but its draws differ between tools by nature: distributions are tested in
tests/compiler, nothing is compared here), no output (it runs, there is nothing to compare it with), late or
crash (neither may happen). A value passes where |x - y| <= 1e-5 + 1e-5 |y|.

Worker processes take the files and are replaced after a few, so that what JAX keeps does not pile up.
"""

from __future__ import annotations

import argparse
import csv
import math
import multiprocessing
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Literal

import jax
import numpy as np

from stockade.errors import StockadeError
from stockade.formats.load import load
from stockade.model.expressions import Call, Expression
from stockade.model.names import canonical
from stockade.model.walk import walk
from stockade.simulation.single import Table, simulate

TOLERANCE = 1e-5
FORMATS = (".mdl", ".xmile", ".stmx")
# A file's own vendor first: Stella wrote the .stmx files and their output_stella.csv.
OUTPUTS = {
    ".mdl": ("output.tab", "output.csv"),
    ".xmile": ("output_stella.csv", "output.tab", "output.csv"),
    ".stmx": ("output_stella.csv", "output.tab", "output.csv"),
}
# Files that stand beside another model's output: what they are, and that it is not theirs, their folders say.
OTHERS_OUTPUT = ("tests/data_from_other_model/model_to_generate_data.mdl",)
LONGEST = 180.0
FILES_A_WORKER = 25

Status = Literal["pass", "wrong", "refused", "random", "no output", "late", "crash"]


@dataclass(frozen=True)
class Outcome:
    """What came of one file.

    Attributes:
        path: Relative to the folder.
        status: In a word.
        said: Where it went wrong, or why it was refused.
        code: The code of the refusal.
        seconds: Reading, compiling, running and comparing.
    """

    path: str
    status: Status
    said: str = ""
    code: str = ""
    seconds: float = 0.0

    @property
    def format(self) -> str:
        return Path(self.path).suffix


def column(name: str) -> str:
    """Returns the name of a column in the form that is compared: quotes and underscores aside."""
    head, bracket, subscripts = name.partition("[")
    inside = ",".join(_plain(one) for one in subscripts.rstrip("] ").split(","))
    return _plain(head) + (f"[{inside}]" if bracket else "")


def _plain(name: str) -> str:
    """Vensim's and Stella's tables quote a name or not, and break it by `\\n`, a blank or an underscore."""
    return canonical(name.strip().strip('"').replace("\\n", " ").replace("_", " "))


def vendor_output(path: Path) -> list[list[str]] | None:
    """Returns the rows that the vendor's tool wrote for a model; None where it did not."""
    if path.as_posix().endswith(OTHERS_OUTPUT):
        return None
    names = OUTPUTS[path.suffix]
    file = next((path.parent / name for name in names if (path.parent / name).is_file()), None)
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


def judge(path: Path) -> tuple[Status, str, str]:
    """Runs one file; returns what came of it, the details, and the code of a refusal."""
    try:
        # Series for a model without equations for them lie in a file of this name.
        data = [one for one in (path.parent / "data.tab", path.parent / "data.csv") if one.is_file()]
        model = load(path, data=data)
        table = simulate(model)
    except StockadeError as error:
        first = next((one for one in error.diagnostics if one.severity == "error"), error.diagnostics[0])
        return "refused", f"line {first.place.line}: {first.message}", first.code
    except TimeoutError:
        return "late", f"took over {LONGEST:g} s of the processor", ""
    except Exception as error:  # noqa: BLE001 - a crash is an outcome of the table, whatever it is
        return "crash", f"{type(error).__name__}: {error}", ""
    if any(is_random(one.equation) for one in model.variables):
        return "random", "", ""
    rows = vendor_output(path)
    if rows is None:
        return "no output", "", ""
    found = list(differences(table, rows))
    if not found:
        return "pass", "", ""
    far, said = max(found, key=lambda one: one[0] if not math.isnan(one[0]) else math.inf)
    return "wrong", f"{len(found)} values, by up to {far:.3g}: {said}", ""


def _late(*_: object) -> None:
    raise TimeoutError


def _one(folder: Path, name: str) -> Outcome:
    """Judges one file within the time allowed, and forgets what was compiled for it."""
    begun = time.perf_counter()
    signal.signal(signal.SIGPROF, _late)
    signal.setitimer(signal.ITIMER_PROF, LONGEST)  # of the processor: a busy machine changes no outcome
    try:
        status, said, code = judge(folder / name)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        jax.clear_caches()
    return Outcome(name, status, said, code, time.perf_counter() - begun)


def model_files(folder: Path) -> list[str]:
    """Returns the model files below a folder, relative to it, sorted."""
    return sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.suffix in FORMATS)


def outcomes(folder: Path, names: Sequence[str], workers: int = 2) -> Iterator[Outcome]:
    """Yields what came of each of these files, in their order."""
    if workers < 1:
        yield from (_one(folder, name) for name in names)
        return
    context = multiprocessing.get_context("spawn")
    share = workers * FILES_A_WORKER
    # New workers for each share: `max_tasks_per_child` of Python 3.11 would do the same and can lock up.
    for first in range(0, len(names), share):
        with ProcessPoolExecutor(workers, context) as pool:
            yield from pool.map(_one, repeat(folder), names[first : first + share])


def read_expected(file: Path) -> dict[str, str]:
    """Returns the expected status of each file: `status<TAB>path` a line, `#` begins a remark."""
    rows = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    return {path: status for status, path in rows}


def write_expected(file: Path, found: Sequence[Outcome]) -> None:
    """Writes the outcomes as the expected ones, and keeps the file's remarks."""
    old = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    rows = [line for line in old if line[:1] == "#"] + [f"{one.status}\t{one.path}" for one in found]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")


def changes(found: Sequence[Outcome], expected: dict[str, str]) -> list[str]:
    """Returns a line for every file whose outcome is not the expected one."""
    return [
        f"{one.path}: {expected.get(one.path, 'not listed')} expected, {one.status} found. {one.said}".strip()
        for one in found
        if expected.get(one.path) != one.status
    ]


def counts_by_format(found: Sequence[Outcome]) -> list[list[str]]:
    """Returns a table: a row for each format, a column for each status that occurs."""
    occur = [one for one in Status.__args__ if any(each.status == one for each in found)]
    rows = [["format", "files", *occur]]
    for suffix in (*FORMATS, ""):
        those = Counter(one.status for one in found if one.format.endswith(suffix))
        rows.append([suffix or "all", str(those.total()), *(str(those[one]) for one in occur)])
    return rows


def document(found: Sequence[Outcome]) -> str:
    """Returns the page of the documentation: counts, and every file that is not a pass, by name and code."""
    head, *rows = counts_by_format(found)
    lines = [_row(head), _row(["---"] * len(head)), *map(_row, rows), ""]
    lines += ["| file | outcome | why |", "|---|---|---|"]
    why = {"no output": "nothing to compare it with", "random": "draws differ between tools"}
    lines += [
        _row([f"`{one.path}`", one.status, f"`{one.code}`" if one.code else why.get(one.status, one.said)])
        for one in found
        if one.status != "pass"
    ]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("../shared/corpus"), help="of models")
    parser.add_argument("--only", default="", help="run the files whose path holds this")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--expect", type=Path)
    parser.add_argument("--update", type=Path)
    parser.add_argument("--document", type=Path)
    arguments = parser.parse_args()
    if not arguments.folder.is_dir():
        raise SystemExit(f"{arguments.folder} is no folder: this needs models and what their vendors wrote")
    names = [one for one in model_files(arguments.folder) if arguments.only in one]
    found = []
    for one in outcomes(arguments.folder, names, arguments.workers):
        found.append(one)
        print(f"{one.status:9}  {one.seconds:5.1f} s  {one.path}  {one.code} {one.said}".rstrip(), flush=True)
    for row in counts_by_format(found):
        print("  ".join(f"{cell:>9}" for cell in row))
    if arguments.expect:
        print("\n".join(changes(found, read_expected(arguments.expect))) or "all as expected")
    if arguments.update:
        write_expected(arguments.update, found)
    if arguments.document:
        begin, end = "<!-- conformity: made by benchmarks/conformity.py -->\n", "<!-- /conformity -->"
        text = arguments.document.read_text(encoding="utf-8")
        before, rest = text.split(begin)
        arguments.document.write_text(
            f"{before}{begin}\n{document(found)}\n{end}{rest.split(end)[1]}", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
