"""A claim's probability where draws do not count alike: as if some of the data had not been known.

The same average over explanations as in `judge`, without its remarks and its error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stockade.claims.evaluate import Outcome
from stockade.claims.judge import LEAST_CONDITION, RATIO_DRAWS
from stockade.claims.nodes import Explanations, Expression
from stockade.claims.verdict import bounded
from stockade.claims.weights import softmax
from stockade.claims.worlds import Silence


@dataclass(frozen=True, eq=False)
class Voice:
    """What one explanation says to a claim.

    Attributes:
        outcome: Draw by draw, or why it is silent.
        weights: (draw,) what each draw counts, of sum 1; None where all count alike.
    """

    outcome: Outcome | Silence
    weights: np.ndarray | None = None


def reweighed(
    expression: Expression, voices: Mapping[str, Voice], log_evidence: Mapping[str, float]
) -> float | None:
    """Returns the probability of a claim; None where no explanation speaks to it.

    Args:
        expression: The claim.
        voices: Explanation -> what it says; those of a claim on explanations are not asked.
        log_evidence: Explanation -> its log evidence, of the same data as the voices.
    """
    if isinstance(expression, Explanations):
        named = [one for one in (*expression.favoured, *expression.against) if one in log_evidence]
        if len(named) < len(expression.favoured) + len(expression.against):
            return None
        weights = softmax(np.array([log_evidence[one] for one in named]))
        return bounded(float(weights[: len(expression.favoured)].sum()), RATIO_DRAWS)
    heard = {name: _heard(one.outcome, one.weights) for name, one in voices.items()}
    spoken = {name: one for name, one in heard.items() if one is not None}
    if not spoken:
        return None
    weights = softmax(np.array([log_evidence[name] for name in spoken]))
    share, condition, draws = np.array(list(spoken.values())).T
    speaks = condition >= LEAST_CONDITION
    if float(weights @ condition) < LEAST_CONDITION or not speaks.any():
        return None
    used = np.where(speaks, weights * condition, 0.0)
    return bounded(float(used @ share / used.sum()), int(draws[speaks].sum()))


def _heard(outcome: Outcome | Silence, weights: np.ndarray | None) -> tuple[float, float, int] | None:
    """Returns the share in which the claim holds, the part in which its condition does, and the draws."""
    if isinstance(outcome, Silence):
        return None
    counted = outcome.counted
    each = np.full(len(counted), 1.0 / len(counted)) if weights is None else weights
    total = float(each[counted].sum())
    share = float(each[counted & outcome.truth].sum()) / total if total > 0.0 else 0.0
    # The part of the draws in which no number exists is that of all draws, whatever they weigh.
    return share, min(1.0, total / (1.0 - outcome.undefined)), int(counted.sum())
