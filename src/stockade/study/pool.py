"""Pieces of work in threads, one a core, that an interrupt ends at their next step.

Work in processes, of this machine or of a cluster, is in the room `tasks`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event
from typing import TypeVar

from stockade.cores import cores
from stockade.progress import Progress

Task = TypeVar("Task")
Result = TypeVar("Result")


class _StoppedError(Exception):
    """Ends a piece of work in its thread when the user has stopped the run."""


def in_threads(
    tasks: Sequence[Task],
    work: Callable[[Task, Progress], Result],
    told: Callable[[], None] = lambda: None,
) -> Iterator[tuple[Task, Result]]:
    """Yields each task with its result, as they finish; JAX computes outside Python's lock.

    Args:
        tasks: What is to be done.
        work: Does one task; it calls the progress it is given after every step.
        told: Called after every step of any task.
    """
    stopped = Event()

    def listen(*_: object) -> None:
        if stopped.is_set():
            raise _StoppedError
        told()

    pool = ThreadPoolExecutor(max_workers=cores())
    try:
        futures = {pool.submit(work, task, listen): task for task in tasks}
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BaseException:
        stopped.set()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
