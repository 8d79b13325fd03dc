"""An article as text: a file or a stream of UTF-8, of a size that is an article's."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from stockade.claims.drafting.draft import LONGEST_TEXT
from stockade.errors import Diagnostic, Place, StockadeError

STANDARD_INPUT = "<standard input>"


def read_article(source: str | Path | BinaryIO) -> tuple[str, str]:
    """Reads an article.

    Args:
        source: A file's path, or a stream of bytes such as standard input.

    Returns:
        Its text, and what messages call it.

    Raises:
        StockadeError: ``missing-file``, ``not-utf-8``, ``nul-byte``, ``text-too-long``.
    """
    if not isinstance(source, str | Path):
        return _decoded(source.read(4 * LONGEST_TEXT + 4), STANDARD_INPUT), STANDARD_INPUT
    file = str(source)
    try:
        with Path(source).open("rb") as stream:
            content = stream.read(4 * LONGEST_TEXT + 4)
    except (OSError, ValueError) as error:
        message = f"The file cannot be read: {getattr(error, 'strerror', None) or error}."
        hint = "Check the path and its spelling; - is standard input."
        raise StockadeError(Diagnostic("missing-file", message, Place(file=file), hint=hint)) from None
    return _decoded(content, file), file


def _decoded(content: bytes, file: str) -> str:
    place = Place(file=file)
    if len(content) > 4 * LONGEST_TEXT:
        message = f"The text is longer than {LONGEST_TEXT:,} characters."
        raise StockadeError(Diagnostic("text-too-long", message, place, hint="Paste one article at a time."))
    if b"\0" in content:
        hint = "Paste the article as plain text: a PDF or a document of a word processor is none."
        raise StockadeError(Diagnostic("nul-byte", "This is not text.", place, hint=hint))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        hint = "Save it as plain text in UTF-8."
        found = Diagnostic("not-utf-8", "The text is not UTF-8.", Place(file=file, line=line), hint=hint)
        raise StockadeError(found) from None
