"""What the explanations of a study say happened, and what sources stated: the ground that claims stand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from stockade.claims.nodes import MonthWindow
from stockade.errors import Diagnostic

StatementKind = Literal["point", "range", "upper", "lower"]


@dataclass(frozen=True)
class World:
    """What one explanation says happened, as of one date.

    All arrays share their rows (months from `first_month` on) and, within one world, their columns
    (draws): the same draw under two scenarios is the same history with one thing changed.

    Attributes:
        explanation: Its id in the study.
        mechanism: False for a null, which speaks of counts only.
        log_evidence: Log marginal likelihood.
        mc_error: Its Monte Carlo standard error.
        first_month: Month of row 0, as `stockade.data.months` counts them.
        base: Canonical variable -> (month, draw) monthly means; empty for a null.
        scenarios: Scenario id -> the same under that scenario.
        counts: Series -> (month, draw): the seen count where it was visible at the as-of date (the same
            in every draw), else draws of the prediction. A series it cannot predict is left out, or NaN
            where it was not seen.
        parameters: Parameter -> (draw,).
        shrinkage: Parameter -> how far the data moved it, 1 - (posterior sd / prior sd) squared.
        repeat: (draw,) which independent run of the sampler a draw came from.
        prior: The same from draws of the prior; None where there is none.
        diagnostics: What the fit failed, if anything; verdicts carry it along.
    """

    explanation: str
    mechanism: bool
    log_evidence: float
    mc_error: float
    first_month: int
    base: Mapping[str, np.ndarray]
    scenarios: Mapping[str, Mapping[str, np.ndarray]]
    counts: Mapping[str, np.ndarray]
    parameters: Mapping[str, np.ndarray]
    shrinkage: Mapping[str, float]
    repeat: np.ndarray
    prior: World | None = None
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def draws(self) -> int:
        """How many draws the world holds."""
        return int(self.repeat.shape[0])


@dataclass(frozen=True, slots=True)
class Statement:
    """One dated figure of a source, visible at the as-of date.

    Attributes:
        window: The months it is about.
        kind: A point, a range, or a bound.
        low: Lower end of a range or lower bound.
        best: The figure of a point.
        high: Upper end of a range or upper bound.
        sigma: Standard deviation of its log error, already widened for its grade.
        grade: Admiralty grade, e.g. ``C2``.
        source: Who said it.
        is_share: Whether the truth cannot exceed 1.
        published: The day it was published on, ISO; for the evidence rows.
    """

    window: MonthWindow
    kind: StatementKind
    low: float | None
    best: float | None
    high: float | None
    sigma: float
    grade: str = ""
    source: str = ""
    is_share: bool = False
    published: str = ""


Statements = Mapping[str, tuple[Statement, ...]]


@dataclass(frozen=True, slots=True)
class Silence:
    """Why a world says nothing to a claim: that is data, not a mistake."""

    reason: str
    diagnostics: tuple[Diagnostic, ...] = field(default=())
