"""What is wrong with a fit, in sentences with advice. Warnings: they stand beside the verdicts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from stockade.errors import Diagnostic, Place
from stockade.inference.priors import Prior, natural_sd
from stockade.inference.records import Repeat

MOST_SPREAD = 0.5
"""Sd of the log evidence of repeats above which they disagree."""
LEAST_ACCEPTANCE = 0.05
LEAST_DISTINCT = 200
MOST_SURPRISE = 3.0
"""Prior sds between the prior's middle and the posterior mean above which the two contradict."""


def log_mean_evidence(values: Sequence[float]) -> tuple[float, float]:
    """Returns the log of the mean evidence of repeats, and its Monte Carlo error.

    The error is the delta method's: sd of the evidences over sqrt(R) times their mean; infinite for one
    repeat, which cannot know it.

    Args:
        values: (R,) log evidences.
    """
    logs = np.asarray(values, dtype=float)
    top = logs.max()
    relative = np.exp(logs - top)
    mean = float(relative.mean())
    if len(logs) < 2:
        return float(top), math.inf
    return float(top + math.log(mean)), float(relative.std(ddof=1) / (math.sqrt(len(logs)) * mean))


def diagnose(
    explanation: str,
    repeats: Sequence[Repeat],
    draws: np.ndarray,
    priors: Sequence[Prior],
) -> tuple[Diagnostic, ...]:
    """Returns what a reader of this fit must know; empty if nothing is wrong.

    Args:
        explanation: Its id, for the place.
        repeats: The independent runs.
        draws: (draw, D') pooled draws of the free parameters.
        priors: (D',) their priors.
    """
    place = Place(name=explanation)
    found = [_spread(repeats, place), _estimators(repeats, place), _acceptance(repeats, place)]
    found += [_distinct(draws, place), _possible(repeats, place), _surprise(draws, priors, place)]
    return tuple(one for one in found if one is not None)


def _warning(code: str, message: str, place: Place, hint: str) -> Diagnostic:
    return Diagnostic(code=code, message=message, place=place, hint=hint, severity="warning")


def _spread(repeats: Sequence[Repeat], place: Place) -> Diagnostic | None:
    logs = [one.log_evidence for one in repeats]
    if len(logs) > 1 and not np.std(logs, ddof=1) <= MOST_SPREAD:
        return _warning(
            "repeats-disagree",
            f"Independent runs put the log evidence between {min(logs):.2f} and {max(logs):.2f}.",
            place,
            "Raise particles in [fit]; if they still disagree the posterior has several separate modes.",
        )
    return None


def _estimators(repeats: Sequence[Repeat], place: Place) -> Diagnostic | None:
    bridged, error = log_mean_evidence([one.log_evidence for one in repeats])
    tempered, other = log_mean_evidence([one.log_evidence_tempered for one in repeats])
    allowed = 1.0 + 3.0 * math.hypot(error, other)
    if not abs(bridged - tempered) <= allowed:
        return _warning(
            "evidence-estimates-disagree",
            f"The log evidence is {bridged:.2f} by bridge sampling and {tempered:.2f} by tempering.",
            place,
            "Raise particles in [fit], and do not lean on this explanation's weight until they agree.",
        )
    return None


def _acceptance(repeats: Sequence[Repeat], place: Place) -> Diagnostic | None:
    least = min(stage.acceptance for one in repeats for stage in one.stages)
    if not least >= LEAST_ACCEPTANCE:
        return _warning(
            "low-acceptance",
            f"At one stage only {100 * least:.1f} % of the sampler's moves were taken.",
            place,
            "The particles may not have moved: raise particles in [fit], or hold parameters that only "
            "matter together.",
        )
    return None


def _distinct(draws: np.ndarray, place: Place) -> Diagnostic | None:
    distinct = len(np.unique(draws, axis=0))
    if draws.shape[1] and distinct < LEAST_DISTINCT:
        return _warning(
            "few-distinct-draws",
            f"The posterior has only {distinct} distinct draws.",
            place,
            "Raise particles or repeats in [fit].",
        )
    return None


def _possible(repeats: Sequence[Repeat], place: Place) -> Diagnostic | None:
    worst = max(one.prior_impossible for one in repeats)
    if worst > 0.5:
        return _warning(
            "mostly-impossible",
            f"{100 * worst:.0f} % of the prior draws give values that are not finite.",
            place,
            "Narrow the priors, or look for a division by zero in the model.",
        )
    return None


def _surprise(draws: np.ndarray, priors: Sequence[Prior], place: Place) -> Diagnostic | None:
    far = [
        prior.name
        for prior, column in zip(priors, draws.T, strict=True)
        if abs(_standardised(column, prior)) > MOST_SURPRISE
    ]
    if far:
        return _warning(
            "prior-contradicts-data",
            f"The data pull {', '.join(far)} further than {MOST_SURPRISE:g} prior sds from its prior.",
            place,
            "Ask whether the prior is too sure, or whether the model lacks what would explain the data.",
        )
    return None


def _standardised(column: np.ndarray, prior: Prior) -> float:
    """Returns how many prior sds the posterior mean lies from the prior's middle, on its natural scale."""
    if prior.family == "lognormal":
        return float((np.log(column).mean() - math.log(prior.a)) / prior.b)
    middle = {
        "normal": prior.a,
        "beta": prior.a / (prior.a + prior.b),
        "uniform": 0.5 * (prior.a + prior.b),
    }[prior.family]
    return float((column.mean() - middle) / natural_sd(prior))
