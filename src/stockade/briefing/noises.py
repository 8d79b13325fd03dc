"""What noise in the flows changed, in sentences, coverage of held-out months above all."""

from __future__ import annotations

from dataclasses import replace
from math import hypot

from stockade.briefing.noise import HeldOut, Noise, NoiseRow, NoisyDate
from stockade.briefing.wording import SPACE, count, coverage, day, percent, several

CAUTION = "Caution: "
NAMED = 3
"""Claims with other words that a sentence names."""
SURE = 2.0
"""Standard errors by which one log evidence must lie above another to be called higher."""


def told(at: NoisyDate) -> NoisyDate:
    """Returns a date with the sentences that its rows amount to."""
    return replace(at, says=tuple(noise_sentences(at)))


def noise_sentences(at: NoisyDate) -> list[str]:
    """Returns what noise changed as of a date: coverage, score, which explanation leads, cautions."""
    return [*_coverage(at), *_claims(at), *_leader(at), *_evidence(at), *_cautions(at)]


def short_sentences(at: NoisyDate) -> list[str]:
    """Returns the least that must be said as of a date: coverage, which explanation leads, cautions."""
    return [*_coverage(at)[:1], *_claims(at), *_leader(at), *_cautions(at)]


def made_words(found: Noise) -> str:
    """Returns on which day or between which days it was made, e.g. ``made on 23 November 2026``."""
    days = sorted({row.made for at in found.dates for row in at.rows if row.made})
    if not days:
        return "made on a day that is not known"
    if len(days) == 1:
        return f"made on {day(days[0])}"
    return f"made between {day(days[0])} and {day(days[-1])}"


def judged(at: NoisyDate) -> NoiseRow | None:
    """Returns whose held-out months speak for a date: the average's, else the heaviest explanation's."""
    scored = [one for one in at.explanations if _months(one)]
    if at.average is not None and _months(at.average):
        return at.average
    return max(scored, key=lambda one: one.weight_with or 0.0, default=None)


def _coverage(at: NoisyDate) -> list[str]:
    row = judged(at)
    if row is None:
        return ["No months are held out as of this date, so coverage is not compared."]
    total = _months(row)
    without90, with90 = (_inside(row.held_out, name) for name in ("without90", "with90"))
    without50, with50 = (_inside(row.held_out, name) for name in ("without50", "with50"))
    who = "the average over the explanations" if row is at.average else f"“{row.explanation}”"
    series = f", over {len(row.held_out)} series" if len(row.held_out) > 1 else ""
    first = (
        f"With chance in the flows the 90{SPACE}% intervals of {who} held {coverage(with90 / total)} of the "
        f"held-out months ({with90} of {total}{series}) instead of {coverage(without90 / total)} "
        f"({without90}){_nearer(without90 / total, with90 / total)}; the 50{SPACE}% intervals held "
        f"{coverage(with50 / total)} instead of {coverage(without50 / total)}."
    )
    lower = sum(one.crps_with < one.crps_without for one in row.held_out)
    return [first, f"The forecast's CRPS (lower is better) fell on {lower} of {len(row.held_out)} series."]


def _claims(at: NoisyDate) -> list[str]:
    """Returns which claims get other words; the largest changes are named."""
    if not at.claims:
        return []
    moved = [one for one in at.claims if one.phrase_without != one.phrase_with]
    of = count(len(at.claims), "claim")
    if not moved:
        return [f"Of {of} with a probability, all keep their words with chance in the flows."]
    moved.sort(key=lambda one: -abs((one.probability_with or 0.0) - (one.probability_without or 0.0)))
    named = [
        f"“{one.id}” from {one.phrase_without} ({percent(one.probability_without)}) to {one.phrase_with} "
        f"({percent(one.probability_with)})"
        for one in moved[:NAMED]
    ]
    more = f", and {len(moved) - NAMED} more" if len(moved) > NAMED else ""
    kept = len(at.claims) - len(moved)
    keep = "1 keeps its words" if kept == 1 else f"{kept} keep their words"
    said = f"Of {of} with a probability, {keep} with chance in the flows; what changes"
    return [f"{said}: {'; '.join(named)}{more}."]


def _months(row: NoiseRow) -> int:
    return sum(one.months for one in row.held_out)


def _inside(rows: tuple[HeldOut, ...], name: str) -> int:
    return sum(round(one.months * getattr(one, name)) for one in rows)


def _nearer(without: float, with_: float) -> str:
    off, now = abs(without - 0.9), abs(with_ - 0.9)
    if abs(off - now) < 1e-9:
        return ", as far from what they promise"
    return ", nearer to what they promise" if now < off else ", further from what they promise"


def _leader(at: NoisyDate) -> list[str]:
    rows = [one for one in at.explanations if one.weight_with is not None]
    if not rows:
        return []
    if len(rows) == 1:
        return [f"Only “{rows[0].explanation}” was fitted with noise, so no weights are compared."]
    before = max(rows, key=lambda one: one.weight_without or 0.0)
    after = max(rows, key=lambda one: one.weight_with or 0.0)
    if after is before:
        said = (
            f"The leading explanation is the same: “{after.explanation}”, with "
            f"{percent(after.weight_with)} of the weight instead of {percent(after.weight_without)}"
        )
    else:
        said = (
            f"Another explanation leads: “{after.explanation}” with {percent(after.weight_with)} of the "
            f"weight instead of {percent(after.weight_without)}, and no longer “{before.explanation}”, with "
            f"{percent(before.weight_with)} instead of {percent(before.weight_without)}"
        )
    close = _close(rows, after)
    open_ = f"; the Monte Carlo error leaves open whether {several(close)} may lead" if close else ""
    return [f"{said}{open_}."]


def _close(rows: list[NoiseRow], leader: NoiseRow) -> list[str]:
    """Returns the explanations whose log evidence with noise may be as high as the leader's."""
    top = leader.log_evidence_with or 0.0
    return [
        f"“{one.explanation}”"
        for one in rows
        if one is not leader
        and one.log_evidence_with is not None
        and top - one.log_evidence_with <= SURE * hypot(one.error_with or 0.0, leader.error_with or 0.0)
    ]


def _evidence(at: NoisyDate) -> list[str]:
    raised = fell = 0
    known = [one for one in at.explanations if None not in (one.log_evidence_with, one.log_evidence_without)]
    for one in known:
        change = (one.log_evidence_with or 0.0) - (one.log_evidence_without or 0.0)
        error = SURE * hypot(one.error_with or 0.0, one.error_without or 0.0)
        raised += change > error
        fell += change < -error
    if not known:
        return []
    ways = (("higher", raised), ("lower", fell), ("within Monte Carlo error", len(known) - raised - fell))
    parts = ", ".join(f"{way} for {n}" for way, n in ways if n)
    said = f"Log evidence with noise against that without, of {count(len(known), 'explanation')}: {parts}."
    return [said]


def _cautions(at: NoisyDate) -> list[str]:
    said = []
    fallen = [f"“{one.explanation}”" for one in at.explanations if one.collapsed]
    if fallen:
        said.append(
            f"{CAUTION}the particles collapsed for {several(fallen)}; do not lean on that evidence with "
            "noise, nor on any weight with noise, nor on an average made with them."
        )
    if at.average is None and len(at.explanations) > 1 and any(one.held_out for one in at.explanations):
        said.append(
            f"{CAUTION}the explanations were fitted in several runs, so there is no average over them; "
            "`stockade noise` without --explanation makes it."
        )
    if at.untried:
        said.append(
            f"{CAUTION}not fitted with noise, and left out of the weights here: "
            f"{several(list(at.untried), 8)}."
        )
    return said
