"""What noise was found to change is kept, runs over some explanations or dates beside one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from stockade.briefing.document import noise_from_json, to_json
from stockade.briefing.noise import Noise, NoiseRow, NoisyDate
from stockade.briefing.noises import made_words, told
from stockade.briefing.wording import day, several
from stockade.claims.weights import softmax
from stockade.study.calibrations import ROOMS as FITTING
from stockade.study.ingredients import code_digest, of_files
from stockade.study.store import FOLDER, Store
from stockade.study.study import Study

ROOMS = (
    *FITTING, "study/held_out.py", "study/noising.py", "study/noisy_claims.py",
    "study/noisy_fits.py", "study/noisy_runs.py", "study/scoring.py",
)  # fmt: skip
"""Code that decides what noise changes."""

_DOCUMENT = "noise"
# What it was made from is written inside, so that a result that is out of date can be told from none.
_ANY = "whatever it was made from"


def kept_noise(study: Study) -> Noise | None:
    """Returns what runs found of a study as it stands, all together; None where there is nothing."""
    kept, made_of = _read(study)
    if kept is None or made_of != _made_of(study):
        return None
    # Sentences are of today's words, whatever the words were when it was kept.
    return replace(kept, dates=tuple(told(one) for one in kept.dates))


def noise_out_of_date(study: Study) -> tuple[str, ...]:
    """Returns a sentence where a result is kept that no longer belongs to the study; else nothing."""
    kept, made_of = _read(study)
    wanted = _made_of(study)
    if kept is None or made_of == wanted:
        return ()
    files = {**dict(made_of.get("files", {})), **wanted["files"]}
    changed = [name for name in files if made_of.get("files", {}).get(name) != wanted["files"].get(name)]
    changed += ["Stockade's code"] if made_of.get("code") != wanted["code"] else []
    changed += ["a version of what it stands on"] if made_of.get("versions") != wanted["versions"] else []
    made = made_words(kept)
    first = f"What noise in the flows changes is out of date and not shown: it was {made}"
    why = f"; since then {several(changed)} changed" if changed else ""
    return (f"{first}{why}. `stockade noise` makes it anew.",)


def keep_noise(study: Study, made: Noise) -> Noise:
    """Keeps a result beside what is kept of other explanations and dates, and returns all of it.

    A row made of fewer draws than the one that is kept does not take its place.
    """
    kept = kept_noise(study)
    old = {} if kept is None else {one.date: one for one in kept.dates}
    new = {one.date: one for one in made.dates}
    dates = [_both(study, old.get(when), new.get(when)) for when in sorted({*old, *new})]
    together = replace(made, dates=tuple(dates), notes=untried_dates(study, dates))
    document = {"made_of": _made_of(study), "noise": to_json(together)}
    Store(study.folder / FOLDER).keep_document(_DOCUMENT, _ANY, document)
    return together


def untried(study: Study, names: Sequence[str]) -> tuple[str, ...]:
    """Returns the explanations with a mechanism that are not among those named."""
    return tuple(one.id for one in study.explanations if one.mechanism and one.id not in names)


def untried_dates(study: Study, found: Sequence[NoisyDate]) -> tuple[str, ...]:
    """Returns a sentence on the study's dates that were not looked at with noise; nothing if all were."""
    known = {one.date for one in found}
    lacking = [day(one.isoformat()) for one in sorted(study.as_of) if one.isoformat() not in known]
    return (f"Nothing was fitted with noise as of {several(lacking)}.",) if lacking else ()


def _both(study: Study, old: NoisyDate | None, new: NoisyDate | None) -> NoisyDate:
    """Returns the rows of two runs of one date together, with weights among all of them."""
    if old is None or new is None:
        one = new or old
        assert one is not None
        return one
    before = {one.explanation: one for one in old.explanations}
    after = {one.explanation: one for one in new.explanations}
    chosen = before | {
        name: row
        for name, row in after.items()
        if name not in before or (row.draws or 0) >= (before[name].draws or 0)
    }
    ordered = [chosen[one.id] for one in study.explanations if one.id in chosen]
    # An average and verdicts can only be made where the draws are: they stay where they are of these rows.
    same = [
        date for date, rows in ((new, after), (old, before))
        if _found(rows.values()) == _found(chosen.values())
    ]  # fmt: skip
    averages = [date.average for date in same if date.average is not None]
    claims = next((date.claims for date in same if date.claims), ())
    rows = (*_weighed(ordered), *averages[:1])
    return told(NoisyDate(new.date, rows, untried(study, list(chosen)), claims=claims))


def _found(rows: Any) -> dict[str, NoiseRow]:
    """Returns rows by explanation, without what hangs on the run and not on what was found."""
    return {one.explanation: replace(one, made="", weight_with=None, weight_without=None) for one in rows}


def _weighed(rows: Sequence[NoiseRow]) -> list[NoiseRow]:
    before, after = (
        softmax(np.array([-np.inf if value is None else value for value in column]))
        for column in zip(*((one.log_evidence_without, one.log_evidence_with) for one in rows), strict=True)
    )
    return [
        replace(one, weight_without=float(first), weight_with=float(last))
        for one, first, last in zip(rows, before, after, strict=True)
    ]


def _read(study: Study) -> tuple[Noise | None, Mapping[str, Any]]:
    found = Store(study.folder / FOLDER).document(_DOCUMENT, _ANY)
    try:
        return (None, {}) if found is None else (noise_from_json(found["noise"]), dict(found["made_of"]))
    except (KeyError, TypeError, ValueError, AttributeError):  # spoilt: as good as absent
        return None, {}


def _made_of(study: Study) -> dict[str, Any]:
    return {**of_files(study, study.fit), "code": code_digest(ROOMS)}
