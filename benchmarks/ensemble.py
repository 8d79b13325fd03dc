"""Ensemble of the Iraq model: Stockade against a hand-written C loop and against PySD, in one run.

    python benchmarks/ensemble.py [--runs 20000] [--json FILE]

Needs gcc and PySD. The C is benchmarks/ensemble.c, compiled with -O3 -march=native -ffast-math and OpenMP.
All three run the same model with the same constants and save the same ten variables at the same 61 times.
They take turns, so that a neighbour's load hits all alike; only ratios are claimed: the median over the
turns, and beside it the ratio of the least times.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "2")
# The C's threads are not to spin on a core while another takes its turn.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import jax
import numpy as np

from stockade.compiler.compile import Simulator, compile
from stockade.formats.load import load
from stockade.simulation.ensembles import ensemble

HERE = Path(__file__).resolve().parent
MODEL = HERE.parent / "studies" / "iraq-2008" / "model.mdl"
OUTPUTS = (
    "suicide attacks",
    "clashes",
    "civilian deaths by the group",
    "recorded own deaths",
    "foreign arrivals",
    "foreign fighters",
    "members",
    "foreign departures",
    "sanctuary",
    "viability abroad",
)
FLAGS = ["-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC"]


def draws(simulator: Simulator, runs: int) -> np.ndarray:
    """Returns constants around the file's own, shape (constants, draw)."""
    noise = 0.1 * np.random.default_rng(0).normal(size=(len(simulator.constants), runs))
    return np.ascontiguousarray(simulator.defaults[:, None] * np.exp(noise))


def c_program(
    simulator: Simulator, constants: np.ndarray, paths: np.ndarray, folder: Path
) -> Callable[[], np.ndarray]:
    """Compiles the C and returns a function that runs it on the draws."""
    library = folder / "ensemble.so"
    subprocess.run(["gcc", *FLAGS, str(HERE / "ensemble.c"), "-o", str(library), "-lm"], check=True)
    run = ctypes.CDLL(str(library)).ensemble
    listed = re.search(r"enum \{([^}]*), CONSTANTS", (HERE / "ensemble.c").read_text(encoding="utf-8"))
    names = [name.strip().replace("_", " ") for name in listed[1].split("enum {")[-1].split(",")]  # type: ignore[index]
    ordered = np.ascontiguousarray(constants[[simulator.constants.index(name) for name in names]])
    arrays = [ordered, np.ascontiguousarray(paths[0]), np.ascontiguousarray(paths[1])]

    def go() -> np.ndarray:
        result = np.empty((len(simulator.times), len(OUTPUTS), constants.shape[1]))
        run(
            ctypes.c_size_t(constants.shape[1]),
            *(ctypes.c_void_p(one.ctypes.data) for one in (*arrays, result)),
        )
        return result

    return go


def pysd_seconds_per_run(runs: int, folder: Path) -> float:
    """Returns PySD's time for one run, the model read beforehand."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pysd

        copy = folder / "model.mdl"
        shutil.copy(MODEL, copy)
        model = pysd.read_vensim(str(copy))
        columns = [name for name in model.doc["Real Name"] if name.lower() in OUTPUTS]
        model.run(return_columns=columns)
        begin = time.perf_counter()
        for i in range(runs):
            model.run(params={"normal arrivals": 70.0 + i}, return_columns=columns)
        return (time.perf_counter() - begin) / runs


def turns(
    functions: dict[str, Callable[[], object]], repeats: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    """Returns the times of each, taking turns."""
    times: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(repeats):
        for name, function in functions.items():
            begin = clock()
            function()
            times[name].append(clock() - begin)
    return times


def best(functions: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Returns the least time of each."""
    return {name: min(found) for name, found in turns(functions, repeats).items()}


def paired(times: dict[str, list[float]]) -> float:
    """Returns the median over the turns of our time divided by the C's in the same turn."""
    return statistics.median(a / b for a, b in zip(times["stockade"], times["c"], strict=True))


def batch_of_512(
    averaging: Simulator, constants: np.ndarray, paths: np.ndarray, repeats: int
) -> tuple[float, float]:
    """Returns seconds to compile and to run what a sampler calls: 512 draws, monthly means."""
    point = constants[:, :512]
    begin = time.perf_counter()
    run = jax.jit(averaging.run).lower(point, paths).compile()
    compiled = time.perf_counter() - begin
    arrays = (jax.numpy.asarray(point), jax.numpy.asarray(paths))
    return compiled, best({"run": lambda: run(*arrays).block_until_ready()}, repeats)["run"]


def measure(
    runs: int, repeats: int, pysd_runs: int, chunks: list[int]
) -> dict[str, float | int | dict[str, float]]:
    """Returns all that is measured."""
    inputs = ("force level", "local guards")
    model = load(MODEL)
    simulator = compile(model, outputs=OUTPUTS, inputs=inputs)
    averaging = compile(model, outputs=OUTPUTS, inputs=inputs, average=True)
    constants = draws(simulator, runs)
    own = compile(model, outputs=inputs)
    paths = np.asarray(jax.jit(own.run)(own.defaults)).T.repeat(4, axis=1)[:, : len(simulator.steps)]
    with tempfile.TemporaryDirectory() as name:
        in_c = c_program(simulator, constants, paths, Path(name))
        difference = np.abs(ensemble(simulator, constants, paths) / in_c() - 1).max()
        ours = {
            f"chunk {size}": lambda size=size: ensemble(simulator, constants, paths, chunk=size)
            for size in chunks
        }
        for function in ours.values():
            function()
        both = {"c": in_c, "stockade": lambda: ensemble(simulator, constants, paths)}
        all_times = turns(both | ours, repeats)
        times = {name: min(found) for name, found in all_times.items()}
        # Of all threads: what a busy machine disturbs least.
        processor = turns(both, repeats, time.process_time)
        pysd = pysd_seconds_per_run(pysd_runs, Path(name))
    compiled, small = batch_of_512(averaging, constants, paths, 4 * repeats)
    return {
        "runs": runs,
        "largest relative difference from C": float(difference),
        "c seconds": times["c"],
        "stockade seconds": times["stockade"],
        "stockade / c": paired(all_times),
        "stockade / c, least times": times["stockade"] / times["c"],
        "stockade / c, processor time": paired(processor),
        "pysd seconds per run": pysd,
        "stockade throughput / pysd throughput": pysd / (times["stockade"] / runs),
        "chunks / c": {name: times[name] / times["c"] for name in ours},
        "512 draws, means, milliseconds": 1e3 * small,
        "512 draws, compile seconds": compiled,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=25)
    parser.add_argument("--pysd-runs", type=int, default=5)
    parser.add_argument("--chunks", type=int, nargs="*", default=[])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = measure(options.runs, options.repeats, options.pysd_runs, options.chunks)
    for name, value in found.items():
        print(f"{name:40s} {value if isinstance(value, dict) else format(value, '.4g')}")
    if found["largest relative difference from C"] > 1e-9:  # type: ignore[operator]
        raise SystemExit("Stockade and the C disagree")
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
