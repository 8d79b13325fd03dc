"""Claims that published records decide, whatever any explanation says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stockade.claims.evaluate import arithmetic, seen_values
from stockade.claims.nodes import (
    Arithmetic,
    Both,
    Comparison,
    Either,
    Expression,
    Negative,
    Not,
    Number,
    Observed,
    WindowTerm,
)
from stockade.claims.walk import descend
from stockade.claims.worlds import World


def settled(expression: Expression, worlds: Sequence[World]) -> bool | None:
    """Says whether records that were already published decide a claim, whatever any explanation says.

    A record that was seen is the same in every draw of every world that holds it.

    Returns:
        True or False where they do; None where something is still open.
    """
    match expression:
        case Comparison():
            left, right = _seen(expression.left, worlds), _seen(expression.right, worlds)
            if left is None or right is None or np.isnan(left) or np.isnan(right):
                return None
            low, high = (left, right) if expression.operator[0] == "<" else (right, left)
            return bool(low <= high if expression.operator.endswith("=") else low < high)
        case Not():
            inner = settled(expression.operand, worlds)
            return None if inner is None else not inner
        case Both() | Either():
            sides = {settled(expression.left, worlds), settled(expression.right, worlds)}
            deciding = isinstance(expression, Either)
            return deciding if deciding in sides else None if None in sides else not deciding
        case _:
            return None


def _seen(node: Expression, worlds: Sequence[World]) -> float | None:
    """Returns the value of a number made of seen records only, else None."""
    match node:
        case Number():
            return node.value
        case Negative():
            inner = _seen(node.operand, worlds)
            return None if inner is None else -inner
        case Arithmetic():
            left, right = _seen(node.left, worlds), _seen(node.right, worlds)
            if left is None or right is None:
                return None
            return float(arithmetic(node, np.asarray(left), np.asarray(right)))
        case WindowTerm():
            return _seen_window(node, worlds)
        case _:
            return None


def _seen_window(term: WindowTerm, worlds: Sequence[World]) -> float | None:
    if any(not isinstance(one, Observed | Number | Arithmetic | Negative) for one in descend(term.quantity)):
        return None
    values: set[float] = set()
    for world in worlds:
        of_draws = seen_values(world, term)
        if of_draws is None:
            continue
        if world.draws < 2 or not np.all(of_draws == of_draws[0]):
            return None
        values.add(float(of_draws[0]))
    return values.pop() if len(values) == 1 else None
