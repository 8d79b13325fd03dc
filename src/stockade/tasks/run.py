"""Runs tasks: what is kept is not done again, what ends is kept at once, what fails is told at the end."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import contextmanager
from typing import Any

from stockade.progress import Progress, silent
from stockade.tasks.processes import Processes
from stockade.tasks.results import Results, Shelves
from stockade.tasks.task import Failure, Summary, Task
from stockade.tasks.work import attempt
from stockade.tasks.workers import Workers

SECONDS_BETWEEN_LOOKS = 5.0
GONE = (
    "Its result is no longer in the folder of results: another run, of the same task with other settings or "
    "files, took its place. Give each run a folder of its own, or repeat this one."
)


def run_tasks(
    tasks: Sequence[Task],
    results: Results | Shelves,
    *,
    opened: Callable[[], Workers] = Processes,
    fresh: bool = False,
    progress: Progress = silent,
    stage: str = "computing",
) -> Summary:
    """Does all tasks whose results are not there, each once.

    The results do not depend on where the tasks are done, nor on their order. A run that is stopped goes on
    where it was when it is started again.

    Args:
        tasks: What is to be done, with keys of their own.
        results: Where results are kept.
        opened: Gets the workers: processes of this machine, or those of a cluster.
        fresh: Do all, whatever is kept.
        progress: Told how many tasks are done, and how many of them failed.
        stage: What the work is called there.

    Raises:
        ValueError: Two tasks have the same key.
        StockadeError: ``results-not-written``, and what the workers raise.
    """
    if len({task.key for task in tasks}) < len(tasks):
        raise ValueError("two tasks have the same key")
    missing = [task for task in tasks if fresh or not results.has(task)]
    failures: dict[str, Failure] = {}
    progress(stage, len(tasks) - len(missing), len(tasks))
    if missing:
        done = len(tasks) - len(missing)
        with _closing(opened()) as pool:
            for task, found in _finished(missing, pool):
                if isinstance(found, Failure):
                    failures[task.key] = found
                else:
                    results.keep(task, found)
                done += 1
                progress(stage, done, len(tasks))
                if failures:
                    progress(f"{stage}: failed", len(failures), 0)
    for task in tasks:
        if task.key not in failures and not results.has(task):
            failures[task.key] = Failure(task.key, GONE)
    todo = {task.key for task in missing}
    return Summary(
        kept=tuple(task.key for task in tasks if task.key not in (*todo, *failures)),
        computed=tuple(task.key for task in missing if task.key not in failures),
        failures=tuple(failures[task.key] for task in tasks if task.key in failures),
    )


@contextmanager
def _closing(pool: Workers) -> Iterator[Workers]:
    try:
        yield pool
    except BaseException:
        pool.close(at_once=True)
        raise
    pool.close(at_once=False)


def _finished(tasks: Sequence[Task], pool: Workers) -> Iterator[tuple[Task, list[dict] | Failure]]:
    """Yields each task once, with its rows or its failure, as they end."""
    queue, running = deque(tasks), dict[Future[Any], Task]()
    # Who was running when a worker died is tried one by one: only so does it show who is the reason.
    suspects: deque[Task] = deque()
    deaths: Counter[str] = Counter()
    while queue or running or suspects:
        if not running and suspects:
            _hand_over(suspects.popleft(), pool, running)
        elif not any(deaths[task.key] for task in running.values()):
            while queue and not suspects and len(running) < pool.waiting:
                _hand_over(queue.popleft(), pool, running)
        ended, _ = wait(running, timeout=SECONDS_BETWEEN_LOOKS, return_when=FIRST_COMPLETED)
        if not ended:
            pool.look()
        lost = False
        for future in ended:
            task, error = running.pop(future), _error(future)
            if error is None:
                yield task, future.result()
            elif not pool.lost(error):
                yield task, Failure(task.key, f"{type(error).__name__}: {error}")
            else:
                lost = True
                deaths[task.key] += 1
                if deaths[task.key] < pool.deaths:
                    suspects.append(task)
                else:
                    cause = f"Its process died, {pool.deaths} times; it may have run out of memory."
                    yield task, Failure(task.key, cause)
        if lost:
            pool.renew()


def _error(future: Future[Any]) -> BaseException | None:
    try:
        return future.exception()
    except CancelledError as error:
        return error


def _hand_over(task: Task, pool: Workers, running: dict[Future[Any], Task]) -> None:
    call = (attempt, task.key, task.function, task.arguments)
    try:
        future = pool.submit(*call)
    except Exception as error:
        # A worker can die while it has nothing to do.
        if not pool.lost(error):
            raise
        pool.renew()
        future = pool.submit(*call)
    running[future] = task
