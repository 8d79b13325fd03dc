"""Pieces of work in threads, one a core, that an interrupt ends at their next step; or in processes."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from multiprocessing import get_context
from threading import Event
from typing import TypeVar

from stockade.progress import Progress
from stockade.tasks.workers import cores

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


def in_processes(
    tasks: Sequence[Task],
    work: Callable[[Task], Result],
    *,
    processes: int,
    executor: Executor | None = None,
) -> Iterator[tuple[Task, Result]]:
    """Yields each task with its result, as they finish, from processes of their own.

    Args:
        tasks: What is to be done.
        work: Does one task: a function of a module, which other processes can find.
        processes: How many; with 1 the work is done here, one task after the other.
        executor: Any other executor of `concurrent.futures`' kind, such as a Dask client's
            `get_executor()`, in the place of processes on this machine. It is left open.
    """
    if executor is None and min(processes, len(tasks)) < 2:
        for task in tasks:
            yield task, work(task)
        return
    # Spawned, not forked: JAX has threads, which do not survive a fork.
    pool = executor or ProcessPoolExecutor(
        min(processes, len(tasks)), mp_context=get_context("spawn"), initializer=_deaf_to_interrupts
    )
    futures = {pool.submit(work, task): task for task in tasks}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()
        if executor is None:
            pool.shutdown(wait=True, cancel_futures=True)


def _deaf_to_interrupts() -> None:
    """An interrupt is for the process that hands out the work; the others finish what they are at."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
