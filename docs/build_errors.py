"""Builds docs/errors.md from docs/errors/*.txt, one file a room, one line a code: code, tab, what it means.

python docs/build_errors.py          writes docs/errors.md
python docs/build_errors.py --check  exits with 1 where it is out of date
"""

from __future__ import annotations

import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "errors.md"
TITLES = {
    "briefing": "Briefing",
    "build": "A model built in Python",
    "claims": "Claims",
    "cli": "Command line",
    "compiler": "Compiling a model",
    "contrasts": "What-if",
    "data": "Series and reports",
    "forecasts": "Forecasts",
    "formats": "Reading a model file",
    "inference": "Fitting",
    "model": "What a model says",
    "simulation": "Running a model",
    "starter": "A new study",
    "structure": "Structure tests of a model",
    "study": "The study file",
    "tasks": "Many studies at once",
}
HEAD = """\
# Error codes

<!-- Built by docs/build_errors.py from docs/errors/*.txt: change those. -->

When something that you gave cannot be used, Stockade says so in this form and exits with status 2. A line
that begins with `warning` stops nothing.

```
error[undefined-variable] model.mdl:12 (births): 'brith rate' is not defined
  | births = brith rate * people
  hint: did you mean 'birth rate'?
```

The word in brackets is the code; here is what each means and what to do. With `--json FILE` the same goes
into a file: `{"diagnostics": [{"code", "message", "place": {"file", "line", "column", "name"}, "excerpt",
"hint", "severity", "expected", "found"}]}`; the last two are empty where nothing
is compared. A Python traceback is never your mistake: please report it.
"""


def read_codes() -> dict[str, dict[str, str]]:
    """Returns the meaning of every code, by room."""
    rooms = {}
    for path in sorted((DOCS / "errors").glob("*.txt")):
        codes = {}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            code, tab, meaning = line.partition("\t")
            if not tab or not meaning.strip() or code in codes:
                sys.exit(f"{path.name}:{number}: wants a new code, a tab, and what it means")
            codes[code.strip()] = meaning.strip()
        rooms[path.stem] = codes
    return rooms


def build() -> str:
    """Returns the page."""
    parts = [HEAD]
    rooms = read_codes()
    for room in sorted(rooms, key=lambda room: TITLES.get(room, room)):
        parts.append(f"\n## {TITLES.get(room, room.capitalize())}\n\n")
        parts.append("| code | what it means, and what to do |\n|---|---|\n")
        parts += [f"| `{code}` | {escape(meaning)} |\n" for code, meaning in sorted(rooms[room].items())]
    return "".join(parts)


def escape(text: str) -> str:
    """Returns text that a table's cell can hold."""
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(build(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != build():
        sys.exit("docs/errors.md is out of date; build it: .venv/bin/python docs/build_errors.py")
