"""Where commands have their work done: in processes of this machine, or on a cluster."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stockade.tasks.workers import Workers


def opener(scheduler: str | None, workers: int | None) -> Callable[[], Workers]:
    """Returns what gets the workers that the options ask for.

    Args:
        scheduler: Address of a Dask scheduler; None for processes of this machine.
        workers: How many processes; None for one a core.
    """
    if scheduler is not None:
        from stockade.tasks.cluster import Cluster

        return partial(Cluster, scheduler)
    from stockade.tasks.processes import Processes

    return partial(Processes, workers)
