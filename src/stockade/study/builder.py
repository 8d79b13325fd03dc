"""What the parts of `build` share: the source of a study.toml, and the complaints found so far."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.study.lines import Source

T = TypeVar("T")


class Builder:
    """Carries the source and the complaints while a study is put together."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Diagnostic] = []

    def note(self, code: str, message: str, key: tuple[str | int, ...], hint: str) -> None:
        """Notes a complaint about a key."""
        self.problems.append(
            Diagnostic(code, message, self.source.place(*key), self.source.excerpt(*key), hint)
        )

    def read(self, parse: Callable[[str, Place], T], text: str, *key: str | int, otherwise: T) -> T:
        """Parses a text at a key; notes the complaint and goes on with `otherwise` where it fails."""
        try:
            return parse(text, self.source.place(*key))
        except StockadeError as error:
            # The line says more than the bare text: it shows which of several dates or windows is meant.
            excerpt = self.source.excerpt(*key)
            self.problems += [replace(one, excerpt=excerpt) for one in error.diagnostics]
            return otherwise

    def no_twins(self, named: Iterable[tuple[str, tuple[str | int, ...]]], code: str) -> None:
        """Notes names that differ as written and mean the same variable."""
        seen: set[str] = set()
        for name, key in named:
            if name in seen:
                message = f"'{key[-1]}' stands there twice: case, spaces and underscores make no difference."
                self.note(code, message, key, "Leave one of them out.")
            seen.add(name)

    def identifier(self, name: str, key: tuple[str | int, ...], *, hyphens: bool = False) -> None:
        """Notes a name that could not stand in a claim or a table."""
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*" if hyphens else r"[A-Za-z][A-Za-z0-9_]*", name):
            return
        allowed = "letters, digits, hyphens and underscores" if hyphens else "letters, digits and underscores"
        self.note("bad-name", f"'{name}' cannot be a name here.", key, f"Write {allowed}, a letter first.")
