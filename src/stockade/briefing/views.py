"""The rows of the page's tables: the document's numbers beside each other for all dates, still plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from stockade.briefing.curves import LedgerRow
from stockade.briefing.document import AsOf, Document
from stockade.briefing.findings import (
    ClaimVerdict,
    Explanation,
    ForecastScore,
    KnownTogether,
    Parameter,
)
from stockade.briefing.ledgers import ledger_numbers, report_key
from stockade.briefing.marks import STROKES
from stockade.briefing.summary import (
    Contest,
    by_weight,
    claim_rows,
    contests,
    forecast_sentences,
    heaviest_mechanism,
    heavy_mechanisms,
    moved,
    outcome,
    series_labels,
)


@dataclass(frozen=True)
class ClaimView:
    """A claim with its verdict at each date.

    Attributes:
        claim: Its words, as of the first date that has it.
        at: Its verdict at each date, None where a date lacks it.
        outcomes: Which group each verdict falls in.
        explanations: Rows (id, weight at each date, probability at each date), heaviest first.
    """

    claim: ClaimVerdict
    at: tuple[ClaimVerdict | None, ...]
    outcomes: tuple[str, ...]
    explanations: tuple[tuple[str, tuple[float | None, ...], tuple[float | None, ...]], ...]


def claim_views(document: Document) -> tuple[list[ClaimView], list[ClaimView]]:
    """Returns the claims that are judged or could be, and the opinions, both in the study's order."""
    order = explanation_order(document)
    weights = [{one.id: one.weight for one in as_of.explanations} for as_of in document.as_of]
    views = []
    for claim, at in claim_rows(document):
        rows = []
        for name in order:
            chances = tuple(one.by_explanation.get(name) if one else None for one in at)
            if any(chance is not None for chance in chances):
                rows.append((name, tuple(known.get(name) for known in weights), chances))
        views.append(
            ClaimView(claim, at, tuple(outcome(one) if one else "unjudged" for one in at), tuple(rows))
        )
    return (
        [one for one in views if one.claim.type != "opinion"],
        [one for one in views if one.claim.type == "opinion"],
    )


def explanation_order(document: Document) -> list[str]:
    """Returns every explanation's id, heaviest at the last date first."""
    later_first = reversed(document.as_of)
    return list(dict.fromkeys(one.id for as_of in later_first for one in by_weight(as_of)))


def explanation_rows(document: Document) -> list[tuple[Explanation, tuple[Explanation | None, ...]]]:
    """Returns each explanation with what it was at each date."""
    at = [{one.id: one for one in as_of.explanations} for as_of in document.as_of]
    rows = []
    for name in explanation_order(document):
        found = tuple(known.get(name) for known in at)
        rows.append((next(one for one in found if one is not None), found))
    return rows


@dataclass(frozen=True)
class ScoreView:
    """Scores of one forecast date as a matrix.

    Attributes:
        as_of: The date that the forecast was made on.
        contests: One for each series: the columns.
        rows: (name, kind, score for each series), the best on average first.
        sentences: Who beats whom, in plain words.
    """

    as_of: AsOf
    contests: tuple[Contest, ...]
    rows: tuple[tuple[str, str, tuple[ForecastScore | None, ...]], ...]
    sentences: tuple[str, ...]


def score_views(document: Document) -> list[ScoreView]:
    """Returns the scores of every date that has any."""
    labels = series_labels(document)
    found = []
    for as_of in document.as_of:
        columns = contests(as_of)
        if not columns:
            continue
        kinds = {one.explanation_or_baseline: one.kind for one in as_of.forecasts}
        rows = [
            (name, kind, tuple(_scored(column, name) for column in columns)) for name, kind in kinds.items()
        ]
        rank = {"average": 0, "baseline": 1, "null": 2, "explanation": 3}
        rows.sort(key=lambda row: rank.get(row[1], 4))
        found.append(ScoreView(as_of, columns, tuple(rows), forecast_sentences(as_of, labels)))
    return found


def _scored(contest: Contest, name: str) -> ForecastScore | None:
    return next((one for one in contest.rows if one.explanation_or_baseline == name), None)


@dataclass(frozen=True)
class ParameterView:
    """What one date's data did to the parameters.

    Attributes:
        as_of: The date.
        heaviest: Id of the mechanism shown first; None where there is none.
        known: Its parameters that are estimated.
        unmoved: Its parameters that the data hardly moved.
        tables: (explanation, its parameters, most moved first), heaviest first.
        together: What is known of its parameters only together.
    """

    as_of: AsOf
    heaviest: str | None
    known: tuple[Parameter, ...]
    unmoved: tuple[Parameter, ...]
    tables: tuple[tuple[str, tuple[Parameter, ...]], ...]
    together: tuple[KnownTogether, ...]


def parameter_views(document: Document) -> list[ParameterView]:
    """Returns the parameters of every date that has any."""
    found = []
    for as_of in document.as_of:
        if not as_of.parameters:
            continue
        top = heaviest_mechanism(as_of)
        known, unmoved = moved(as_of, top.id) if top else ((), ())
        ranked = [one.id for one in by_weight(as_of)]
        names = dict.fromkeys([*ranked, *(one.explanation for one in as_of.parameters)])
        tables = [(name, sum(moved(as_of, name), ())) for name in names]
        rows = tuple(row for row in tables if row[1])
        together = tuple(one for one in as_of.together if top is not None and one.explanation == top.id)
        found.append(ParameterView(as_of, top.id if top else None, known, unmoved, rows, together))
    return found


def ledger_rows(document: Document) -> list[tuple[int, LedgerRow, tuple[LedgerRow | None, ...]]]:
    """Returns each report with its number and what it was at each date."""
    at = [{report_key(row): row for row in as_of.ledger} for as_of in document.as_of]
    rows = []
    for key, n in ledger_numbers(document).items():
        found = tuple(known.get(key) for known in at)
        rows.append((n, next(row for row in found if row is not None), found))
    return rows


def shared(document: Document, collection: str, key: str) -> list[tuple[Any, tuple[Any, ...]]]:
    """Returns each named item of a collection of the dates once, with what it was at each date."""
    at = [{getattr(one, key): one for one in getattr(as_of, collection)} for as_of in document.as_of]
    names = dict.fromkeys(name for known in at for name in known)
    rows = []
    for name in names:
        found = tuple(known.get(name) for known in at)
        rows.append((next(one for one in found if one is not None), found))
    return rows


def line_key(document: Document) -> list[tuple[str, str, str]]:
    """Returns (explanation, colour, dash) for the thin lines of the figures."""
    names = heavy_mechanisms(document)
    pairs = zip(names, STROKES, strict=False)
    return [(name, colour, " ".join(str(step) for step in dash)) for name, (colour, dash) in pairs]
