"""The extreme conditions of a model: each constant, input and initial stock at its ends, one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from stockade.model.model import Model, Variable

FACTOR = 1000.0
SMALLEST_LARGE = 1000.0

Kind = Literal["as it stands", "constant", "input", "initial"]


@dataclass(frozen=True)
class Condition:
    """One draw of the ensemble.

    Attributes:
        kind: What is changed.
        words: The change in words; empty for the model as it stands.
        values: New values by canonical name: of constants, or of inputs from beginning to end.
        empty: Canonical names, as in the file, of the stocks that start at zero.
    """

    kind: Kind
    words: str = ""
    values: Mapping[str, float] = field(default_factory=dict)
    empty: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """A variable as the modeller wrote it, with the elements that it stands for.

    Attributes:
        variable: Its (last) definition.
        elements: Canonical names in the model without subscripts; its own for a scalar.
    """

    variable: Variable
    elements: tuple[str, ...]


def groups(model: Model, names: Iterable[str]) -> tuple[Group, ...]:
    """Returns variables of a written-out model as the modeller wrote them.

    Args:
        model: The model as written.
        names: Canonical names of the written-out model; those that the file does not name are left out.
    """
    found: dict[str, list[str]] = {}
    for name in names:
        base = name if name in model.by_name else name.partition("[")[0]
        if base in model.by_name:
            found.setdefault(base, []).append(name)
    return tuple(Group(model.by_name[base], tuple(elements)) for base, elements in found.items())


def conditions(
    constants: Iterable[Group],
    inputs: Iterable[Group],
    stocks: Iterable[Group],
    usual: Mapping[str, float],
    largest: Mapping[str, float],
) -> tuple[Condition, ...]:
    """Returns every condition, the model as it stands first.

    Args:
        constants: The constants to change.
        inputs: The inputs to change.
        stocks: The stocks to empty.
        usual: Values of the constants, by canonical name.
        largest: The largest size of each input over its own run, by canonical name.
    """
    empty = tuple(stocks)
    found = [Condition("as it stands")]
    for one in constants:
        found += _of_group("constant", one, usual)
    for one in inputs:
        found += _of_group("input", one, largest)
    names = [one.variable.canonical for one in empty]
    found += [
        Condition("initial", f"{one.variable.name} starting at 0", empty=(one.variable.canonical,))
        for one in empty
    ]
    if len(empty) > 1:
        found.append(Condition("initial", "all stocks starting at 0", empty=tuple(names)))
    return tuple(found)


def _of_group(kind: Kind, group: Group, usual: Mapping[str, float]) -> Iterator[Condition]:
    """Yields the conditions of one constant or input: all elements of it together."""
    seen: set[tuple[float, ...]] = {tuple(usual[name] for name in group.elements)}
    if kind == "input":
        seen = set()
    for end in ("zero", "small", "large", "low", "high"):
        values = tuple(_value(end, usual[name], group.variable.limits, kind) for name in group.elements)
        if any(value is None for value in values) or values in seen:
            continue
        seen.add(values)  # type: ignore[arg-type]
        chosen: dict[str, float] = dict(zip(group.elements, values, strict=True))  # type: ignore[arg-type]
        yield Condition(kind, _words(group, end, chosen), chosen)


def _value(
    end: str, usual: float, limits: tuple[float | None, float | None, float | None], kind: Kind
) -> float | None:
    """Returns a value at one end, within the declared limits; None where that end is not to be tried."""
    low, high, step = limits
    if end in ("low", "high"):
        return low if end == "low" else high
    if step is not None and end != "zero":
        return None  # a switch: only what it can be set to
    if end == "small" and kind == "input":
        return None
    size = usual or (1.0 if end == "small" else SMALLEST_LARGE / FACTOR)
    value = {"zero": 0.0, "small": size / FACTOR, "large": size * FACTOR}[end]
    if low is not None:
        value = max(value, low)
    return value if high is None else min(value, high)


def _words(group: Group, end: str, values: Mapping[str, float]) -> str:
    distinct = set(values.values())
    if len(distinct) == 1:
        return f"{group.variable.name} = {distinct.pop():g}"
    what = {"small": f"a {FACTOR:g}th of its value", "large": f"{FACTOR:g} times its value"}
    return f"{group.variable.name} = {what.get(end, 'its limits')}"


def draws(
    found: tuple[Condition, ...], constants: tuple[str, ...], overridable: tuple[str, ...]
) -> tuple[list[dict[int, float]], list[dict[int, float]]]:
    """Returns, for each condition, what it changes: positions and values of constants, and of inputs."""
    of_constants = {name: at for at, name in enumerate(constants)}
    of_inputs = {name: at for at, name in enumerate(overridable)}
    first: list[dict[int, float]] = []
    second: list[dict[int, float]] = []
    for one in found:
        first.append({of_constants[n]: v for n, v in one.values.items() if n in of_constants})
        second.append({of_inputs[n]: v for n, v in one.values.items() if n in of_inputs})
    return first, second
