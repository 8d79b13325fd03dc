"""What can be told at once about the names, limits and times that a builder is given."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from stockade.errors import Place
from stockade.formats.python.drafts import Limits
from stockade.formats.python.places import mistake
from stockade.formats.python.points import plain
from stockade.formats.python.quantities import number
from stockade.model.expressions import Expression, Reference
from stockade.model.model import Variable
from stockade.model.names import canonical

Bounds = tuple[float | None, float | None] | tuple[float | None, float | None, float | None]

NOT_IN_NAMES = re.compile(r'["\\\x00-\x1f\x7f]')
NOT_IN_ELEMENTS = re.compile(r'["\\\x00-\x1f\x7f,\[\]!]')
NOT_IN_UNITS = re.compile(r'["\\\x00-\x1f\x7f\[\]{}|~]')
NOT_IN_GROUPS = re.compile(r"[\x00-\x1f\x7f*~|]")


def words(about: str) -> str:
    """Returns a text without the indentation of the code it stands in, nor blanks at any end.

    Raises:
        StockadeError: ``not-a-text``.
    """
    if not isinstance(about, str):
        raise mistake("not-a-text", f"{about!r} is not a text", "Write title, unit and about in quotes.")
    return "\n".join(line.rstrip() for line in inspect.cleandoc(about).splitlines()).strip()


def look_at_name(name: object, place: Place, wrong: re.Pattern[str]) -> None:
    """Complains where a name is empty or holds signs that no file can hold in it."""
    if not isinstance(name, str) or not canonical(name):
        raise mistake("broken-name", f"{name!r} is no name", "Give a name in words.", place)
    if found := wrong.search(name):
        raise mistake(
            "broken-name", f"a name cannot hold {found.group()!r}: {name!r}", "Leave it out.", place
        )
    if name != name.strip():
        raise mistake("broken-name", f"the name {name!r} has blanks at its ends", "Leave them out.", place)


def bounds(limits: Bounds | None, place: Place) -> Limits:
    """Returns limits with all three of their parts; None where open."""
    given = list(limits or ()) if isinstance(limits, Iterable | None) else [limits]
    if len(given) > 3 or len(given) == 1:
        raise mistake(
            "outside-limits", f"limits are (low, high), here {limits!r}", "Leave an end open by None.", place
        )
    low, high, step = [None if one is None else plain(one, place) for one in (*given, None, None, None)][:3]
    if low is not None and high is not None and low > high:
        raise mistake(
            "outside-limits", f"the lower limit {low:g} is above the upper {high:g}", "Swap them.", place
        )
    return low, high, step


def look_at_limits(name: str, value: object, limits: Bounds | None, place: Place) -> None:
    """Complains where a constant's value lies outside of its limits."""
    low, high, _ = bounds(limits, place)
    leaves = [value]
    while leaves:
        one = leaves.pop()
        if isinstance(one, Mapping):
            leaves.extend(one.values())
        elif isinstance(one, Iterable) and not isinstance(one, str):
            leaves.extend(one)
        elif (low is not None and plain(one, place) < low) or (high is not None and plain(one, place) > high):
            said = (
                f"{name} is {one!r}, outside of its limits {low if low is not None else ''} to {high or ''}"
            )
            raise mistake("outside-limits", said.rstrip(), "Correct the value or the limits.", place, name)


def controls(
    time: tuple[float, float, float], save_every: float | None, unit: str, place: Place
) -> tuple[Variable, ...]:
    """Returns the four control variables."""
    try:
        start, end, step = (plain(one, place) for one in time)
    except (TypeError, ValueError):
        hint = "Write time=(0, 100, 0.25)."
        raise mistake("broken-time", "time is (start, end, step)", hint, place) from None
    if not (end > start and 0 < step <= end - start) or (
        save_every is not None and not plain(save_every, place) > 0
    ):
        said = f"the run goes from {start:g} to {end:g} by steps of {step:g}, which cannot be"
        raise mistake("broken-time", said, "The end lies behind the start; steps are above 0.", place)
    values: tuple[tuple[str, Expression, str], ...] = (
        ("FINAL TIME", number(end, place), "When the run ends."),
        ("INITIAL TIME", number(start, place), "When the run begins."),
        (
            "SAVEPER",
            Reference("time step", (), "TIME STEP", place)
            if save_every is None
            else number(save_every, place),
            "How often results are kept.",
        ),
        ("TIME STEP", number(step, place), "Step of the integration."),
    )
    return tuple(
        Variable(
            name, canonical(name), "auxiliary" if isinstance(equation, Reference) else "constant", equation,
            unit, documentation=about, group="Control", place=replace(place, name=name),
        )
        for name, equation, about in values
    )  # fmt: skip
