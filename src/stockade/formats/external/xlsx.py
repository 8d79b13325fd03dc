"""Reads .xlsx workbooks: the numbers and texts of their cells, and the names of areas.

Our own, because the readers at hand make a dense array of a sheet (two cells in opposite corners are then
four hundred gigabytes) or turn numbers into dates. Here a sheet is streamed, what is empty costs nothing, and
both the unpacked bytes and the cells are counted.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from xml.parsers import expat

from stockade.formats.external.grids import (
    MOST_COLUMNS,
    MOST_ROWS,
    Area,
    Budget,
    Content,
    Grid,
    cell,
    column_number,
)
from stockade.formats.external.trouble import Trouble
from stockade.formats.external.xls import no_sheet

_MOST_MEMBERS = 10_000
_PIECE = 2**16
_HINT = "Open it in a spreadsheet program and save it again."
_AREA = re.compile(
    r"(?:'((?:[^']|'')+)'|([^'!:(),]+))!(\$?[A-Z]{1,3}\$?[0-9]{1,7})(?::(\$?[A-Z]{1,3}\$?[0-9]{1,7}))?"
)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)

Attributes = Mapping[str, str]


@dataclass(frozen=True)
class _Name:
    """A name of the workbook: lower case, what it stands for, and the sheet it belongs to, if to one."""

    name: str
    text: str
    sheet: int | None


@dataclass(frozen=True)
class XlsxBook:
    """A workbook; sheets are read when they are asked for.

    Attributes:
        archive: The file.
        sheets: Names of the sheets and their files within the archive, in order.
        names: The names of areas.
        budget: What may still be read.
    """

    archive: zipfile.ZipFile
    sheets: tuple[tuple[str, str], ...]
    names: tuple[_Name, ...]
    budget: Budget

    def sheet(self, tab: str) -> Grid:
        """Returns the cells of a sheet."""
        reader = _Cells(self._shared, self.budget)
        _parse(self.archive, self.sheets[self._index(tab)][1], reader.start, reader.end, self.budget)
        return Grid(reader.rows)

    def area(self, tab: str, name: str) -> Area | None:
        """Returns the cells that bear a name; a name of the sheet goes before one of the workbook."""
        at = self._index(tab)
        wanted = [one for one in self.names if one.name == name.lower() and one.sheet in (at, None)]
        for one in sorted(wanted, key=lambda one: one.sheet is None):
            found = _AREA.fullmatch(one.text.strip())
            if found is None:
                continue
            owner = found.group(1).replace("''", "'") if found.group(1) else found.group(2)
            first, last = cell(found.group(3)), cell(found.group(4) or found.group(3))
            if owner.lower() == tab.lower() and first and last:
                return Area(*first, *last) if first[0] <= last[0] and first[1] <= last[1] else None
        return None

    def _index(self, tab: str) -> int:
        names = [one.lower() for one, _ in self.sheets]
        if tab.lower() not in names:
            raise no_sheet(tab, [one for one, _ in self.sheets])
        return names.index(tab.lower())

    @cached_property
    def _shared(self) -> list[str]:
        """The texts that cells refer to by number."""
        reader = _Texts()
        if "xl/sharedStrings.xml" in self.archive.namelist():
            _parse(self.archive, "xl/sharedStrings.xml", reader.start, reader.end, self.budget)
        return reader.found


def read_xlsx(raw: bytes, budget: Budget) -> XlsxBook:
    """Opens a workbook.

    Raises:
        Trouble: `external-unreadable`, `external-too-large`.
    """
    if raw.count(b"PK\x01\x02") > _MOST_MEMBERS:
        raise Trouble("external-unreadable", "the workbook is made of more than 10,000 parts", _HINT)
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except _BROKEN as error:
        raise _unreadable(error) from error
    workbook, targets = _Workbook(), {}

    def relation(name: str, attributes: Attributes) -> bool:
        if name == "Relationship":
            targets[attributes.get("Id", "")] = _target(attributes.get("Target", ""))
        return False

    _parse(archive, "xl/workbook.xml", workbook.start, workbook.end, budget)
    _parse(archive, "xl/_rels/workbook.xml.rels", relation, lambda _name, _text: None, budget)
    sheets = tuple((name, targets.get(key, "")) for name, key in workbook.sheets)
    return XlsxBook(archive, sheets, tuple(workbook.names), budget)


def _target(path: str) -> str:
    return path[1:] if path.startswith("/") else f"xl/{path}"


class _Workbook:
    """Collects the sheets and the names of areas."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.names: list[_Name] = []
        self.open: Attributes = {}

    def start(self, name: str, attributes: Attributes) -> bool:
        if name == "sheet":
            key = next((text for one, text in attributes.items() if one.endswith(":id")), "")
            self.sheets.append((attributes.get("name", ""), key))
        if name == "definedName":
            self.open = attributes
        return name == "definedName"

    def end(self, name: str, text: str) -> None:
        if name == "definedName":
            local = self.open.get("localSheetId", "")
            sheet = int(local) if local.isdecimal() else None
            self.names.append(_Name(self.open.get("name", "").lower(), text, sheet))


@dataclass
class _Texts:
    """Collects texts; a text may be made of several runs, and holds no phonetic guide."""

    found: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    guide: bool = False

    def start(self, name: str, _attributes: Attributes) -> bool:
        if name == "si":
            self.parts = []
        self.guide = name == "rPh" or (self.guide and name != "si")
        return name == "t" and not self.guide

    def end(self, name: str, text: str) -> None:
        if name == "t" and not self.guide:
            self.parts.append(text)
        elif name == "rPh":
            self.guide = False
        elif name == "si":
            self.found.append("".join(self.parts))


class _Cells:
    """Collects the cells of a sheet."""

    def __init__(self, shared: list[str], budget: Budget) -> None:
        self.shared, self.budget = shared, budget
        self.rows: dict[int, dict[int, Content]] = {}
        self.row, self.column, self.kind, self.text = -1, -1, "n", ""
        self.columns: dict[str, int] = {}

    def start(self, name: str, attributes: Attributes) -> bool:
        if name == "c":
            self.kind, self.text = attributes.get("t", "n"), ""
            self._move(attributes.get("r", ""))
            return False
        if name == "row":
            given = attributes.get("r", "")
            self.row = int(given) - 1 if given.isdecimal() and len(given) < 8 else self.row + 1
            self.column = -1
            return False
        return name in ("v", "t")

    def _move(self, reference: str) -> None:
        if not reference:
            self.column += 1
        else:
            letters = reference.rstrip("0123456789")
            if letters not in self.columns:
                known = letters.isascii() and letters.isalpha() and len(letters) <= 3
                self.columns[letters] = column_number(letters) if known else MOST_COLUMNS
            self.column = self.columns[letters]
            digits = reference[len(letters) :]
            self.row = int(digits) - 1 if digits and len(digits) < 8 else MOST_ROWS
        if not (0 <= self.row < MOST_ROWS and self.column < MOST_COLUMNS):
            raise Trouble("external-unreadable", "a sheet holds a cell outside of all sheets", _HINT)

    def end(self, name: str, text: str) -> None:
        if name in ("v", "t"):
            self.text += text
        elif name == "c" and self.text:
            self.budget.take_cells(1)
            self.rows.setdefault(self.row, {})[self.column] = self._content()

    def _content(self) -> Content:
        if self.kind == "n":
            return float(self.text)
        if self.kind == "s":
            at = int(self.text)
            return self.shared[at] if 0 <= at < len(self.shared) else ""
        if self.kind == "b":
            return "TRUE" if self.text.strip() == "1" else "FALSE"
        return self.text


def _parse(
    archive: zipfile.ZipFile,
    member: str,
    start: Callable[[str, Attributes], bool],
    end: Callable[[str, str], None],
    budget: Budget,
) -> None:
    """Reads one XML file of the archive.

    Args:
        archive: The workbook.
        member: The file.
        start: Takes the name and attributes of an element; says whether its text is wanted.
        end: Takes the name of an element and its text.
        budget: What may still be read.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    local: dict[str, str] = {}
    wanted: list[str] | None = None

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal wanted
        plain = local.get(name) or local.setdefault(name, name.rpartition(":")[2])
        wanted = [] if start(plain, attributes) else None

    def finish(name: str) -> None:
        nonlocal wanted
        end(local[name], "".join(wanted) if wanted else "")
        wanted = None

    def text(piece: str) -> None:
        if wanted is not None:
            wanted.append(piece)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, finish, text
    parser.StartDoctypeDeclHandler = _refuse_document_type
    try:
        for piece in _pieces(archive, member, budget):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (*_BROKEN, KeyError, expat.ExpatError) as error:
        raise _unreadable(error) from error


def _pieces(archive: zipfile.ZipFile, member: str, budget: Budget) -> Iterator[bytes]:
    packed = archive.getinfo(member).compress_type
    if packed not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # Other ways of packing are not unpacked piece by piece, and no spreadsheet program uses them.
        raise Trouble("external-unreadable", "the workbook is packed in an unusual way", _HINT)
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            budget.take_bytes(len(piece))
            yield piece


def _refuse_document_type(*_: object) -> None:
    raise Trouble("external-unreadable", "the workbook declares a document type", _HINT)


def _unreadable(error: Exception) -> Trouble:
    said = " ".join(str(error).split())[:200] or type(error).__name__
    return Trouble("external-unreadable", f"the workbook cannot be read: {said}", _HINT)
