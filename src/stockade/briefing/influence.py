"""What would change without some of the data, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stockade.briefing.curves import Number, Numbers

PartKind = Literal["month", "report", "series", "reports", "source"]


@dataclass(frozen=True)
class PartLeftOut:
    """One figure, or all that has one origin, left out, and what becomes of weights and claims.

    Attributes:
        kind: `month` of a series, `report`, whole `series`, all `reports` of a kind, all of a `source`.
        what: What it is, for a reader.
        window: The months that a single figure is about; empty for several figures.
        figure: A single figure as it was stated; empty for several.
        source: Who gave a single report; empty otherwise.
        figures: How many figures are left out.
        log_predictive: For each explanation, log predictive density of what is left out, given all the rest:
            so much it added to the log evidence.
        mc_error: For each explanation, the Monte Carlo error of that; 0 for a null.
        pareto_k: For each explanation, shape of the tail of the weights; None where there are none.
        how: For each explanation `weights` of the draws, `refit` where those cannot be trusted, `exact` for a
            null, `unused` where the fit does not use the figure.
        weight: For each explanation, its weight without.
        probability: For each claim, its probability without; None where nobody speaks to it.
        moved: Largest change of any weight or probability.
        moved_most: Id of the explanation or claim that changes most.
    """

    kind: str
    what: str
    window: str
    figure: str
    source: str
    figures: int
    log_predictive: Numbers
    mc_error: Numbers
    pareto_k: Numbers
    how: tuple[str, ...]
    weight: Numbers
    probability: Numbers
    moved: Number
    moved_most: str


@dataclass(frozen=True)
class InfluenceAt:
    """What carries the weights and the claims as of one date.

    Attributes:
        date: The day.
        explanations: Ids, the order of every tuple of explanations.
        weight: Weights with all data.
        claims: Ids of the claims that are judged, the order of every tuple of claims.
        probability: Probabilities with all data.
        parts: All that was left out in turn, what moves most first.
        refits: How many fits were made anew because weights could not be trusted.
    """

    date: str
    explanations: tuple[str, ...]
    weight: Numbers
    claims: tuple[str, ...]
    probability: Numbers
    parts: tuple[PartLeftOut, ...]
    refits: int


@dataclass(frozen=True)
class Influence:
    """Which figures and which sources carry the verdict: each left out in turn.

    Attributes:
        study: The study's id.
        as_of: Each date, earliest first.
        made: The day on which it was computed.
        doubts: What is not sound, a sentence each.
    """

    study: str
    as_of: tuple[InfluenceAt, ...]
    made: str = ""
    doubts: tuple[str, ...] = ()
