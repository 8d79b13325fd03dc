"""Which dimensions an array has, where a model only says for which subscripts each equation is."""

from __future__ import annotations

from stockade.model.model import Model, Variable


def declared_dimensions(model: Model) -> tuple[dict[str, tuple[str, ...]], list[Variable]]:
    """Returns the dimensions of each array by canonical name, and the arrays for which they are unclear.

    One equation for whole dimensions is clear, and so are equations for single elements that together fill
    the smallest dimension that holds them.
    """
    ranges = {one.canonical: one.elements for one in model.ranges}
    rows: dict[str, list[Variable]] = {}
    for one in model.variables:
        rows.setdefault(one.canonical, []).append(one)
    found: dict[str, tuple[str, ...]] = {}
    unclear: list[Variable] = []
    nested = any(name in ranges for elements in ranges.values() for name in elements)
    for name, definitions in rows.items():
        dimensions = _dimensions(definitions, ranges)
        if dimensions is None or (nested and definitions[0].subscripts):
            unclear.append(definitions[0])
        else:
            found[name] = dimensions
    return found, unclear


def _dimensions(rows: list[Variable], ranges: dict[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    if len(rows) == 1 and all(one in ranges for one in rows[0].subscripts):
        return rows[0].subscripts
    if any(one in ranges for row in rows for one in row.subscripts):
        return None
    if len({len(row.subscripts) for row in rows}) != 1:
        return None
    found = []
    for at in range(len(rows[0].subscripts)):
        used = {row.subscripts[at] for row in rows}
        holding = [name for name, elements in ranges.items() if used <= set(elements)]
        if not holding:
            return None
        found.append(min(holding, key=lambda name: len(ranges[name])))
    return tuple(found)
