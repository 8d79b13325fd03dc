"""Tasks in processes of this machine, one a core."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from threading import Thread
from typing import Any

from stockade.cores import cores
from stockade.tasks.work import one_thread
from stockade.tasks.workers import Workers


class Processes(Workers):
    """Processes of this machine, started anew and not forked: JAX's threads do not survive a fork."""

    def __init__(self, count: int | None = None) -> None:
        self._count = count or cores()
        self.waiting = 2 * self._count
        self.deaths = 3
        self._pool = self._started()

    def _started(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        places = context.SimpleQueue()
        for place in range(self._count):
            places.put(place)
        return ProcessPoolExecutor(self._count, mp_context=context, initializer=_begin, initargs=(places,))

    def submit(self, function: Callable[..., Any], *arguments: object) -> Future[Any]:
        """Hands a call over."""
        return self._pool.submit(function, *arguments)

    def lost(self, error: BaseException) -> bool:
        """Returns whether an exception says that a worker was lost."""
        return isinstance(error, BrokenProcessPool)

    def renew(self) -> None:
        """Starts processes again after one died."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._started()

    def look(self) -> None:
        """A process that dies is told by what it was doing."""

    def close(self, *, at_once: bool) -> None:
        """Lets the workers go: after what they are doing, or at once."""
        if at_once:
            # The executor would wait for the tasks that are being done.
            for process in list((self._pool._processes or {}).values()):  # noqa: SLF001 - terminate_workers comes with Python 3.14
                process.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)


def _begin(places: Any) -> None:
    """Begins a process: on one core, and deaf to interrupts, which are for whoever hands out the work.

    Args:
        places: A queue with a number for each process that is started.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    one_thread()
    _keep_to(places.get())
    Thread(target=_end_with_parent, name="parent", daemon=True).start()


def _keep_to(place: int) -> None:
    """Keeps this process to one core, where the system can; places beyond the last core begin again.

    JAX hands work to threads of its own whatever it is told: left to it, a process on two cores took a fifth
    more processor time for the same fits.
    """
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {allowed[place % len(allowed)]})


def _end_with_parent() -> None:
    """Ends this process when the one that hands out the work is gone: it would wait for tasks for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
