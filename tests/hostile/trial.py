"""Tries one hostile input as a user would: every outcome is something that runs, or diagnostics."""

from __future__ import annotations

import re
import shutil
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jax

from stockade.claims.grammar import parse
from stockade.errors import Diagnostic, StockadeError
from stockade.formats.convert import written_as
from stockade.formats.load import load
from stockade.model.checks import check
from stockade.simulation.single import simulate
from stockade.study.route import check_study
from tests.hostile.guard import watching
from tests.hostile.mutations import Case

REPOSITORY = Path(__file__).resolve().parents[2]
_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CODES = frozenset(
    line.partition("\t")[0]
    for file in (REPOSITORY / "docs" / "errors").glob("*.txt")
    for line in file.read_text(encoding="utf-8").splitlines()
)


@dataclass(frozen=True)
class Result:
    """What came of a trial.

    Attributes:
        outcome: ``runs``, ``ran``, ``refused``, or ``crash``, ``trespass``, ``bad diagnostic``.
        said: The code of the first diagnostic, or what went wrong.
    """

    outcome: str
    said: str = ""

    @property
    def bad(self) -> bool:
        return self.outcome in ("crash", "trespass", "bad diagnostic")


def try_case(case: Case, folder: Path, *, run: bool = False) -> Result:
    """Writes the files of a case into a folder of their own and tries them.

    Args:
        case: The input.
        folder: Emptied before and after; what lies beside it must not be read.
        run: Whether models are compiled and run too.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, raw in case.files.items():
        (folder / name).write_bytes(raw)
    if run:
        jax.numpy.ones(1).block_until_ready()  # JAX looks for devices once, in files of the system.
    with watching(folder) as seen, warnings.catch_warnings():
        warnings.simplefilter("error")  # A warning is a line on the screen that no diagnostic stands behind.
        try:
            result = _try(case, folder, run=run)
        except StockadeError as error:
            result = _refused(error.diagnostics)
        except Exception as error:  # noqa: BLE001 - whatever else is raised is what we look for
            frames = traceback.extract_tb(error.__traceback__)[-3:]
            where = " < ".join(f"{Path(one.filename).name}:{one.lineno}" for one in reversed(frames))
            result = Result("crash", f"{type(error).__name__}: {str(error)[:200]} at {where}")
    if (folder.parent / "owned").exists():
        seen.append("a command was run")
    return Result("trespass", "; ".join(seen[:5])) if seen else result


def _try(case: Case, folder: Path, *, run: bool) -> Result:
    if case.kind == "claim":
        parse(case.files["a.claim"].decode("utf-8", errors="replace"))
        return Result("runs")
    if case.kind == "study":
        return _refused(check_study(folder))
    return _try_model(folder / next(iter(case.files)), run=run)


def _try_model(path: Path, *, run: bool) -> Result:
    model = load(path)
    found = _refused(check(model))
    if found.outcome != "runs":
        return found
    for suffix in (".mdl", ".xmile"):
        try:
            written_as(model, suffix)
        except StockadeError as error:
            if (refused := _refused(error.diagnostics)).bad:
                return refused
    if not run:
        return found
    simulate(model)
    return Result("ran")


def _refused(found: Sequence[Diagnostic]) -> Result:
    """Diagnostics are right where their code is in the list, and where they have a sentence and a hint."""
    for one in found:
        if one.code not in _CODES or not _KEBAB.fullmatch(one.code):
            return Result("bad diagnostic", f"unknown code {one.code}")
        if not one.message or not str(one) or (one.severity == "error" and not one.hint):
            return Result("bad diagnostic", f"{one.code} lacks a message or a hint: {one.message}")
        if len(str(one)) > 5_000:
            said = f"{one.code} says {len(str(one))} characters: {one.message[:100]}"
            return Result("bad diagnostic", said)
    errors = [one for one in found if one.severity == "error"]
    return Result("refused", errors[0].code) if errors else Result("runs")
