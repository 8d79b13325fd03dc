"""What noise in the flows of a study changes: every explanation fitted without it and with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from stockade.briefing.noise import AVERAGE, Noise, NoiseRow, NoiseScale, NoisyDate
from stockade.briefing.noises import told
from stockade.claims.weights import softmax
from stockade.errors import Diagnostic, Place, StockadeError
from stockade.inference.noisy_fit import NOISY_SETTINGS, collapse
from stockade.inference.posterior import Posterior
from stockade.model.names import canonical
from stockade.progress import Progress, silent
from stockade.study.fits import Fits, fit_study, smc_settings
from stockade.study.folder import StudyFolder
from stockade.study.held_out import HeldOutForecasts
from stockade.study.noises import keep_noise, untried, untried_dates
from stockade.study.noisy_claims import noisy_claims
from stockade.study.noisy_fits import REPEATS, NoisyFit, NoisyFits, need_noise
from stockade.study.read import open_study
from stockade.study.simulators import fitting_simulator
from stockade.study.store import FOLDER, Store
from stockade.study.study import Study
from stockade.study.worlds import month_times


def noise_study(
    folder: str | Path,
    *,
    as_of: Sequence[str] = (),
    explanations: Sequence[str] = (),
    progress: Progress = silent,
    fresh: bool = False,
    repeats: int = REPEATS,
    particles: int | None = None,
    seed: int | None = None,
) -> Noise:
    """Fits explanations with noise in their flows, beside the fits without.

    Finished repeats are kept, so that a run that was stopped goes on. What was found is kept beside what
    earlier runs found of other explanations and dates, for the briefing (see `stockade.study.noises`); a
    run with another seed than the study's is not.

    Args:
        folder: The study's folder.
        as_of: Days of the study; all where none are given.
        explanations: Ids; all with a mechanism where none are given.
        progress: Told how far the work is.
        fresh: Pass over whatever is kept of the noisy fits.
        repeats: Independent repeats, at least 2: they give the error.
        particles: Draws of a noisy repeat in the place of the usual ones.
        seed: In the place of the study's.

    Raises:
        StockadeError: With everything that is wrong in the folder; ``no-noise``, ``unknown-explanation``,
            ``unknown-date``.
    """
    if repeats < 2:
        raise ValueError("the error of the evidence needs two repeats or more")
    opened = open_study(folder)
    study = opened.study
    dates, names = _wanted(study, as_of, explanations)
    fit = study.fit if seed is None else replace(study.fit, seed=seed)
    simulator = fitting_simulator(opened)
    month_times(simulator, study)
    store = Store(study.folder / FOLDER)
    fits = fit_study(opened, simulator, fit, store, progress, fresh=False)
    settings = NOISY_SETTINGS
    if particles is not None:
        settings = replace(settings, particles=smc_settings(replace(fit, particles=particles)).particles)
    noisy = NoisyFits(opened, fits, store, settings, fit.seed, repeats)
    found = [_date(opened, fits, noisy, when, names, progress, fresh=fresh) for when in dates]
    notes = untried_dates(study, found)
    if fit.seed != study.fit.seed:
        notes = (*notes, f"Made with the seed {fit.seed}, not the study's: not kept for the briefing.")
    noise = Noise(study.folder.resolve().name, _words(study), tuple(found), fit.seed, notes)
    if fit.seed == study.fit.seed:
        keep_noise(study, noise)
    return noise


def _wanted(study: Study, as_of: Sequence[str], explanations: Sequence[str]) -> tuple[list[date], list[str]]:
    need_noise(study)
    ids = [one.id for one in study.explanations if one.mechanism]
    days = [one.isoformat() for one in study.as_of]
    for given, known, code, what in (
        (explanations, ids, "unknown-explanation", "explanation with a mechanism"),
        (as_of, days, "unknown-date", "as-of date"),
    ):
        for one in given:
            if one not in known:
                message = f"'{one}' is no {what} of this study."
                hint = f"It has {', '.join(known)}."
                raise StockadeError(Diagnostic(code, message, Place(study.file), hint=hint))
    dates = [one for one in study.as_of if not as_of or one.isoformat() in as_of]
    return dates, [one for one in ids if not explanations or one in explanations]


def _words(study: Study) -> tuple[str, ...]:
    found = []
    for one in study.noises:
        kinds = ["in whole persons"] if one.demographic else []
        kinds += [] if one.scale is None else [f"times a monthly factor, its scale '{one.scale}'"]
        found.append(f"{one.name}: {' and '.join(kinds)} ({one.because}).")
    return tuple(found)


def _date(
    folder: StudyFolder,
    fits: Fits,
    work: NoisyFits,
    when: date,
    names: Sequence[str],
    progress: Progress,
    *,
    fresh: bool,
) -> NoisyDate:
    """Fits explanations as of a date and compares them with the fits without noise."""
    noisy = work.of(when, names, progress, fresh=fresh)
    plain = {name: fits.posteriors[when, name] for name in names}
    both = (plain.values(), [one.posterior for one in noisy.values()])
    before, after = (softmax(np.array([one.log_evidence for one in fitted])) for fitted in both)
    forecasts = HeldOutForecasts(folder, when, work.seed)
    rows = []
    for index, (name, one) in enumerate(noisy.items()):
        held = forecasts.add(plain[name], fits.problems[when, name], one)
        row = _row(plain[name], one, before[index], after[index], folder.study)
        rows.append(replace(row, held_out=held))
    average = forecasts.average(before, after)
    if average:
        shown = NoiseRow(
            AVERAGE, None, None, None, None, 1.0, 1.0,
            max(one.quality.particles for one in noisy.values()), None, None, (), average,
            made=_today(),
        )  # fmt: skip
        rows.append(shown)
    lacking = untried(folder.study, names)
    progress("judging", 0, 0)
    claims = () if lacking else noisy_claims(folder, fits, when, noisy, work.seed)
    return told(NoisyDate(when.isoformat(), tuple(rows), lacking, claims=claims))


def _today() -> str:
    return datetime.now(tz=UTC).date().isoformat()


def _row(plain: Posterior, one: NoisyFit, before: float, after: float, study: Study) -> NoiseRow:
    noisy, found = one.posterior, one.quality
    scales = []
    for flow in study.noises:
        if flow.scale is not None and canonical(flow.scale) in noisy.names:
            drawn = noisy.draws[:, noisy.names.index(canonical(flow.scale))]
            low, median, high = (float(np.quantile(drawn, q)) for q in (0.05, 0.5, 0.95))
            scales.append(NoiseScale(flow.scale, low, median, high))
    collapsed = collapse(plain.explanation, found)
    wrong = [*noisy.diagnostics, *(() if collapsed is None else (collapsed,))]
    return NoiseRow(
        plain.explanation, plain.log_evidence, plain.mc_error, noisy.log_evidence, noisy.mc_error,
        float(before), float(after), found.particles, found.variance, found.ess, tuple(scales), (),
        tuple(fault.message for fault in wrong), collapsed is not None, len(noisy.draws), _today(),
    )  # fmt: skip
