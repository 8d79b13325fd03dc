"""Tasks in this very process, one after the other: where there are few, and to follow one step by step."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from stockade.tasks.workers import Workers


class Here(Workers):
    """No workers: a task is done as it is handed over. What kills this process is not survived."""

    waiting = 1
    deaths = 1

    def submit(self, function: Callable[..., Any], *arguments: object) -> Future[Any]:
        """Calls it."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:  # noqa: BLE001 - a future carries it to whoever asks
            future.set_exception(error)
        return future

    def lost(self, error: BaseException) -> bool:
        """Returns False: there is nobody to lose."""
        del error
        return False

    def renew(self) -> None:
        """Nobody was lost."""

    def look(self) -> None:
        """There is nobody to see after."""

    def close(self, *, at_once: bool) -> None:
        """There is nobody to let go."""
