"""A piece of work, and what became of it, as plain data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Cell = str | int | float | bool | None
Row = Mapping[str, Cell]
"""One row of a result: cells by the names of their columns."""


@dataclass(frozen=True)
class Task:
    """A piece of work that another process can do.

    Attributes:
        key: What it is, the same in every run; no two tasks of a run share it.
        digest: What it was made from: a kept result of another digest is not taken.
        function: A function of a module (no lambda, no method): other processes import it by its name. It
            returns the rows of the result, and must not depend on the order in which tasks are done.
        arguments: What it is called with; they travel to other processes by pickle.
    """

    key: str
    digest: str
    function: Callable[..., Sequence[Row]]
    arguments: tuple[object, ...] = ()

    @property
    def file(self) -> str:
        """The name under which its result is kept: of the key and of the digest."""
        return f"{short(self.key)}-{short(self.digest)}.parquet"


@dataclass(frozen=True)
class Failure:
    """A task that did not end.

    Attributes:
        key: Which task.
        cause: In one sentence or more: a user's mistake in its own words, else the exception.
        trace: Where in the code, for a mistake of ours; else empty.
    """

    key: str
    cause: str
    trace: str = ""


@dataclass(frozen=True)
class Summary:
    """What became of all tasks of a run.

    Attributes:
        kept: Keys of those whose results were there already.
        computed: Keys of those that were done now.
        failures: Those that did not end, in the order of the tasks.
    """

    kept: tuple[str, ...]
    computed: tuple[str, ...]
    failures: tuple[Failure, ...]


def short(text: str) -> str:
    """Returns 16 hexadecimal digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
