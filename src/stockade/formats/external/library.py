"""The files that a model may read: where they lie, how large they may be, each opened once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TypeVar

from stockade.formats.external.delimited import read_delimited
from stockade.formats.external.grids import Book, Budget, Grid
from stockade.formats.external.trouble import Trouble
from stockade.formats.external.xls import read_xls
from stockade.formats.external.xlsx import read_xlsx

Read = TypeVar("Read")
_LARGEST = 32 * 2**20
_SPREADSHEETS = (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods")


@dataclass
class Library:
    """Opens files; lives while one model is loaded.

    Attributes:
        folder: The model's folder.
        outside: Whether files may lie outside of it.
        tags: What a name that begins with ``?`` stands for.
        budget: What may still be read.
    """

    folder: Path
    outside: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    _paths: dict[str, Path] = field(default_factory=dict)
    _books: dict[Path, Book] = field(default_factory=dict)
    _sheets: dict[tuple[Path, str], Grid] = field(default_factory=dict)

    def book(self, name: str) -> Book:
        """Returns a file, by its name as the model writes it.

        Raises:
            Trouble: `external-outside`, `external-no-file`, `external-too-large`, `external-unreadable`.
        """
        path = self.path(name)
        if path not in self._books:
            self._books[path] = named(name, lambda: _opened(path, read_file(path), self.budget))
        return self._books[path]

    def sheet(self, name: str, tab: str) -> Grid:
        """Returns the cells of a sheet, or those of a text file that `tab` cuts.

        Raises:
            Trouble: What `book` raises, `external-no-sheet` and `external-no-delimiter`.
        """
        key = (self.path(name), tab.lower())
        if key not in self._sheets:
            book = self.book(name)
            self._sheets[key] = named(name, lambda: book.sheet(tab))
        return self._sheets[key]

    def path(self, name: str) -> Path:
        """Returns where a file lies, by its name as the model writes it.

        Raises:
            Trouble: `external-tag`, `external-outside`, `external-no-file`.
        """
        if name.startswith("?"):
            if name.lower() not in self.tags:
                said = f"the tag {name} stands for a file that the model does not name"
                hint = f"Say which: --data '{name}=FILE', or load(path, data=['{name}=FILE'])."
                raise Trouble("external-tag", said, hint)
            name = self.tags[name.lower()]
        if name not in self._paths:
            self._paths[name] = locate(self.folder, name, outside=self.outside)
        return self._paths[name]


def named(name: str, read: Callable[[], Read]) -> Read:
    """Returns what `read` returns; what goes wrong in it is told with the name of the file."""
    try:
        return read()
    except Trouble as trouble:
        raise Trouble(trouble.code, f"{name}: {trouble.message}", trouble.hint) from trouble


def locate(folder: Path, name: str, *, outside: bool) -> Path:
    """Returns the path of a file that a model names, links followed.

    Names are Windows' often: a backslash parts folders, and case may differ where only one file fits.

    Raises:
        Trouble: `external-outside` where it is not below the folder, `external-no-file`.
    """
    plain = PurePosixPath(name.strip().replace("\\", "/"))
    home = path = folder.resolve()
    if not outside and (plain.is_absolute() or PureWindowsPath(name.strip()).drive):
        raise _outside(name)
    try:
        path = (home / plain).resolve()
        if not outside and not path.is_relative_to(home):
            raise _outside(name)
        if path == home:
            # What lies beside the folder itself is not looked at.
            raise Trouble("external-no-file", f"{name} is the model's folder, no file", "Name a file in it.")
        if not path.is_file():
            path = _in_other_case(path)
        if not outside and not path.resolve().is_relative_to(home):
            raise _outside(name)
        if path.is_file():
            return path
    except (OSError, ValueError, RuntimeError):
        pass  # A name that no file system takes, or links in a circle: there is no such file.
    near = [one.name for one in _neighbours(path) if one.stem.lower() == plain.stem.lower()]
    hint = f"Beside it lies {near[0]}." if near else "Paths count from the model's folder."
    raise Trouble("external-no-file", f"there is no file {name}", hint)


def read_file(path: Path) -> bytes:
    """Returns the bytes of a file.

    Raises:
        Trouble: `external-no-file`, `external-too-large`.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(min(path.stat().st_size, _LARGEST) + 1)
    except OSError as error:
        said = f"it cannot be read: {error.strerror}"
        raise Trouble("external-no-file", said, "Check the path.") from error
    if len(raw) > _LARGEST:
        said = "it is larger than 32 MiB"
        raise Trouble("external-too-large", said, "Keep what the model needs in a file of its own.")
    return raw


def _outside(name: str) -> Trouble:
    return Trouble(
        "external-outside",
        f"{name} lies outside of the model's folder",
        "Put the file beside the model, or allow it: --allow-outside, load(path, outside=True).",
    )


def _in_other_case(path: Path) -> Path:
    fitting = [one for one in _neighbours(path) if one.name.lower() == path.name.lower()]
    return fitting[0] if len(fitting) == 1 else path


def _neighbours(path: Path) -> list[Path]:
    try:
        return sorted(path.parent.iterdir())
    except OSError:
        return []


def _opened(path: Path, raw: bytes, budget: Budget) -> Book:
    # What a file is, its first bytes tell; suffixes lie.
    if raw.startswith(b"PK\x03\x04"):
        return read_xlsx(raw, budget)
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        return read_xls(raw, budget)
    if path.suffix.lower() in _SPREADSHEETS:
        said = "it is neither an .xlsx nor an .xls workbook"
        raise Trouble("external-unreadable", said, "Save it as .xlsx.")
    return read_delimited(raw, path.suffix.lower(), budget)
