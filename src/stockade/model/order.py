"""The order in which variables can be computed, and the circles that have none."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from stockade.errors import Diagnostic, StockadeError
from stockade.model.expressions import Call, Expression, Reference
from stockade.model.model import Model
from stockade.model.walk import children

# Functions with a memory: which arguments they need for their value now, and which for their value at the
# initial time. SMOOTH gives what it has stored; DELAY1 divides what it has stored by the delay time.
MEMORY: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = MappingProxyType(
    {
        "integ": ((), (1,)),
        "initial": ((), (0,)),
        "reinitial": ((), (0,)),
        "active initial": ((0,), (1,)),
        "smooth": ((), (0,)),
        "smooth3": ((), (0,)),
        "smoothi": ((), (2,)),
        "smooth3i": ((), (2,)),
        "smooth n": ((), (2,)),
        "delay1": ((1,), (0, 1)),
        "delay3": ((1,), (0, 1)),
        "delay1i": ((1,), (1, 2)),
        "delay3i": ((1,), (1, 2)),
        "delay n": ((1, 3), (1, 2, 3)),
        "delay fixed": ((), (2,)),
        "delay information": ((), (2,)),
        "delay material": ((3,), (2, 3)),
        "depreciate straightline": ((0,), (0, 3)),
        "npv": ((0, 3), (0, 1, 2, 3)),
        "npve": ((0, 3), (0, 1, 2, 3)),
        "random pink noise": ((), (0, 1)),
    }
)


def needs_now(expression: Expression) -> frozenset[str]:
    """Returns the names that must be known at the same moment; what a memory holds back is left out."""
    return _needs(expression, 0)


def needs_at_start(expression: Expression) -> frozenset[str]:
    """Returns the names that must be known to compute an expression at the initial time."""
    return _needs(expression, 1)


def _needs(expression: Expression, moment: int) -> frozenset[str]:
    found: set[str] = set()
    pending = [expression]
    while pending:
        node = pending.pop()
        if isinstance(node, Reference):
            found.add(node.name)
        elif isinstance(node, Call) and node.function in MEMORY:
            wanted = MEMORY[node.function][moment]
            pending.extend(node.arguments[at] for at in wanted if at < len(node.arguments))
        else:
            pending.extend(children(node))
    return frozenset(found)


def evaluation_order(model: Model) -> tuple[str, ...]:
    """Orders what is computed anew at every step.

    Returns:
        Canonical names of the auxiliaries, each behind what it reads.

    Raises:
        StockadeError: ``circular-definition``, with the circle spelled out.
    """
    computed = [one for one in model.variables if one.kind == "auxiliary"]
    return _ordered(model, {one.canonical: needs_now(one.equation) for one in computed})


def initial_order(model: Model) -> tuple[str, ...]:
    """Orders what must be known at the initial time, the stocks among it.

    Raises:
        StockadeError: ``circular-initial-values``, with the circle spelled out.
    """
    moving = [one for one in model.variables if one.kind in ("stock", "auxiliary")]
    return _ordered(model, {one.canonical: needs_at_start(one.equation) for one in moving}, at_start=True)


def _ordered(model: Model, needs: Mapping[str, frozenset[str]], *, at_start: bool = False) -> tuple[str, ...]:
    order, circle = sort(needs)
    if circle:
        raise StockadeError(circular(model, circle, at_start=at_start))
    return order


def circular(model: Model, circle: tuple[str, ...], *, at_start: bool = False) -> Diagnostic:
    """Returns the diagnostic for a circle.

    Args:
        model: The model.
        circle: Canonical names, as `sort` gives them.
        at_start: Whether the circle closes at the initial time only.
    """
    by_name = model.by_name
    first = by_name[circle[0]]
    chain = " -> ".join(by_name[name].name for name in (*circle, circle[0]))
    text = f"{first.name} = {' '.join(first.text.split())}"[:100]
    if at_start:
        said, hint = "these initial values need each other", "Give one of them a number to start from."
        return Diagnostic("circular-initial-values", f"{said}: {chain}", first.place, text, hint)
    said, hint = (
        "these variables need each other at the same moment",
        "Break the circle with a stock or a delay.",
    )
    return Diagnostic("circular-definition", f"{said}: {chain}", first.place, text, hint)


def sort(needs: Mapping[str, frozenset[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sorts names so that each stands behind what it needs; keeps the given order where it can.

    Args:
        needs: What each name needs; names that are not keys are taken to be known.

    Returns:
        The order and an empty tuple, or what could be ordered and the first circle: each name needs
        the next one, and the last one needs the first.
    """
    order: dict[str, None] = {}
    for start in needs:
        path: dict[str, list[str]] = {}
        pending = [start]
        while pending:
            name = pending[-1]
            if name in order:
                pending.pop()
                continue
            if name not in path:
                path[name] = [one for one in sorted(needs[name]) if one in needs]
            while path[name] and path[name][-1] in order:
                path[name].pop()
            if not path[name]:
                order[name] = None
                del path[name]
                pending.pop()
            elif path[name][-1] in path:
                trail = list(path)
                return tuple(order), tuple(trail[trail.index(path[name][-1]) :])
            else:
                pending.append(path[name][-1])
    return tuple(order), ()
