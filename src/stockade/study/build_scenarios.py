"""The tables of study.toml that say what would have been: scenarios and what they change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from stockade.data.months import Window, parse_month, parse_window
from stockade.model.names import canonical
from stockade.study.builder import Builder
from stockade.study.lines import Key
from stockade.study.schema_parts import ScenarioTable
from stockade.study.study import Intervention, Scenario

_HELD = re.compile(r"its (mean over|value at) (.+)")


def build_scenario(builder: Builder, name: str, table: ScenarioTable) -> Scenario:
    """Makes a scenario from its table."""
    key = ("scenario", name)
    builder.identifier(name, key)
    found = tuple(_interventions(builder, table, key))
    builder.no_twins(((one.canonical, (*key, one.does, one.name)) for one in found), "duplicate-hold")
    if not found:
        hint = "Add 'hold', 'scale', 'shift' or 'replace', each a table of variables."
        builder.note("empty-scenario", "The scenario changes nothing.", key, hint)
    first = builder.read(parse_month, table.from_, *key, "from", otherwise=0)
    until = None
    if table.until is not None:
        until = builder.read(parse_month, table.until, *key, "until", otherwise=first)
        if until < first:
            hint = "'until' is the last month in which the scenario holds."
            builder.note("window-reversed", "The scenario ends before it begins.", (*key, "until"), hint)
    return Scenario(name, table.says, found, first, until, builder.source.place(*key))


def _interventions(builder: Builder, table: ScenarioTable, key: Key) -> Iterator[Intervention]:
    for name, value in table.hold.items():
        yield _held(builder, name, value, (*key, "hold", name))
    for name, value in table.scale.items():
        yield Intervention(name, canonical(name), "scale", "number", value, None, f"times {value:g}")
    for name, value in table.shift.items():
        yield Intervention(name, canonical(name), "shift", "number", value, None, f"plus {value:g}")
    for name, points in table.replace.items():
        yield _replaced(builder, name, points, (*key, "replace", name))


def _held(builder: Builder, name: str, value: float | str, key: Key) -> Intervention:
    if not isinstance(value, str):
        return Intervention(name, canonical(name), "hold", "number", float(value), None, f"{value:g}")
    match = _HELD.fullmatch(value.strip())
    if match is None:
        hint = 'Write a number, "its mean over 2007-01..2007-06" or "its value at 2007-05".'
        builder.note("bad-hold", f"'{value}' does not say at what to hold it.", key, hint)
        return Intervention(name, canonical(name), "hold", "number", 0.0, None, value)
    if match[1] == "value at":
        month = builder.read(parse_month, match[2], *key, otherwise=0)
        return Intervention(name, canonical(name), "hold", "value", None, Window(month, month), value)
    window = builder.read(parse_window, match[2], *key, otherwise=Window(0, 0))
    return Intervention(name, canonical(name), "hold", "mean", None, window, value)


def _replaced(builder: Builder, name: str, points: Mapping[str, float], key: Key) -> Intervention:
    months = [builder.read(parse_month, month, *key, month, otherwise=0) for month in points]
    if any(late <= early for early, late in pairwise(months)):
        hint = "Give each month once, in order."
        builder.note("path-not-ascending", f"The months of the path of '{name}' do not ascend.", key, hint)
    path = tuple(zip(months, map(float, points.values()), strict=True))
    text = ", ".join(f"{value:g} in {month}" for month, value in points.items())
    return Intervention(name, canonical(name), "replace", "path", None, None, text, path)
