"""Words of others as texts of TOML, whatever they hold."""

from __future__ import annotations

import json
import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def plain_line(text: str) -> str:
    """Returns a text as one line: signs of control and ends of lines become blanks."""
    return " ".join(_CONTROL.sub(" ", text).split())


def toml_text(text: str) -> str:
    """Returns a text as a basic string of TOML, on one line."""
    return json.dumps(plain_line(text), ensure_ascii=False)
