"""The stamp of a page: what it was rendered from, so that it need not be rendered again."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from pathlib import Path

from stockade.briefing.document import Document, from_json, to_json

HEAD = 4096
"""Bytes at the beginning of a page among which its stamp stands."""


def stamp_of(document: Document) -> str:
    """Returns the digest of a document and of the code that renders it."""
    # Once around, so that a document that was kept as JSON and one fresh from the fit agree on 1 and 1.0.
    text = json.dumps(to_json(from_json(to_json(document))), sort_keys=True)
    return hashlib.sha256((_code() + text).encode()).hexdigest()[:32]


def already_rendered(document: Document, path: Path) -> bool:
    """Says whether a file is the page of this very document, rendered by this very code, and whole."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
            file.seek(-64, 2)
            return stamp_of(document).encode() in head and file.read().rstrip().endswith(b"</html>")
    except OSError:
        return False


@cache
def _code() -> str:
    hasher = hashlib.sha256()
    room = files("stockade.briefing")
    for folder in (room, room / "templates"):
        for one in sorted(folder.iterdir(), key=lambda path: path.name):
            if one.is_file():
                hasher.update(one.read_bytes())
    return hasher.hexdigest()
