"""What a worker does with a task: its rows, or the cause why there are none. Never an exception."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Sequence

from stockade.cores import VARIABLE
from stockade.errors import StockadeError
from stockade.tasks.task import Failure, Row

ONE_THREAD = {
    VARIABLE: "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
"""Workers share the cores: one thread each, so that they do not stand in each other's way."""


def one_thread() -> None:
    """Makes a new process use one core, before it has loaded what reads these settings."""
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)


def attempt(
    key: str, function: Callable[..., Sequence[Row]], arguments: tuple[object, ...]
) -> list[dict] | Failure:
    """Returns the rows of a task, or why there are none."""
    try:
        return [dict(row) for row in function(*arguments)]
    except StockadeError as error:
        return Failure(key, "\n".join(str(one) for one in error.diagnostics))
    except Exception as error:  # noqa: BLE001 - one bad task never ends a batch: it is told at the end
        return Failure(key, f"{type(error).__name__}: {error}", traceback.format_exc())
