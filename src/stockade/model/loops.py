"""The causal graph of a model and the feedback loops in it: who follows from whom while a run goes on.

A stock follows from all that its net flow reads; it is broken at the integration, so that every loop holds
a stock, a delay or a smooth. What is read at the start only is no cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from stockade.model.expressions import Expression
from stockade.model.references import references

Links = Mapping[str, tuple[str, ...]]
"""Variable -> the variables that follow from it, all canonical."""


@dataclass(frozen=True)
class CausalGraph:
    """Variables and what follows from what.

    Attributes:
        names: Canonical names of all that changes in a run, hidden variables among them.
        stocks: Those of them that are carried from step to step.
        links: (cause, effect), each once.
    """

    names: tuple[str, ...]
    stocks: frozenset[str]
    links: tuple[tuple[str, str], ...]


def causal_graph(changes: Mapping[str, Expression], stocks: Iterable[str]) -> CausalGraph:
    """Returns the causal graph of a model.

    Args:
        changes: Canonical name -> what it is computed from during a run; of a stock its net flow, of a
            delayed value what goes into the delay.
        stocks: Names of those that are carried from step to step.
    """
    links = tuple(
        (cause, effect)
        for effect, expression in changes.items()
        for cause in sorted(references(expression))
        if cause in changes
    )
    return CausalGraph(tuple(changes), frozenset(stocks), links)


def outward(links: Iterable[tuple[str, str]]) -> Links:
    """Returns for every cause what follows from it."""
    found: dict[str, list[str]] = {}
    for cause, effect in links:
        found.setdefault(cause, []).append(effect)
    return {cause: tuple(effects) for cause, effects in found.items()}


def components(links: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Returns for every variable on a loop the number of its component: all that feed back on one another."""
    links = tuple(links)
    names = tuple(dict.fromkeys(name for link in links for name in link))
    if not names:
        return {}
    place = {name: at for at, name in enumerate(names)}
    rows, columns = ([place[link[end]] for link in links] for end in (0, 1))
    matrix = csr_array((np.ones(len(links)), (rows, columns)), shape=(len(names), len(names)))
    _, of = connected_components(matrix, directed=True, connection="strong")
    sizes = np.bincount(of)
    alone = {cause for cause, effect in links if cause == effect}
    kept = [name for name in names if sizes[of[place[name]]] > 1 or name in alone]
    number = {one: at for at, one in enumerate(dict.fromkeys(int(of[place[name]]) for name in kept))}
    return {name: number[int(of[place[name]])] for name in kept}


def elementary_loops(links: Iterable[tuple[str, str]], most: int) -> tuple[tuple[tuple[str, ...], ...], bool]:
    """Returns the elementary loops, each variable in them once, and whether these are all.

    Args:
        links: (cause, effect).
        most: How many loops to return at most; where there are more, the search ends.

    Returns:
        Each loop as its variables in the order of causation, and whether there are no others.

    Source:
        D. B. Johnson, Finding all the elementary circuits of a directed graph, SIAM J. Comput. 4 (1975).
    """
    found = tuple(islice(_loops(tuple(links)), most + 1))
    return found[:most], len(found) <= most


def _loops(links: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, ...]]:
    yield from ((cause,) for cause, effect in links if cause == effect)
    pending = [tuple(link for link in links if link[0] != link[1])]
    while pending:
        left = pending.pop()
        number = components(left)
        inside = [link for link in left if _together(link, number)]
        groups: dict[int, list[tuple[str, str]]] = {}
        for link in inside:
            groups.setdefault(number[link[0]], []).append(link)
        for group in groups.values():
            start = group[0][0]
            yield from _through(start, outward(group))
            pending.append(tuple(link for link in group if start not in link))


def _together(link: tuple[str, str], number: Mapping[str, int]) -> bool:
    return link[0] in number and number[link[0]] == number.get(link[1])


def _through(start: str, after: Links) -> Iterator[tuple[str, ...]]:
    """Yields every elementary loop through `start`; Johnson's search without recursion."""
    path, blocked, closed = [start], {start}, set()
    waiting: dict[str, set[str]] = {}
    stack = [(start, list(reversed(after.get(start, ()))))]
    while stack:
        name, ahead = stack[-1]
        if ahead:
            following = ahead.pop()
            if following == start:
                yield tuple(path)
                closed.update(path)
            elif following not in blocked:
                path.append(following)
                blocked.add(following)
                closed.discard(following)
                stack.append((following, list(reversed(after.get(following, ())))))
            continue
        if name in closed:
            _free(name, blocked, waiting)
        else:
            for following in after.get(name, ()):
                waiting.setdefault(following, set()).add(name)
        stack.pop()
        path.pop()


def _free(name: str, blocked: set[str], waiting: dict[str, set[str]]) -> None:
    """Lets the search enter a variable again, and all that waited for it."""
    pending = {name}
    while pending:
        one = pending.pop()
        if one in blocked:
            blocked.remove(one)
            pending |= waiting.pop(one, set())
