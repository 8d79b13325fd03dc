"""The whole route, from a study's folder to the document of its briefing: the public verbs of a study.

Each verb returns a `Document` with more or less of it filled in; the faces only show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from stockade.briefing.document import AsOf, Document, Source, StudyDetails, from_json, to_json
from stockade.claims.judge import judge_all
from stockade.claims.weights import weights
from stockade.compiler.compile import Simulator
from stockade.errors import Diagnostic, StockadeError
from stockade.model.checks import check as check_model
from stockade.progress import Progress, silent
from stockade.study import curves, findings
from stockade.study.calibrations import kept_calibrations
from stockade.study.feedback import LoopsOfStudy
from stockade.study.fits import Fits
from stockade.study.fits import fit_study as fit_folder
from stockade.study.folder import StudyFolder
from stockade.study.following import kept_course
from stockade.study.influence import kept_influence
from stockade.study.ingredients import digest, of_files, versions
from stockade.study.judging import (
    claim_diagnostics,
    claim_spec,
    judge_settings,
    judge_statements,
    needs,
)
from stockade.study.noises import kept_noise, noise_out_of_date
from stockade.study.read import open_study
from stockade.study.scoring import ScoredForecast, score_forecasts
from stockade.study.simulators import fitting_simulator, judging_simulator
from stockade.study.store import FOLDER, Store
from stockade.study.study import Fit
from stockade.study.watching import kept_watchlist
from stockade.study.worlds import Account, WorldMaker, mechanism_account, month_times, null_account


@dataclass(frozen=True, eq=False)
class _Run:
    """What the parts of a route share."""

    folder: StudyFolder
    fit: Fit
    fits: Fits
    simulator: Simulator
    progress: Progress
    loops: LoopsOfStudy


def check_study(folder: str | Path) -> tuple[Diagnostic, ...]:
    """Returns what is wrong or doubtful with a study: its files, its model and its claims.

    Args:
        folder: The study's folder, or the study.toml in it.
    """
    try:
        study = open_study(folder)
    except StockadeError as error:
        return error.diagnostics
    return (*check_model(study.model), *claim_diagnostics(study))


def fit_study(
    folder: str | Path, *, progress: Progress = silent, fresh: bool = False, **fit: int
) -> Document:
    """Fits every explanation of a study at each of its dates.

    Args:
        folder: The study's folder.
        progress: Told how far the work is.
        fresh: Pass over whatever is kept.
        **fit: seed, particles or repeats in the place of the study's.

    Returns:
        Explanations with their weights, and parameters.

    Raises:
        StockadeError: With everything that is wrong in the folder.
    """
    return _document("fit", folder, progress, fit, fresh=fresh)


def judge_study(
    folder: str | Path, *, progress: Progress = silent, fresh: bool = False, **fit: int
) -> Document:
    """Judges the claims of a study; see `fit_study`."""
    return _document("judge", folder, progress, fit, fresh=fresh)


def forecast_study(
    folder: str | Path, *, progress: Progress = silent, fresh: bool = False, **fit: int
) -> Document:
    """Forecasts a study's series and scores the forecasts; see `fit_study`."""
    return _document("forecast", folder, progress, fit, fresh=fresh)


def assess_study(
    folder: str | Path, *, progress: Progress = silent, fresh: bool = False, **fit: int
) -> Document:
    """Does all of it: fits, judges, forecasts, and fills the whole document; see `fit_study`."""
    document = _document("assess", folder, progress, fit, fresh=fresh)
    study = open_study(folder).study
    return replace(
        document,
        course=kept_course(study),
        calibrations=kept_calibrations(study),
        influence=kept_influence(study),
        watchlist=kept_watchlist(study),
        noise=kept_noise(study),
        notes=(*document.notes, *noise_out_of_date(study)),
    )


def _document(
    verb: str, path: str | Path, progress: Progress, overrides: Mapping[str, int], *, fresh: bool
) -> Document:
    folder = open_study(path)
    fit = replace(folder.study.fit, **overrides)
    store = Store(folder.study.folder / FOLDER)
    wanted = digest({"verb": verb, **of_files(folder.study, fit)})
    kept = None if fresh else _kept(store, verb, wanted)
    if kept is not None:
        return kept
    fitting = fitting_simulator(folder)
    month_times(fitting, folder.study)
    fits = fit_folder(folder, fitting, fit, store, progress, fresh=fresh)
    wants = needs(folder)
    loops = LoopsOfStudy(folder, store, fresh)
    run = _Run(folder, fit, fits, judging_simulator(folder, wants.variables), progress, loops)
    document = _fill(verb, run)
    store.keep_document(verb, wanted, to_json(document))
    return document


def _kept(store: Store, verb: str, wanted: str) -> Document | None:
    found = store.document(verb, wanted)
    try:
        return None if found is None else from_json(found)
    except (KeyError, TypeError, ValueError, AttributeError):  # spoilt: as good as absent
        return None


def _fill(verb: str, run: _Run) -> Document:
    study = run.folder.study
    dates = sorted(study.as_of)
    found = []
    for index, when in enumerate(dates):
        run.progress("judging", index, len(dates))
        found.append(_as_of(verb, run, when))
    run.progress("judging", len(dates), len(dates))
    return Document(
        study=study.folder.resolve().name,
        study_details=StudyDetails(
            title=study.title,
            question=study.question,
            period=(findings.months_of(study.period)[0], findings.months_of(study.period)[-1]),
            says_who=_who(study.claims),
            limits=study.briefing.limits,
            sources=tuple(Source(one.name, one.says, one.url) for one in study.briefing.sources),
            model=_model(run.folder),
        ),
        as_of=tuple(found),
        versions=versions(),
        seed=run.fit.seed,
    )


def _as_of(verb: str, run: _Run, when: date) -> AsOf:
    """Fills what a verb asks for, as of one date."""
    folder, seed = run.folder, run.fit.seed
    accounts = _accounts(run, when)
    worlds = [one.world for one in accounts.values()]
    shares = weights(worlds)
    picture = curves.Picture(folder, when, accounts, shares, seed)
    part = AsOf(
        date=when.isoformat(),
        explanations=findings.explanations(folder, run.fits, worlds, shares, when, seed),
        parameters=findings.parameters(folder, run.fits, when),
        together=findings.together(folder, run.fits, when),
        left_out=curves.left_out_rows(folder, when),
        inputs=curves.inputs(folder, when),
    )
    if verb in ("judge", "assess"):
        specs = [claim_spec(one) for one in folder.study.claims]
        verdicts = judge_all(
            specs, worlds, judge_statements(folder, when), judge_settings(folder, when, seed)
        )
        part = replace(part, claims=findings.claims(folder, verdicts), scenarios=curves.scenarios(picture))
    if verb in ("forecast", "assess"):
        scored = _scores(run, when, accounts, shares)
        part = replace(part, forecasts=findings.scores(folder.study, scored, picture.shown))
    if verb == "assess":
        part = replace(
            part,
            series=curves.series(picture),
            latents=curves.latents(picture),
            ledger=curves.ledger(picture),
        )
        part = _with_feedback(part, run, when, shares)
    return part


def _with_feedback(part: AsOf, run: _Run, when: date, shares: Mapping[str, float]) -> AsOf:
    """Adds the feedback loops of the weightiest mechanism, or a note on why they could not be looked at."""
    ids = [one.id for one in run.folder.study.explanations if one.mechanism]
    heaviest = max(ids, key=lambda name: shares[name])
    try:
        return replace(part, feedback=run.loops.feedback(run.fits.posteriors[when, heaviest], when))
    except StockadeError as error:
        why = "; ".join(one.message for one in error.diagnostics)
        return replace(part, notes=(*part.notes, f"The feedback loops were not looked at: {why}."))


def _accounts(run: _Run, when: date) -> dict[str, Account]:
    """Returns the account of every explanation, in the study's order."""
    maker = WorldMaker(run.folder, run.simulator, when, needs(run.folder), run.fit.seed)
    draws = max(len(one.draws) for one in run.fits.posteriors.values())
    found = {}
    for one in run.folder.study.explanations:
        key = (when, one.id)
        if one.mechanism:
            found[one.id] = mechanism_account(maker, run.fits.posteriors[key])
        else:
            found[one.id] = null_account(maker, one.id, run.fits.nulls[key], run.fits.problems[key], draws)
    return found


def _scores(
    run: _Run, when: date, accounts: Mapping[str, Account], shares: Mapping[str, float]
) -> tuple[ScoredForecast, ...]:
    table = run.folder.study.forecast
    if table is None or table.as_of != when:
        return ()
    return score_forecasts(run.folder, table, accounts, shares, run.fit.seed)


def _who(claims) -> str:
    names = list(dict.fromkeys(one.who for one in claims))
    days = list(dict.fromkeys(one.on.isoformat() for one in claims))
    if not names:
        return ""
    when = days[0] if len(days) == 1 else f"{min(days)} to {max(days)}"
    return f"{len(claims)} claims of {when}, by {'; '.join(names)}."


def _model(folder: StudyFolder) -> str:
    kinds = [one.kind for one in folder.model.variables]
    return (
        f"{folder.study.model.name}: {kinds.count('stock')} stocks, {kinds.count('auxiliary')} flows and "
        f"auxiliaries, {kinds.count('constant')} constants."
    )
