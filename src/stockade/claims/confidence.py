"""Confidence in the grounds of a verdict: low, moderate or high, with the parts it is made of.

Confidence is about how good the grounds are, not about how probable the claim is; the two are never said
in one sentence.

The parts, each low, moderate or high:

- sources: the middle grade of the reports and records behind the claim. A or B with 1 or 2 is high, C or 3
  moderate, the rest low. A single report is moderate at best, so is what is said of a scenario, which nobody
  could record; a quantity that nothing observed bears on is low.
- agreement: the range of probabilities over explanations of weight above 0.05; up to 0.15 high, up to 0.35
  moderate. A single explanation agrees with nobody: low.
- shrinkage: how far the data moved the parameter that moves the claim; from 0.6 high, from 0.3 moderate.
- skill: log evidence of the best explanation with a mechanism less that of the best null; above 3 high,
  above 0 moderate.

The whole is high where no part is low and at least half are high, low where half of the parts or more are
low, else moderate. What seen records decide rests on its sources alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from stockade.claims.worlds import World

Level = Literal["low", "moderate", "high"]
LEVELS: tuple[Level, Level, Level] = ("low", "moderate", "high")


@dataclass(frozen=True, slots=True)
class ConfidencePart:
    """One ground: its name, its level and why."""

    name: Literal["sources", "agreement", "shrinkage", "skill"]
    level: Level
    why: str


@dataclass(frozen=True, slots=True)
class Confidence:
    """The level of confidence and the parts that made it."""

    level: Level
    parts: tuple[ConfidencePart, ...]


def grade_score(grade: str) -> int:
    """Returns 0 to 2 for an Admiralty grade such as ``C2``; the worse half counts, nothing known is 0."""
    if len(grade) < 2:
        return 0
    reliability = {"A": 2, "B": 2, "C": 1}.get(grade[0].upper(), 0)
    credibility = {"1": 2, "2": 2, "3": 1}.get(grade[1], 0)
    return min(reliability, credibility)


def sources_part(grades: Sequence[str], bare: Sequence[str], *, scenario: bool) -> ConfidencePart:
    """Judges the sources.

    Args:
        grades: Grade of each report or record behind the claim.
        bare: Quantities of the claim that nothing observed bears on.
        scenario: Whether the claim is of what would have happened.
    """
    if bare:
        return ConfidencePart("sources", "low", f"Nothing observed bears on {', '.join(bare)} directly.")
    if not grades:
        return ConfidencePart("sources", "low", "No report or record bears on it.")
    scores = sorted(map(grade_score, grades))
    score = scores[(len(scores) - 1) // 2]
    count = f"{len(grades)} report{'s' if len(grades) > 1 else ''} or records".replace(
        "report or records", "report or record"
    )
    why = f"{count}, graded {', '.join(sorted(set(grades)))}."
    if len(grades) == 1 and grade_score(grades[0]) < 2:
        score = min(score, 1)
    if scenario and score > 1:
        score, why = 1, f"{why} Nobody could record what would have happened."
    return ConfidencePart("sources", LEVELS[score], why)


def agreement_part(heavy: Mapping[str, float]) -> ConfidencePart:
    """Judges how far the explanations of weight above 0.05 agree."""
    if len(heavy) < 2:
        return ConfidencePart("agreement", "low", "One explanation alone carries it.")
    spread = max(heavy.values()) - min(heavy.values())
    score = 2 if spread <= 0.15 else 1 if spread <= 0.35 else 0
    return ConfidencePart(
        "agreement", LEVELS[score], f"{len(heavy)} explanations lie within {100 * spread:.0f} points."
    )


def shrinkage_part(parameter: str, shrinkage: float | None) -> ConfidencePart:
    """Judges how far the data moved the parameter that moves the claim."""
    if shrinkage is None:
        return ConfidencePart("shrinkage", "low", f"It is not known how far the data moved {parameter}.")
    score = 2 if shrinkage >= 0.6 else 1 if shrinkage >= 0.3 else 0
    return ConfidencePart("shrinkage", LEVELS[score], f"The data moved {parameter} by {shrinkage:.2f} of 1.")


def skill_part(worlds: Sequence[World]) -> ConfidencePart:
    """Judges whether a mechanism explains the data better than none."""
    mechanisms = [one.log_evidence for one in worlds if one.mechanism]
    nulls = [one.log_evidence for one in worlds if not one.mechanism]
    if not mechanisms or not nulls:
        return ConfidencePart("skill", "low", "There is no null to set it beside.")
    gain = max(mechanisms) - max(nulls)
    score = 2 if gain > 3 else 1 if gain > 0 else 0
    better = "ahead of" if gain > 0 else "behind"
    why = f"The best mechanism is {abs(gain):.1f} in log evidence {better} the best null."
    return ConfidencePart("skill", LEVELS[score], why)


def combine(parts: Sequence[ConfidencePart], *, at_most: Level = "high") -> Confidence:
    """Combines the parts into one level, not above `at_most`."""
    low = sum(one.level == "low" for one in parts)
    high = sum(one.level == "high" for one in parts)
    solid = 2 if low == 0 and 2 * high >= len(parts) else 1
    level = 0 if 2 * low >= len(parts) else solid
    return Confidence(LEVELS[min(level, LEVELS.index(at_most))], tuple(parts))
