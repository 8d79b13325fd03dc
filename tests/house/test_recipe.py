"""Setting up: names and versions only, and advice where a machine lacks something."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib

import pytest

from tests.house.sources import REPOSITORY

MAKE = shutil.which("make")


def test_constraints_hold_names_and_versions_only():
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+|#.*", line) for line in lines)


def test_every_dependency_is_pinned_by_the_constraints():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(one for extra in project["optional-dependencies"].values() for one in extra),
    ]
    pinned = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8")
    names = {plain(line.partition("==")[0]) for line in pinned.splitlines()}
    assert {plain(re.match(r"[A-Za-z0-9._-]+", one)[0]) for one in wanted} - names == set()


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_check_of_every_change_is_what_the_readme_tells():
    lines = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["make test"]


@pytest.fixture
def bare(tmp_path):
    """A machine with a shell and nothing else: returns what make says there, given made-up interpreters."""
    shutil.copy(REPOSITORY / "Makefile", tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "constraints.txt").touch()
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("rm", "echo", "touch"):
        (tools / name).symlink_to(shutil.which(name))

    def made(**interpreters: str) -> str:
        for name, script in interpreters.items():
            path = tools / name.replace("_", ".")
            path.write_text(f"#!/bin/sh\n{script}\n")
            path.chmod(0o755)
        done = subprocess.run(
            [MAKE, "assess"],
            cwd=tmp_path,
            env={"PATH": str(tools)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode != 0
        assert not (tmp_path / ".venv").exists()
        return done.stderr

    return made


@pytest.mark.skipif(MAKE is None, reason="make is not installed")
class TestAdvice:
    def test_no_python(self, bare):
        assert "no Python 3.11 or newer found" in bare()

    def test_an_old_python_is_passed_over(self, bare):
        assert "no Python 3.11 or newer found" in bare(python3="exit 1")

    def test_no_venv_module(self, bare):
        told = bare(python3_11='case "$2" in *venv*) exit 1;; esac')
        assert "apt-get install python3-venv" in told

    def test_a_failed_environment_leaves_nothing_half_done(self, bare):
        told = bare(python3_11='case "$1" in -m) mkdir -p .venv/bin; echo "disk full" >&2; exit 1;; esac')
        assert "could not make the environment" in told
