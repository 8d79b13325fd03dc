"""Which equations can be computed side by side as one vector, and in which order.

Equations of one class (of one shape, and of one variable where it has many elements) are computed together
when none of them needs another. They are taken as they become ready; a class waits until all of it is ready
where that is possible, and otherwise the one that comes earliest goes first, as in the batching of dynamic
computation graphs.

Source:
    Neubig, Goldberg & Dyer (2017), "On-the-fly operation batching in dynamic computation graphs".
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence

_ELEMENT_OR_NUMBER = re.compile(r"\[[^\]]*\]|#\d+")


def families(names: Sequence[str]) -> list[Hashable]:
    """Returns for each name what its fellows share: the name without elements, and a place among hidden ones.

    What belongs to ``x[a]``, as its hidden stages ``x[a]#5 smooth``, ``x[a]#6 smooth``, stands in one place
    with what belongs likewise to ``x[b]``.
    """
    seen: Counter[tuple[str, str]] = Counter()
    found: list[Hashable] = []
    for name in names:
        bare = _ELEMENT_OR_NUMBER.sub("#", name)
        owner = (name.rpartition("#")[0], bare) if "#" in name else ("", "")
        found.append((bare, seen[owner]) if owner[0] else (bare, 0))
        seen[owner] += bool(owner[0])
    return found


def classes(keys: Sequence[Hashable], kinds: Sequence[Hashable], few: int) -> list[Hashable]:
    """Returns each equation's class: its key and family, or its key alone where the family is small.

    Args:
        keys: What equations that are computed together must have in common.
        kinds: Their families.
        few: Families smaller than this are thrown together by their keys.
    """
    sizes = Counter(zip(keys, kinds, strict=True))
    return [
        (key, kind) if sizes[key, kind] >= few else (key, None) for key, kind in zip(keys, kinds, strict=True)
    ]


def schedule(
    belongs: Sequence[Hashable], needs: Sequence[Sequence[int]], fewest: int
) -> list[tuple[int, ...]]:
    """Returns the equations in batches, each after what it needs; singly where a batch would be too small.

    Args:
        belongs: The class of each equation.
        needs: Places of those equations that each one needs; each place stands after what it needs.
        fewest: How many equations at least make a batch.
    """
    levels: list[int] = []
    users: dict[int, list[int]] = defaultdict(list)
    for at, before in enumerate(needs):
        levels.append(1 + max((levels[one] for one in before), default=0))
        for one in before:
            users[one].append(at)
    left, open_needs = Counter(belongs), [len(before) for before in needs]
    total = Counter[Hashable]()
    for at, one in enumerate(belongs):
        total[one] += levels[at]
    middle: Mapping[Hashable, float] = {one: total[one] / count for one, count in left.items()}
    ready: dict[Hashable, list[int]] = defaultdict(list)
    whole: list[Hashable] = []

    def offer(at: int) -> None:
        ready[belongs[at]].append(at)
        if len(ready[belongs[at]]) == left[belongs[at]]:
            whole.append(belongs[at])

    for at, count in enumerate(open_needs):
        if count == 0:
            offer(at)
    batches: list[tuple[int, ...]] = []
    while ready:
        which = whole.pop() if whole else min(ready, key=middle.__getitem__)
        batch = sorted(ready.pop(which))
        left[which] -= len(batch)
        batches += [tuple(batch)] if len(batch) >= fewest else [(one,) for one in batch]
        for at in batch:
            for user in users[at]:
                open_needs[user] -= 1
                if open_needs[user] == 0:
                    offer(user)
    return batches
