"""Priors of the generic model: some scaled to a group's own scaling year, the others the same for any group.

Only the scaling year enters (see `span.py`), so no prior has seen a month that is fitted or forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from stockade.data.months import Window
from stockade.starter.record import CIVILIANS, CLASHES, OWN_DEATHS, Record
from stockade.starter.span import Span

MEMBERS = 1000
"""Members at the start: a yardstick, because events say nothing about the number of members."""

LOSS_HAZARD = 0.04
"""Median of the base loss hazard, per month."""

_HALF = 0.5  # half an event, so that a year without one expects little, not nothing
_PLAIN_SIGMA = 0.5  # the level of the year is the level of its first month to within a factor of 1.6
_WIDEST = 1.6


@dataclass(frozen=True, slots=True)
class StarterPrior:
    """A prior as study.toml holds it.

    Attributes:
        name: The constant or dispersion.
        median: Its median, in the model's units.
        sigma: Sd of its log.
        because: Why, from the numbers where it is scaled to them.
        fixed: Whether it stays at its median.
    """

    name: str
    median: float
    sigma: float
    because: str
    fixed: bool = False


def scaled_priors(record: Record, span: Span, fitted: tuple[str, ...]) -> tuple[StarterPrior, ...]:
    """Returns the priors that are scaled to the scaling year, each with the numbers that it comes from.

    Args:
        record: The group's monthly record.
        span: The study's months.
        fitted: Columns that the study fits; the level of one that it does not fit stays at its median.
    """
    return (
        _level("clashes at the start", CLASHES, "clashes", record, span, fitted),
        _level("attacks on civilians at the start", CIVILIANS, "attacks on civilians", record, span, fitted),
        _deaths_per_attack(record, span),
        _own_deaths(record, span, fitted),
    )


def general_priors() -> tuple[StarterPrior, ...]:
    """Returns the priors that are the same for every group."""
    return (
        StarterPrior(
            "recruitment rate", 0.12, 0.5,
            "with room for twice as many members, recruits make up for losses and departures at the medians",
        ),
        StarterPrior(
            "room to grow", 3, 0.8,
            "a group may lie at its largest already or grow tenfold; nobody knows beforehand",
        ),
        StarterPrior(
            "base loss hazard", LOSS_HAZARD, 0.7,
            "a member lasts about two years; the few counts that exist for groups lie within a factor of "
            "two or so",
        ),
        StarterPrior(
            "departure hazard", 0.04, 0.5,
            "nobody counts those who leave, and events cannot tell leaving from loss: it stays where it "
            "is", True,
        ),
        StarterPrior(
            "response to violence", 0.5, 0.8,
            "twice the violence brings half as much pressure again, more or less than that by a factor of "
            "two",
        ),
        StarterPrior(
            "time to react", 4, 0.5, "forces are moved within a season; monthly data hardly say more", True
        ),
        StarterPrior(
            "backlash strength", 0.03, 0.8,
            "attacks as at the start cost a third of acceptance within a year; no count exists",
        ),
        StarterPrior(
            "time to regain acceptance", 12, 0.5, "attitudes come back within a year or two", True
        ),
        StarterPrior(
            "time for means to follow", 3, 0.5, "stores last for a season", True
        ),
    )  # fmt: skip


def dispersion_priors(fitted: tuple[str, ...]) -> tuple[StarterPrior, ...]:
    """Returns the priors of the dispersions of the columns that are fitted."""
    known = {
        CLASHES: (2.0, "monthly clashes scatter more than chance alone: with r = 2 a mean of 10 has sd 8"),
        CIVILIANS: (1.0, "attacks on civilians come in waves, with empty months between them"),
        OWN_DEATHS: (0.5, "heavy-tailed: a few battles hold most of the dead, and many months none"),
    }  # fmt: skip
    return tuple(
        StarterPrior(f"dispersion of {name.replace('_', ' ')}", median, 0.8, because)
        for name, (median, because) in known.items()
        if name in fitted
    )


def _total(record: Record, column: str, window: Window) -> float:
    return float(np.nansum(record.over(column, window)))


def _months(record: Record, column: str, window: Window) -> int:
    """Returns how many months of a window are known."""
    return max(int(np.isfinite(record.over(column, window)).sum()), 1)


def _sigma(count: float) -> float:
    """Returns the sd of a log level: that of a count, and that of the level's own wandering in a year."""
    return round(min(sqrt(_PLAIN_SIGMA**2 + 1 / (count + _HALF)), _WIDEST), 2)


def _level(
    name: str, column: str, what: str, record: Record, span: Span, fitted: tuple[str, ...]
) -> StarterPrior:
    count = _total(record, column, span.scaling)
    months = _months(record, column, span.scaling)
    median = (count + _HALF) / months
    because = (
        f"{count:g} {what} are recorded in {span.scaling}: ({count:g} + 1/2) / {months} a month; sigma "
        f"from the count "
        "and a level that wanders by a factor of 1.6 within a year"
    )
    if column not in fitted:
        because += ". Too few are recorded to be fitted, so it stays at its median"
    return StarterPrior(name, median, _sigma(count), because, column not in fitted)


def _deaths_per_attack(record: Record, span: Span) -> StarterPrior:
    name = "deaths per attack on civilians"
    attacks, deaths = (_total(record, one, span.scaling) for one in (CIVILIANS, "civilian_deaths"))
    if attacks and deaths:
        because = (
            f"{deaths:g} civilian deaths in {attacks:g} attacks on civilians are recorded in {span.scaling}"
        )
        return StarterPrior(name, deaths / attacks, _sigma(attacks), because)
    because = f"no civilian deaths are recorded in {span.scaling}; two an attack is what many groups come to"
    return StarterPrior(name, 2.0, 1.0, because)


def _own_deaths(record: Record, span: Span, fitted: tuple[str, ...]) -> StarterPrior:
    name = "recorded own deaths per loss"
    deaths = _total(record, OWN_DEATHS, span.scaling)
    months, losses = _months(record, OWN_DEATHS, span.scaling), LOSS_HAZARD * MEMBERS
    monthly = (deaths + _HALF) / months
    because = (
        f"({deaths:g} + 1/2) / {months} own dead a month are recorded in {span.scaling}, against "
        f"{losses:g} losses a month "
        f"of the {MEMBERS} members of the yardstick; sigma wide, because few events hold most of the dead"
    )
    used = OWN_DEATHS in fitted
    if not used:
        because += ". Too few are recorded to be fitted, so it stays at its median"
    return StarterPrior(name, monthly / losses, max(_sigma(deaths), 1.2), because, not used)
