"""What the data know only together: 'only the product of A and B', from the posterior against the prior.

Each parameter is laid out on its prior's own scale (logs, logits) in units of the prior's sd, so that the
prior's covariance is the identity. Directions in which the posterior is narrow span a space; it is turned
so that each direction has few members (varimax, Kaiser 1958, Psychometrika 23), since an eigenvector alone
mixes what is known equally well. A direction that is far narrower than each of its members alone is what
the data know of them; where one member does it all, that member is simply estimated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stockade.arrays import Floats
from stockade.inference.priors import Prior

NARROW = 0.3
"""Variance of a direction, in that of the prior, up to which the data have narrowed it."""
WIDE = 0.4
"""Variance of a member alone from which it has stayed wide; two equal members of a known product have 0.5."""
GAIN = 0.25
"""The direction's variance is at most this part of that of its best known member: half the sd."""
LEAST_LOADING = 0.3
LEAST_COVERED = 0.8
"""Part of the direction's length that its members must make up."""
_TURNS, _STARTS = 200, 6


@dataclass(frozen=True)
class Direction:
    """A combination of parameters that is known better than any of them.

    Attributes:
        names: Its members, the one with the largest exponent first.
        exponents: Of each member, the first 1: the product of members to these powers is what is known.
            For members whose prior is not log-normal it is their part in a sum on their own scale.
        variance: Of the combination, in that of the prior: 0 known, 1 as before the data.
        alone: Variance of each member alone, likewise.
        product: Whether all members have log-normal priors, so that the combination is a product.
    """

    names: tuple[str, ...]
    exponents: tuple[float, ...]
    variance: float
    alone: tuple[float, ...]
    product: bool


def known_together(draws: Floats, prior_draws: Floats, priors: Sequence[Prior]) -> tuple[Direction, ...]:
    """Returns combinations that the data know while their members alone stayed wide, best known first.

    Args:
        draws: (draw, D) posterior draws on the natural scale.
        prior_draws: (draw, D) as many or more from the prior.
        priors: (D,) the priors.
    """
    if len(priors) < 2:
        return ()
    before = _scaled(prior_draws, priors)
    middle, spread = before.mean(axis=0), before.std(axis=0)
    covariance = np.cov((_scaled(draws, priors) - middle) / spread, rowvar=False)
    values, vectors = np.linalg.eigh(covariance)
    narrow = vectors[:, values <= NARROW]
    found = [_direction(one, covariance, spread, priors) for one in _varimax(narrow).T]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.variance))


def sentence(direction: Direction, names: Sequence[str]) -> str:
    """Returns what is known in words.

    Args:
        direction: The combination.
        names: Its members as somebody wrote them.
    """
    if not direction.product:
        same = all(one > 0 for one in direction.exponents)
        listed = f"{', '.join(names[:-1])} and {names[-1]}"
        if len(names) > 2:
            return f"Only a combination of {listed} is known."
        way = "less" if same else "more"
        return f"Only {listed} together are known: more of one goes with {way} of the other."
    rounded = [round(one, 1) for one in direction.exponents]
    if [abs(one) for one in rounded] == [1.0, 1.0]:
        word, joint = ("product", "and") if rounded[0] * rounded[1] > 0 else ("ratio", "to")
        joined = f"{names[0]} {joint} {names[1]}"
        return f"Only the {word} of {joined} is known."
    over = [_power(name, one) for name, one in zip(names, rounded, strict=True) if one >= 0]
    under = [_power(name, -one) for name, one in zip(names, rounded, strict=True) if one < 0]
    below = "" if not under else f" / {under[0]}" if len(under) == 1 else f" / ({' × '.join(under)})"
    return f"Only {' × '.join(over)}{below} is known."


def _power(name: str, exponent: float) -> str:
    return name if exponent == 1.0 else f"{name}^{exponent:g}"


def _scaled(draws: Floats, priors: Sequence[Prior]) -> Floats:
    """Returns draws (draw, D) on their priors' own scales: logs, logits within the range, or as they are."""
    tiny = np.finfo(float).tiny
    columns = []
    for column, prior in zip(np.asarray(draws, dtype=float).T, priors, strict=True):
        if prior.family == "lognormal":
            columns.append(np.log(np.maximum(column, tiny)))
        elif prior.family == "normal":
            columns.append(column)
        else:
            low, high = (prior.a, prior.b) if prior.family == "uniform" else (0.0, 1.0)
            share = np.clip((column - low) / (high - low), 1e-12, 1.0 - 1e-12)
            columns.append(np.log(share) - np.log1p(-share))
    return np.array(columns).T


def _direction(
    loading: Floats, covariance: Floats, spread: Floats, priors: Sequence[Prior]
) -> Direction | None:
    """Returns a direction of the narrow space if it is known together only; None if not."""
    members = [int(one) for one in np.flatnonzero(np.abs(loading) >= LEAST_LOADING)]
    variance = float(loading @ covariance @ loading)
    alone = np.diag(covariance)[members]
    if len(members) < 2 or float(np.sum(loading[members] ** 2)) < LEAST_COVERED:
        return None
    if variance > NARROW or alone.min() < WIDE or variance > GAIN * alone.min():
        return None
    powers = loading[members] / spread[members]
    order = np.argsort(-np.abs(powers), kind="stable")
    powers = powers[order] / powers[order[0]]
    chosen = [priors[members[one]] for one in order]
    return Direction(
        names=tuple(one.name for one in chosen), exponents=tuple(float(one) for one in powers),
        variance=variance, alone=tuple(float(alone[one]) for one in order),
        product=all(one.family == "lognormal" for one in chosen),
    )  # fmt: skip


def _varimax(vectors: Floats) -> Floats:
    """Returns orthonormal vectors (D, k) of the same space, turned so that each has few large loadings.

    From several starts, as an even mixture of two directions is a standstill of the criterion.
    """
    count = vectors.shape[1]
    if count < 2:
        return vectors
    generator = np.random.default_rng(0)
    starts = [np.linalg.qr(generator.standard_normal((count, count)))[0] for _ in range(_STARTS)]
    found = [_turned(vectors, start) for start in starts]
    return max(found, key=lambda one: float(np.sum(one**4)))


def _turned(vectors: Floats, turn: Floats) -> Floats:
    """Returns vectors (D, k) turned from a start until the criterion no longer grows."""
    before = 0.0
    for _ in range(_TURNS):
        turned = vectors @ turn
        pull = turned**3 - turned * np.mean(turned**2, axis=0)
        left, size, right = np.linalg.svd(vectors.T @ pull)
        turn = left @ right
        if size.sum() <= before * (1.0 + 1e-10):
            break
        before = float(size.sum())
    return vectors @ turn
