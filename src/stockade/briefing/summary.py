"""What the document adds up to, in plain sentences derived from its numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from stockade.briefing.document import AsOf, Document
from stockade.briefing.findings import ClaimVerdict, Explanation, ForecastScore, Parameter
from stockade.briefing.wording import SPACE, count, day, percent, several, window

HEAVY = 0.05
"""An explanation counts as heavy above this weight, as in the rules of a verdict."""

OUTCOMES = {
    "holds": ("hold up (likely or more)", "holds up (likely or more)"),
    "fails": ("do not hold up (unlikely or less)", "does not hold up (unlikely or less)"),
    "even": ("are about as likely as not", "is about as likely as not"),
    "depends": ("hang on the explanation or stay unresolved", "hangs on the explanation or stays unresolved"),
    "illustration": ("have only a single model behind them", "has only a single model behind it"),
    "untestable": ("cannot be tested", "cannot be tested"),
    "ill-posed": ("are ill-posed", "is ill-posed"),
    "unjudged": ("were not judged", "was not judged"),
}


@dataclass(frozen=True)
class Contest:
    """How the mechanism's forecast of one series stands against the simple ones.

    Attributes:
        series: Column of series.csv.
        mechanism: The mechanism's row; None where none was scored.
        winner: The row with the lowest score.
        lost_to: Simple forecasts with a lower score than the mechanism's, best first.
        rows: All rows, best first.
    """

    series: str
    mechanism: ForecastScore | None
    winner: ForecastScore
    lost_to: tuple[ForecastScore, ...]
    rows: tuple[ForecastScore, ...]


def outcome(claim: ClaimVerdict) -> str:
    """Returns which key of `OUTCOMES` a verdict falls under."""
    named = {
        "cannot be tested": "untestable",
        "ill-posed": "ill-posed",
        "structure-dependent": "depends",
        "not resolved": "depends",
        "single-model illustration": "illustration",
    }
    for start, key in named.items():
        if claim.verdict.startswith(start):
            return key
    if claim.probability is None:
        return "unjudged"
    if 0.45 <= claim.probability <= 0.55:
        return "even"
    return "holds" if claim.probability > 0.55 else "fails"


def by_weight(as_of: AsOf) -> tuple[Explanation, ...]:
    """Returns the explanations, heaviest first."""
    return tuple(sorted(as_of.explanations, key=lambda one: -(one.weight or 0.0)))


def heavy_mechanisms(document: Document, most: int = 5) -> tuple[str, ...]:
    """Returns the mechanisms above `HEAVY` at any date, heaviest (at any date) first, at most so many."""
    top: dict[str, float] = {}
    for one in (one for as_of in document.as_of for one in as_of.explanations if one.kind != "null"):
        top[one.id] = max(top.get(one.id, 0.0), one.weight or 0.0)
    ranked = sorted((name for name, weight in top.items() if weight > HEAVY), key=lambda name: -top[name])
    return tuple(ranked[:most])


def claim_rows(document: Document) -> tuple[tuple[ClaimVerdict, tuple[ClaimVerdict | None, ...]], ...]:
    """Returns every claim once, with its verdict at each date (None where that date lacks it)."""
    order: dict[str, ClaimVerdict] = {}
    for as_of in document.as_of:
        for claim in as_of.claims:
            order.setdefault(claim.id, claim)
    at = [{claim.id: claim for claim in as_of.claims} for as_of in document.as_of]
    return tuple((claim, tuple(known.get(name) for known in at)) for name, claim in order.items())


def contests(as_of: AsOf) -> tuple[Contest, ...]:
    """Returns, for each series with scores, how the mechanism stands against the simple forecasts."""
    names = dict.fromkeys(one.series for one in as_of.forecasts)
    return tuple(_contest(as_of, name) for name in names)


def _contest(as_of: AsOf, series: str) -> Contest:
    rows = sorted((one for one in as_of.forecasts if one.series == series), key=_score)
    ours = next((one for one in rows if one.kind == "average"), None)
    if ours is None:
        weight = {one.id: one.weight or 0.0 for one in as_of.explanations}
        single = [one for one in rows if one.kind == "explanation"]
        ours = max(single, key=lambda one: weight.get(one.explanation_or_baseline, 0.0), default=None)
    simple = [one for one in rows if one.kind in ("baseline", "null")]
    lost = [] if ours is None else [one for one in simple if _score(one) < _score(ours)]
    return Contest(series, ours, rows[0], tuple(lost), tuple(rows))


def _score(one: ForecastScore) -> float:
    return float("inf") if one.crps is None else one.crps


def moved(as_of: AsOf, explanation: str) -> tuple[tuple[Parameter, ...], tuple[Parameter, ...]]:
    """Returns one explanation's parameters that the data moved, most first, and those they could not."""
    rows = [one for one in as_of.parameters if one.explanation == explanation]
    rows.sort(key=lambda one: -(one.shrinkage if one.shrinkage is not None else -9.0))
    known = tuple(one for one in rows if one.word == "estimated")
    return known, tuple(one for one in rows if one.word != "estimated")


def heaviest_mechanism(as_of: AsOf) -> Explanation | None:
    """Returns the mechanism of the greatest weight that has parameters to show, else the heaviest."""
    ranked = [one for one in by_weight(as_of) if one.kind != "null"]
    shown = {one.explanation for one in as_of.parameters}
    return next((one for one in ranked if one.id in shown), ranked[0] if ranked else None)


def tally_sentence(as_of: AsOf) -> str:
    """Returns how many claims hold up, how many do not, and so on, as of one date."""
    found = Counter(outcome(claim) for claim in as_of.claims)
    parts = [f"{found[key]} {says[found[key] == 1]}" for key, says in OUTCOMES.items() if found[key]]
    if not parts:
        return f"As of {day(as_of.date)}, no claim was judged."
    return f"As of {day(as_of.date)}, of {count(len(as_of.claims), 'claim')} {several(parts)}."


def weights_sentence(as_of: AsOf) -> str:
    """Returns which explanations carry the weight as of one date."""
    ranked = [one for one in by_weight(as_of) if one.weight is not None]
    if not ranked:
        return f"As of {day(as_of.date)}, no explanation was weighed."
    heavy = [one for one in ranked if (one.weight or 0.0) > HEAVY] or ranked[:1]
    shown = several([f"“{one.id}” {percent(one.weight)}" for one in heavy[:5]])
    rest = f", and {len(heavy) - 5} more above 5{SPACE}%" if len(heavy) > 5 else ""
    lead = "" if (ranked[0].weight or 0.0) > 0.5 else " No explanation carries half of the weight."
    null = sum(one.weight or 0.0 for one in ranked if one.kind == "null")
    plain = f" Explanations without a mechanism carry {percent(null)}." if _has_null(ranked) else ""
    return f"As of {day(as_of.date)}, the weight lies on {shown}{rest}.{lead}{plain}"


def _has_null(explanations: list[Explanation]) -> bool:
    return any(one.kind == "null" for one in explanations)


def forecast_sentences(as_of: AsOf, labels: dict[str, str]) -> tuple[str, ...]:
    """Returns whether the mechanism's forecast beats the simple ones, and each loss by name."""
    found = [one for one in contests(as_of) if one.mechanism is not None]
    if not found:
        return ()
    won = [one for one in found if not one.lost_to]
    span = window(found[0].winner.window) if found[0].winner.window else "the months after it"
    ours = found[0].mechanism.explanation_or_baseline if found[0].mechanism else ""
    first = (
        f"The mechanism's forecast of {span} (“{ours}”), made as of {day(as_of.date)}, beats every simple "
        f"baseline on {len(won)} of {len(found)} series."
    )
    return (first, *(loss_sentence(one, labels) for one in found if one.lost_to))


def loss_sentence(contest: Contest, labels: dict[str, str]) -> str:
    """Returns the plain sentence that the mechanism lost, and to what."""
    best, *rest = contest.lost_to
    also = f" (and to {several([one.explanation_or_baseline for one in rest], 3)})" if rest else ""
    name = labels.get(contest.series, contest.series)
    return f"The mechanism loses to “{best.explanation_or_baseline}” on {name}{also}."


def series_labels(document: Document) -> dict[str, str]:
    """Returns what each series counts, by its column."""
    return {one.name: one.label or one.name for as_of in document.as_of for one in as_of.series}


def change_sentence(document: Document) -> str:
    """Returns which claims' verdicts changed between the first and the last date; empty with one date."""
    if len(document.as_of) < 2:
        return ""
    first, last = document.as_of[0], document.as_of[-1]
    changed = [
        claim.id
        for claim, at in claim_rows(document)
        if at[0] and at[-1] and outcome(at[0]) != outcome(at[-1])  # both dates have it
    ]
    span = f"Between {day(first.date)} and {day(last.date)}"
    if not changed:
        return f"{span}, no claim went from one group to another."
    return f"{span}, {count(len(changed), 'claim')} went from one group to another: {several(changed, 6)}."


def answer(document: Document) -> tuple[str, ...]:
    """Returns the briefing's answer, a few plain sentences."""
    labels = series_labels(document)
    sentences = [tally_sentence(one) for one in document.as_of]
    sentences += [change_sentence(document)]
    sentences += [weights_sentence(one) for one in document.as_of]
    for one in document.as_of:
        sentences += forecast_sentences(one, labels)
    return tuple(one for one in sentences if one)
