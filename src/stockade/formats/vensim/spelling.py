"""Subscripts spelled everywhere as they were written first: some readers of .mdl tell capitals apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from stockade.model.expressions import Expression, Reference
from stockade.model.model import Model, SubscriptRange, Variable
from stockade.model.names import canonical
from stockade.model.walk import rebuild


def spelled(model: Model) -> Model:
    """Returns the model with its subscripts as written; itself where no file could tell the difference."""
    words = {one.canonical: one.name for one in model.ranges if canonical(one.name) == one.canonical}
    for one in model.ranges:
        for element, written in zip(one.elements, one.written, strict=False):
            words.setdefault(element, written)
    words = {name: written for name, written in words.items() if name != written}
    if not words:
        return model
    return replace(
        model,
        variables=tuple(_variable(one, words) for one in model.variables),
        ranges=tuple(_range(one, words) for one in model.ranges),
    )


def _each(names: tuple[str, ...], words: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        f"{words.get(one[:-1], one[:-1])}!" if one.endswith("!") else words.get(one, one) for one in names
    )


def _variable(one: Variable, words: Mapping[str, str]) -> Variable:
    def change(node: Expression) -> Expression:
        if not isinstance(node, Reference) or not node.subscripts:
            return node
        return replace(node, subscripts=_each(node.subscripts, words))

    return replace(
        one,
        equation=rebuild(one.equation, change),
        subscripts=_each(one.subscripts, words),
        exceptions=tuple(_each(row, words) for row in one.exceptions),
    )


def _range(one: SubscriptRange, words: Mapping[str, str]) -> SubscriptRange:
    return replace(
        one,
        elements=_each(one.elements, words),
        written=_each(one.elements, words),
        equivalent=words.get(one.equivalent, one.equivalent),
        mappings=tuple((words.get(target, target), _each(found, words)) for target, found in one.mappings),
    )
