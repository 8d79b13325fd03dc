"""Profile likelihoods of an explanation of a study: what the data alone know of each parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stockade.errors import Diagnostic, Place, StockadeError
from stockade.inference.profiles import Profile, profile_likelihoods
from stockade.progress import Progress, silent
from stockade.study.folder import StudyFolder
from stockade.study.form import did_you_mean
from stockade.study.problems import problem
from stockade.study.read import open_study
from stockade.study.simulators import fitting_simulator


@dataclass(frozen=True, eq=False)
class Profiles:
    """What the data alone know of an explanation's parameters.

    Attributes:
        study: Name of the study's folder.
        explanation: Its id.
        as_of: The date, ISO.
        names: Of each parameter as the study writes it.
        units: Of each parameter.
        profiles: Of each free parameter.
    """

    study: str
    explanation: str
    as_of: str
    names: tuple[str, ...]
    units: tuple[str, ...]
    profiles: tuple[Profile, ...]


def profile_study(
    folder: str | Path,
    explanation: str,
    *,
    as_of: str | None = None,
    points: int = 15,
    progress: Progress = silent,
) -> Profiles:
    """Returns the profile likelihood of every free parameter of an explanation.

    Args:
        folder: The study's folder.
        explanation: Id of one with a mechanism.
        as_of: A date of the study; its latest where None.
        points: Of each profile, 5 or more.
        progress: Told how far the work is.

    Raises:
        StockadeError: Whatever is wrong in the folder; ``unknown-explanation``, ``unknown-as-of``,
            ``nothing-free``, ``impossible-everywhere``.
        ValueError: Fewer than 5 points.
    """
    study = open_study(folder)
    inside = study.study
    known = {one.id: one for one in inside.explanations if one.mechanism}
    what = "explanation with a mechanism"
    _must_be_known(study, explanation, known, "unknown-explanation", what, "explanation")
    dates = {one.isoformat(): one for one in sorted(inside.as_of)}
    day = max(dates) if as_of is None else as_of
    _must_be_known(study, day, dates, "unknown-as-of", "as-of date", "study.as_of")
    fitted = problem(study, fitting_simulator(study), known[explanation], dates[day])
    if not any(fitted.free):
        message = f"The explanation '{explanation}' leaves nothing free."
        hint = "Take a name out of its 'hold', or a prior's 'fixed'; a profile is of what is fitted."
        place = Place(inside.file, name=f"explanation.{explanation}")
        raise StockadeError(Diagnostic("nothing-free", message, place, hint=hint))
    found = profile_likelihoods(fitted, points=points, progress=progress)
    return Profiles(
        study=inside.folder.resolve().name, explanation=explanation, as_of=day,
        names=tuple(study.written(one.name) for one in found),
        units=tuple(study.units(one.name) for one in found), profiles=found,
    )  # fmt: skip


def profiles_to_json(found: Profiles) -> dict[str, Any]:
    """Returns profiles as `json.dumps` takes them."""
    parameters = [
        {
            "name": name, "units": units, "identified": one.identified, "flat": one.flat,
            "gaps": one.gaps, "best": one.best,
            "low": one.low, "high": one.high, "values": one.values.tolist(),
            "log_likelihood": one.log_likelihood.tolist(),
        }
        for name, units, one in zip(found.names, found.units, found.profiles, strict=True)
    ]  # fmt: skip
    return {
        "study": found.study, "explanation": found.explanation, "as_of": found.as_of,
        "parameters": parameters,
    }  # fmt: skip


def _must_be_known(
    folder: StudyFolder, wanted: str, known: Mapping[str, Any], code: str, what: str, key: str
) -> None:
    if wanted not in known:
        hint = did_you_mean(wanted, list(known), f"The study has: {', '.join(known)}.")
        place = Place(folder.study.file, name=key)
        raise StockadeError(Diagnostic(code, f"'{wanted}' is no {what} of the study.", place, hint=hint))
