"""A claim in a world: whether it holds in each draw, by how much, or why the world is silent."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np

from stockade.claims import reported as pooling
from stockade.claims.nodes import (
    Arithmetic,
    Both,
    Comparison,
    Conditional,
    Either,
    Expression,
    MonthWindow,
    Negative,
    Not,
    Number,
    Observed,
    Reported,
    Variable,
    WindowTerm,
)
from stockade.claims.worlds import Silence, Statements, World
from stockade.data.months import format_month

# Below this part of draws in which a claim's numbers exist at all (0/0 does not), a world is silent.
LEAST_DEFINED = 0.5


@dataclass(frozen=True)
class Outcome:
    """What one world says to a claim.

    Attributes:
        truth: (draw,) whether the claim (of a conditional: the consequence) holds.
        margin: (draw,) above zero where it holds by far, below where it fails by far; comparable within
            one world and claim only.
        counted: (draw,) the draws that speak: its numbers exist and, of a conditional, the condition holds.
        condition: Part of the draws with numbers in which the condition holds; 1 without a condition.
        undefined: Part of the draws in which a number does not exist (nought by nought).
        terms: Values (draw,) of each window term.
    """

    truth: np.ndarray
    margin: np.ndarray
    counted: np.ndarray
    condition: float
    undefined: float
    terms: dict[WindowTerm, np.ndarray]


class _SilentError(Exception):
    """Carries the reason up from the term that met it."""


@dataclass
class _Ground:
    """One world with what was worked out in it so far."""

    world: World
    statements: Statements
    seed: int
    terms: dict[WindowTerm, np.ndarray] = field(default_factory=dict)


def evaluate(
    expression: Expression, world: World, statements: Statements, seed: int = 0
) -> Outcome | Silence:
    """Evaluates a claim in every draw of a world.

    A null speaks of counts only: of anything that names a variable of the model it is silent, with or
    without a scenario, because it holds no mechanism that could have come out otherwise.

    Args:
        expression: The claim; checked, so that all its names are known. Not ``explanation in ...``.
        world: What one explanation says happened.
        statements: Report id -> its visible statements.
        seed: For the order of the draws of ``reported(...)``.

    Returns:
        The outcome, or the reason why the world is silent.

    Raises:
        KeyError: A world with a mechanism lacks a variable or scenario: a mistake of the caller.
    """
    ground = _Ground(world, statements, seed)
    try:
        if isinstance(expression, Conditional):
            condition, _, known = _truth(ground, expression.condition)
            truth, margin, also_known = _truth(ground, expression.consequence)
            known = known & also_known
            return _outcome(ground, truth, margin, known, condition)
        truth, margin, known = _truth(ground, expression)
        return _outcome(ground, truth, margin, known, np.ones_like(truth))
    except _SilentError as reason:
        return Silence(str(reason))


def _outcome(
    ground: _Ground, truth: np.ndarray, margin: np.ndarray, known: np.ndarray, condition: np.ndarray
) -> Outcome | Silence:
    defined = float(known.mean())
    if defined < LEAST_DEFINED:
        return Silence("its numbers do not exist there (nought divided by nought)")
    share = float(condition[known].mean())
    return Outcome(truth, margin, known & condition, share, 1 - defined, ground.terms)


_Three = tuple[np.ndarray, np.ndarray, np.ndarray]


def _truth(ground: _Ground, node: Expression) -> _Three:
    """Returns truth, margin and whether the numbers exist, each (draw,)."""
    match node:
        case Comparison():
            return _compare(ground, node)
        case Not():
            truth, margin, known = _truth(ground, node.operand)
            return ~truth, -margin, known
        case Both() | Either():
            truth, margin, known = _truth(ground, node.left)
            truth2, margin2, known2 = _truth(ground, node.right)
            if isinstance(node, Both):
                return truth & truth2, np.minimum(margin, margin2), known & known2
            return truth | truth2, np.maximum(margin, margin2), known & known2
        case _:
            raise TypeError(f"{type(node).__name__} is neither true nor false")


def _compare(ground: _Ground, node: Comparison) -> _Three:
    shape = (ground.world.draws,)
    left = np.broadcast_to(_number(ground, node.left), shape)
    right = np.broadcast_to(_number(ground, node.right), shape)
    known = ~(np.isnan(left) | np.isnan(right))
    less, or_equal = node.operator[0] == "<", node.operator.endswith("=")
    low, high = (left, right) if less else (right, left)
    truth = (low <= high) if or_equal else (low < high)
    with np.errstate(invalid="ignore"):
        gap = np.nan_to_num(high - low, nan=0.0)
    # One scale a comparison, so that the parts of an `and` can be set side by side.
    finite = np.abs(np.concatenate([left[known], right[known]]))
    finite = finite[np.isfinite(finite)]
    scale = float(finite.mean()) if finite.size else 1.0
    return truth, gap / (scale or 1.0), known


def _number(ground: _Ground, node: Expression) -> np.ndarray:
    """Returns the value of a number, (draw,) or ()."""
    match node:
        case Number():
            return np.asarray(node.value)
        case Negative():
            return -_number(ground, node.operand)
        case Arithmetic():
            return arithmetic(node, _number(ground, node.left), _number(ground, node.right))
        case WindowTerm():
            if node not in ground.terms:
                ground.terms[node] = _window(ground, node)
            return ground.terms[node]
        case _:
            raise TypeError(f"{type(node).__name__} is no number outside a window")


def arithmetic(node: Arithmetic, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Returns two numbers joined by a sign of arithmetic; nought by nought is NaN, and no warning."""
    with np.errstate(divide="ignore", invalid="ignore"):
        match node.operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case _:
                return np.true_divide(left, right)


def _window(ground: _Ground, term: WindowTerm) -> np.ndarray:
    """Returns the statistic of a quantity over a window, (draw,)."""
    if isinstance(term.quantity, Reported):
        return _pooled(ground, term.quantity.report, term.window)
    months = np.broadcast_to(_quantity(ground, term.quantity, term), (term.window.months, ground.world.draws))
    return statistic(term.statistic, months)


def statistic(name: str, months: np.ndarray) -> np.ndarray:
    """Returns a statistic over axis 0 of (month, draw) monthly means.

    A flow's monthly mean is its amount in the month, so the sum over months is the total.
    """
    match name:
        case "total":
            return months.sum(axis=0)
        case "mean" | "at":
            return months.mean(axis=0)
        case "peak":
            return months.max(axis=0)
        case "lowest":
            return months.min(axis=0)
        case _:
            return months[-1] - months[0]


def _quantity(ground: _Ground, node: Expression, term: WindowTerm) -> np.ndarray:
    """Returns a quantity month by month, (month, draw) or ()."""
    world = ground.world
    match node:
        case Number():
            return np.asarray(node.value)
        case Negative():
            return -_quantity(ground, node.operand, term)
        case Arithmetic():
            return arithmetic(node, _quantity(ground, node.left, term), _quantity(ground, node.right, term))
        case Variable():
            if not world.mechanism:
                raise _SilentError(f"a null holds no {node.name}")
            values = world.base if term.scenario is None else world.scenarios[term.scenario]
            return rows(world, values[node.name], term.window)
        case Observed():
            return _counts(world, node.series, term.window)
        case _:
            raise TypeError(f"{type(node).__name__} cannot stand inside a window")


def rows(world: World, values: np.ndarray, window: MonthWindow) -> np.ndarray:
    """Returns the rows (month, draw) of a window.

    Raises:
        ValueError: The window leaves the world's months: a mistake of the caller.
    """
    start = window.first - world.first_month
    if start < 0 or start + window.months > values.shape[0]:
        raise ValueError(f"{world.explanation} has no values for all of {window.text}")
    return values[start : start + window.months]


def _counts(world: World, series: str, window: MonthWindow) -> np.ndarray:
    if series not in world.counts:
        raise _SilentError(f"it does not predict {series}")
    counts = rows(world, world.counts[series], window)
    missing = np.isnan(counts).any(axis=1)
    if missing.any():
        month = format_month(window.first + int(np.argmax(missing)))
        raise _SilentError(f"it does not predict {series}, and {month} was not yet published")
    return counts


def seen_values(world: World, term: WindowTerm) -> np.ndarray | None:
    """Returns a term's values (draw,) from a world's records alone; None where it needs more than those."""
    try:
        return _window(_Ground(world, {}, 0), term)
    except (_SilentError, KeyError):
        return None


def _pooled(ground: _Ground, report: str, window: MonthWindow) -> np.ndarray:
    statements = pooling.inside(ground.statements.get(report, ()), window)
    seed = zlib.crc32(f"{report} {window.first} {window.last} {ground.seed}".encode())
    values = pooling.draws(statements, ground.world.draws, seed)
    if isinstance(values, Silence):
        between = f"{format_month(window.first)}..{format_month(window.last)}"
        raise _SilentError(f"reported({report}) over {between}: {values.reason}")
    return values
