"""One group's monthly record out of a file of events, whatever its format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from stockade.data.actors import Alias, plain_name, rows_of
from stockade.data.event_choice import Selection
from stockade.data.event_series import EventSeries, monthly
from stockade.data.events import Events, events_
from stockade.starter.record import CIVILIANS, CLASHES, OWN_DEATHS, Record

_STATE = re.compile(
    r"(?:government of|military forces of|police forces of|royal government)\b", re.IGNORECASE
)
_FIGURES = (
    ("civilian_deaths", "deaths_best_one_sided"),
    (OWN_DEATHS, "deaths_own"),
    ("opponent_deaths", "deaths_opponents"),
)


def record_of(
    events: Events, actor: str, country: str | None = None, aliases: Sequence[Alias] = ()
) -> Record:
    """Returns a group's monthly record.

    Clashes are events of state-based and non-state violence, and events whose type the file does not tell.
    Events count whole in the month of their first day, so that counts are whole numbers.

    Args:
        events: The file.
        actor: The group; case, accents and kinds of quotes make no difference.
        country: Only events there; all where not given.
        aliases: Other names of the group; those of other actors are passed over.

    Raises:
        StockadeError: ``unknown-actor``, ``unknown-country``, ``no-events``.
    """
    countries = () if country is None else (country,)
    series = monthly(events, Selection(actors=(actor,), countries=countries, aliases=tuple(aliases)))
    (spelt,) = series.selection.actors
    used = aliases_of(spelt, aliases)
    place = "" if country is None else _as_spelt(events.country.words, country)
    where = f", {place}" if place else ""
    return Record(
        actor=spelt,
        country=place,
        source=f"{series.format}: events that name {spelt}{where}, counted by month.",
        first_month=series.first_month,
        columns=_columns(series),
        government=bool(_STATE.match(spelt)),
        notes=(
            (
                f"When such figures come out: {series.release.says}. The study takes them as known a month "
                f"after their month."
            ),
            *_alias_notes(events, spelt, used),
            *(one.text for one in series.notes),
        ),
        aliases=used,
    )


def _columns(series: EventSeries) -> dict[str, np.ndarray]:
    values = series.values
    zero = np.where(np.isnan(values["events"]), np.nan, 0.0)
    clashes = values["events_state_based"] + values["events_non_state"] + values.get("events_untyped", zero)
    found = {CLASHES: clashes, CIVILIANS: values["events_one_sided"]}
    return found | {ours: values[theirs] for ours, theirs in _FIGURES if theirs in values}


def aliases_of(actor: str, aliases: Sequence[Alias]) -> tuple[Alias, ...]:
    """Returns the rows of a table of names that are about one actor."""
    return tuple(one for one in aliases if plain_name(one.actor) == plain_name(actor))


def _alias_notes(events: Events, actor: str, aliases: Sequence[Alias]) -> Iterator[str]:
    """Says how many events each other name adds, wherever they lie; also where it adds none."""
    plainly = rows_of(events, events.sides, (actor,), ())
    for one in aliases:
        count = int((rows_of(events, events.sides, (actor,), (one,)) & ~plainly).sum())
        when = "".join(
            f" {word} {day}" for word, day in (("from", one.first), ("to", one.last)) if day is not None
        )
        added = f"{events_(count)} of the file" if count else "no event of the file"
        because = f" ({one.because})" if one.because else ""
        yield f"'{one.also}' is taken for {actor}{when}{because}: it adds {added}."


def _as_spelt(known: tuple[str, ...], name: str) -> str:
    """Returns a country's name as the file spells it."""
    return next((one for one in known if plain_name(one) == plain_name(name)), name)
