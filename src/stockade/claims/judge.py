"""Claims and worlds -> verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from stockade.claims.check import check
from stockade.claims.confidence import Level, combine, skill_part
from stockade.claims.evaluate import Outcome, evaluate
from stockade.claims.grammar import parse
from stockade.claims.grounds import Case, JudgeSettings, confidence_parts, evidence_rows, term_values
from stockade.claims.moved import MovedBy, moved_by
from stockade.claims.nodes import Claim, Explanations
from stockade.claims.settled import settled
from stockade.claims.verdict import HEAVY, ClaimSpec, Verdict, VerdictKind, bounded, name_verdict
from stockade.claims.walk import reported
from stockade.claims.weights import average, ratio, share_and_error, weights
from stockade.claims.words import phrase
from stockade.claims.worlds import Silence, Statements, World
from stockade.errors import Diagnostic, StockadeError

LEAST_CONDITION = 0.01
LEAST_NAMED_WEIGHT = 0.01
RATIO_DRAWS = 10_000  # a ratio of weights is printed no nearer to 0 or 1 than this many draws could tell


@dataclass(frozen=True)
class _Heard:
    """What the worlds say to one claim: those that speak by name, and why the others do not."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    shares: dict[str, tuple[float, float]] = field(default_factory=dict)
    conditions: dict[str, float] = field(default_factory=dict)
    draws: dict[str, int] = field(default_factory=dict)
    silent: dict[str, str] = field(default_factory=dict)
    condition: float = 1.0  # over all that have the numbers


def judge_all(
    specs: Sequence[ClaimSpec], worlds: Sequence[World], statements: Statements, settings: JudgeSettings
) -> tuple[Verdict, ...]:
    """Judges every claim of a study; see `judge`."""
    return tuple(judge(one, worlds, statements, settings) for one in specs)


def judge(
    spec: ClaimSpec, worlds: Sequence[World], statements: Statements, settings: JudgeSettings
) -> Verdict:
    """Judges one claim.

    Args:
        spec: The claim.
        worlds: What each explanation of the study says happened, as of one date; nulls among them.
        statements: Report id -> its statements that were visible on that date.
        settings: Date, seed, names and which reports observe what.

    Returns:
        The verdict. A claim that is ill-posed or cannot be tested is a verdict too, never an exception.
    """
    case = Case(spec, worlds, statements, settings)
    if spec.not_testable:
        return _blank(case, "cannot be tested", spec.not_testable, evidence=evidence_rows(case))
    try:
        claim = parse(spec.says, spec.place)
    except StockadeError as error:
        return _ill_posed(case, error.diagnostics)
    found = check(claim, settings.names) if settings.names else ()
    if any(one.severity == "error" for one in found):
        return _ill_posed(case, found)
    if isinstance(claim.expression, Explanations):
        verdict = _judge_weights(case, claim.expression)
    else:
        verdict = _judge_draws(case, claim)
    rows = evidence_rows(case, claim.expression)
    return replace(verdict, evidence=rows, diagnostics=(*found, *verdict.diagnostics))


def _blank(case: Case, kind: VerdictKind, reason: str, **more: Any) -> Verdict:
    spec, as_of = case.spec, case.settings.as_of
    return Verdict(
        spec.id, spec.type, spec.quote, spec.who, spec.means, spec.says, as_of, kind, reason, **more
    )


def _ill_posed(case: Case, found: Sequence[Diagnostic]) -> Verdict:
    first = next(one for one in found if one.severity == "error")
    return _blank(case, "ill-posed", first.message, diagnostics=tuple(found))


# ---------------------------------------------------------------- explanation in (...) against (...)


def _judge_weights(case: Case, node: Explanations) -> Verdict:
    """A ratio of weights: no explanation has a say of its own, so none can disagree."""
    worlds = case.worlds
    present = {one.explanation for one in worlds}
    lacking = [one for one in (*node.favoured, *node.against) if one not in present]
    if lacking:
        return _blank(case, "cannot be tested", f"Not fitted: {', '.join(lacking)}.")
    probability, error, used = ratio(worlds, node.favoured, node.against, case.settings.seed)
    probability = bounded(probability, RATIO_DRAWS)
    shares = weights(worlds)
    named = sum(shares[one] for one in used)
    flags = _flags(case, used)
    if named < LEAST_NAMED_WEIGHT:
        flags += ("the explanations it names hold under 1 % of the weight",)
    return _blank(
        case, "judged", "",
        probability=probability, mc_error=error, phrase=phrase(probability),
        low=probability, high=probability,
        by_explanation={one.explanation: None for one in worlds}, weights=used,
        silent_share=max(0.0, 1 - named), prior_probability=len(node.favoured) / len(used), flags=flags,
        confidence=combine((skill_part(worlds),), at_most=_most_confidence(case)),
        diagnostics=_failed_fits(worlds, used),
    )  # fmt: skip


# ---------------------------------------------------------------- claims that hold or fail in each draw


def _judge_draws(case: Case, claim: Claim) -> Verdict:
    heard = _listen(claim, case.worlds, case.statements, case.settings.seed)
    silence: dict[str, Any] = {
        "by_explanation": {one.explanation: None for one in case.worlds},
        "silent": heard.silent,
        "silent_share": 1.0,
    }
    if heard.condition < LEAST_CONDITION:
        reason = "What it takes for granted happens in under 1 % of draws."
        return _blank(case, "cannot be tested", reason, **silence)
    if not heard.shares:
        return _blank(case, "cannot be tested", _why_silent(claim, heard.silent), **silence)
    return _draw_verdict(case, claim, heard)


def _draw_verdict(case: Case, claim: Claim, heard: _Heard) -> Verdict:
    probability, error, used = average(case.worlds, heard.shares, heard.conditions, case.settings.seed)
    probability = bounded(probability, sum(heard.draws.values()))
    each = {name: bounded(share, heard.draws[name]) for name, (share, _) in heard.shares.items()}
    heavy = {one: each[one] for one, weight in used.items() if weight > HEAVY}
    naming = name_verdict(probability, each, used)
    decided = settled(claim.expression, case.worlds) is not None
    moved = None if decided else _moved(case.worlds, heard, used)
    parts = confidence_parts(case, claim.expression, heavy, moved, decided=decided)
    shares = weights(case.worlds)
    return _blank(
        case, naming.verdict, naming.reason,
        probability=probability, mc_error=0.0 if decided else error, phrase=naming.phrase,
        low=naming.low, high=naming.high,
        by_explanation={one.explanation: each.get(one.explanation) for one in case.worlds},
        silent=heard.silent, weights=used, silent_share=max(0.0, 1 - sum(shares[one] for one in used)),
        prior_probability=None if decided else _prior(case, claim), moved_by=moved,
        confidence=combine(parts, at_most=_most_confidence(case)),
        flags=(*(("decided by the data",) if decided else ()), *_flags(case, used, heard)),
        terms=term_values(heard.outcomes, used), diagnostics=_failed_fits(case.worlds, used),
    )  # fmt: skip


def _listen(claim: Claim, worlds: Sequence[World], statements: Statements, seed: int) -> _Heard:
    """Asks every world; those in which a condition hardly ever holds count as silent."""
    heard = _Heard()
    spoken: list[tuple[World, float]] = []
    for world in worlds:
        outcome = evaluate(claim.expression, world, statements, seed)
        name = world.explanation
        if isinstance(outcome, Silence):
            heard.silent[name] = outcome.reason
            continue
        spoken.append((world, outcome.condition))
        if outcome.condition < LEAST_CONDITION:
            heard.silent[name] = "what the claim takes for granted happens in under 1 % of its draws"
            continue
        heard.outcomes[name], heard.conditions[name] = outcome, outcome.condition
        heard.draws[name] = int(outcome.counted.sum())
        heard.shares[name] = share_and_error(outcome.truth[outcome.counted], world.repeat[outcome.counted])
    if not spoken:
        return heard
    of_speaking = weights([world for world, _ in spoken])
    return replace(heard, condition=sum(of_speaking[one.explanation] * part for one, part in spoken))


def _why_silent(claim: Claim, silent: Mapping[str, str]) -> str:
    reasons = list(dict.fromkeys(silent.values()))
    if not reasons:
        return "There is no explanation that could speak to it."
    if reported(claim.expression) and len(reasons) == 1:
        return f"{reasons[0]}."
    return f"No explanation speaks to it: {'; '.join(reasons)}."


def _prior(case: Case, claim: Claim) -> float | None:
    """Returns the claim's probability before any data, explanations counting alike."""
    before = [replace(one.prior, log_evidence=0.0, mc_error=0.0) for one in case.worlds if one.prior]
    heard = _listen(claim, before, {}, case.settings.seed)
    if not heard.shares or heard.condition < LEAST_CONDITION:
        return None
    probability, _, _ = average(before, heard.shares, heard.conditions, case.settings.seed)
    return bounded(probability, sum(heard.draws.values()))


def _moved(worlds: Sequence[World], heard: _Heard, used: Mapping[str, float]) -> MovedBy | None:
    speaking = [one for one in worlds if one.mechanism and one.explanation in used]
    if not speaking:
        return None
    heaviest = max(speaking, key=lambda one: used[one.explanation])
    outcome = heard.outcomes[heaviest.explanation]
    return moved_by(heaviest, outcome.margin, outcome.counted)


# ---------------------------------------------------------------- remarks


def _is_illustration(case: Case) -> bool:
    """A causal verdict needs three explanations, one of them a null."""
    return case.spec.type == "causal" and (len(case.worlds) < 3 or all(one.mechanism for one in case.worlds))


def _most_confidence(case: Case) -> Level:
    return "low" if _is_illustration(case) else "high"


def _flags(case: Case, used: Mapping[str, float], heard: _Heard | None = None) -> tuple[str, ...]:
    flags = []
    if _is_illustration(case):
        flags.append("single-model illustration")
    if any(one.diagnostics and used.get(one.explanation, 0.0) > HEAVY for one in case.worlds):
        flags.append("a fit behind it failed its checks")
    undefined = max((one.undefined for one in heard.outcomes.values()), default=0.0) if heard else 0.0
    if undefined > 0.01:
        flags.append(f"undefined in up to {100 * undefined:.0f} % of draws, which are left out")
    return tuple(flags)


def _failed_fits(worlds: Sequence[World], used: Mapping[str, float]) -> tuple[Diagnostic, ...]:
    found = [each for one in worlds if one.explanation in used for each in one.diagnostics]
    return tuple(dict.fromkeys(found))
