from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = [
    "check",
    "simulate",
    "fit",
    "judge",
    "forecast",
    "follow",
    "calibrate",
    "influence",
    "profile",
    "whatif",
    "noise",
    "watch",
    "assess",
]
# Typer itself takes pydantic for some commands.
HEAVY = {
    "jax",
    "numpy",
    "scipy",
    "pandas",
    "xarray",
    "arviz",
    "altair",
    "lark",
    "rich",
    "matplotlib",
    "duckdb",
}


def test_help_names_every_command(run):
    shown = run("--help").stdout
    assert all(f"\n  {name} " in shown for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_an_example(run, command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"Example: stockade {command} studies/iraq-2008" in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_json(run, command):
    assert "--json FILE" in run(command, "--help").stdout


def test_version(run):
    import stockade

    assert run("--version").stdout == f"stockade {stockade.__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["simulate", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments):
    """Modules are counted, not seconds: a loaded machine must not fail this."""
    script = (
        "import sys, atexit\n"
        f"atexit.register(lambda: print(sorted({HEAVY!r} & set(sys.modules))))\n"
        f"sys.argv[1:] = {arguments!r}\n"
        "from stockade.cli.app import main; main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_importing_the_package_imports_nothing_heavy():
    script = f"import sys, stockade; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_package_runs_as_a_module(run):
    done = subprocess.run(
        [sys.executable, "-m", "stockade", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == run("--version").stdout


def test_a_closed_pipe_is_no_drama():
    stockade = Path(sys.executable).parent / "stockade"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [stockade, "simulate", "--help"], stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert done.stderr == ""
