"""Whether a consequence held, from the numbers of one run: where it first failed, and by how much at most."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from stockade.arrays import Floats
from stockade.structure.reality_forms import Comparison, Tree
from stockade.structure.reality_results import Miss
from stockade.structure.reality_runs import Element, Values

ROUNDING = 1e-6
"""Two sides are equal when they differ by less than this share of the larger one: Vensim's seven digits."""


def truth_of_conditions(element: Element, values: Values, at: int) -> np.ndarray:
    """Returns when a comparison of the condition holds, shape (time,), of bool."""
    left, right = (values[element.condition(at, part)] for part in ("left", "right"))
    return _compare(element.form.conditions[at], left, right)[0]


def missed(element: Element, times: Floats, values: Values, due: np.ndarray) -> Miss | None:
    """Returns where the consequence fails while it is due, shape (time,); None where it holds.

    Where several comparisons are joined by ``:AND:``, the miss is that of the worst; by ``:OR:``, of the
    least bad.
    """
    leaves = []
    for at, claim in enumerate(element.form.claims):
        left, right = (values[element.claim(at, part)] for part in ("left", "right"))
        window = values.get(element.claim(at, "window"))
        looked = due if window is None else due & (window > 0.5)
        leaves.append(_judge(claim, left, right, looked))
    holds, by = _joined(element.form.consequence, leaves)
    if holds.all():
        return None
    first, worst = int(np.argmin(holds)), int(np.argmax(np.where(holds, -1.0, by)))
    at = _culprit(element.form.consequence, leaves, first)
    left, right = (float(values[element.claim(at, part)][first]) for part in ("left", "right"))
    return Miss(
        element.form.claims[at].text, float(times[first]), left, right, float(by[worst]), float(times[worst])
    )


Leaf = tuple[np.ndarray, Floats]


def _judge(claim: Comparison, left: Floats, right: Floats, looked: np.ndarray) -> Leaf:
    """Returns when a comparison holds or is not looked at, and by how much it is missed; shape (time,)."""
    holds, by = _compare(claim, left, right)
    if not looked.any() or not (claim.once or claim.crossings):
        return holds | ~looked, by
    # What is said of the whole course is missed at its end.
    end = int(np.flatnonzero(looked)[-1])
    good = bool((holds & looked).any()) if claim.once else _crosses(claim, (left - right)[looked])
    least = float(by[looked].min()) if claim.once else float(by[end])
    kept = np.ones(len(looked), dtype=bool)
    kept[end] = good
    return kept, np.where(kept, 0.0, least)


def _crosses(claim: Comparison, difference: Floats) -> bool:
    """Says whether the sides change places as often as they should, beginning as the operator says."""
    signs = [int(sign) for sign, _ in groupby(np.sign(difference)) if sign != 0]
    signs = [sign for sign, _ in groupby(signs)]
    first = 1 if claim.operator in (">", ">=") else -1
    return signs == [first * (-1) ** k for k in range(claim.crossings + 1)]


def _compare(claim: Comparison, left: Floats, right: Floats) -> Leaf:
    with np.errstate(invalid="ignore", over="ignore"):
        difference = left - right
        near = np.abs(difference) <= ROUNDING * np.maximum(np.abs(left), np.abs(right))
        near |= left == right
        holds = {
            "=": near,
            "<>": ~near,
            "<": (difference < 0) & ~near,
            "<=": (left < right) | near,
            ">": (difference > 0) & ~near,
            ">=": (left > right) | near,
        }[claim.operator]
        by = np.abs(difference)
    broken = np.isnan(left) | np.isnan(right)
    return holds & ~broken, np.where(broken | np.isnan(by), np.inf, by)


def _joined(tree: Tree, leaves: Sequence[Leaf]) -> Leaf:
    if tree.joined == "leaf":
        return leaves[tree.leaf]
    parts = [_joined(one, leaves) for one in tree.parts]
    holds = np.stack([one[0] for one in parts])
    by = np.array([np.where(one[0], 0.0, one[1]) for one in parts])
    if tree.joined == "and":
        return np.logical_and.reduce(holds), by.max(axis=0)
    return np.logical_or.reduce(holds), by.min(axis=0)


def _culprit(tree: Tree, leaves: Sequence[Leaf], at: int) -> int:
    """Returns the comparison that fails at a moment: of ``:AND:`` the worst, of ``:OR:`` the best."""
    if tree.joined == "leaf":
        return tree.leaf
    failing = [_culprit(one, leaves, at) for one in tree.parts if not _joined(one, leaves)[0][at]]
    choose = max if tree.joined == "and" else min
    return choose(failing, key=lambda one: leaves[one][1][at])
