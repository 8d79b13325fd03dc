"""Results in a folder of Parquet files, one a task, that several runs can share and any tool can read.

A file is written under another name and then renamed, so that nobody sees half of one; its name is made of
the task and of what the task was made from, so that two runs that do the same work keep one file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.tasks.task import Cell, Row, Task, short

OWN = ("task", "digest")
"""Columns that every file has before those of its rows."""

_MARK = b"PAR1"


@dataclass(frozen=True)
class Results:
    """A folder of results.

    ``pandas.read_parquet(folder)`` reads all of them as one table, ``xarray.Dataset.from_dataframe`` goes on.

    Attributes:
        folder: Where the files lie; made when the first result is kept.
        sole: Whether a task has one result at a time: one made from other things then goes when another is
            kept, so that the folder read whole holds nothing that is out of date. Otherwise both stay, told
            apart by their digests, so that runs with other settings, at once or in turn, keep what is theirs.
    """

    folder: Path
    sole: bool = False

    def has(self, task: Task) -> bool:
        """Returns whether the result of a task is there, made from the same things; half a file is none."""
        return _whole(self.folder / task.file)

    def keep(self, task: Task, rows: Sequence[Row]) -> None:
        """Keeps the result of a task.

        Raises:
            ValueError: No rows, or a row with other columns than the first or with a column of ours.
            StockadeError: ``results-not-written``.
        """
        if not rows or any(row.keys() != rows[0].keys() for row in rows) or rows[0].keys() & set(OWN):
            raise ValueError(f"{task.key}: a result is rows that all have the same columns, but {OWN}")
        columns = {
            "task": [task.key] * len(rows),
            "digest": [task.digest] * len(rows),
            **{name: [row[name] for row in rows] for name in rows[0]},
        }
        target = self.folder / task.file
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            half = target.with_name(f".{target.name}.{os.getpid()}")
            _write(columns, half)
            half.replace(target)
            others = self.folder.glob(f"{short(task.key)}-*.parquet") if self.sole else ()
            for path in others:
                if path != target:
                    path.unlink(missing_ok=True)
        except (OSError, duckdb.IOException) as error:
            hint = "Make room, or name a folder that can be written to; what was kept before is still there."
            place = Place(str(self.folder))
            raise StockadeError(
                Diagnostic("results-not-written", f"a result cannot be kept: {error}", place, hint=hint)
            ) from error

    def rows(self, tasks: Sequence[Task]) -> list[dict[str, Cell]]:
        """Returns the rows of those tasks whose results are there, in the order of the tasks."""
        found: list[dict[str, Cell]] = []
        with duckdb.connect() as connection:
            for task in tasks:
                if self.has(task):
                    found += _read(connection, self.folder / task.file)
        return found


@dataclass(frozen=True)
class Shelves:
    """Several folders of results as one.

    Attributes:
        of: Key of a task -> the folder that its result lies in.
    """

    of: Mapping[str, Results]

    def has(self, task: Task) -> bool:
        """Returns whether the result of a task is there."""
        return self.of[task.key].has(task)

    def keep(self, task: Task, rows: Sequence[Row]) -> None:
        """Keeps the result of a task; see `Results.keep`."""
        self.of[task.key].keep(task, rows)

    def rows(self, tasks: Sequence[Task]) -> list[dict[str, Cell]]:
        """Returns the rows of those tasks whose results are there, in the order of the tasks."""
        return [row for task in tasks for row in self.of[task.key].rows([task])]


def _write(columns: dict[str, list[Cell]], path: Path) -> None:
    with duckdb.connect() as connection:
        chosen = ", ".join(
            f"unnest(${at}::{_type(values)}[]) AS {_quoted(name)}"
            for at, (name, values) in enumerate(columns.items(), start=1)
        )
        connection.execute(f"CREATE TABLE result AS SELECT {chosen}", list(columns.values()))
        connection.execute(f"COPY result TO '{str(path).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)")


def _type(values: Sequence[Cell]) -> str:
    """Returns the type of a column: whole numbers become floating ones where both stand in it."""
    there = [value for value in values if value is not None]
    for python, name in ((bool, "BOOLEAN"), (int, "BIGINT"), ((int, float), "DOUBLE"), (str, "VARCHAR")):
        # A truth value is a whole number in Python, and not in a table.
        if all(isinstance(one, python) and isinstance(one, bool) <= (python is bool) for one in there):
            return name
    raise ValueError(f"a column of a result holds {sorted({type(one).__name__ for one in there})}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _whole(path: Path) -> bool:
    """Returns whether a file begins and ends as Parquet does; a disk that was full or failed leaves less."""
    try:
        with path.open("rb") as file:
            begins = file.read(len(_MARK)) == _MARK
            file.seek(-len(_MARK), os.SEEK_END)
            return begins and file.read() == _MARK
    except OSError:
        return False


def _read(connection: duckdb.DuckDBPyConnection, path: Path) -> list[dict[str, Cell]]:
    found = connection.execute("SELECT * FROM read_parquet($1)", [str(path)])
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
