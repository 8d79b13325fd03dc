"""Progress on standard error: bars on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stockade.progress import Progress

SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def bars() -> Iterator[Progress]:
    """Yields a `Progress` that shows itself while the block lasts."""
    if not sys.stderr.isatty():
        yield plain_lines()
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


def plain_lines(
    clock: Callable[[], float] = time.monotonic, write: Callable[[str], object] | None = None
) -> Progress:
    """Returns a `Progress` that writes a plain line now and then, for logs.

    Nothing is written in the first seconds, so quick work stays silent.

    Args:
        clock: Seconds; a test gives its own.
        write: Takes a line with its end; standard error by default.
    """
    begun = last = clock()

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal last
        now = clock()
        if now - last < SECONDS_BETWEEN_LINES:
            return
        last = now
        share = f"{done} of {total}" if total else str(done)
        (write or sys.stderr.write)(f"{stage}: {share} ({now - begun:.0f} s)\n")

    return tell
