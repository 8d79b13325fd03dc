"""The documentation keeps step with the code: every code is explained, every command line in it is real."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from stockade.cli.app import app
from tests.house.sources import REPOSITORY, Source, all_sources

DOCS = REPOSITORY / "docs"
SOURCES = all_sources()
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def takers_of_codes(source: Source) -> dict[str, int]:
    """Functions of a file that take a diagnostic's code, with its position."""
    takers = {}
    for node in source.functions():
        names = [
            one.arg for one in [*node.args.posonlyargs, *node.args.args] if one.arg not in {"self", "cls"}
        ]
        if "code" in names:
            takers[node.name] = names.index("code")
    return takers


def codes_used() -> set[str]:
    everywhere = {name: at for source in SOURCES for name, at in takers_of_codes(source).items()}
    found: set[str] = set()
    for source in SOURCES:
        takers = {**everywhere, **takers_of_codes(source), "Diagnostic": 0, "Trouble": 0}
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in takers:
                named = [one.value for one in node.keywords if one.arg == "code"]
                found |= codes_in(named or node.args[takers[name] : takers[name] + 1])
    return found


def codes_in(given: list[ast.expr]) -> set[str]:
    """A code may stand as it is or be chosen: "a-code" if ... else "b-code"."""
    return {
        one.value
        for argument in given
        for one in ast.walk(argument)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and CODE.fullmatch(one.value)
    }


def codes_documented() -> set[str]:
    lines = [
        line
        for path in (DOCS / "errors").glob("*.txt")
        for line in path.read_text().splitlines()
        if line.strip()
    ]
    return {line.partition("\t")[0] for line in lines}


def words_in_sources() -> set[str]:
    """All strings; of a code put together, f"unknown-{kind}", what stands before the first gap."""
    return {
        node.value
        for source in SOURCES
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_code_that_is_raised_is_explained():
    assert codes_used() - codes_documented() == set()


def test_every_code_that_is_explained_is_raised():
    words = words_in_sources()
    beginnings = tuple(one for one in words if one.endswith("-") and CODE.fullmatch(one[:-1]))
    assert {one for one in codes_documented() - words if not one.startswith(beginnings)} == set()


def test_the_page_of_errors_is_up_to_date():
    done = subprocess.run(
        [sys.executable, DOCS / "build_errors.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""


def command_lines() -> list[str]:
    texts = [path.read_text(encoding="utf-8") for path in [*DOCS.glob("*.md"), *REPOSITORY.glob("*.md")]]
    blocks = [block for text in texts for block in re.findall(r"```[a-z]*\n(.*?)```", text, flags=re.DOTALL)]
    lines = [
        line.strip().removeprefix("$ ").partition("  #")[0] for block in blocks for line in block.splitlines()
    ]
    return sorted(
        {line.removeprefix(".venv/bin/") for line in lines if re.match(r"(\.venv/bin/)?stockade ", line)}
    )


@pytest.mark.parametrize("line", command_lines())
def test_a_command_line_of_the_documentation_exists(line):
    """Each option is known and each study or model named is there; `--help` stops the work itself."""
    arguments = [one for one in shlex.split(line)[1:] if one != "--version"]
    result = CliRunner().invoke(app, [*arguments, "--help"])
    assert result.exit_code == 0, result.output
    known = result.stdout
    assert all(one.partition("=")[0] in known for one in arguments if one.startswith("--"))
    assert all((REPOSITORY / one).exists() for one in arguments if one.startswith("studies/iraq-2008"))


def test_no_page_asks_another_host_for_anything():
    """Scripts, styles and pictures come from the repository; links to follow are free."""
    for path in [*DOCS.glob("*.md"), REPOSITORY / "mkdocs.yml"]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<(script|link|img|iframe)[^>]*https?://|!\[[^\]]*\]\(https?://", text), path


def test_the_version_is_the_same_everywhere():
    import stockade

    citation = (REPOSITORY / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {stockade.__version__}\n" in citation
    assert f"## [{stockade.__version__}]" in (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
