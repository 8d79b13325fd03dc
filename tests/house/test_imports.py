"""The import table is a file, and this reads it: see import_table.toml."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.sources import Source, all_sources, is_folder, is_module

TABLE = tomllib.loads((Path(__file__).parent / "import_table.toml").read_text(encoding="utf-8"))
SOURCES = all_sources()


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Dotted names below ``stockade`` that a statement imports; ``""`` is the package itself."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif node.level:
        return ["<relative>"]
    else:
        module = node.module or ""
        below = module.removeprefix("stockade").removeprefix(".")
        folder = module == "stockade" or (module.startswith("stockade.") and is_folder(below))
        names = [f"{module}.{alias.name}" for alias in node.names] if folder else [module]
    return [
        name.removeprefix("stockade").removeprefix(".") for name in names if name.split(".")[0] == "stockade"
    ]


def problems(source: Source) -> Iterator[str]:
    """What a file imports against the table, each as a sentence."""
    allowed = {source.room, *TABLE["everyone"], *TABLE["rooms"].get(source.room, ())}
    if source.room not in TABLE["rooms"]:
        yield f"{source.label}: the room '{source.room}' is not in import_table.toml"
    at_top = set(map(id, top_level(source.tree)))
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        where = f"{source.label}:{node.lineno}"
        if (
            id(node) not in at_top
            and source.room not in TABLE["late"]
            and "# late: " not in source.lines[node.lineno - 1]
        ):
            yield f"{where}: imports inside a function; move it to the top, or give a reason: # late: ..."
        for name in imported(node):
            if name in {"", "__version__"} and source.room in TABLE["late"]:
                continue
            if name == "<relative>":
                yield f"{where}: a relative import; write it out from 'stockade'"
            elif not is_module(name):
                yield f"{where}: imports '{name}' from a room's face; import the file that holds it"
            elif not any(name == one or name.startswith(f"{one}.") for one in allowed):
                yield f"{where}: '{source.room}' may not import '{name}'"


def top_level(tree: ast.Module) -> Iterator[ast.stmt]:
    """Statements that run at import, those under ``if TYPE_CHECKING`` among them."""
    pending = list(tree.body)
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, ast.If | ast.Try):
            pending += node.body + node.orelse


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.module)
def test_a_file_imports_only_what_its_row_allows(source):
    assert list(problems(source)) == []


def test_the_table_has_no_circle():
    rooms = {name: {one.partition(".")[0] for one in row} for name, row in TABLE["rooms"].items()}
    done: set[str] = set()
    while left := {name for name in rooms if name not in done}:
        ready = {name for name in left if rooms[name] <= done}
        assert ready, f"a circle among {sorted(left)}"
        done |= ready


@pytest.mark.parametrize(
    ("module", "text", "complaint"),
    [
        ("model.a", "from stockade.study.study import Study", "may not import"),
        ("model.a", "import stockade.compiler.walk", "may not import"),
        ("claims.a", "from stockade.model.model import Model", "may not import"),
        ("formats.a", "from stockade.model import Model", "from a room's face"),
        ("formats.a", "from stockade import load", "from a room's face"),
        ("formats.a", "from .b import c", "relative import"),
        ("formats.a", "def f():\n    from stockade.model.model import Model", "inside a function"),
        ("formats.a", "def f():\n    import numpy", "inside a function"),
        ("cellar.a", "", "not in import_table"),
    ],
)
def test_the_reader_of_the_table_notices(module, text, complaint):
    found = list(problems(Source(module, text, "made up")))
    assert len(found) == 1
    assert complaint in found[0]


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("formats.a", "from stockade.model.model import Model"),
        ("formats.a", "from stockade.model import model"),
        ("formats.a", "from stockade.errors import Diagnostic"),
        ("formats.a", "def f():\n    import numpy  # late: it takes a second and few need it"),
        ("cli.a", "def f():\n    from stockade.study import study"),
    ],
)
def test_the_reader_of_the_table_lets_pass(module, text):
    assert list(problems(Source(module, text, "made up"))) == []
