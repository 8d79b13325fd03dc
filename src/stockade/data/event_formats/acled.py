"""ACLED: exports with today's columns, and those from before they changed in 2023 and 2024.

The codebook at acleddata.com; the guide to the changes of columns of March 2023. ACLED gives one number of
deaths an event, does not say on which side, and writes 10 where a source said "dozens" and no more.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from stockade.data.event_formats.cells import choice, deaths, moment
from stockade.data.event_formats.layout import Draft, EventFormat, Raw, alone, coded
from stockade.data.events import NON_STATE, NOT_VIOLENT, ONE_SIDED, STATE_BASED, Release, Words

_VIOLENT = MappingProxyType({
    "battles": 1, "battle": 1, "explosions/remote violence": 1, "remote violence": 1,
    "violence against civilians": 2,
    "battle-government regains territory": 1, "battle-no change of territory": 1,
    "battle-non-state actor overtakes territory": 1,
    "protests": 3, "riots": 3, "riots/protests": 3, "strategic developments": 3,
    "strategic development": 3, "non-violent transfer of territory": 3,
    "headquarters or base established": 3,
})  # fmt: skip
_STATES = frozenset({"1", "state forces"})
_CIVILIANS = frozenset({"7", "civilians"})
_DATE_PRECISION = np.array([0, 1, 2, 3], dtype=np.int8)
_PLACE_PRECISION = np.array([0, 1, 2, 4], dtype=np.int8)
_RELEASE = Release("each", (0, 1), "a week or so after the event; each entry has the day of its last change")
_NO_DATES = Release("monthly", (1, 1), "about a week after the event; this file does not say when")


def _build(raw: Raw) -> Draft:
    start = raw.days("date")
    released = raw.parsed("released", moment, np.datetime64("NaT"), "datetime64[D]")
    civilians = _is(raw.words("inter1"), _CIVILIANS) | _is(raw.words("inter2"), _CIVILIANS)
    states = _is(raw.words("inter1"), _STATES) | _is(raw.words("inter2"), _STATES)
    events = raw.words("event_type")
    kinds = coded(_VIOLENT, events)
    unknown = np.array([one.lower() not in _VIOLENT for one in events.words], dtype=bool)
    hint = "Known are Battles, Explosions/Remote violence, Violence against civilians, Protests, Riots and "
    raw.fault(
        "event-code", "event_type", events.has(unknown), "This type of event is not one of ACLED's.",
        hint + "Strategic developments, and their older names.",
    )  # fmt: skip
    one_sided = (kinds == 2) | ((kinds == 1) & civilians)
    types = np.where(states, STATE_BASED, NON_STATE)
    types = np.where(one_sided, ONE_SIDED, types)
    types = np.where(kinds == 3, NOT_VIOLENT, types)
    known = bool((~np.isnat(released)).any())
    return Draft(
        "ACLED",
        start,
        start,
        types.astype(np.int8),
        (raw.side("actor1", alone, needed=True), raw.side("assoc1", listed, main=False)),
        (raw.side("actor2", alone), raw.side("assoc2", listed, main=False)),
        raw.words("country"),
        raw.words("region"),
        _DATE_PRECISION[raw.parsed("time_precision", choice(range(1, 4), "precision of a date"), 0, "int8")],
        _PLACE_PRECISION[raw.parsed("geo_precision", choice(range(1, 4), "precision of a place"), 0, "int8")],
        raw.figures(best=raw.parsed("best", deaths, np.nan, "float64")),
        released,
        _RELEASE if known else _NO_DATES,
        by_country=True,
    )


def listed(cell: str) -> tuple[str, ...]:
    """Returns the actors of a cell of associated actors: they stand with semicolons between."""
    return tuple(one.strip() for one in cell.split(";"))


def _is(words: Words, wanted: frozenset[str]) -> np.ndarray:
    return words.has(np.array([one.lower() in wanted for one in words.words], dtype=bool))


ACLED = EventFormat(
    "ACLED",
    MappingProxyType({
        "id": ("event_id_cnty", "data_id"),
        "date": ("event_date",),
        "time_precision": ("time_precision",),
        "event_type": ("event_type",),
        "actor1": ("actor1",),
        "assoc1": ("assoc_actor_1", "ally_actor_1"),
        "inter1": ("inter1",),
        "actor2": ("actor2",),
        "assoc2": ("assoc_actor_2", "ally_actor_2"),
        "inter2": ("inter2",),
        "country": ("country",),
        "region": ("admin1",),
        "geo_precision": ("geo_precision", "geo_precis"),
        "best": ("fatalities",),
        "released": ("timestamp",),
    }),
    required=("date", "event_type", "actor1", "actor2", "inter1", "inter2", "country", "best"),
    build=_build,
    id="id",
    personal=frozenset({"admin2", "admin3", "location", "notes", "source", "tags"}),
)  # fmt: skip
