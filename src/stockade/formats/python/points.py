"""Numbers that Python gives as lists: the points of a lookup, and the values of an array."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise, product
from numbers import Real

from stockade.errors import Place
from stockade.formats.python.places import mistake
from stockade.formats.python.quantities import Dimension, Operators, number
from stockade.model.expressions import Number, Table, Unary
from stockade.model.names import canonical


def table(points: Iterable[tuple[float, float]], place: Place) -> Table:
    """Returns the points of a lookup.

    Raises:
        StockadeError: ``broken-lookup`` for anything but pairs of numbers in ascending x.
    """
    try:
        pairs = tuple((plain(x, place), plain(y, place)) for x, y in points)
    except (TypeError, ValueError):
        pairs = ()
    if not pairs:
        raise mistake("broken-lookup", "a lookup takes pairs (x, y)", "Write [(0, 1), (10, 0)].", place)
    for (before, _), (x, _) in pairwise(pairs):
        if x < before:
            said = f"the points of a lookup stand in ascending x, here {x:g} follows {before:g}"
            raise mistake("broken-lookup", said, "Put them in order.", place)
    return Table(pairs, place=place)


def plain(given: object, place: Place) -> float:
    """Returns a plain finite number.

    Raises:
        StockadeError: ``not-a-quantity``.
    """
    if not isinstance(given, Real) or isinstance(given, bool):
        said = f"{given!r} is not a plain number"
        raise mistake("not-a-quantity", said, "Give a number; an expression goes into an auxiliary.", place)
    found = number(given, place)
    if isinstance(found, Unary) and isinstance(found.operand, Number):
        return -found.operand.value
    return found.value if isinstance(found, Number) else 0.0


def by_element(
    given: object, dimensions: tuple[Dimension, ...], name: str, place: Place
) -> dict[tuple[str, ...], object] | None:
    """Returns what is given for each element of an array, in order; None for one thing for all of them.

    Args:
        given: A dictionary by the names of elements (by tuples of them for several dimensions), or a list in
            the order of the elements (of lists, for two dimensions; NumPy's arrays will do).
        dimensions: Of the array.
        name: Of the array, as written.
        place: The call, for the complaint.

    Raises:
        StockadeError: ``unknown-subscript``, ``undefined-element``, ``wrong-array-size``.
    """
    if isinstance(given, Operators | str) or not isinstance(given, Iterable):
        return None
    if not dimensions:
        said, hint = (
            f"{name} has no dimension, here it is given element by element",
            "Give over=, a dimension.",
        )
        raise mistake("wrong-array-size", said, hint, place, name)
    every = list(product(*([canonical(one) for one in dimension] for dimension in dimensions)))
    if not isinstance(given, Mapping):
        values = _flat(given, tuple(len(one) for one in dimensions))
        if values is None:
            shape = " by ".join(str(len(one)) for one in dimensions)
            said, hint = (
                f"{name} needs {shape} values",
                "Give one for each element, in order, or a dictionary.",
            )
            raise mistake("wrong-array-size", said, hint, place, name)
        return dict(zip(every, values, strict=True))
    found = {_key(key): value for key, value in given.items()}
    for key in found:
        if key not in every:
            said = f"{name} has no element {', '.join(key)}"
            hint = f"Its first elements are: {'; '.join(', '.join(one) for one in every[:5])}."
            raise mistake("unknown-subscript", said, hint, place, name)
    missing = [key for key in every if key not in found]
    if missing:
        said = f"{name} is given nothing for {', '.join(missing[0])}"
        raise mistake("undefined-element", said, "Give each element something.", place, name)
    return {key: found[key] for key in every}


def _key(key: object) -> tuple[str, ...]:
    parts = key if isinstance(key, tuple) else (key,)
    return tuple(canonical(str(one)) for one in parts)


def _flat(given: object, lengths: tuple[int, ...]) -> list[object] | None:
    """Returns the leaves of nested lists; None where they have other lengths."""
    if not lengths:
        return [given]
    if isinstance(given, Operators | str | Mapping) or not isinstance(given, Iterable):
        return None
    parts = list(given)
    found = [_flat(one, lengths[1:]) for one in parts] if len(parts) == lengths[0] else [None]
    return None if None in found else [leaf for part in found if part is not None for leaf in part]
