"""An event file as text columns: its header, its dialect, and the rows through DuckDB, or what is wrong."""

from __future__ import annotations

import csv
import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from stockade.data.event_formats.catalogue import FORMATS, found_in, lacking, nearest, recognised
from stockade.data.event_formats.layout import EventFormat
from stockade.data.table import is_personal
from stockade.errors import Diagnostic, Place, StockadeError

Encoding = Literal["utf-8", "latin-1", "utf-16"]
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "latin-1", "utf-16")
LARGEST_FILE = 4 * 1024**3
"""Bytes; ten times the global GED of 2025."""
_LONGEST_START, _RECORDS_SEEN = 1 << 20, 2
log = logging.getLogger("stockade.data")


@dataclass(frozen=True)
class Opened:
    """A file whose header is known.

    Attributes:
        file: Path as given.
        format: What it was recognised as.
        names: The file's columns as written, in order.
        wanted: Position of each column that is read, by our name.
        delimiter: What stands between cells.
        encoding: How letters are written.
        header: Whether the first record names the columns.
        tags: Whether a second record holds tags (#event+id), as humanitarian copies do.
        dropped: Columns that could name or locate a person, as written.
    """

    file: str
    format: EventFormat
    names: tuple[str, ...]
    wanted: dict[str, int]
    delimiter: str
    encoding: Encoding
    header: bool
    tags: bool
    dropped: tuple[str, ...]

    @property
    def before(self) -> int:
        """How many records stand before the first event."""
        return int(self.header) + int(self.tags)


def open_events(path: str | Path, encoding: Encoding = "utf-8") -> Opened:
    """Looks at the header of a file and recognises its format; logs the columns that are left at the door.

    Raises:
        StockadeError: ``missing-file``, ``file-too-large``, ``event-file-name``, ``not-csv``, ``not-utf-8``,
            ``empty-file``, ``duplicate-column``, ``unknown-event-format``.
    """
    file = str(path)
    _look_at(Path(path), file)
    tried: list[frozenset[str]] = []
    for delimiter in (",", ";", "\t"):
        records = _first_records(file, encoding, delimiter)
        if not records:
            raise _error("empty-file", "The file has no header.", file, "The first line names the columns.")
        first = records[0]
        columns = frozenset(map(plain, first))
        tried.append(columns)
        if (found := recognised(columns)) is not None:
            tags = len(records) > 1 and _is_tags(records[1])
            return _opened(file, found, first, delimiter, encoding, header=True, tags=tags)
        if (found := _headless(first)) is not None:
            return _opened(file, found, list(found.headless), delimiter, encoding, header=False, tags=False)
    raise _unknown(file, max(tried, key=len))


def plain(column: str) -> str:
    """Returns a column's name in small letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", column.strip().lower()).strip("_")


def _look_at(path: Path, file: str) -> None:
    try:
        if not path.is_file():
            raise _error("missing-file", "There is no such file.", file, "Check the path and its spelling.")
        size = path.stat().st_size
        with path.open("rb") as stream:
            start = stream.read(8192)
    except (OSError, ValueError) as error:
        message = f"The file cannot be read: {getattr(error, 'strerror', None) or error}."
        raise _error("missing-file", message, file, "Check the path and its spelling.") from None
    if size > LARGEST_FILE:
        message = f"The file is larger than {LARGEST_FILE // 1024**3} GiB."
        raise _error("file-too-large", message, file, "Take the countries that you need out of it first.")
    if set(file) & set("*?[]"):
        hint = "Rename it without * ? [ ]: they would stand for other files too."
        raise _error("event-file-name", "The name of the file holds a wildcard.", file, hint)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"PAR1")):
        hint = "Unpack an archive; save the sheet of a workbook as CSV in UTF-8."
        raise _error(
            "not-csv", "This is an archive, a workbook or another binary file, not text.", file, hint
        )


def _first_records(file: str, encoding: Encoding, delimiter: str) -> list[list[str]]:
    """Returns the first two records that are not blank."""
    found: list[list[str]] = []
    try:
        with Path(file).open(encoding=_codec(encoding), newline="") as stream:
            start = stream.read(_LONGEST_START)
        for record in csv.reader(io.StringIO(start, newline=""), delimiter=delimiter, strict=True):
            found += [record] if record else []
            if len(found) == _RECORDS_SEEN:
                break
    except UnicodeError:
        raise _not_text(file, encoding) from None
    except csv.Error as error:
        if not found:
            hint = "Check the double quotes of the first lines."
            raise _error("not-csv", f"The file is not CSV: {error}.", file, hint, line=1) from None
    return found


def _codec(encoding: Encoding) -> str:
    return "utf-8-sig" if encoding == "utf-8" else encoding


def records(file: str, encoding: Encoding, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yields (line, cells) of each record that is not blank."""
    with Path(file).open(encoding=_codec(encoding), newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        line = 1
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1


def _is_tags(record: list[str]) -> bool:
    filled = [one for one in record if one.strip()]
    return bool(filled) and all(one.lstrip().startswith("#") for one in filled)


def _headless(first: list[str]) -> EventFormat | None:
    """Returns the format of a file without a header: as many columns, and an event in the first record."""
    for one in (found for found in FORMATS if found.headless):
        if len(first) == len(one.headless):
            cells = dict(zip(one.headless, first, strict=True))
            if cells["id"].isdigit() and cells["type_of_violence"] in {"1", "2", "3"}:
                return one
    return None


def _opened(
    file: str,
    found: EventFormat,
    names: list[str],
    delimiter: str,
    encoding: Encoding,
    *,
    header: bool,
    tags: bool,
) -> Opened:
    columns = [plain(one) for one in names]
    there = found_in(found, frozenset(columns))
    twice = [name for name in there.values() if columns.count(name) > 1]
    if twice:
        message = f"Column '{twice[0]}' stands there twice."
        raise _error("duplicate-column", message, file, "Rename one of them.", line=1)
    wanted = {ours: columns.index(name) for ours, name in there.items()}
    read = set(wanted.values())
    dropped = tuple(
        name
        for at, (name, simple) in enumerate(zip(names, columns, strict=True))
        if at not in read and simple not in found.harmless and (simple in found.personal or is_personal(name))
    )
    if dropped:
        log.warning(
            "%s: columns dropped at the door, as they could name or locate a private person: %s",
            file, ", ".join(dropped),
        )  # fmt: skip
    return Opened(file, found, tuple(names), wanted, delimiter, encoding, header, tags, dropped)


def _unknown(file: str, columns: frozenset[str]) -> StockadeError:
    near = nearest(columns)
    known = ", ".join(one.name for one in FORMATS)
    hint = f"Known are {known}; docs/events.md lists the columns that each needs."
    message = "The columns are those of no known format of event files."
    if near is not None:
        message = f"The columns are nearest to {near.name}, but lack {', '.join(lacking(near, columns))}."
    return _error(
        "unknown-event-format", message, file, hint, line=1, excerpt=",".join(sorted(columns))[:300]
    )


def _not_text(file: str, encoding: Encoding) -> StockadeError:
    hint = f"Say how its letters are written with --encoding: one of {', '.join(ENCODINGS)}."
    return _error("not-utf-8", f"The file is not {encoding}.", file, hint)


def _error(
    code: str, message: str, file: str, hint: str, *, line: int | None = None, excerpt: str = ""
) -> StockadeError:
    return StockadeError(Diagnostic(code, message, Place(file, line), excerpt, hint))
