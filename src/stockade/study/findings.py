"""Fits and verdicts as the briefing's findings: explanations, verdicts, scores, parameters. Plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from stockade.briefing.curves import Fan
from stockade.briefing.findings import (
    ClaimVerdict,
    Confidence,
    ConfidencePart,
    Evidence,
    Explanation,
    ForecastScore,
    KnownTogether,
    Parameter,
)
from stockade.claims.grammar import parse
from stockade.claims.verdict import Verdict
from stockade.claims.walk import scenarios
from stockade.claims.weights import simulated_weights
from stockade.claims.worlds import World
from stockade.data.months import Window, format_month
from stockade.errors import StockadeError
from stockade.forecasts.predict import FAN, fan
from stockade.inference.directions import known_together, sentence
from stockade.inference.posterior import Posterior
from stockade.study.fits import Fits
from stockade.study.folder import StudyFolder
from stockade.study.scoring import ScoredForecast
from stockade.study.study import Study

INTERVAL = (0.05, 0.5, 0.95)


def months_of(window: Window) -> tuple[str, ...]:
    """Returns the months of a window as a briefing writes them."""
    return tuple(format_month(month) for month in window.months())


def fan_of(explanation: str, draws: np.ndarray, *, counts: bool = False) -> Fan:
    """Returns the quantiles of draws (month, draw); those of counts are counts."""
    rows = fan(draws).T if counts else np.quantile(draws, FAN, axis=1)
    return Fan(explanation, *(tuple(float(f"{value:.5g}") for value in row) for row in rows))


def explanations(
    folder: StudyFolder,
    fits: Fits,
    worlds: Sequence[World],
    weights: Mapping[str, float],
    when: date,
    seed: int,
) -> tuple[Explanation, ...]:
    """Returns every explanation with its evidence, its weight and how sure the weight is."""
    scattered = simulated_weights(worlds, seed)
    place = {one.explanation: index for index, one in enumerate(worlds)}
    found = []
    for one in folder.study.explanations:
        low, high = np.quantile(scattered[:, place[one.id]], (0.05, 0.95))
        world = worlds[place[one.id]]
        posterior = fits.posteriors.get((when, one.id))
        found.append(
            Explanation(
                id=one.id, log_evidence=world.log_evidence, mc_error=world.mc_error, weight=weights[one.id],
                weight_low=float(low), weight_high=float(high), says=one.says,
                kind="mechanism" if one.mechanism else "null",
                holds=tuple(f"{folder.written(name)} = {value:g}" for name, value in one.hold.items()),
                diagnostics={} if posterior is None else _sampler(posterior),
                warnings=tuple(f"{two.message} {two.hint}" for two in world.diagnostics),
            )
        )  # fmt: skip
    return tuple(found)


def _sampler(posterior: Posterior) -> dict[str, float | None]:
    """Returns what is to be known of a fit as named numbers."""
    stages = [stage for run in posterior.stages for stage in run]
    spread = float(np.std(posterior.repeats, ddof=1)) if len(posterior.repeats) > 1 else None
    return {
        "draws": float(len(posterior.draws)),
        "distinct draws": float(len(np.unique(posterior.draws, axis=0))),
        "free parameters": float(len(posterior.names)),
        "repeats": float(len(posterior.repeats)),
        "spread of log evidence over repeats": spread,
        "stages": float(np.mean([len(run) for run in posterior.stages])),
        "lowest acceptance": min(stage.acceptance for stage in stages),
        "lowest effective sample size": min(stage.ess for stage in stages),
    }


def parameters(folder: StudyFolder, fits: Fits, when: date) -> tuple[Parameter, ...]:
    """Returns every fitted parameter of every mechanism, posterior beside prior."""
    found = []
    for (day, name), posterior in fits.posteriors.items():
        if day != when:
            continue
        (explanation,) = (one for one in folder.study.explanations if one.id == name)
        priors = folder.study.priors_of(explanation)
        after = np.quantile(posterior.draws, INTERVAL, axis=0)
        before = np.quantile(posterior.prior_draws, INTERVAL, axis=0)
        for column, parameter in enumerate(posterior.names):
            prior = priors.get(parameter)
            found.append(
                Parameter(
                    explanation=name, name=folder.written(parameter), units=folder.units(parameter),
                    low=float(after[0, column]), median=float(after[1, column]),
                    high=float(after[2, column]), shrinkage=posterior.shrinkage[parameter],
                    prior_low=float(before[0, column]), prior_median=float(before[1, column]),
                    prior_high=float(before[2, column]), because="" if prior is None else prior.because,
                )
            )  # fmt: skip
    return tuple(found)


def together(folder: StudyFolder, fits: Fits, when: date) -> tuple[KnownTogether, ...]:
    """Returns the combinations of parameters that the data know, of every mechanism."""
    found = []
    for (day, name), posterior in fits.posteriors.items():
        if day != when:
            continue
        problem = fits.problems[day, name]
        priors = [one for one, free in zip(problem.priors, problem.free, strict=True) if free and one]
        for one in known_together(posterior.draws, posterior.prior_draws, priors):
            names = tuple(folder.written(each) for each in one.names)
            found.append(
                KnownTogether(
                    explanation=name, names=names, says=sentence(one, names), shrinkage=1.0 - one.variance,
                    alone=tuple(1.0 - each for each in one.alone),
                )
            )  # fmt: skip
    return tuple(found)


def claims(folder: StudyFolder, verdicts: Sequence[Verdict]) -> tuple[ClaimVerdict, ...]:
    """Returns the verdicts in the briefing's words."""
    urls = {(one.source, one.reported_on.isoformat()): one.url for one in folder.reports}
    return tuple(_claim(one, urls) for one in verdicts)


def _claim(one: Verdict, urls: Mapping[tuple[str, str], str]) -> ClaimVerdict:
    confidence = one.confidence and Confidence(
        one.confidence.level,
        tuple(ConfidencePart(part.name, part.level, part.why) for part in one.confidence.parts),
    )
    return ClaimVerdict(
        id=one.id, type=one.type, verdict=one.verdict, probability=one.probability, mc_error=one.mc_error,
        phrase=one.phrase or one.verdict, by_explanation=dict(one.by_explanation), quote=one.quote,
        who=one.who, means=one.means, says=" ".join(one.says.split()), low=one.low, high=one.high,
        prior_probability=one.prior_probability, reason=one.reason,
        flags=(*one.flags, *_doubts(one)),
        moved_by=_moved(one), confidence=confidence, silent_weight=one.silent_share,
        scenarios=_scenarios(one),
        evidence=tuple(
            Evidence(
                f"{row.report}, {row.window}", row.figure, row.source,
                urls.get((row.source, row.published), ""), row.grade,
            )
            for row in one.evidence
        ),
    )  # fmt: skip


def _doubts(one: Verdict) -> tuple[str, ...]:
    """Returns what is doubtful with the claim itself; what its fits failed stands with the explanations."""
    return tuple(dict.fromkeys(two.code for two in one.diagnostics if two.code.startswith("claim-")))


def _scenarios(one: Verdict) -> tuple[str, ...]:
    try:
        return scenarios(parse(one.says).expression) if one.says else ()
    except StockadeError:
        return ()


def _moved(one: Verdict) -> str:
    if one.moved_by is None:
        return ""
    moved = one.moved_by
    way = "more" if moved.correlation > 0 else "less"
    return (
        f"{moved.parameter}: the more of it, the {way} the claim holds (rank correlation "
        f"{moved.correlation:+.2f} among the draws of {moved.explanation})."
    )


def scores(study: Study, scored: Sequence[ScoredForecast], shown: Sequence[str]) -> tuple[ForecastScore, ...]:
    """Returns the scores of forecasts; the draws of those in `shown` as fans."""
    if study.forecast is None:
        return ()
    window, months = str(study.forecast.window), months_of(study.forecast.window)
    found = []
    for one in scored:
        row = None if one.scored is None else one.scored.row
        kept = one.forecast.kind in ("average", "baseline") or one.forecast.name in shown
        found.append(
            ForecastScore(
                series=one.forecast.series, explanation_or_baseline=one.forecast.name,
                crps=None if row is None else row.crps,
                coverage50=None if row is None else row.coverage50,
                coverage90=None if row is None else row.coverage90,
                kind=one.forecast.kind, n=0 if row is None else row.n, window=window, months=months,
                fan=fan_of(one.forecast.name, one.forecast.draws, counts=True) if kept else None,
            )
        )  # fmt: skip
    return tuple(found)
