"""A particle filter of the Iraq model: Stockade against a hand-written vectorised C filter, in one run.

    python benchmarks/particle_filter.py [--particles 1000] [--json FILE]

Needs gcc. The C is benchmarks/particle_filter.c, compiled with -O3 -march=native -ffast-math and OpenMP SIMD.
Both filter the 60 months of the study's four series at the model's own constants, arrivals times a monthly
log-normal factor, and resample where the effective sample size falls below half. They take turns; only ratios
are claimed: the median over the turns, and the ratio of the least times. The mean log likelihoods must agree
within their errors. Dispersions and scale are small, as the model's own constants are no fit to the series:
with those of a fit the log likelihood would scatter too widely to be compared.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from stockade.compiler.compile import Simulator, compile
from stockade.data.months import window_of
from stockade.data.series import read_series
from stockade.errors import NOWHERE
from stockade.formats.load import load
from stockade.inference.noisy import filter_problem, noisy_layout
from stockade.inference.problem import CountObservation, Problem, arrays_of
from stockade.simulation.process_noise import NoisyFlow, process_noise

HERE = Path(__file__).resolve().parent
STUDY = HERE.parent / "studies" / "iraq-2008"
SERIES = {
    "suicide_attacks": "suicide attacks",
    "state_based_events": "clashes",
    "one_sided_deaths": "civilian deaths by the group",
    "group_deaths": "recorded own deaths",
}
DISPERSIONS = (1.0, 1.0, 0.5, 0.5)
SCALE = 0.05
FLAGS = ["-O3", "-march=native", "-ffast-math", "-fopenmp-simd", "-shared", "-fPIC"]


def counts() -> np.ndarray:
    """Returns the series' counts of 2006 to 2010, shape (series, month), NaN where there are none."""
    window = window_of(2006 * 12, 2010 * 12 + 11, "", NOWHERE)
    table = read_series(STUDY / "series.csv")
    return np.array([table.over(one, window) for one in SERIES])


def stockade_filter(particles: int) -> tuple[Simulator, np.ndarray, Callable[[int], float]]:
    """Returns the simulator, its input paths (2, step), and a function from a seed to a log likelihood."""
    model = load(STUDY / "model.mdl")
    plain = compile(model, outputs=["force level", "local guards"])
    fine = np.asarray(plain.run(plain.defaults))
    # The model saves once a month; its paths are linear between knots, none of them within a month but two.
    months = np.arange(fine.shape[0])
    steps = np.arange(241) / 4
    paths = np.array([np.interp(steps, months, fine[:, one]) for one in range(2)])
    simulator = compile(
        model, outputs=list(SERIES.values()), inputs=["force level", "local guards"],
        overridable=["foreign arrivals"], average=True, together=False,
    )  # fmt: skip
    names = (*(f"dispersion {one}" for one in SERIES), "scale")
    problem = Problem(
        simulator=simulator, parameters=names, priors=(None,) * 5, free=np.zeros(5, dtype=bool),
        held=np.array([*DISPERSIONS, SCALE]), inputs=paths,
        counts=tuple(
            CountObservation(series, output.lower(), f"dispersion {series}", one)
            for (series, output), one in zip(SERIES.items(), counts(), strict=True)
        ),
    )  # fmt: skip
    noise = process_noise(
        simulator.model, [NoisyFlow("foreign arrivals", demographic=False, environmental=True)]
    )
    layout, arrays = noisy_layout(problem, noise, ("scale",)), arrays_of(problem)
    z = jnp.zeros((5, 1))

    def run(seed: int) -> float:
        found = filter_problem(jax.random.key(seed), z, arrays, layout, particles)
        return float(found.log_likelihood[0])

    return simulator, paths, run


def c_filter(simulator: Simulator, paths: np.ndarray, particles: int, folder: Path) -> Callable[[int], float]:
    """Compiles the C and returns a function from a seed to a log likelihood."""
    library = folder / "particle_filter.so"
    source = HERE / "particle_filter.c"
    subprocess.run(["gcc", *FLAGS, str(source), "-o", str(library), "-lm"], check=True)
    run = ctypes.CDLL(str(library)).particle_filter
    run.restype = ctypes.c_double
    listed = re.search(r"enum \{([^}]*), CONSTANTS", source.read_text(encoding="utf-8"))
    assert listed is not None
    names = [name.strip().replace("_", " ") for name in listed[1].split("enum {")[-1].split(",")]
    ordered = np.ascontiguousarray(simulator.defaults[[simulator.constants.index(name) for name in names]])
    seen = np.ascontiguousarray(np.nan_to_num(np.rint(counts()), nan=-1.0))
    arrays = [ordered, *(np.ascontiguousarray(one) for one in paths), seen, np.array(DISPERSIONS)]

    def go(seed: int) -> float:
        pointers = [ctypes.c_void_p(one.ctypes.data) for one in arrays]
        return run(ctypes.c_size_t(particles), ctypes.c_uint64(seed), *pointers, ctypes.c_double(SCALE))

    return go


def timed(run: Callable[[int], float], seed: int) -> tuple[float, float]:
    """Returns seconds and the log likelihood."""
    start = time.perf_counter()
    found = run(seed)
    return time.perf_counter() - start, found


def main() -> None:
    """Measures, checks that both agree, and prints."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--particles", type=int, default=1000)
    parser.add_argument("--turns", type=int, default=40)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    simulator, paths, ours = stockade_filter(asked.particles)
    with tempfile.TemporaryDirectory() as folder:
        theirs = c_filter(simulator, paths, asked.particles, Path(folder))
        ours(0), theirs(0)
        rows = [(timed(ours, seed), timed(theirs, seed)) for seed in range(1, asked.turns + 1)]
    seconds, logs = (np.array([[one[part] for one in row] for row in rows]) for part in (0, 1))
    means, errors = logs.mean(axis=0), logs.std(axis=0, ddof=1) / np.sqrt(len(logs))
    result = {
        "particles": asked.particles,
        "seconds": [float(one) for one in np.median(seconds, axis=0)],
        "ratio": statistics.median(seconds[:, 0] / seconds[:, 1]),
        "ratio_of_least": float(seconds[:, 0].min() / seconds[:, 1].min()),
        "log_likelihood": [float(one) for one in means],
        "errors": [float(one) for one in errors],
        "variances": [float(one) for one in logs.var(axis=0, ddof=1)],
    }
    print(json.dumps(result, indent=2))
    if asked.json:
        asked.json.write_text(json.dumps(result))
    if abs(means[0] - means[1]) > 4 * np.hypot(*errors) + 0.01:
        raise SystemExit("the two filters disagree")


if __name__ == "__main__":
    main()
