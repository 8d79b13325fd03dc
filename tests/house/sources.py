"""The package's own files, parsed, for tests about the house itself."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "src" / "stockade"


@dataclass(frozen=True)
class Source:
    """One file of the package: its dotted name below ``stockade``, and its text."""

    module: str
    text: str
    label: str

    @property
    def room(self) -> str:
        return self.module.partition(".")[0]

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.label)

    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [
            node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]


def all_sources() -> list[Source]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        found.append(Source(module, path.read_text(encoding="utf-8"), str(path.relative_to(REPOSITORY))))
    return found


def is_module(name: str) -> bool:
    """Whether a dotted name below ``stockade`` is a file or a folder of the package."""
    path = PACKAGE.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or path.is_dir()


def is_folder(name: str) -> bool:
    return PACKAGE.joinpath(*name.split(".")).is_dir()
