"""The rows of an event file through DuckDB: the columns that are read, each different text kept once."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import duckdb
import numpy as np

from stockade.data.event_file import Opened, records
from stockade.data.events import Words
from stockade.errors import Diagnostic, Place, StockadeError

MOST_TOLD = 40
_MEMORY = "700MB"
_NEVER = "\x01\x02"  # what DuckDB takes for null: an empty cell is an empty text
_CHUNK = 1 << 24
_CODES = {
    "INVALID ENCODING": "not-utf-8", "TOO MANY COLUMNS": "ragged-row", "MISSING COLUMNS": "ragged-row",
}  # fmt: skip
_HINTS = {
    "not-utf-8": "Say how its letters are written with --encoding latin-1, or save it in UTF-8.",
    "ragged-row": "Put cells that contain a comma in double quotes.",
    "not-csv": "Check the double quotes from this line on; all lines must end alike.",
}


def read_rows(opened: Opened, unique: str | None) -> tuple[int, dict[str, Words], dict[int, str]]:
    """Reads the columns of a file that its format needs.

    Args:
        opened: The file with its header.
        unique: Our name of the column whose cells must all differ; it is not returned. None for none.

    Returns:
        The number of events, the columns by our name, and the rows (from 0) whose `unique` cell stood
        before already, with that cell.

    Raises:
        StockadeError: ``ragged-row``, ``not-utf-8``, ``not-csv``, ``empty-file``.
    """
    settings = {
        "autoinstall_known_extensions": False, "autoload_known_extensions": False, "memory_limit": _MEMORY,
        "temp_directory": "",
    }  # fmt: skip
    with duckdb.connect(":memory:", config=settings) as connection:
        try:
            connection.execute("SET enable_progress_bar = false")
            _load(connection, opened)
            (count,) = connection.execute("SELECT count(*) FROM events").fetchall()[0]
            twice = _repeated(connection, opened, unique)
            names = [name for name in opened.wanted if name != unique]
            columns = {name: _coded(connection, opened.wanted[name]) for name in names} if count else {}
        except duckdb.Error as error:
            raise _odd(opened, error) from None
    if not count:
        hint = "Add a line for each event."
        raise StockadeError(
            Diagnostic("empty-file", "There is no row below the header.", Place(opened.file), hint=hint)
        )
    return count, columns, twice


def _load(connection: duckdb.DuckDBPyConnection, opened: Opened) -> None:
    """Fills the table ``events``; column c3 is the file's fourth. Raises for lines that are no records."""
    kinds = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(len(opened.names)))
    kept = ", ".join(f"coalesce(trim(c{at}), '') AS c{at}" for at in sorted(set(opened.wanted.values())))
    # Names of columns are numbers and the file is a parameter: nothing of the file stands in the query.
    connection.execute(
        f"CREATE TEMP TABLE events AS SELECT {kept} FROM read_csv($file, auto_detect=false, "  # noqa: S608
        f"header={'true' if opened.header else 'false'}, delim=$delimiter, quote='\"', escape='\"', "
        f"columns={{{kinds}}}, strict_mode=true, store_rejects=true, rejects_limit={MOST_TOLD}, "
        f"nullstr=$never, encoding=$encoding) OFFSET {int(opened.tags)}",
        {
            "file": opened.file, "delimiter": opened.delimiter, "never": _NEVER,
            "encoding": opened.encoding,
        },
    )  # fmt: skip
    rejected = connection.execute(
        "SELECT line, error_type, csv_line, error_message FROM reject_errors ORDER BY line, column_idx"
    ).fetchall()
    if rejected:
        raise StockadeError(_rejections(opened, rejected))


def _rejections(opened: Opened, rejected: list[tuple[int, str, str, str]]) -> Iterable[Diagnostic]:
    told: dict[int, Diagnostic] = {}
    for line, kind, text, message in rejected:
        code = _CODES.get(kind, "not-csv")
        said = "The line breaks the rules of CSV: " + message.split("\n")[0].rstrip(".") + "."
        if code == "ragged-row":
            said = f"The row has another number of cells than the header, {len(opened.names)}."
        elif code == "not-utf-8":
            said = f"The line is not {opened.encoding}."
        shown = (text or "")[:200]
        told.setdefault(line, Diagnostic(code, said, Place(opened.file, line), shown, _HINTS[code]))
    return told.values()


def _repeated(connection: duckdb.DuckDBPyConnection, opened: Opened, unique: str | None) -> dict[int, str]:
    """Returns rows whose cell stood before already; blank cells are no names."""
    if unique is None or unique not in opened.wanted:
        return {}
    column = f"c{opened.wanted[unique]}"
    query = (
        f"SELECT rowid, {column} FROM events WHERE {column} <> '' "  # noqa: S608
        f"QUALIFY row_number() OVER (PARTITION BY {column} ORDER BY rowid) > 1 ORDER BY rowid"
    )
    (total, distinct) = connection.execute(
        f"SELECT count(*), count(DISTINCT {column}) FROM events WHERE {column} <> ''"  # noqa: S608
    ).fetchall()[0]
    if total == distinct:
        return {}
    return dict(connection.execute(query).fetchall())


def _coded(connection: duckdb.DuckDBPyConnection, at: int) -> Words:
    """Returns a column as positions among its different texts, which stand in their order."""
    connection.execute(f"CREATE TYPE words AS ENUM (SELECT DISTINCT c{at} FROM events ORDER BY 1)")  # noqa: S608
    words = connection.execute("SELECT unnest(enum_range(NULL::words))").fetchall()
    codes = connection.execute(f"SELECT enum_code(c{at}::words) AS code FROM events ORDER BY rowid")  # noqa: S608
    found = codes.fetchnumpy()["code"]
    connection.execute("DROP TYPE words")
    return Words(np.asarray(found, dtype=np.int32), tuple(" ".join(word.split()) for (word,) in words))


def _odd(opened: Opened, error: duckdb.Error) -> StockadeError:
    """Says in our words what DuckDB could not make a row of."""
    said = str(error).partition("\n")[0][:300]
    code = "not-utf-8" if "unicode" in said.lower() or "utf" in said.lower() else "not-csv"
    return StockadeError(
        Diagnostic(code, f"The file cannot be read as CSV: {said}", Place(opened.file), hint=_HINTS[code])
    )


def lines_of(opened: Opened, rows: Iterable[int], count: int) -> dict[int, int]:
    """Returns the line of the file that each of some rows (from 0) begins on.

    Where no cell holds the end of a line it is counted; else the file is read again up to the last row.
    """
    wanted = sorted(set(rows))
    if not wanted:
        return {}
    if opened.encoding != "utf-16" and _line_ends(Path(opened.file)) == count + opened.before:
        return {row: row + 1 + opened.before for row in wanted}
    found: dict[int, int] = {}
    pending = iter(wanted)
    row = next(pending)
    try:
        for at, (line, _) in enumerate(records(opened.file, opened.encoding, opened.delimiter)):
            if at - opened.before == row:
                found[row] = line
                row = next(pending)
    except (StopIteration, csv.Error, UnicodeError):
        pass  # the rows that are left stay without a line
    return found


def _line_ends(path: Path) -> int:
    """Returns the number of lines, whether or not the last one ends."""
    total, last = 0, b"\n"
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            total += chunk.count(b"\n")
            last = chunk[-1:]
    return total + (last != b"\n")
