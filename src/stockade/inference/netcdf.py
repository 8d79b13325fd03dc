"""A Posterior as NetCDF in the layout of ArviZ's InferenceData, so that ArviZ opens it.

Groups: `posterior` and `prior` hold one variable `parameters` (chain, draw, parameter), because names of
parameters may hold characters that NetCDF forbids in names of variables; `sample_stats` holds what is
known of each draw and stage. There is one chain, the pooled draws; `repeat` tells where each came from.
The file is written by xarray: ArviZ would take seconds to import and add nothing to it.
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from stockade.errors import Diagnostic, Place
from stockade.inference.posterior import Posterior
from stockade.inference.records import Stage

FORMAT = 1
"""Version of this layout; a file of another is not read."""

_STAGE_FIELDS = ("temperature", "ess", "acceptance", "step", "moves")


def write_posterior(posterior: Posterior, path: str | Path) -> None:
    """Writes a posterior; the file appears whole or not at all.

    Args:
        posterior: What to write.
        path: Where; its folder must exist.
    """
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        for group, dataset in _groups(posterior).items():
            dataset.to_netcdf(temporary, mode="a", group=group, engine="h5netcdf")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def read_posterior(path: str | Path) -> Posterior:
    """Reads what `write_posterior` wrote.

    Raises:
        ValueError: If the file is of another version of the layout.
    """
    posterior, prior, stats = (_load(path, group) for group in ("posterior", "prior", "sample_stats"))
    about = json.loads(posterior.attrs["stockade"])
    if about["format"] != FORMAT:
        raise ValueError(f"{path}: layout {about['format']}, not {FORMAT}")
    error = about["mc_error"]
    return Posterior(
        explanation=about["explanation"],
        as_of=about["as_of"],
        names=tuple(str(one) for one in posterior["parameter"].values),
        held=about["held"],
        draws=posterior["parameters"].values[0],
        prior_draws=prior["parameters"].values[0],
        repeat=stats["repeat"].values[0],
        log_likelihood=stats["log_likelihood"].values[0],
        log_evidence=about["log_evidence"],
        mc_error=math.inf if error is None else error,
        repeats=stats["log_evidence"].values,
        repeats_tempered=stats["log_evidence_tempered"].values,
        stages=_unpack_stages(stats),
        shrinkage=about["shrinkage"],
        diagnostics=tuple(_diagnostic(one) for one in about["diagnostics"]),
        ingredients=about["ingredients"],
    )


def _groups(posterior: Posterior) -> dict[str, xr.Dataset]:
    """Returns the datasets of the groups by name."""
    error = posterior.mc_error
    about = {
        "format": FORMAT,
        "explanation": posterior.explanation,
        "as_of": posterior.as_of,
        "held": dict(posterior.held),
        "log_evidence": posterior.log_evidence,
        "mc_error": error if math.isfinite(error) else None,
        "shrinkage": dict(posterior.shrinkage),
        "diagnostics": [one.as_dict() for one in posterior.diagnostics],
        "ingredients": dict(posterior.ingredients),
    }
    main = _parameters(posterior.names, posterior.draws)
    main.attrs = {"inference_library": "stockade", "stockade": json.dumps(about)}
    return {
        "posterior": main,
        "prior": _parameters(posterior.names, posterior.prior_draws),
        "sample_stats": _stats(posterior),
    }


def _parameters(names: tuple[str, ...], draws: np.ndarray) -> xr.Dataset:
    """Returns draws (draw, D') as a dataset with one chain."""
    return xr.Dataset(
        {"parameters": (("chain", "draw", "parameter"), draws[None])},
        coords={
            "chain": [0],
            "draw": np.arange(len(draws)),
            "parameter": np.array(names, dtype=object) if names else np.empty(0, dtype="U1"),
        },
    )


def _stats(posterior: Posterior) -> xr.Dataset:
    """Returns what is known of each draw, repeat and stage; repeats with fewer stages end in NaN."""
    longest = max(len(stages) for stages in posterior.stages)
    table = np.full((len(_STAGE_FIELDS), len(posterior.stages), longest), np.nan)
    for run, stages in enumerate(posterior.stages):
        for index, stage in enumerate(stages):
            table[:, run, index] = [getattr(stage, name) for name in _STAGE_FIELDS]
    return xr.Dataset(
        {
            "repeat": (("chain", "draw"), posterior.repeat[None]),
            "log_likelihood": (("chain", "draw"), posterior.log_likelihood[None]),
            "log_evidence": (("run",), posterior.repeats),
            "log_evidence_tempered": (("run",), posterior.repeats_tempered),
            **{
                f"stage_{name}": (("run", "stage"), rows)
                for name, rows in zip(_STAGE_FIELDS, table, strict=True)
            },
        },
        coords={
            "chain": [0],
            "draw": np.arange(len(posterior.draws)),
            "run": np.arange(len(posterior.stages)),
            "stage": np.arange(longest),
        },
    )


def _unpack_stages(stats: xr.Dataset) -> tuple[tuple[Stage, ...], ...]:
    """Returns the stages of each repeat from their table."""
    table = np.stack([stats[f"stage_{name}"].values for name in _STAGE_FIELDS], axis=-1)
    return tuple(
        tuple(
            Stage(float(t), float(e), float(a), float(s), int(m)) for t, e, a, s, m in run if math.isfinite(t)
        )
        for run in table
    )


def _diagnostic(about: dict[str, Any]) -> Diagnostic:
    """Returns a diagnostic from plain data."""
    return Diagnostic(**{**about, "place": Place(**about["place"])})


def _load(path: str | Path, group: str) -> xr.Dataset:
    """Reads a group whole and closes the file."""
    with xr.open_dataset(path, group=group, engine="h5netcdf") as dataset:
        return dataset.load()
