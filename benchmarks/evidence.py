"""How well the log evidence repeats: every explanation of a study at every as-of date, several repeats each.

    python benchmarks/evidence.py [studies/iraq-2008] [--repeats 8] [--threads 2] [--json FILE] [--long]

Prints for each fit the log evidence by bridge sampling and by tempering, the sd of a repeat, the error of
the mean of four, and what the whole took. With --long each fit is also done with ten times the moves, whose
evidence shows what the short one misses: an error that all short repeats share does not show in their sd.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from stockade.inference.diagnostics import log_mean_evidence
from stockade.inference.problem import Problem
from stockade.inference.records import Repeat, SmcSettings
from stockade.inference.smc import sample_one_repeat, warm
from stockade.study.problems import problem
from stockade.study.read import open_study
from stockade.study.simulators import fitting_simulator

LONG = {"travel": 30.0, "rest": 60.0, "most_rounds": 80}


def measure(
    problems: Mapping[str, Problem], settings: SmcSettings, repeats: int, threads: int
) -> tuple[dict[str, list[Repeat]], float]:
    """Runs all repeats of all problems; returns them, and the seconds without compilation."""
    warm(next(iter(problems.values())), settings)
    began = time.perf_counter()

    def one(task: tuple[str, int]) -> Repeat:
        return sample_one_repeat(problems[task[0]], seed=1, repeat=task[1], settings=settings)

    tasks = [(name, index) for name in problems for index in range(repeats)]
    with ThreadPoolExecutor(threads) as pool:
        done = list(pool.map(one, tasks))
    runs: dict[str, list[Repeat]] = {}
    for (name, _), run in zip(tasks, done, strict=True):
        runs.setdefault(name, []).append(run)
    return runs, time.perf_counter() - began


def summary(runs: list[Repeat]) -> dict[str, float]:
    """Returns the numbers of one fit."""
    bridged = [one.log_evidence for one in runs]
    tempered = [one.log_evidence_tempered for one in runs]
    return {
        "log_evidence": log_mean_evidence(bridged)[0],
        "sd_of_a_repeat": float(np.std(bridged, ddof=1)),
        "sd_of_mean_of_four": float(np.std(bridged, ddof=1) / 2),
        "tempered": log_mean_evidence(tempered)[0],
        "tempered_sd": float(np.std(tempered, ddof=1)),
        "stages": float(np.mean([len(one.stages) for one in runs])),
        "moves": float(np.mean([sum(stage.moves for stage in one.stages) for one in runs])),
    }


def study_problems(path: Path) -> dict[str, Problem]:
    """Returns the problems of all mechanisms of a study at all dates."""
    folder = open_study(path)
    simulator = fitting_simulator(folder)
    return {
        f"{when} {one.id}": problem(folder, simulator, one, when)
        for when in folder.study.as_of
        for one in folder.study.explanations
        if one.mechanism
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("study", nargs="?", type=Path, default=Path("studies/iraq-2008"))
    parser.add_argument("--repeats", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    problems = study_problems(chosen.study)
    settings = SmcSettings()
    runs, seconds = measure(problems, settings, chosen.repeats, chosen.threads)
    table = {name: summary(one) for name, one in runs.items()}
    if chosen.long:
        far, _ = measure(problems, replace(settings, **LONG), 2, chosen.threads)
        for name, one in far.items():
            table[name]["long"] = log_mean_evidence([run.log_evidence for run in one])[0]
    for name, row in table.items():
        print(f"{name:40s}", "  ".join(f"{key} {value:.2f}" for key, value in row.items()), flush=True)
    count = len(problems) * chosen.repeats
    print(f"{count} repeats in {seconds:.1f} s on {chosen.threads} threads, without compilation")
    if chosen.json:
        chosen.json.write_text(json.dumps({"fits": table, "seconds": seconds, "repeats": count}, indent=1))


if __name__ == "__main__":
    main()
