"""CSV text as rows that know their lines; nothing here knows what a column means."""

from __future__ import annotations

import csv
import io
import logging
import re
from dataclasses import dataclass
from pathlib import Path

from stockade.errors import Diagnostic, Place, StockadeError

LARGEST_FILE = 32 * 1024 * 1024  # bytes; monthly figures of a century of countries are far smaller
PERSONAL = frozenset({
    "address", "addresses", "birthdate", "birthday", "coordinate", "coordinates", "dob", "email",
    "emails", "firstname", "forename", "fullname", "geo", "geocode", "geohash", "geolocation", "geom",
    "geometry", "gps", "lastname", "lat", "latitude", "lng", "lon", "long", "longitude", "mail", "mgrs",
    "name", "names", "passport", "phone", "phones", "postcode", "ssn", "street",
    "surname", "telephone", "wkt", "zip", "zipcode",
})  # fmt: skip

log = logging.getLogger("stockade.data")


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the line that it begins on, and its cells by column, stripped of outer blanks."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file as text.

    Attributes:
        file: Path as given.
        columns: The columns kept, in the order of the file.
        rows: The records, blank lines left out.
        dropped: Columns left at the door because they could name or locate a private person.
    """

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    dropped: tuple[str, ...]


def read_table(path: str | Path, required: tuple[str, ...] = ()) -> Table:
    """Reads a CSV file, drops personal columns and checks the shape of what is left.

    Args:
        path: The file, UTF-8 with or without a byte order mark.
        required: Columns that must be there.

    Raises:
        StockadeError: The file is missing, too large, not UTF-8, not CSV, lacks a column, repeats one,
            or has rows of another length than its header.
    """
    file = str(path)
    records = _records(read_text(path), file)
    if not records:
        raise StockadeError(
            Diagnostic(
                "empty-file", "The file has no header.", Place(file), hint="The first line names the columns."
            )
        )
    header = [name.strip() for name in records[0][1]]
    problems = _header_problems(header, required, Place(file, records[0][0]), ",".join(header))
    problems += [
        Diagnostic(
            "ragged-row",
            f"The row has {len(cells)} cells where the header has {len(header)}.",
            Place(file, line),
            ",".join(cells)[:200],
            "Put cells that contain a comma in double quotes.",
        )
        for line, cells in records[1:]
        if len(cells) != len(header)
    ]
    if problems:
        raise StockadeError(problems)
    dropped = tuple(name for name in header if name not in required and is_personal(name))
    for name in dropped:
        log.warning("%s: column '%s' is dropped: it could name or locate a private person", file, name)
    kept = [(index, name) for index, name in enumerate(header) if name not in dropped]
    rows = tuple(Row(line, {name: cells[i].strip() for i, name in kept}) for line, cells in records[1:])
    return Table(file, tuple(name for _, name in kept), rows, dropped)


def is_personal(column: str) -> bool:
    """Says whether a column's name could name or locate a private person."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column)
    return not PERSONAL.isdisjoint(re.split(r"[^a-z]+", spaced.lower()))


def read_text(path: str | Path, largest: int = LARGEST_FILE) -> str:
    """Reads a file of UTF-8 text.

    Raises:
        StockadeError: ``missing-file``, ``file-too-large``, ``not-utf-8`` or ``nul-byte``.
    """
    place = Place(str(path))
    try:
        with Path(path).open("rb") as stream:
            raw = stream.read(largest + 1)
    except OSError as error:
        message = f"The file cannot be read: {error.strerror or error}."
        raise StockadeError(
            Diagnostic("missing-file", message, place, hint="Check the path and its spelling.")
        ) from None
    if len(raw) > largest:
        message = f"The file is larger than {largest // 1024 // 1024} MiB."
        hint = "Give monthly totals; single events are summed up before they come here."
        raise StockadeError(Diagnostic("file-too-large", message, place, hint=hint))
    if b"\0" in raw:
        line = raw[: raw.index(b"\0")].count(b"\n") + 1
        message = "The file contains a NUL byte, so it is not text."
        hint = "Save it as CSV or TOML in UTF-8; UTF-16 and spreadsheet files are not read."
        raise StockadeError(Diagnostic("nul-byte", message, Place(str(path), line), hint=hint))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = f"Byte 0x{raw[error.start]:02x} is not UTF-8."
        excerpt = raw.splitlines()[line - 1].decode("utf-8", "replace")[:200]
        hint = "Save the file in UTF-8."
        raise StockadeError(Diagnostic("not-utf-8", message, Place(str(path), line), excerpt, hint)) from None


def _records(text: str, file: str) -> list[tuple[int, list[str]]]:
    """Returns (line, cells) of every record that is not blank; a record may span lines."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"The file is not CSV: {error}."
        hint = "Check the double quotes from this line on."
        raise StockadeError(Diagnostic("not-csv", message, Place(file, line), hint=hint)) from None
    return records


def _header_problems(
    header: list[str], required: tuple[str, ...], place: Place, excerpt: str
) -> list[Diagnostic]:
    hint = "The first line names the columns, with commas between."
    if len(header) == 1 and ";" in header[0]:
        hint = "The cells seem to be separated by semicolons; save the file with commas."
    problems = []
    if missing := [f"'{name}'" for name in required if name not in header]:
        message = f"There is no column {', '.join(missing)}."
        problems.append(Diagnostic("missing-column", message, place, excerpt, hint))
    problems += [
        Diagnostic(
            "duplicate-column", f"Column '{name}' stands there twice.", place, excerpt, "Rename one of them."
        )
        for name in dict.fromkeys(header)
        if header.count(name) > 1
    ]
    if "" in header:
        problems.append(Diagnostic("unnamed-column", "A column has no name.", place, excerpt, hint))
    return problems
