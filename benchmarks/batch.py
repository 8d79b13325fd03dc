"""Throughput of `stockade batch`: two workers against one, as processes and as a Dask cluster, in one run.

    python benchmarks/batch.py [--studies 4] [--turns 3] [--json FILE]

The studies are copies of studies/iraq-2008, each with another seed and few particles. They take turns, and
a round in which every worker compiles once comes first, as it would at the head of a long batch: compiled
programs are not shared between processes, so that short batches gain less than is measured here.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import distributed

from stockade.study.batch import task_of
from stockade.tasks.cluster import Cluster
from stockade.tasks.processes import Processes
from stockade.tasks.results import Results
from stockade.tasks.run import run_tasks
from stockade.tasks.task import Task
from stockade.tasks.workers import Workers

HERE = Path(__file__).resolve().parent
IRAQ = HERE.parent / "studies" / "iraq-2008"
FIT = {"particles": 64, "repeats": 2}


class Kept:
    """Workers that outlive a batch, so that what they have compiled serves the next one."""

    def __init__(self, workers: Workers) -> None:
        self.workers = workers
        self.waiting, self.deaths = workers.waiting, workers.deaths
        self.submit, self.lost, self.renew, self.look = (
            workers.submit,
            workers.lost,
            workers.renew,
            workers.look,
        )

    def close(self, *, at_once: bool) -> None:
        """Keeps them."""


@contextmanager
def ways() -> Iterator[dict[str, Callable[[], Workers]]]:
    """Yields what opens each kind of workers, started once."""
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as one,
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as two,
    ):
        opened = {
            "one process": Processes(1),
            "two processes": Processes(2),
            "cluster of one": Cluster(one.scheduler_address),
            "cluster of two": Cluster(two.scheduler_address),
        }
        yield {name: (lambda workers=workers: Kept(workers)) for name, workers in opened.items()}  # type: ignore[misc]
        for workers in opened.values():
            workers.close(at_once=True)


def copies(count: int, folder: Path) -> list[Task]:
    """Returns the tasks of copies of the study, each with a seed of its own."""
    tasks = []
    for number in range(count):
        target = folder / f"iraq-{number}"
        shutil.copytree(IRAQ, target, ignore=shutil.ignore_patterns(".stockade", "briefing"))
        tasks.append(task_of(str(target), FIT | {"seed": number}))
    return tasks


def measure(studies: int, turns: int) -> dict[str, float]:
    """Returns the median time of each way, and the ratios of throughput in the same turn."""
    with tempfile.TemporaryDirectory() as name, ways() as opened:
        tasks = copies(studies, Path(name))
        times: dict[str, list[float]] = {way: [] for way in opened}
        rows = {}
        for turn in range(turns + 1):
            for way, workers in opened.items():
                results = Results(Path(name) / f"{way}-{turn}")
                begin = time.perf_counter()
                summary = run_tasks(tasks, results, opened=workers)
                if turn:
                    times[way].append(time.perf_counter() - begin)
                if summary.failures:
                    raise SystemExit(summary.failures[0].cause)
                rows[way] = results.rows(tasks)
        if any(found != rows["one process"] for found in rows.values()):
            raise SystemExit("the ways disagree")
    pairs = (("one process", "two processes"), ("cluster of one", "cluster of two"))
    ratios = {
        f"throughput, {many} / {one}": statistics.median(
            a / b for a, b in zip(times[one], times[many], strict=True)
        )
        for one, many in pairs
    }
    return {f"{way}, seconds": statistics.median(found) for way, found in times.items()} | ratios


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--studies", type=int, default=4)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    found = measure(options.studies, options.turns)
    for name, value in found.items():
        print(f"{name:50s} {value:.4g}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
