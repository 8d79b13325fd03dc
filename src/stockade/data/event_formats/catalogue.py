"""The formats of event files, in the order in which a file is tried for them."""

from __future__ import annotations

from stockade.data.event_formats.acled import ACLED
from stockade.data.event_formats.attacks import ATTACKS
from stockade.data.event_formats.ged import GED
from stockade.data.event_formats.gtd import GTD
from stockade.data.event_formats.layout import EventFormat

FORMATS: tuple[EventFormat, ...] = (GED, GTD, ACLED, ATTACKS)
"""The most particular columns first: a table of attacks has few that are its own."""


def found_in(one: EventFormat, columns: frozenset[str]) -> dict[str, str]:
    """Returns the columns of a file that a format reads, by our name; the first name that is there."""
    pairs = (
        (ours, next((name for name in names if name in columns), "")) for ours, names in one.columns.items()
    )
    return {ours: name for ours, name in pairs if name}


def lacking(one: EventFormat, columns: frozenset[str]) -> tuple[str, ...]:
    """Returns what a file would need to be of a format, in the format's words."""
    there = found_in(one, columns)
    single = tuple(one.columns[ours][0] for ours in one.required if ours not in there)
    groups = tuple(
        " or ".join(one.columns[ours][0] for ours in group)
        for group in one.either
        if not any(ours in there for ours in group)
    )
    return single + groups


def recognised(columns: frozenset[str]) -> EventFormat | None:
    """Returns the format of a file with these columns; None where there is none."""
    return next((one for one in FORMATS if not lacking(one, columns)), None)


def nearest(columns: frozenset[str]) -> EventFormat | None:
    """Returns the format that a file lacks least of; None where it has next to nothing of any."""
    shares = [(len(lacking(one, columns)) / (len(one.required) + len(one.either)), one) for one in FORMATS]
    share, best = min(shares, key=lambda pair: pair[0])
    return best if share <= 0.5 else None
