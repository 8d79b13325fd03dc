"""Comments in braces: where they end, and which pairs of braces within them belong together."""

from __future__ import annotations

import re
from functools import cached_property

_BRACE = re.compile(r"[{}]")
_BLANK = re.compile(r"\s*")


class Comments:
    """The comments of a text.

    A comment ends at the first closing brace, unless braces stand within it: then at the one that closes the
    outer pair. Whether Vensim lets them nest is not documented; so where the two readings would differ
    by more than a comment, because bars or tildes stand between the two places, it is `unclear`.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def end(self, start: int) -> int | None:
        """Returns the offset behind the comment that begins at `start`; None where it is never closed."""
        first = self.text.find("}", start)
        if first < 0:
            return None
        return (self._outer(start, first) or first) + 1

    def unclear(self, start: int) -> bool:
        """Whether an equation may end between the first closing brace and the one that closes the pair."""
        first = self.text.find("}", start)
        last = self._outer(start, first)
        return last is not None and re.search(r"[~|]", self.text[first:last]) is not None

    def skip(self, start: int) -> int:
        """Returns the offset behind the blanks and comments that begin at `start`."""
        while True:
            start = self._behind_blanks(start)
            if not self.text.startswith("{", start):
                return start
            end = self.end(start)
            if end is None or self.unclear(start):
                return start
            start = end

    def _behind_blanks(self, start: int) -> int:
        found = _BLANK.match(self.text, start)
        return found.end() if found else start

    def _outer(self, start: int, first: int) -> int | None:
        """Returns where the pair is closed that begins at `start`, if other braces stand before `first`."""
        return self._pairs.get(start) if self.text.find("{", start + 1, first) >= 0 else None

    @cached_property
    def _pairs(self) -> dict[int, int]:
        """Where each pair of braces is closed. All at once, so that hostile text takes no longer."""
        opened: list[int] = []
        pairs: dict[int, int] = {}
        for found in _BRACE.finditer(self.text):
            if found.group() == "{":
                opened.append(found.start())
            elif opened:
                pairs[opened.pop()] = found.start()
        return pairs
