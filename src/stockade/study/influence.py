"""Which figures carry the verdict: every figure, and every source, left out in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from stockade.briefing.document import influence_from_json, to_json
from stockade.briefing.influence import Influence, InfluenceAt, PartLeftOut
from stockade.claims.weights import softmax
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.progress import Progress, silent
from stockade.study.fits import Fits
from stockade.study.fits import fit_study as fit_folder
from stockade.study.folder import StudyFolder
from stockade.study.form import did_you_mean
from stockade.study.ingredients import digest, of_files
from stockade.study.judging import needs
from stockade.study.parts import Part, parts
from stockade.study.read import open_study
from stockade.study.simulators import fitting_simulator, judging_simulator
from stockade.study.store import FOLDER, Store
from stockade.study.study import Fit, Study
from stockade.study.without import Account, Key, without_each
from stockade.study.without_claims import Hearing, hearing
from stockade.study.worlds import month_times

_Accounts = Mapping[Key, Account]


def influence_study(
    folder: str | Path,
    *,
    as_of: Sequence[str] = (),
    progress: Progress = silent,
    fresh: bool = False,
    **fit: int,
) -> Influence:
    """Leaves every figure, and all that has one origin, out in turn, and says what would change.

    Args:
        folder: The study's folder.
        as_of: Dates of the study to look from, ``2008-03-21``; all of them where empty.
        progress: Told how far the work is.
        fresh: Pass over whatever is kept.
        **fit: seed, particles or repeats in the place of the study's.

    Raises:
        StockadeError: With everything that is wrong in the folder; ``unknown-as-of``.
    """
    study = open_study(folder)
    dates = _dates(study, as_of)
    settings = replace(study.study.fit, **fit)
    store = Store(study.study.folder / FOLDER)
    wanted = _digest(study.study, settings, dates)
    kept = None if fresh else _kept(store, wanted)
    if kept is not None:
        return kept
    simulator = fitting_simulator(study)
    month_times(simulator, study.study)
    fits = fit_folder(study, simulator, settings, store, progress, fresh=fresh)
    out = {when: parts(study, when) for when in dates}
    accounts = without_each(study, fits, out, settings, store, progress, fresh=fresh)
    judging = judging_simulator(study, needs(study).variables)
    found = []
    for when in dates:
        heard = hearing(study, fits, judging, when, settings.seed)
        found.append(_at(heard, when, out[when], accounts, progress))
    influence = Influence(
        study=study.study.folder.resolve().name, as_of=tuple(found),
        made=datetime.now(tz=UTC).date().isoformat(), doubts=_doubts(accounts, out, fits),
    )  # fmt: skip
    store.keep_document("influence", wanted, to_json(influence))
    return influence


def kept_influence(study: Study) -> Influence | None:
    """Returns what an earlier run over all dates has kept of a study as it stands."""
    return _kept(Store(study.folder / FOLDER), _digest(study, study.fit, sorted(study.as_of)))


def _digest(study: Study, fit: Fit, dates: Sequence[date]) -> str:
    days = [one.isoformat() for one in dates]
    return digest({"verb": "influence", "as_of": days, **of_files(study, fit)})


def _kept(store: Store, wanted: str) -> Influence | None:
    found = store.document("influence", wanted)
    try:
        return None if found is None else influence_from_json(found)
    except (KeyError, TypeError, ValueError, AttributeError):  # spoilt: as good as absent
        return None


def _dates(folder: StudyFolder, wanted: Sequence[str]) -> list[date]:
    known = {one.isoformat(): one for one in sorted(folder.study.as_of)}
    lacking = [one for one in wanted if one not in known]
    if lacking:
        message = f"'{lacking[0]}' is no as-of date of the study."
        hint = did_you_mean(lacking[0], known, f"Its dates: {', '.join(known)}.")
        place = Place(folder.study.file, name="study.as_of")
        raise StockadeError(Diagnostic("unknown-as-of", message, place, hint=hint))
    return [known[one] for one in sorted(dict.fromkeys(wanted))] or list(known.values())


@dataclass(frozen=True, eq=False)
class _Base:
    """Weights and probabilities with all data, in the order of explanations and claims."""

    explanations: tuple[str, ...]
    evidence: np.ndarray
    weight: np.ndarray
    claims: Mapping[str, float]


def _at(
    heard: Hearing, when: date, out: Sequence[Part], accounts: _Accounts, progress: Progress
) -> InfluenceAt:
    names = tuple(heard.told)
    evidence = np.array([one.world.log_evidence for one in heard.told.values()])
    claims = {name: one for name, one in heard.everything().items() if one is not None}
    base = _Base(names, evidence, softmax(evidence), claims)
    found: list[PartLeftOut] = []
    known: dict[str, PartLeftOut] = {}
    for index, part in enumerate(out):
        progress("judging without", index, len(out))
        ours = {name: accounts[when, name, part.name] for name in names}
        if part.name in known:  # a source that gave one report is that report
            found.append(_relabelled(known[part.name], part))
            continue
        one = _left_out(part, ours, base, heard.without(part, ours))
        found.append(one)
        if not part.column:  # a whole series also hides months that are not fitted
            known[part.name] = one
    progress("judging without", len(out), len(out))
    return InfluenceAt(
        date=when.isoformat(), explanations=names, weight=_rounded(base.weight), claims=tuple(claims),
        probability=_rounded(np.array(list(claims.values()))),
        parts=tuple(sorted(found, key=lambda one: -(one.moved or 0.0))),
        refits=sum(one.how == "refit" for (day, _, _), one in accounts.items() if day == when),
    )  # fmt: skip


def _left_out(
    part: Part, ours: Mapping[str, Account], base: _Base, heard: Mapping[str, float | None]
) -> PartLeftOut:
    told = list(ours.values())
    weight = softmax(base.evidence - np.array([one.log_predictive for one in told]))
    moves = dict(zip(base.explanations, np.abs(weight - base.weight), strict=True))
    # A claim that nobody speaks to any longer has lost all it stood on.
    moves |= {
        name: 1.0 if (now := heard[name]) is None else abs(now - was) for name, was in base.claims.items()
    }
    most = max(moves, key=lambda name: moves[name])
    return PartLeftOut(
        kind=part.kind, what=part.what, window=part.window, figure=part.figure, source=part.source,
        figures=part.figures, log_predictive=_rounded(np.array([one.log_predictive for one in told])),
        mc_error=_rounded(np.array([one.mc_error for one in told])),
        pareto_k=tuple(None if one.pareto_k is None else _short(one.pareto_k) for one in told),
        how=tuple(one.how for one in told), weight=_rounded(weight),
        probability=tuple(None if (now := heard[name]) is None else _short(now) for name in base.claims),
        moved=_short(moves[most]), moved_most=most,
    )  # fmt: skip


def _relabelled(found: PartLeftOut, part: Part) -> PartLeftOut:
    """Returns the same figures under another name."""
    return replace(
        found, kind=part.kind, what=part.what, window=part.window, figure=part.figure, source=part.source
    )


def _doubts(accounts: _Accounts, out: Mapping[date, Sequence[Part]], fits: Fits) -> tuple[str, ...]:
    """Returns a sentence for each fit made anew that failed its checks where the full fit did not."""
    found = []
    for (when, name, key), one in accounts.items():
        before = {two.code for two in fits.posteriors[when, name].diagnostics} if one.posterior else set()
        new = [two for two in (one.posterior.diagnostics if one.posterior else ()) if two.code not in before]
        if new:
            part = next(two for two in out[when] if two.name == key)
            what = f"{part.what}, {part.window}" if part.window else part.what
            found.append(f"As of {when.isoformat()}, {name} without {what}: {new[0].message}")
    return tuple(found)


def _rounded(values: np.ndarray) -> tuple[float, ...]:
    return tuple(_short(one) for one in values)


def _short(value: float) -> float:
    """Five digits are more than the error leaves, and keep the file small."""
    return float(f"{value:.5g}")
