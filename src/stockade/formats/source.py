"""The text of a model file, and diagnostics that point into it."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from stockade.errors import Diagnostic, Place, StockadeError

_WIDEST_EXCERPT = 100


@dataclass(frozen=True)
class Source:
    """A file's text; positions in it are offsets from 0.

    Attributes:
        text: The whole text, with a line feed as the only line break.
        file: Path as the user gave it.
    """

    text: str
    file: str

    @cached_property
    def line_starts(self) -> list[int]:
        """Offset of each line's first character."""
        starts = [0]
        starts.extend(found.end() for found in re.finditer("\n", self.text))
        return starts

    def place(self, offset: int, name: str | None = None) -> Place:
        """Returns the place of an offset, line and column from 1."""
        line = bisect_right(self.line_starts, offset)
        return Place(self.file, line, offset - self.line_starts[line - 1] + 1, name)

    def line(self, offset: int) -> int:
        """Returns the number, from 1, of the line an offset stands in."""
        return bisect_right(self.line_starts, offset)

    def excerpt(self, offset: int) -> str:
        """Returns the line of an offset and, below it, a caret under the offset."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", start)
        line = self.text[start : end if end >= 0 else len(self.text)].expandtabs(1)
        at = min(offset - start, len(line))
        if len(line) > _WIDEST_EXCERPT:
            first = max(0, min(at - _WIDEST_EXCERPT // 2, len(line) - _WIDEST_EXCERPT))
            line, at = line[first : first + _WIDEST_EXCERPT], at - first
        indent = len(line) - len(line.lstrip())
        cut = min(indent, at)
        return f"{line[cut:].rstrip()}\n{' ' * (at - cut)}^"

    def problem(
        self, code: str, message: str, offset: int, *, name: str | None = None, hint: str = ""
    ) -> StockadeError:
        """Returns the error to raise for what stands at an offset."""
        return StockadeError(Diagnostic(code, message, self.place(offset, name), self.excerpt(offset), hint))
