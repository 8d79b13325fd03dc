"""Builds docs/models.md from models/catalogue.toml.

python docs/build_models.py          writes docs/models.md
python docs/build_models.py --check  exits with 1 where it is out of date
"""

from __future__ import annotations

import sys
from pathlib import Path

from stockade.formats.catalogue import ModelEntry, catalogue

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "models.md"
HEAD = """\
# Reference models

Nine published models of armed conflict and radicalism, in `models/`: each a model file in Vensim's
language, with units and a comment on every variable, and a README with its equations, parameters, source
and check. They are there to learn from, to test the engine with, and to show how a model file reads well.
A test runs each of them in PySD, as it is, to the same numbers; none was opened in Vensim itself so far.

```
stockade models
stockade simulate models/deitchman-1962
```

They come with the package: installed by pip, `stockade simulate deitchman-1962` finds the file without a copy
of the repository, and `stockade models --json -` says where it is.

| status | what it means |
|---|---|
| exact | a closed form or an invariant of the equations is checked, by a test |
| reproduced | a table or a figure of the publication was seen and met |
| not reproduced | written from the literature; its tables and figures were not seen |

`exact` speaks of the equations as they stand in the file, and of nothing else: no publication's own
figures were compared, and no model here was fitted to anything. Where a publication gives no numbers that
we know, the values in the file are ours, and its README says so.

| model | published | about | status | checked |
|---|---|---|---|---|
"""
TAIL = """
The model with age classes, `turchin-fathers-and-sons`, uses subscripts.

## Responsible use

These are stylised models: a few aggregate numbers, no place, no person, no case. They say what follows
from their assumptions. None of them is evidence for a policy, none gives a target, and a good fit of one
of them to a curve explains nothing by itself; `blank-2008` is kept to show it.
[More](responsible-use.md).
"""


def page(entries: tuple[ModelEntry, ...]) -> str:
    """Returns the page: one row a model."""
    return HEAD + "".join(row(one) for one in entries) + TAIL


def row(one: ModelEntry) -> str:
    """Returns a model's row."""
    surnames = [name.split()[-1] for name in one.authors]
    who = surnames[0] if len(surnames) == 1 else ", ".join(surnames[:-1]) + " and " + surnames[-1]
    cells = [
        f"`{one.name}`",
        f"{who} {one.year}, {one.title}. {where(one)}",
        one.about,
        one.status,
        one.check,
    ]
    return "| " + " | ".join(cells) + " |\n"


def where(one: ModelEntry) -> str:
    """Returns where the publication is found, as a link where there is one."""
    if one.doi:
        return f"[doi:{one.doi}](https://doi.org/{one.doi})"
    if one.arxiv:
        return f"[arXiv:{one.arxiv}](https://arxiv.org/abs/{one.arxiv})"
    return one.published


def main() -> int:
    """Writes the page, or says that it is out of date."""
    text = page(catalogue(DOCS.parent / "models"))
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print("docs/models.md is out of date: run python docs/build_models.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
