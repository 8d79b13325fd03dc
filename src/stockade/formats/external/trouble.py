"""What went wrong with a file, before it is known which variable asked for it."""

from __future__ import annotations


class Trouble(Exception):  # noqa: N818 - it is never seen outside: the resolver, which knows the place, tells it
    """A reason not to read a file or a cell.

    Attributes:
        code: Of the diagnostic that is made of it.
        message: What is wrong, with the file and the cell.
        hint: What to do.
    """

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
