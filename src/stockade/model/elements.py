"""What a model's subscript ranges hold: elements in order, positions, and which element stands for which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from stockade.errors import Diagnostic, StockadeError
from stockade.model.model import Model, SubscriptRange


class Elements:
    """The resolved ranges of one model; immutable once made.

    Attributes:
        ranges: Canonical name of a range -> its elements, other ranges' names replaced by theirs.
        written: An element as the modeller wrote it first.
    """

    def __init__(self, model: Model) -> None:
        self._declared: dict[str, SubscriptRange] = {one.canonical: one for one in model.ranges}
        self.ranges: dict[str, tuple[str, ...]] = {}
        self.written: dict[str, str] = {}
        for one in model.ranges:
            self.ranges[one.canonical] = self._resolve(one, ())
            for element, written in zip(one.elements, one.written, strict=False):
                if element not in self._declared:
                    self.written.setdefault(element, written)

    def _resolve(self, one: SubscriptRange, above: tuple[str, ...]) -> tuple[str, ...]:
        if one.canonical in self.ranges:
            return self.ranges[one.canonical]
        if one.canonical in above:
            raise _wrong(one, "circular-range", f"the range {one.name} contains itself", "List its elements.")
        parts = (one.equivalent,) if one.equivalent else one.elements
        if one.equivalent and one.equivalent not in self._declared:
            said = f"{one.equivalent} is not a subscript range"
            raise _wrong(one, "unknown-subscript", said, "Define the range, or correct the name.")
        found: list[str] = []
        for part in parts:
            inner = self._declared.get(part) if part != one.canonical else None
            found.extend(self._resolve(inner, (*above, one.canonical)) if inner else (part,))
        return tuple(dict.fromkeys(found))

    @cached_property
    def _homes(self) -> Mapping[str, tuple[str, ...]]:
        """The ranges that hold an element, the largest first."""
        homes: dict[str, list[str]] = {}
        for name, elements in self.ranges.items():
            for element in elements:
                homes.setdefault(element, []).append(name)
        return {
            element: tuple(sorted(names, key=lambda name: -len(self.ranges[name])))
            for element, names in homes.items()
        }

    def is_element(self, name: str) -> bool:
        """Says whether some range holds this element."""
        return name in self._homes

    def of(self, subscript: str) -> tuple[str, ...]:
        """Returns the elements of a range, or an element alone; empty for what is neither."""
        if subscript in self.ranges:
            return self.ranges[subscript]
        return (subscript,) if subscript in self._homes else ()

    def root(self, name: str) -> str:
        """Returns the range that a range is another name for (``<->``), or its own name."""
        seen: set[str] = set()
        while name in self._declared and self._declared[name].equivalent and name not in seen:
            seen.add(name)
            name = self._declared[name].equivalent
        return name

    def positions(self, element: str, within: Sequence[str] = ()) -> frozenset[int]:
        """Returns an element's place, from 1, in the largest range that holds it and all of `within`.

        More than one place is returned where equally large ranges put it in different places.
        """
        homes = self._homes.get(element, ())
        wanted = set(within)
        fitting = [name for name in homes if wanted <= set(self.ranges[name])]
        largest = max((len(self.ranges[name]) for name in fitting), default=0)
        return frozenset(
            self.ranges[name].index(element) + 1 for name in fitting if len(self.ranges[name]) == largest
        )

    def family(self, element: str) -> tuple[str, ...]:
        """Returns the elements of the largest range that holds an element."""
        homes = self._homes.get(element, ())
        return self.ranges[homes[0]] if homes else ()

    def mapped(self, source: str, element: str, target: str) -> tuple[str, ...]:
        """Returns the elements of the range `target` that an element of `source` stands for, by a mapping.

        Mappings are read both ways; an element that stands for several gives several.
        """
        found = dict.fromkeys(self._along(source, element, target))
        found |= dict.fromkeys(
            one for one in self.ranges.get(target, ()) if element in self._along(target, one, source)
        )
        return tuple(found)

    def _along(self, source: str, element: str, target: str) -> tuple[str, ...]:
        """Follows the mappings that stand behind the definition of `source`."""
        declared = self._declared.get(self.root(source))
        if declared is None:
            return ()
        elements = self.ranges[declared.canonical]
        for name, images in declared.mappings:
            if self.root(name) != self.root(target) or element not in elements:
                continue
            other = images
            if not other:
                other = self.ranges.get(self.root(name), ())
            if len(other) != len(elements):
                said = (
                    f"the mapping of {declared.name} to {name} has {len(other)} for {len(elements)} elements"
                )
                raise _wrong(declared, "broken-mapping", said, "Give each element its counterpart.")
            return self.of(other[elements.index(element)])
        return ()


def _wrong(one: SubscriptRange, code: str, message: str, hint: str) -> StockadeError:
    return StockadeError(Diagnostic(code, message, one.place, f"{one.name}: {one.text}"[:100], hint))
