"""What a calibration found, in sentences and rows for every face."""

from __future__ import annotations

from stockade.briefing.calibration import Calibration, ClaimKept, Covered, Ranked
from stockade.briefing.wording import SPACE, count, coverage, number, percent, several

RULE = 0.05
"""P-value below which intervals are said not to cover, or claims to come true otherwise than was said."""

_KINDS = (("parameter", "parameters"), ("quantity", "quantities of the claims"))


def calibration_sentences(found: Calibration) -> list[str]:
    """Returns what a calibration found, its shortfalls first."""
    return [*_extent(found), _uniformity(found), *_coverages(found), *_verdicts(found)]


def headline(found: Calibration) -> str:
    """Returns whether all is well, in a few words."""
    if not found.replicates:
        return "nothing could be calibrated"
    wrong = [f"{_quantities(len(found.alarms))} not calibrated"] if found.alarms else []
    off = [one for one in found.coverage if one.adjusted < RULE]
    if off:
        way = "narrow" if sum(one.share - one.level for one in off) < 0 else "wide"
        most = max(abs(one.share - one.level) for one in off)
        wrong.append(f"intervals too {way} by up to {100 * most:.1f} points of coverage")
    together = next((one for one in found.claims if not one.claim), None)
    if together is not None and min(together.p_too_high, together.p_too_sure) < RULE:
        wrong.append("claims did not come true as often as was said")
    return several(wrong) if wrong else "no sign of miscalibration"


def told_ranks(found: Calibration, most: int | None = None) -> list[Ranked]:
    """Returns the ranks, the least uniform first."""
    return sorted(found.ranks, key=lambda one: one.p_value)[:most]


def told_claims(found: Calibration) -> list[ClaimKept]:
    """Returns the claims one by one, those with the worst scores first."""
    return sorted((one for one in found.claims if one.claim), key=lambda one: -one.brier)


def chance(value: float) -> str:
    """Returns a p-value, no nearer to 0 than its simulation can tell."""
    return "<0.001" if value < 0.001 else f"{value:.3f}" if value < 0.1 else f"{value:.2f}"


def _extent(found: Calibration) -> list[str]:
    studies = "made-up study" if found.replicates == 1 else "made-up studies"
    first = (
        f"{found.replicates} {studies} with truths drawn from the prior of “{found.explanation}”, each "
        f"fitted once with {found.particles} particles, where a briefing's fits pool several."
    )
    said = [first]
    if found.failed:
        share = coverage(found.failed / (found.failed + found.replicates))
        reasons = "; ".join(found.failures)
        said.append(
            f"{found.failed} others ({share}) could not be fitted or judged, and nothing is known of their "
            f"like: {reasons}"
        )
    if found.redrawn:
        said.append(f"{count(found.redrawn, 'draw')} of the prior could not be run and gave way to others.")
    return said


def _uniformity(found: Calibration) -> str:
    family = _quantities(len(found.ranks))
    rate = coverage(found.false_alarm)
    if not found.alarms:
        return f"The ranks of {family} are uniform as far as can be told, with {rate} false alarms over all."
    named = [f"{one.quantity} (p {chance(one.adjusted)})" for one in told_ranks(found) if one.alarm]
    return (
        f"Not uniform, of the ranks of {family}, with {rate} false alarms over all: {several(named, 8)}. "
        "Their intervals and medians are not to be trusted as they stand."
    )


def _coverages(found: Calibration) -> list[str]:
    said = []
    for kind, words in _KINDS:
        those = [one for one in found.coverage if one.kind == kind]
        if not those:
            continue
        shown = ", ".join(
            f"{round(100 * one.level)}{SPACE}% intervals in {100 * one.share:.1f}{_error(one)}{SPACE}%"
            for one in those
        )
        off = [one for one in those if one.adjusted < RULE]
        least = min((one.adjusted for one in off), default=1.0)
        way = "narrow" if sum(one.share - one.level for one in off) < 0 else "wide"
        verdict = f": the intervals are too {way} (p {chance(least)})" if off else ""
        said.append(f"The truth lay, over all {words}, inside {shown} of cases{verdict}.")
    return said


def _error(one: Covered) -> str:
    return "" if one.error is None else f" ±{100 * one.error:.1f}"


def _verdicts(found: Calibration) -> list[str]:
    together = next((one for one in found.claims if not one.claim), None)
    if together is None:
        return ["No claim was judged against a truth."]
    first = (
        f"Claims judged {together.count} times: {percent(together.said)} was said in the mean, and "
        f"{percent(together.true)} were true (p {chance(together.p_too_high)}). Brier score "
        f"{number(together.brier)}, where right probabilities have {number(together.expected)} "
        f"(p {chance(together.p_too_sure)}) and the share of truths, said each time, {number(together.base)}."
    )
    said = [first]
    if together.p_too_high < RULE:
        way = "high" if together.said > together.true else "low"
        said.append(f"The probabilities of claims are too {way}.")
    if together.p_too_sure < RULE:
        way = "sure" if together.brier > together.expected else "unsure"
        said.append(f"The probabilities of claims are too {way}.")
    if found.left_out:
        reasons = dict.fromkeys(found.left_out.values())
        parts = [
            f"{several([name for name, why in found.left_out.items() if why == reason])} ({reason})"
            for reason in reasons
        ]
        said.append(f"Not judged: {'; '.join(parts)}.")
    return said


def _quantities(n: int) -> str:
    return "1 quantity" if n == 1 else f"{n} quantities"
