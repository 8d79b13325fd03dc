"""What is said of a model's Reality Checks: plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from stockade.errors import NOWHERE, Diagnostic, Place

Verdict = Literal["held", "failed", "not judged"]
Passive = Literal["held", "failed", "never met", "not tried"]


@dataclass(frozen=True)
class Miss:
    """Where a consequence fails.

    Attributes:
        claim: The comparison that fails first, as text.
        time: When it first fails.
        left: Its left side then.
        right: Its right side then.
        largest: How far the consequence is missed at most; infinite where a side is no number.
        at: When that is.
    """

    claim: str
    time: float
    left: float
    right: float
    largest: float
    at: float


@dataclass(frozen=True)
class Judged:
    """One Reality Check, or one element of it.

    Attributes:
        name: As written, with its element: ``no workers no output[north]``.
        verdict: ``held``, ``failed`` (forced or not), or ``not judged``: `reason` tells why.
        condition: As text.
        consequence: As text.
        forced: What was set to make the condition true, one entry for each run: those of an ``:OR:`` are
            runs of their own.
        miss: Where the consequence failed when the condition was forced; None where it held.
        passive: The same condition looked for in the run as it stands: ``never met``, or what came of the
            consequence while it held; ``not tried`` where the condition is a test input.
        passive_miss: Where the consequence failed in the run as it stands.
        place: Where the check is defined.
        reason: Why it could not be judged.
    """

    name: str
    verdict: Verdict
    condition: str
    consequence: str
    forced: tuple[str, ...] = ()
    miss: Miss | None = None
    passive: Passive = "not tried"
    passive_miss: Miss | None = None
    place: Place = NOWHERE
    reason: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Reality:
    """All Reality Checks of a model, judged."""

    checks: tuple[Judged, ...]

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """A warning for each check that failed or could not be judged."""
        return tuple(one for judged in self.checks for one in _findings(judged))

    def as_dict(self) -> dict[str, Any]:
        """Returns plain data, for ``--json``."""
        return {
            "held": sum(one.verdict == "held" for one in self.checks),
            "failed": sum(one.verdict == "failed" for one in self.checks),
            "not_judged": sum(one.verdict == "not judged" for one in self.checks),
            "checks": [_plain(one) for one in self.checks],
        }


def _plain(one: Judged) -> dict[str, Any]:
    return {
        "name": one.name,
        "line": one.place.line,
        "verdict": one.verdict,
        "condition": one.condition,
        "consequence": one.consequence,
        "forced": list(one.forced),
        "miss": None if one.miss is None else asdict(one.miss),
        "passive": one.passive,
        "passive_miss": None if one.passive_miss is None else asdict(one.passive_miss),
        "reason": [reason.as_dict() for reason in one.reason],
    }


def _findings(one: Judged) -> tuple[Diagnostic, ...]:
    if one.verdict == "not judged":
        return one.reason
    if one.verdict == "held":
        return ()
    how, miss = (
        ("when its condition is forced", one.miss)
        if one.miss
        else ("in the run as it stands", one.passive_miss)
    )
    assert miss is not None
    said = f"the Reality Check {one.name} fails {how}: {worded(miss)}"
    hint = (
        "Follow the variables of the consequence back to what the condition should reach; or mend the check."
    )
    return (Diagnostic("reality-check-failed", said, one.place, miss.claim, hint, severity="warning"),)


def worded(miss: Miss) -> str:
    """Returns one sentence on a miss."""
    return (
        f"{miss.claim} first fails at {miss.time:g}, where its sides are {miss.left:.6g} and "
        f"{miss.right:.6g}; missed by {miss.largest:.6g} at most, at {miss.at:g}"
    )
