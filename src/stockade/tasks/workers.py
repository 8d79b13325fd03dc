"""Where tasks are done: what every way has in common, and the choice between them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class Workers(ABC):
    """Processes that do tasks, until they are closed.

    Attributes:
        waiting: How many tasks to hand over at a time; more would only wait there.
        deaths: How often a worker may die under a task until the task is taken for the reason.
    """

    waiting: int
    deaths: int

    @abstractmethod
    def submit(self, function: Callable[..., Any], *arguments: object) -> Future[Any]:
        """Hands a call over."""

    @abstractmethod
    def lost(self, error: BaseException) -> bool:
        """Returns whether an exception says that a worker was lost, and not that a task went wrong."""

    @abstractmethod
    def renew(self) -> None:
        """Gets workers again after some were lost.

        Raises:
            StockadeError: ``scheduler-lost``, where there is nobody to ask.
        """

    @abstractmethod
    def look(self) -> None:
        """Sees after the workers, every few seconds while nothing ends.

        Raises:
            StockadeError: ``no-workers``, where nobody has been there for long.
        """

    @abstractmethod
    def close(self, *, at_once: bool) -> None:
        """Lets the workers go: after what they are doing, or at once."""
