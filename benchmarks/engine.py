"""Speed of the engine: reading, compiling, single runs, ensembles and gradients, against C and other tools.

    python benchmarks/engine.py [--only MODEL ...] [--peers PYTHON] [--json FILE] [--no-gradient]

Four models: a cup of tea, an epidemic, the Iraq model, World3. Needs gcc; the C is written from the model
by benchmarks/opponents/c.py: scalar with -O3; vectorised with -O3 -march=native -ffast-math and OpenMP, in
two forms of which the quicker counts. PYTHON is the interpreter of an environment with pysd, pysimlin and
bptk-py[xmile] (by default this one); what it lacks or does not read has a row that says so. We and the C take
turns, so that a neighbour's load hits both alike; only ratios are claimed. Where numbers differ from ours by
more than 1e-6 of an output's largest value, the row says so.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", str(len(os.sched_getaffinity(0))))
# The C's threads are not to spin on a core while another takes its turn.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ["JAX_COMPILATION_CACHE_DIR"] = ""

import jax
import numpy as np
from opponents.c import compiled, program_of, write

from stockade.compiler.compile import Simulator, compile
from stockade.formats.convert import convert
from stockade.formats.load import load
from stockade.model.model import Model
from stockade.simulation.ensembles import ensemble

HERE = Path(__file__).resolve().parent
AGREE = 1e-6
PEERS = ("pysd", "pysimlin", "bptk-py")
IRAQ = (
    *("suicide attacks", "clashes", "civilian deaths by the group", "foreign arrivals", "foreign fighters"),
    *("members", "foreign departures", "sanctuary", "viability abroad", "recorded own deaths"),
)
WORLD3 = (
    *("population", "nonrenewable resources", "industrial output per capita", "food per capita"),
    *("persistent pollution index", "life expectancy", "service output per capita", "arable land"),
    *("human welfare index", "human ecological footprint"),
)
Results = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A model, what is asked of it, and a constant that peers change from run to run."""

    name: str
    file: Path
    outputs: tuple[str, ...]
    constant: str


CASES = (
    Case("teacup", HERE / "models/teacup/model.mdl", ("tea", "heat lost"), "time to cool"),
    Case("sir", HERE / "models/sir/model.mdl", ("susceptible", "infected", "recovered"), "days ill"),
    Case(
        "iraq",
        HERE.parent / "studies/iraq-2008/model.mdl",
        IRAQ,
        "normal arrivals",
    ),
    Case(
        "world3",
        HERE / "models/world3-2003/model.mdl",
        WORLD3,
        "life expectancy normal",
    ),
)


def least(function: Callable[[], object], repeats: int) -> float:
    """Returns the least wall time of some calls."""
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        function()
        times.append(time.perf_counter() - begin)
    return min(times)


def turns(functions: dict[str, Callable[[], object]], repeats: int) -> dict[str, list[tuple[float, float]]]:
    """Returns (wall, processor) seconds of each, taking turns."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in functions}
    for function in functions.values():
        function()
    for _ in range(repeats):
        for name, function in functions.items():
            wall, processor = time.perf_counter(), time.process_time()
            function()
            times[name].append((time.perf_counter() - wall, time.process_time() - processor))
    return times


def ratio(ours: list[tuple[float, float]], other: list[tuple[float, float]]) -> Results:
    """Returns our time divided by the other's: least wall times, the median of the turns, processor time."""
    return {
        "least": min(a for a, _ in ours) / min(b for b, _ in other),
        "median of turns": statistics.median(a / b for (a, _), (b, _) in zip(ours, other, strict=True)),
        "processor": min(a for _, a in ours) / max(min(b for _, b in other), 1e-9),
    }


def differ(a: np.ndarray, b: np.ndarray) -> float:
    """Returns the largest difference of (time, output, ...), relative to each output's largest value."""
    axes = tuple(i for i in range(a.ndim) if i != 1)
    size = np.abs(a).max(axis=axes, keepdims=True)
    return float((np.abs(a - b) / np.where(size > 0, size, 1.0)).max())


def draws(simulator: Simulator, count: int) -> np.ndarray:
    """Returns constants around the file's own, shape (constants, count)."""
    noise = 0.02 * np.random.default_rng(0).normal(size=(len(simulator.constants), count))
    return np.ascontiguousarray(simulator.defaults[:, None] * np.exp(noise))


def single(model: Model, outputs: tuple[str, ...] | None, folder: Path, name: str) -> Results:
    """Returns times of compiling and of one run, against scalar C, with some outputs or all variables."""
    begin = time.perf_counter()
    simulator = compile(model, outputs=outputs)
    prepared = time.perf_counter()
    run = jax.jit(simulator.run)
    ours = np.asarray(run(simulator.defaults))
    first = time.perf_counter() - prepared
    constants = jax.numpy.asarray(simulator.defaults)
    begun = time.perf_counter()
    in_c = compiled(
        write(program_of(model, simulator.outputs), simulator.outputs, "scalar"), "scalar", folder, name
    )
    gcc = time.perf_counter() - begun
    shape, column = ours.shape, np.ascontiguousarray(simulator.defaults[:, None])
    theirs = in_c(column, None, shape)[..., 0]  # type: ignore[arg-type]
    times = turns(
        {"ours": lambda: run(constants).block_until_ready(), "c": lambda: in_c(column, None, shape)}, 300
    )
    return {
        "compile": prepared - begin,
        "first run": first,
        "gcc": gcc,
        "warm": min(a for a, _ in times["ours"]),
        "scalar c": min(a for a, _ in times["c"]),
        "warm / scalar c": ratio(times["ours"], times["c"]),
        "difference from scalar c": differ(ours, theirs),
        "values": ours,
    }


def ensembles(case: Case, model: Model, folder: Path, count: int, repeats: int) -> Results:
    """Returns times of an ensemble against both forms of C."""
    simulator = compile(model, outputs=case.outputs)
    constants = draws(simulator, count)
    shape = (len(simulator.times), len(simulator.outputs))
    program = program_of(model, simulator.outputs)
    functions: dict[str, Callable[[], object]] = {"ours": lambda: ensemble(simulator, constants)}
    ours = ensemble(simulator, constants)
    worst = 0.0
    for form, clipped in (("scalar", False), ("simd", False), ("simd", True)):
        name = f"{form} clipped" if clipped else form
        run = compiled(
            write(program, simulator.outputs, form, clipped=clipped), form, folder, f"many_{form}_{clipped}"
        )
        worst = max(worst, differ(ours, run(constants, None, shape)))
        if form == "simd" or count <= 1000:
            functions[name] = lambda run=run: run(constants, None, shape)
    times = turns(functions, repeats)
    quicker = min(("simd", "simd clipped"), key=lambda name: min(times[name]))
    found = {
        "seconds": min(a for a, _ in times["ours"]),
        "vectorised c seconds": min(a for a, _ in times[quicker]),
        "the quicker form of c": "lookups as clipped lines"
        if quicker == "simd clipped"
        else "lookups by index",
        "ours / vectorised c": ratio(times["ours"], times[quicker]),
        "difference from c": worst,
    }
    if "scalar" in times:
        found["ours / scalar c on one core"] = ratio(times["ours"], times["scalar"])
    return found


def gradient(case: Case, model: Model, scalar_c: float) -> Results:
    """Returns the time of one gradient with respect to all constants, against differences by scalar C."""
    simulator = compile(model, outputs=case.outputs)
    function = jax.jit(jax.grad(lambda constants: simulator.run(constants)[-1].sum()))
    begin = time.perf_counter()
    slope = np.asarray(function(simulator.defaults))
    compiling = time.perf_counter() - begin
    constants = jax.numpy.asarray(simulator.defaults)
    seconds = least(lambda: function(constants).block_until_ready(), 20)
    runs = len(simulator.constants) + 1
    return {
        "constants": len(simulator.constants),
        "compile and first": compiling,
        "seconds": seconds,
        "gradient / differences by scalar c": seconds / (runs * scalar_c),
        "finite": bool(np.isfinite(slope).all()),
    }


def peer(tool: str, case: Case, python: str, folder: Path, ours: np.ndarray) -> Results:
    """Returns a tool's own times for one model, or why there are none."""
    stmx = folder / "model.stmx"
    if not stmx.exists():
        convert(case.file, stmx)
    script = HERE / "opponents" / "peers.py"
    command = [python, str(script), tool, str(case.file), str(stmx), json.dumps(case.outputs), str(folder)]
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    try:
        done = subprocess.run(
            [*command, case.constant], capture_output=True, text=True, timeout=240, env=clean, check=False
        )
        found = json.loads(done.stdout.strip().splitlines()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError) as wrong:
        return {"error": f"{type(wrong).__name__}"}
    if "values" in found:
        values = np.load(found.pop("values"))
        values = values[:: max(1, (len(values) - 1) // (len(ours) - 1))]  # some keep every step
        same = values.shape == ours.shape
        found["difference"] = differ(ours, values) if same else float("inf")
        found["agrees"] = found["difference"] <= AGREE
    return found


def measure(case: Case, options: argparse.Namespace) -> Results:
    """Returns everything that is measured on one model."""
    load(case.file)
    parse = least(lambda: load(case.file), 5)
    model = load(case.file)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        some = single(model, case.outputs, folder, "some")
        values = some.pop("values")
        every = single(model, None, folder, "every")
        every.pop("values")
        found: Results = {"parse": parse, "single": some, "single, all variables": every}
        for count in (1000, 20_000):
            found[f"ensemble of {count}"] = ensembles(case, model, folder, count, 15 if count == 1000 else 7)
        if not options.no_gradient:
            found["gradient"] = gradient(case, model, some["scalar c"])
        rate = found["ensemble of 20000"]["seconds"] / 20_000
        for tool in PEERS:
            row = peer(tool, case, options.peers, folder, values)
            if "many" in row:
                row["our ensemble is faster by"] = row["many"] / rate
                row["our warm run is faster by"] = row["warm"] / some["warm"]
            found[tool] = row
    return found


def lines(results: Results) -> list[str]:
    """Returns the tables, as Markdown."""
    names = list(results)
    rows: list[tuple[str, Callable[[Results], Any]]] = [
        ("read, s", lambda r: r["parse"]),
        ("compile, first run included, s", lambda r: r["single"]["compile"] + r["single"]["first run"]),
        (
            "the same, all variables, s",
            lambda r: sum(r["single, all variables"][k] for k in ("compile", "first run")),
        ),
        ("warm run, µs", lambda r: 1e6 * r["single"]["warm"]),
        ("warm run / scalar C", lambda r: r["single"]["warm / scalar c"]["least"]),
        ("the same, all variables", lambda r: r["single, all variables"]["warm / scalar c"]["least"]),
    ]
    for count in (1000, 20_000):
        key = f"ensemble of {count}"
        rows += [
            (f"{count} runs, ms", lambda r, key=key: 1e3 * r[key]["seconds"]),
            (f"{count} runs / vectorised C, wall", lambda r, key=key: r[key]["ours / vectorised c"]["least"]),
            (
                f"{count} runs / vectorised C, turns",
                lambda r, key=key: r[key]["ours / vectorised c"]["median of turns"],
            ),
            (
                f"{count} runs / vectorised C, processor",
                lambda r, key=key: r[key]["ours / vectorised c"]["processor"],
            ),
        ]
    rows.append(("largest difference from C", lambda r: r["ensemble of 1000"]["difference from c"]))
    if all("gradient" in results[name] for name in names):
        rows += [
            ("gradient, ms", lambda r: 1e3 * r["gradient"]["seconds"]),
            (
                "gradient / differences by scalar C",
                lambda r: r["gradient"]["gradient / differences by scalar c"],
            ),
            ("gradient, compile, s", lambda r: r["gradient"]["compile and first"]),
        ]
    table = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for title, value in rows:
        table.append(f"| {title} | " + " | ".join(f"{value(results[name]):.3g}" for name in names) + " |")
    for tool in PEERS:
        for title, key in (
            ("read, s", "parse"),
            ("warm run, ms", "warm"),
            ("our warm run is faster by", "our warm run is faster by"),
            ("our 20,000 runs are faster by", "our ensemble is faster by"),
        ):
            cells = [_cell(results[name][tool], key) for name in names]
            table.append(f"| {tool}: {title} | " + " | ".join(cells) + " |")
    return table


def _cell(row: Results, key: str) -> str:
    if "error" in row:
        return "fails"
    said = f"{row[key] * (1e3 if key == 'warm' else 1):.3g}"
    return said if row["agrees"] else f"{said} (differs by {row['difference']:.1g})"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="*", default=[case.name for case in CASES])
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--no-gradient", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    results: Results = {}
    for case in CASES:
        if case.name in options.only:
            print(f"measuring {case.name}", file=sys.stderr, flush=True)
            results[case.name] = measure(case, options)
            if options.json:
                options.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print("\n".join(lines(results)))
    for name, found in results.items():
        for tool in PEERS:
            if "error" in found[tool]:
                print(f"{name}, {tool}: {found[tool]['error']}")
        if found["ensemble of 1000"]["difference from c"] > AGREE:
            raise SystemExit(f"{name}: Stockade and the C disagree")


if __name__ == "__main__":
    main()
