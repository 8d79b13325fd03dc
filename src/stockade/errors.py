"""What a user is told when something is wrong: a code, the place, the excerpt and a hint.

A mistake of the user is a `Diagnostic`, raised in a `StockadeError` that may carry several of them.
A mistake of ours is an ordinary exception. Nothing else is raised by Stockade on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]

LONGEST_NAME, LONGEST_TEXT = 200, 1_000
"""Of what a user is told: a file may hold a name that fills a megabyte."""


def shortened(text: str, longest: int) -> str:
    """Returns a text with its middle left out where it is too long to be read."""
    if len(text) <= longest:
        return text
    end = longest // 4
    return f"{text[: longest - end - 5]} ... {text[-end:]}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a user's file something stands.

    Attributes:
        file: Path as the user gave it, or a word such as ``<python>`` for text without a file.
        line: Line number, from 1; None where there is no line to name.
        column: Column number, from 1; None where the line is all that is known.
        name: The variable, key or column that is meant, as written; None where there is none.
    """

    file: str = ""
    line: int | None = None
    column: int | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        if self.name is not None and len(self.name) > LONGEST_NAME:
            object.__setattr__(self, "name", shortened(self.name, LONGEST_NAME))

    def __str__(self) -> str:
        parts = [self.file or "<input>"]
        if self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column))
        where = ":".join(parts)
        return f"{where} ({self.name})" if self.name else where


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is wrong with what the user gave; overlong texts are shortened.

    Attributes:
        code: Short kebab-case code, listed in docs/errors.md, e.g. ``undefined-variable``.
        message: One sentence that says what is wrong.
        place: Where it is.
        excerpt: The text that is meant, as written; empty where there is none.
        hint: One sentence that says what to do about it.
        severity: ``error`` stops the work, ``warning`` does not.
        expected: What should be there (units, a number), where the message compares two; else empty.
        found: What is there instead.
    """

    code: str
    message: str
    place: Place = NOWHERE
    excerpt: str = ""
    hint: str = ""
    severity: Severity = "error"
    expected: str = ""
    found: str = ""

    def __post_init__(self) -> None:
        for part in ("message", "excerpt", "hint"):
            if len(text := getattr(self, part)) > LONGEST_TEXT:
                object.__setattr__(self, part, shortened(text, LONGEST_TEXT))

    def __str__(self) -> str:
        lines = [f"{self.severity}[{self.code}] {self.place}: {self.message}"]
        lines += [f"  | {line}" for line in self.excerpt.splitlines()]
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """Returns the diagnostic as plain data, for ``--json``."""
        return asdict(self)


class StockadeError(Exception):
    """The one exception for a user's mistakes.

    Attributes:
        diagnostics: Everything that was found, in the order of the file; never empty.
    """

    diagnostics: tuple[Diagnostic, ...]

    def __init__(self, diagnostics: Diagnostic | Iterable[Diagnostic]) -> None:
        found = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        if not found:
            raise ValueError("a StockadeError needs at least one diagnostic")
        self.diagnostics = found
        super().__init__("\n".join(str(one) for one in found))
