"""A verdict in sentences: how likely, and, apart from it, how good the grounds are."""

from __future__ import annotations

from stockade.claims.verdict import Verdict
from stockade.claims.words import percent


def likelihood_sentence(verdict: Verdict) -> str:
    """Returns one sentence on the claim's probability; it never speaks of confidence."""
    if verdict.verdict == "cannot be tested":
        return f"Cannot be tested: {verdict.reason}"
    if verdict.verdict == "ill-posed":
        return f"Ill-posed: {verdict.reason}"
    probability, error = verdict.probability or 0.0, verdict.mc_error or 0.0
    average = "" if verdict.verdict == "judged" else " on average"
    number = f"{percent(probability)}{average}, Monte Carlo error {error_points(error)}"
    if "decided by the data" in verdict.flags:
        return f"Decided by the data: {'it holds' if probability > 0.5 else 'it does not hold'}."
    if verdict.verdict == "structure-dependent":
        return f"Structure-dependent ({number}). {verdict.reason}"
    if verdict.verdict == "not resolved":
        return f"{verdict.phrase.capitalize()} ({number}). {verdict.reason}"
    return f"{verdict.phrase.capitalize()} ({number})."


def error_points(error: float) -> str:
    """Returns a Monte Carlo error in percentage points, never as none at all."""
    return f"{100 * error:.1f} points" if error >= 0.0005 else "under 0.1 points"


def confidence_sentence(verdict: Verdict) -> str:
    """Returns the sentence on the grounds, or nothing where there is no verdict to have grounds."""
    if verdict.confidence is None:
        return ""
    parts = "; ".join(f"{one.name} {one.level}" for one in verdict.confidence.parts)
    return f"Confidence in the grounds is {verdict.confidence.level}: {parts}."
