"""Loops of a model that has too many of them: at each moment the strongest paths back to every stock.

The search goes from each stock along its strongest links first, and turns back where a variable was reached
by a stronger path before. It may miss a loop, and then finds one much like it; what it returns is never all.

Source:
    R. Eberlein, W. Schoenberg, Finding the Loops that Matter (2020), appendix 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from stockade.arrays import Floats

MOST_MOMENTS = 100
"""At how many moments of a run, evenly spread, the search is made at most."""

MOST_FOUND = 20_000
"""The search ends with so many loops."""


def strongest_loops(
    links: Sequence[tuple[str, str]], magnitudes: Floats, stocks: Iterable[str]
) -> tuple[tuple[str, ...], ...]:
    """Returns the loops along the strongest paths at any of the moments, each once.

    Args:
        links: (cause, effect).
        magnitudes: Logarithms of the link scores' magnitudes, -inf where the score is 0; (link, step).
        stocks: Where a search starts.
    """
    steps = magnitudes.shape[1]
    moments = np.unique(np.linspace(0, steps - 1, min(steps, MOST_MOMENTS)).round().astype(int))
    found: dict[tuple[str, ...], None] = {}
    starts = tuple(stocks)
    for moment in moments:
        after: dict[str, list[tuple[float, str]]] = {}
        for (cause, effect), size in zip(links, magnitudes[:, moment].tolist(), strict=True):
            if size > -np.inf:
                after.setdefault(cause, []).append((size, effect))
        for ahead in after.values():
            ahead.sort()  # the strongest is taken first, from the end
        for start in starts:
            for path in _from(start, after):
                least = path.index(min(path))
                found[path[least:] + path[:least]] = None
            if len(found) >= MOST_FOUND:
                return tuple(found)[:MOST_FOUND]
    return tuple(found)


def _from(start: str, after: Mapping[str, list[tuple[float, str]]]) -> list[tuple[str, ...]]:
    """Returns the loops through `start` that the search meets at one moment."""
    found: list[tuple[str, ...]] = []
    best = {start: 0.0}
    path, on_path = [start], {start}
    stack = [(0.0, list(after.get(start, ())))]
    while stack:
        score, ahead = stack[-1]
        if not ahead:
            stack.pop()
            on_path.discard(path.pop())
            continue
        size, name = ahead.pop()
        if name == start:
            found.append(tuple(path))
        elif name not in on_path and score + size >= best.get(name, -np.inf):
            best[name] = score + size
            path.append(name)
            on_path.add(name)
            stack.append((score + size, list(after.get(name, ()))))
    return found
