"""Progress on standard error: bars on a terminal, a line every few seconds elsewhere.

Elsewhere a thread keeps an eye on the clock, so that one long step (compiling, a first fit) is not silent.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

from stockade.progress import Progress

SECONDS_BEFORE_FIRST_LINE = 2.0
SECONDS_BETWEEN_LINES = 5.0
SECONDS_BETWEEN_LOOKS = 0.5


@contextmanager
def bars() -> Iterator[Progress]:
    """Yields a `Progress` that shows itself while the block lasts."""
    if not sys.stderr.isatty():
        with _repeated(plain_lines()) as progress:
            yield progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(),
    )  # fmt: skip
    # Transient: the report that follows is what the user came for.
    with Bars(*columns, console=Console(stderr=True), transient=True) as shown:
        tasks: dict[str, object] = {}

        def tell(stage: str, done: int, total: int) -> None:
            known = total or None
            if stage not in tasks:
                tasks[stage] = shown.add_task(stage, total=known)
            shown.update(tasks[stage], completed=done, total=known)  # pyright: ignore[reportArgumentType]

        yield tell


@contextmanager
def _repeated(tell: Progress, seconds: float = SECONDS_BETWEEN_LOOKS) -> Iterator[Progress]:
    """Yields a `Progress` that tells `tell` now, and what was told last again and again."""
    last: list[tuple[str, int, int]] = []
    one_at_a_time, over = Lock(), Event()

    def progress(stage: str, done: int, total: int) -> None:
        with one_at_a_time:
            last[:] = [(stage, done, total)]
            tell(stage, done, total)

    def look() -> None:
        while not over.wait(seconds):
            with one_at_a_time:
                for one in last:
                    tell(*one)

    thread = Thread(target=look, name="progress", daemon=True)
    thread.start()
    try:
        yield progress
    finally:
        over.set()
        thread.join()


def plain_lines(
    clock: Callable[[], float] = time.monotonic, write: Callable[[str], object] | None = None
) -> Progress:
    """Returns a `Progress` that writes a plain line now and then, for logs.

    Nothing is written in the first seconds, so quick work stays silent.

    Args:
        clock: Seconds; a test gives its own.
        write: Takes a line with its end; standard error by default.
    """
    begun = clock()
    due = begun + SECONDS_BEFORE_FIRST_LINE

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal due
        now = clock()
        if now < due:
            return
        due = now + SECONDS_BETWEEN_LINES
        share = f"{done} of {total}" if total else str(done)
        (write or sys.stderr.write)(f"{stage}: {share} ({now - begun:.0f} s)\n")

    return tell
