"""What moved a claim most: the parameter whose draws go with the claim's margin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockade.claims.worlds import World

# Rank correlations of 25 idle parameters with 2048 draws reach about 0.07 by chance.
LEAST_CORRELATION = 0.1


@dataclass(frozen=True, slots=True)
class MovedBy:
    """The parameter that goes with a claim's margin most, in the heaviest explanation with a mechanism.

    Attributes:
        parameter: Its name.
        correlation: Spearman's rank correlation of its draws with the margin; its sign says whether more
            of it makes the claim truer.
        explanation: Where this was found.
        shrinkage: How far the data moved the parameter itself there; None where not known.
    """

    parameter: str
    correlation: float
    explanation: str
    shrinkage: float | None = None


def ranks(values: np.ndarray) -> np.ndarray:
    """Returns ranks (draw,) from 1, ties sharing their mean: resampled draws repeat themselves."""
    _, index, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[index]


def moved_by(world: World, margin: np.ndarray, counted: np.ndarray) -> MovedBy | None:
    """Returns the parameter with the largest rank correlation with the margin, if any is worth naming.

    Args:
        world: The heaviest explanation with a mechanism.
        margin: (draw,) by how much the claim holds.
        counted: (draw,) the draws that speak.
    """
    if counted.sum() < 3 or np.ptp(margin[counted]) == 0:
        return None
    target = _standard(ranks(margin[counted]))
    best: tuple[str, float] | None = None
    for name, values in world.parameters.items():
        of_draws = np.asarray(values)[counted]
        if np.ptp(of_draws) == 0:  # held by the explanation
            continue
        correlation = float(np.mean(target * _standard(ranks(of_draws))))
        if best is None or abs(correlation) > abs(best[1]):
            best = (name, correlation)
    if best is None or abs(best[1]) < LEAST_CORRELATION:
        return None
    return MovedBy(best[0], best[1], world.explanation, world.shrinkage.get(best[0]))


def _standard(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / values.std()
