"""Tasks that other processes can import."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.tasks.task import Row, Task, short


def walk(key: str, steps: int = 1000, seconds: float = 0.0) -> list[Row]:
    """A random walk of its own seed: where it is at some times."""
    time.sleep(seconds)
    path = np.random.default_rng(int(short(key), 16)).normal(size=steps).cumsum()
    return [{"at": at, "value": float(path[at]), "above": bool(path[at] > 0)} for at in (0, steps // 2, -1)]


def wrong(key: str) -> list[Row]:
    raise StockadeError(
        Diagnostic("too-short", "only 3 months", Place("events.csv", 7, name=key), "x,y", "Wait.")
    )


def broken(_: str) -> list[Row]:
    return [{"value": 1 // 0}]


def dies_once(key: str, folder: str) -> list[Row]:
    """Kills its own process the first time; then walks."""
    mark = Path(folder) / short(key)
    if not mark.exists():
        mark.write_text("killed")
        os.kill(os.getpid(), signal.SIGKILL)
    return walk(key)


def dies(_: str) -> list[Row]:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def walks(count: int, seconds: float = 0.0) -> list[Task]:
    return [Task(f"walk {i}", "v1", walk, (f"walk {i}", 1000, seconds)) for i in range(count)]


def expected(tasks: list[Task]) -> list[dict]:
    """What the tasks give when this process does them in their order."""
    return [
        {"task": task.key, "digest": task.digest, **row}
        for task in tasks
        for row in task.function(*task.arguments)
    ]
