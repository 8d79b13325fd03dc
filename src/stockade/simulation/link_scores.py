"""Link scores: how much of a variable's change over a step came from each of its causes.

The score of a link from x to z is (what z would have changed by, had x alone changed) / (what z changed by),
with the sign of the first over the change in x. For a link into a stock, z is the stock's net flow; that is
the definition of 2023, which does not depend on how flows are drawn together. Where x or z does not change,
the score is 0.

Source:
    W. Schoenberg, P. Davidsen, R. Eberlein, Understanding model behavior using the Loops that Matter
    method, System Dynamics Review 36 (2020), equation 1; W. Schoenberg, J. Hayward, R. Eberlein,
    Improving Loops that Matter, System Dynamics Review 39 (2023), equation 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stockade.arrays import Floats
from stockade.compiler.causes import Causes
from stockade.compiler.functions import Moment

STILL = 1e-12
"""A change smaller than this part of a value is rounding, and counts as none."""


@dataclass(frozen=True, eq=False)
class Inside:
    """All that moved in a run, at every step.

    Attributes:
        times: (step,) the final time included.
        values: Canonical name -> (step, draw); of constants (1, draw).
        start: When the run began.
        step: The length of a step.
    """

    times: Floats
    values: Mapping[str, Floats]
    start: float
    step: float

    def when(self, steps: slice) -> Moment:
        """Returns the moments of some steps, as equations see them."""
        times = self.times[steps, None]
        return Moment(times, times, self.step, self.start)


@dataclass(frozen=True, eq=False)
class LinkScores:
    """The scores of links over the steps of a run: sizes as logarithms, for they span hundreds of powers.

    Attributes:
        links: (cause, effect).
        signs: -1, 0 or 1, shape (link, step, draw); the score is 0 where the sign is.
        logs: Logarithms of the magnitudes, same shape; 0 where the sign is.
    """

    links: tuple[tuple[str, str], ...]
    signs: np.ndarray
    logs: Floats

    def scores(self) -> Floats:
        """Returns the scores themselves, shape (link, step, draw)."""
        return self.signs * np.exp(self.logs)


def link_scores(inside: Inside, causes: Causes, links: Sequence[tuple[str, str]]) -> LinkScores:
    """Returns the scores of links over every step but the first moment.

    Args:
        inside: A run, every variable of it at every step.
        causes: The equations.
        links: (cause, effect), both among the equations' names.
    """
    before = {name: _rows(one, slice(None, -1)) for name, one in inside.values.items()}
    after = {name: _rows(one, slice(1, None)) for name, one in inside.values.items()}
    then, now = inside.when(slice(None, -1)), inside.when(slice(1, None))
    shape = np.broadcast_shapes(*(one.shape for one in before.values()), (len(inside.times) - 1, 1))
    signs, logs = np.zeros((len(links), *shape), dtype=np.int8), np.zeros((len(links), *shape))
    grouped: dict[str, list[int]] = {}
    for at, (_, effect) in enumerate(links):
        grouped.setdefault(effect, []).append(at)
    with np.errstate(all="ignore"):
        for effect, rows in grouped.items():
            old = np.asarray(causes.follow(effect, before, then))
            whole = _change(np.asarray(causes.follow(effect, after, now)), old)
            for at in rows:
                cause = links[at][0]
                moved = causes.follow(effect, before | {cause: after[cause]}, then)
                part = _change(np.asarray(moved), old)
                signs[at], logs[at] = _score(part, whole, _change(after[cause], before[cause]))
    return LinkScores(tuple(links), signs, logs)


def _score(part: Floats, whole: Floats, cause: Floats) -> tuple[np.ndarray, Floats]:
    counts = (part != 0) & (whole != 0) & (cause != 0)
    size = np.abs(np.where(counts, part, 1.0)) / np.abs(np.where(counts, whole, 1.0))
    return np.where(counts, np.sign(part) * np.sign(cause), 0), np.where(counts, np.log(size), 0.0)


def _change(new: Floats, old: Floats) -> Floats:
    """Returns new - old, 0 where that is no more than rounding."""
    change = new - old
    still = np.abs(change) <= STILL * np.maximum(np.abs(new), np.abs(old))
    return np.where(still | ~np.isfinite(change), 0.0, change)


def _rows(values: Floats, rows: slice) -> Floats:
    return values[rows] if len(values) > 1 else values
