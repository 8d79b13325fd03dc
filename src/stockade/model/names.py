"""Names of variables: as written, and the one canonical form under which they are compared."""

from __future__ import annotations

import re


def canonical(written: str) -> str:
    """Returns the name under which Vensim and XMILE would compare it.

    Case is ignored, and a run of spaces, tabs, line breaks and underscores counts as one space. The
    quotes around a name are not part of it.
    """
    text = written.strip()
    if len(text) >= 2 and text[0] == '"' and text[-1] == '"':
        text = text[1:-1].replace('\\"', '"')
    return re.sub(r"[\s_]+", " ", text).strip().lower()
