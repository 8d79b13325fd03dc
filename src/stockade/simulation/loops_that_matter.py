"""Which feedback loops drive a model, and when: loop scores over a run ("Loops that Matter").

A loop's score is the product of the scores of its links; its influence at a moment is that score as a share
of all loops that act on the same stocks, with the sign of its polarity. What is inside of a delay, a smooth
or a macro counts as a link from what goes in to what comes out: loops wholly inside are left out, and of
several ways through it the strongest counts at each moment.

Source:
    W. Schoenberg, P. Davidsen, R. Eberlein, Understanding model behavior using the Loops that Matter
    method, System Dynamics Review 36 (2020); W. Schoenberg, R. Eberlein, Seamlessly integrating Loops
    That Matter into model development and analysis (2020), for delays and for changing polarity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from stockade.arrays import Floats
from stockade.compiler.causes import Causes
from stockade.model.loops import CausalGraph, causal_graph, components, elementary_loops
from stockade.simulation.link_scores import Inside, LinkScores, link_scores
from stockade.simulation.strongest_paths import strongest_loops

Polarity = Literal[
    "reinforcing", "balancing", "mostly reinforcing", "mostly balancing", "changing", "unknown"
]
LETTERS = {
    "reinforcing": "R", "balancing": "B", "mostly reinforcing": "Ru", "mostly balancing": "Bu",
    "changing": "U", "unknown": "U",
}  # fmt: skip
"""How a loop's label begins, as in Stella."""

MOST_LOOPS = 1000
"""Up to so many loops all are looked at; in a model with more, those on the strongest paths."""

SURE = 0.99
"""From here on a polarity that changes is called by the one that prevails."""

LEAST = 0.001
"""A loop of a smaller share has no weight, as in Stella."""

HALF = 0.5
"""The loops that dominate are the fewest that have more than this share together."""


@dataclass(frozen=True, eq=False)
class Link:
    """What follows from what, with its polarity over the run.

    Attributes:
        cause: Canonical name.
        effect: Canonical name.
        polarity: ``+``: both change the same way; ``-``: opposite ways; ``±``: now one, now the other;
            ``?``: it never acted.
        scores: (step, draw).
    """

    cause: str
    effect: str
    polarity: str
    scores: Floats


@dataclass(frozen=True, eq=False)
class Loop:
    """A feedback loop and its influence over a run.

    Attributes:
        label: Such as R1 or B2: the letter is the polarity, the number the rank.
        polarity: Over the run, at the first draw.
        variables: Canonical names in the order of causation, a stock first; none that is hidden.
        signs: Polarity of the link from each variable to the next one, as in `Link`.
        group: Number of its group: loops act on one another only within it.
        influence: The score as a share of all in the group, negative where it balances; (step, draw).
        share: Mean size of the influence over the steps in which anything in the group changes, (draw,).
        dominant: Whether it is among the fewest loops that have more than half together; (step,), of the
            first draw.
    """

    label: str
    polarity: Polarity
    variables: tuple[str, ...]
    signs: tuple[str, ...]
    group: int
    influence: Floats
    share: Floats
    dominant: np.ndarray


@dataclass(frozen=True, eq=False)
class LoopView:
    """The causal view of a run.

    Attributes:
        times: The beginning of each step, (step,): what is said of it is about the step that begins then.
        loops: Those that acted, the weightiest group first and in it the weightiest loop.
        links: The links that lie on loops, hidden variables among them.
        graph: All causes and effects of the model.
        structural: How many loops the equations allow, those that never acted too; None for more than `most`.
        complete: Whether all loops that acted were looked at.
        most: Up to how many all are looked at.
    """

    times: Floats
    loops: tuple[Loop, ...]
    links: tuple[Link, ...]
    graph: CausalGraph
    structural: int | None
    complete: bool
    most: int

    def phases(self, group: int) -> tuple[tuple[float, float, tuple[str, ...]], ...]:
        """Returns (from, to, labels of the loops that dominate) of a group, one after the other.

        Args:
            group: Its number. Stretches in which nothing changes are left out.
        """
        inside = [one for one in self.loops if one.group == group]
        found: list[tuple[float, float, tuple[str, ...]]] = []
        for at, time in enumerate(self.times.tolist()):
            names = tuple(one.label for one in inside if one.dominant[at])
            if names and found and found[-1][2] == names and at and found[-1][1] == self.times[at - 1]:
                found[-1] = (found[-1][0], time, names)
            elif names:
                found.append((time, time, names))
        return tuple(found)


def view_loops(
    inside: Inside,
    causes: Causes,
    visible: Sequence[str],
    *,
    most: int = MOST_LOOPS,
    start: float = -np.inf,
    end: float = np.inf,
) -> LoopView:
    """Returns the loops of a run with their influence.

    Args:
        inside: The run.
        causes: Its equations.
        visible: Canonical names that the modeller wrote.
        most: Up to how many loops all are looked at.
        start: First time to look at.
        end: Last time.
    """
    graph = causal_graph(causes.changes, causes.stocks)
    of = components(graph.links)
    feeding = [link for link in graph.links if link[0] in of and of[link[0]] == of.get(link[1])]
    begins = inside.times[:-1]
    kept = (begins >= start) & (begins <= end)
    scored = _cut(link_scores(inside, causes, feeding), kept)
    acting = (scored.signs != 0).any(axis=(1, 2))
    live = [link for link, acts in zip(feeding, acting, strict=True) if acts]
    found, complete = elementary_loops(live, most)
    if not complete:
        logs = np.where(scored.signs != 0, scored.logs, -np.inf)[acting, :, 0]
        found = strongest_loops(live, logs, (one for one in graph.names if one in graph.stocks))
    loops = _loops(found, scored, live, frozenset(visible), graph)
    structural = _structural(feeding, most, frozenset(visible), graph)
    return LoopView(begins[kept], loops, _links(scored), graph, structural, complete, most)


def _structural(
    feeding: Sequence[tuple[str, str]], most: int, visible: frozenset[str], graph: CausalGraph
) -> int | None:
    allowed, complete = elementary_loops(feeding, most)
    order = {name: at for at, name in enumerate(graph.names)}
    seen = {_seen(one, visible, graph.stocks, order) for one in allowed if not visible.isdisjoint(one)}
    return len(seen) if complete else None


def _cut(scored: LinkScores, kept: np.ndarray) -> LinkScores:
    return LinkScores(scored.links, scored.signs[:, kept], scored.logs[:, kept])


def _links(scored: LinkScores) -> tuple[Link, ...]:
    scores = scored.scores()
    return tuple(
        Link(cause, effect, _sign(signs), one)
        for (cause, effect), signs, one in zip(scored.links, scored.signs, scores, strict=True)
    )


def _sign(signs: np.ndarray) -> str:
    up, down = bool((signs > 0).any()), bool((signs < 0).any())
    return "±" if up and down else "+" if up else "-" if down else "?"


@dataclass(frozen=True, eq=False)
class _Scored:
    """One loop as the modeller sees it: the strongest of its ways through delays, at each moment."""

    variables: tuple[str, ...]
    signs: tuple[str, ...]
    component: int
    sign: np.ndarray
    log: Floats


def _loops(
    found: Iterable[tuple[str, ...]],
    scored: LinkScores,
    live: Sequence[tuple[str, str]],
    visible: frozenset[str],
    graph: CausalGraph,
) -> tuple[Loop, ...]:
    place = {link: at for at, link in enumerate(scored.links)}
    of = components(live)
    order = {name: at for at, name in enumerate(graph.names)}
    ways: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for loop in found:
        if not visible.isdisjoint(loop):
            ways.setdefault(_seen(loop, visible, graph.stocks, order), []).append(loop)
    rows = [_scored(seen, loops, scored, place, visible, of) for seen, loops in ways.items()]
    return _ranked(rows)


def _seen(
    loop: tuple[str, ...], visible: frozenset[str], stocks: frozenset[str], order: dict[str, int]
) -> tuple[str, ...]:
    """Returns a loop without hidden variables, from its first stock on."""
    names = tuple(name for name in loop if name in visible)
    first = min(names, key=lambda name: (name not in stocks, order[name]))
    return names[names.index(first) :] + names[: names.index(first)]


def _scored(
    seen: tuple[str, ...],
    ways: Sequence[tuple[str, ...]],
    scored: LinkScores,
    place: dict[tuple[str, str], int],
    visible: frozenset[str],
    of: dict[str, int],
) -> _Scored:
    best_sign = np.zeros(scored.signs.shape[1:], dtype=np.int8)
    best_log = np.full(scored.signs.shape[1:], -np.inf)
    signs: list[set[str]] = [set() for _ in seen]
    for way in ways:
        turned = way[way.index(seen[0]) :] + way[: way.index(seen[0])]
        rows = [place[link] for link in zip(turned, (*turned[1:], turned[0]), strict=True)]
        sign = np.prod(scored.signs[rows], axis=0, dtype=np.int8)
        log = np.where(sign != 0, scored.logs[rows].sum(axis=0), -np.inf)
        stronger = log > best_log
        best_sign, best_log = np.where(stronger, sign, best_sign), np.where(stronger, log, best_log)
        for at, stretch in enumerate(_stretches(turned, rows, visible)):
            signs[at].add(_sign(np.prod(scored.signs[stretch], axis=0)))
    shown = tuple("±" if len(one - {"?"}) > 1 else next(iter(one - {"?"} or one)) for one in signs)
    return _Scored(seen, shown, of[seen[0]], best_sign, best_log)


def _stretches(names: tuple[str, ...], rows: list[int], visible: frozenset[str]) -> list[list[int]]:
    """Returns the links from each visible variable to the next one."""
    found: list[list[int]] = []
    for name, row in zip(names, rows, strict=True):
        if name in visible:
            found.append([])
        found[-1].append(row)
    return found


def _ranked(rows: Sequence[_Scored]) -> tuple[Loop, ...]:
    """Returns the loops with their influence in their groups, ranked and named."""
    groups: dict[int, list[_Scored]] = {}
    for row in rows:
        groups.setdefault(row.component, []).append(row)
    weightiest = sorted(groups.values(), key=len, reverse=True)
    found: list[Loop] = []
    count: dict[str, int] = {}
    for number, group in enumerate(weightiest):
        influence = _influence(group)
        active = (influence != 0).any(axis=0)
        share = np.abs(influence).sum(axis=1) / np.maximum(active.sum(axis=0), 1)
        dominant = fewest(np.abs(influence[:, :, 0]))
        for at in np.argsort(-share[:, 0], kind="stable"):
            if not (influence[at] != 0).any():
                continue
            polarity = _polarity(influence[at, :, 0])
            one = group[at]
            found.append(
                Loop(
                    "", polarity, one.variables, one.signs, number + 1,
                    influence[at], share[at], dominant[at],
                )
            )  # fmt: skip
    # Loops of no weight are numbered last, so that those of the smaller groups keep low numbers.
    for one in sorted(range(len(found)), key=lambda at: found[at].share[0] < LEAST):
        letter = LETTERS[found[one].polarity]
        count[letter] = count.get(letter, 0) + 1
        found[one] = replace(found[one], label=f"{letter}{count[letter]}")
    return tuple(found)


def _influence(group: Sequence[_Scored]) -> Floats:
    """Returns each loop's score as a share of all, signed; shape (loop, step, draw)."""
    logs = np.array([one.log for one in group])
    top = logs.max(axis=0)
    sizes = np.exp(logs - np.where(np.isfinite(top), top, 0.0))
    total = sizes.sum(axis=0)
    return np.array([one.sign for one in group]) * sizes / np.where(total > 0, total, 1.0)


def fewest(sizes: Floats) -> np.ndarray:
    """Returns which loops are the fewest with more than half of all together; shape (loop, step).

    Args:
        sizes: Of their influence, (loop, step).
    """
    order = np.argsort(-sizes, axis=0, kind="stable")
    ranked = np.take_along_axis(sizes, order, axis=0)
    before = np.cumsum(ranked, axis=0) - ranked
    needed = (before <= HALF * ranked.sum(axis=0)) & (ranked > 0)
    found = np.zeros(sizes.shape, dtype=bool)
    np.put_along_axis(found, order, needed, axis=0)
    return found


def _polarity(influence: Floats) -> Polarity:
    up, down = influence[influence > 0].sum(), -influence[influence < 0].sum()
    if up == down == 0:
        return "unknown"
    if down == 0:
        return "reinforcing"
    if up == 0:
        return "balancing"
    if abs(up - down) / (up + down) <= SURE:
        return "changing"
    return "mostly reinforcing" if up > down else "mostly balancing"
