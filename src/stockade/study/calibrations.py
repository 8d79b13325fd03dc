"""What calibrations of a study are kept, beside one another: one for each explanation and date."""

from __future__ import annotations

from collections.abc import Sequence

from stockade.briefing.calibration import Calibration
from stockade.briefing.document import calibration_from_json, to_json
from stockade.study.ingredients import code_digest, digest, of_files
from stockade.study.store import FOLDER, Store
from stockade.study.study import Study

ROOMS = (
    "arrays.py", "claims", "compiler", "data", "forecasts", "formats", "inference", "model", "simulation",
    "study/build.py", "study/build_accounts.py", "study/build_data.py", "study/build_noise.py",
    "study/build_priors.py", "study/build_scenarios.py", "study/builder.py", "study/fits.py",
    "study/inputs.py", "study/interventions.py", "study/judging.py", "study/measures.py", "study/problems.py",
    "study/read.py", "study/replicates.py", "study/simulators.py", "study/statements.py", "study/worlds.py",
)  # fmt: skip
"""Code that decides a replicate."""

_DOCUMENT = "calibrate"


def kept_calibrations(study: Study) -> tuple[Calibration, ...]:
    """Returns what earlier runs found of a study as it stands, by date and in its order of explanations."""
    found = Store(study.folder / FOLDER).document(_DOCUMENT, _digest(study)) or {}
    try:
        return tuple(calibration_from_json(one) for one in found.values())
    except (KeyError, TypeError, ValueError, AttributeError):  # spoilt: as good as absent
        return ()


def keep_calibrations(study: Study, made: Sequence[Calibration]) -> None:
    """Keeps results beside those of other explanations and dates."""
    place = {one.id: row for row, one in enumerate(study.explanations)}
    kept = {(one.date, one.explanation): one for one in (*kept_calibrations(study), *made)}
    ordered = sorted(kept, key=lambda key: (key[0], place.get(key[1], 0)))
    document = {" ".join(key): to_json(kept[key]) for key in ordered}
    Store(study.folder / FOLDER).keep_document(_DOCUMENT, _digest(study), document)


def _digest(study: Study) -> str:
    """Returns the digest of the study's files and of the code that decides a result."""
    return digest({"verb": _DOCUMENT, **of_files(study, study.fit), "code": code_digest(ROOMS)})
