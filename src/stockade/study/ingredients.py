"""What a result was made from, so that a second run can tell whether it still matches.

Ingredients are plain data, and their digest is that of their JSON. They name contents (the data that
a date may see, the equations of the model), never files or times: a row that is added later changes
nothing that was made without it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from stockade.inference.problem import Problem
from stockade.model.model import Model
from stockade.study.study import Fit, Study

PACKAGES = ("stockade", "jax", "jaxlib", "numpy")
"""Packages whose version can change the numbers."""

Ingredients = Mapping[str, Any]


def digest(value: Any) -> str:
    """Returns a short digest of plain data."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


@cache
def versions() -> dict[str, str]:
    """Returns the versions of what makes the numbers."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


@cache
def code_digest(rooms: tuple[str, ...] = ()) -> str:
    """Returns a digest of Stockade's own source files, so that a change of code makes results anew.

    Args:
        rooms: Folders and files below the package that count; all of it where there are none.
    """
    root = Path(__file__).resolve().parents[1]
    starts = [root / one for one in rooms] or [root]
    paths = {path for start in starts for path in ([start] if start.is_file() else start.rglob("*"))}
    hasher = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file() and path.suffix in (".py", ".lark", ".css", ".j2", ".html"):
            hasher.update(str(path.relative_to(root)).encode())
            hasher.update(path.read_bytes())
    return hasher.hexdigest()[:24]


def of_model(model: Model) -> str:
    """Returns a digest of a model's equations; comments, layout and place of the file do not count."""
    equations = [[one.canonical, one.kind, _meaning(one.equation)] for one in model.variables]
    return digest(sorted(equations, key=lambda row: row[0]))


def _meaning(node: Any) -> Any:
    """Returns what an expression says as plain data, without where it stands and how it was written."""
    if is_dataclass(node) and not isinstance(node, type):
        parts = [_meaning(getattr(node, one.name)) for one in fields(node) if one.compare]
        return [type(node).__name__, *parts]
    return [_meaning(one) for one in node] if isinstance(node, tuple | list) else node


def of_problem(problem: Problem, model: str, fit: Fit) -> dict[str, Any]:
    """Returns the ingredients of a fit.

    Args:
        problem: What is fitted.
        model: Digest of its model.
        fit: Seed, particles and repeats.
    """
    free = problem.free_names
    return {
        "model": model,
        "free": list(free),
        "held": _held(problem),
        "priors": [repr(one) for one in problem.priors if one is not None and one.name in free],
        "counts": {
            one.series: digest([one.output, one.dispersion, one.values, one.history])
            for one in problem.counts
        },
        "reports": [repr(one) for one in problem.reports if one.seen],
        "inputs": digest(problem.inputs),
        "seed": fit.seed,
        "particles": fit.particles,
        "repeats": fit.repeats,
        "versions": versions(),
    }


def _held(problem: Problem) -> dict[str, float]:
    """Returns what is held otherwise than the model's file has it.

    The rest is in the model's digest, or counts nothing (the bias of a source that has not spoken yet),
    and may be there only because another explanation or a later report speaks of it.
    """
    usual = dict(zip(problem.simulator.constants, problem.simulator.defaults, strict=True))
    held = dict(zip(problem.parameters, problem.held, strict=True))
    return {
        name: float(value)
        for name, value in held.items()
        if name not in problem.free_names and float(value) != float(usual.get(name, 0.0))
    }


def of_files(study: Study, fit: Fit) -> dict[str, Any]:
    """Returns the ingredients of a whole briefing: the files of the study, the code and its versions."""
    paths = [study.folder / "study.toml", study.model, study.series]
    paths += [study.reports] if study.reports is not None else []
    home = study.folder.resolve()
    named = {path.name: path for path in paths}
    named |= {f"model/{os.path.relpath(path, home)}": path for path in study.model_reads}
    return {
        "files": {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in named.items()},
        "fit": [fit.seed, fit.particles, fit.repeats],
        "code": code_digest(),
        "versions": versions(),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [value.shape, hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()]
    raise TypeError(f"{type(value).__name__} is not plain data")
