"""Names in XMILE: blanks, underscores and line breaks are one space; a dot parts off a module."""

from __future__ import annotations

import re

from stockade.model.names import canonical

_QUOTED = re.compile(r'"((?:\\.|[^"\\])*)"')
_ESCAPE = re.compile(r'\\(["\\n])')


def shown(name: str) -> str:
    """Returns the name of an attribute as it may be shown: without quotes around it, on one line."""
    text = name.strip()
    if len(text) >= 2 and text[0] == '"' and text[-1] == '"':
        text = text[1:-1]
    return " ".join(_ESCAPE.sub(lambda found: found.group(1).replace("n", " "), text).split())


def canonical_name(name: str) -> str:
    """Returns the name of an attribute under which XMILE compares it."""
    # The blank keeps quotes that belong to the name.
    return canonical(re.sub(r"[\s_]+", " ", shown(name)) + " x")[:-2].rstrip()


def canonical_token(written: str) -> str:
    """Returns the canonical form of a name in an equation: ``"my module".x`` is ``my module.x``."""
    return canonical_name(_QUOTED.sub(lambda found: found.group(1), written))
