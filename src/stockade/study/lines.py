"""Where each key of a TOML file stands: `tomllib` reads the values and forgets the lines.

The scanner runs on text that `tomllib` has accepted, so it only has to find its way, not to judge.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from stockade.errors import Place

Key = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\r\n]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")' r"|'''.*?'{3,5}(?!')" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


@dataclass(frozen=True)
class Source:
    """The text of a TOML file with the line of every key.

    Attributes:
        file: Path as the user gave it.
        text: The whole text.
        lines: Line, from 1, by key; list members have their number in the key.
    """

    file: str
    text: str
    lines: dict[Key, int] = field(repr=False)

    def line(self, key: Key) -> int | None:
        """Returns the line of a key, or of the nearest table around it; None for the file itself."""
        for length in range(len(key), 0, -1):
            if key[:length] in self.lines:
                return self.lines[key[:length]]
        return None

    def place(self, *key: str | int) -> Place:
        """Returns the place of a key, its name written as TOML would write it."""
        return Place(self.file, self.line(key), name=dotted(key) or None)

    def names(self, *key: str | int) -> list[str]:
        """Returns the keys of a table as written, in the order of the file."""
        size = len(key) + 1
        return [str(one[-1]) for one in self.lines if len(one) == size and one[:-1] == key]

    def excerpt(self, *key: str | int) -> str:
        """Returns the line that a key stands on, without its indent; empty for the file itself."""
        line = self.line(key)
        return self.text.split("\n")[line - 1].strip()[:200] if line else ""


def source_of(file: str, text: str) -> Source:
    """Scans text that `tomllib` accepts."""
    return Source(file, text, _Scanner(text).scan())


def dotted(key: Key) -> str:
    """Writes a key as TOML does: ``prior."normal arrivals".because``; list members are counted from 1."""
    out = ""
    for part in key:
        if isinstance(part, int):
            out += f"[{part + 1}]"
            continue
        name = part if _BARE_KEY.fullmatch(part) else f'"{part}"'
        out += f".{name}" if out else name
    return out


class _Scanner:
    """Walks once over the text and notes the line of every key."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.breaks = [match.start() for match in re.finditer("\n", text)]
        self.at = 0
        self.found: dict[Key, int] = {}
        self.members: dict[Key, int] = {}  # how many [[tables]] of a name there are so far

    def scan(self) -> dict[Key, int]:
        table: Key = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text.startswith("[[", self.at):
                self.at += 2
                table = self._table(self._path(), is_member=True)
                self.at += 2
            elif self.text[self.at] == "[":
                self.at += 1
                table = self._table(self._path(), is_member=False)
                self.at += 1
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self.found

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _note(self, key: Key, at: int) -> None:
        self.found.setdefault(key, bisect_left(self.breaks, at) + 1)

    def _table(self, path: list[str], *, is_member: bool) -> Key:
        """Returns the full key of a header; a name that is a list of tables means its last member."""
        key: Key = ()
        for index, part in enumerate(path):
            key = (*key, part)
            if is_member and index == len(path) - 1:
                self._note(key, self.at)
                self.members[key] = self.members.get(key, 0) + 1
            if key in self.members:
                key = (*key, self.members[key] - 1)
            self._note(key, self.at)
        return key

    def _path(self) -> list[str]:
        """Reads a dotted key and the blanks around its parts."""
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            if self.text[self.at] in "\"'":
                parts.append(_unquoted(self._string()))
            else:
                match = _BARE_KEY.match(self.text, self.at)
                parts.append(match[0] if match else "")
                self._skip(_BARE_KEY)
            self._skip(_SPACE)
            if self.text[self.at : self.at + 1] != ".":
                return parts
            self.at += 1

    def _string(self) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:  # tomllib would have refused it
            raise AssertionError(f"no string at {self.at}")
        self.at = match.end()
        return match[0]

    def _pair(self, table: Key) -> None:
        start = self.at
        key = table
        for part in self._path():
            key = (*key, part)
            self._note(key, start)
        self.at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(key)

    def _value(self, key: Key) -> None:
        opening = self.text[self.at]
        if opening in "\"'":
            self._string()
        elif opening == "[":
            self.at += 1
            self._members(key)
        elif opening == "{":
            self.at += 1
            self._skip(_BLANK)
            while self.text[self.at] != "}":
                self._pair(key)
                self._after_member()
            self.at += 1
        else:
            self._skip(_SCALAR)

    def _members(self, key: Key) -> None:
        index = 0
        self._skip(_BLANK)
        while self.text[self.at] != "]":
            self._note((*key, index), self.at)
            self._value((*key, index))
            self._after_member()
            index += 1
        self.at += 1

    def _after_member(self) -> None:
        self._skip(_BLANK)
        if self.text[self.at] == ",":
            self.at += 1
            self._skip(_BLANK)


def _unquoted(text: str) -> str:
    if text[0] == "'":
        return text[1:-1]
    return _ESCAPE.sub(
        lambda match: _ESCAPES.get(match[1]) or chr(int(match[1][1:], 16)),
        text[1:-1],
    )
