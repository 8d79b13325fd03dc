"""GTD: the Global Terrorism Database of START, University of Maryland, as CSV.

Its codebook; events of 1993 were lost, and it counts attackers among the dead. Blank numbers are unknown.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from stockade.data.event_formats.cells import choice, deaths_or_unknown
from stockade.data.event_formats.dated import dated
from stockade.data.event_formats.layout import Draft, EventFormat, Raw, alone
from stockade.data.events import NON_STATE, ONE_SIDED, STATE_BASED, UNTYPED, Note, Release
from stockade.data.months import Window

_STATE_TARGETS = frozenset({2, 3, 4, 7})  # government, police, military, diplomats
_GROUP_TARGETS = frozenset({17, 22})  # other armed groups, violent parties
_UNKNOWN_TARGETS = frozenset({13, 20})
_PLACE_PRECISION = np.array([0, 1, 1, 3, 4, 6], dtype=np.int8)
_LOST = Window(1993 * 12, 1993 * 12 + 11)
_RELEASE = Release("unknown", (6, 24), "in some years a year later, in others two: the file does not say")


def _build(raw: Raw) -> Draft:
    start, end, precision = _days(raw)
    kill = raw.parsed("kill", deaths_or_unknown, np.nan, "float64")
    own = raw.parsed("own", deaths_or_unknown, np.nan, "float64")
    more = own > kill
    own = np.where(more, np.nan, own)
    others = kill - own
    types = _types(raw)
    raw.remark(
        "parts-above-total", "with more dead attackers than dead: on which side is taken as unknown.", more
    )
    raw.notes.append(
        Note(
            "type-by-target",
            "The type is taken from the target: police, military, government and diplomats are state-based, "
            "armed groups non-state, an unknown target has no type, all others are one-sided.",
        )
    )
    return Draft(
        "GTD",
        start,
        end,
        types,
        (
            raw.side("group", alone, needed=True),
            raw.side("group2", alone),
            raw.side("group3", alone),
        ),
        (),
        raw.words("country"),
        raw.words("region"),
        precision,
        _PLACE_PRECISION[raw.parsed("specificity", choice(range(1, 6), "specificity"), 0, "int8")],
        raw.figures(
            best=kill,
            deaths_a=own,
            deaths_b=np.where(np.isin(types, (STATE_BASED, NON_STATE)), others, _zero_where(others)),
            deaths_civilians=np.where(types == ONE_SIDED, others, _zero_where(others)),
            deaths_unknown=np.where(np.isnan(own), kill, np.where(types == UNTYPED, others, 0.0)),
        ),
        np.full(raw.count, np.datetime64("NaT", "D")),
        _RELEASE,
        gaps=(_LOST,),
    )


def _zero_where(known: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(known), np.nan, 0.0)


def _types(raw: Raw) -> np.ndarray:
    target = raw.parsed("target", choice(range(1, 23), "type of target"), 20, "int8")
    out = np.full(raw.count, ONE_SIDED, dtype=np.int8)
    out[np.isin(target, list(_STATE_TARGETS))] = STATE_BASED
    out[np.isin(target, list(_GROUP_TARGETS))] = NON_STATE
    out[np.isin(target, list(_UNKNOWN_TARGETS))] = UNTYPED
    return out


def _days(raw: Raw) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns first days, last days and precisions; an event may last until its resolution."""
    start, end, precision = dated(raw)
    last = raw.days("resolution", needed=False)
    return start, np.where(~np.isnat(last) & ~np.isnat(start) & (last > end), last, end), precision


GTD = EventFormat(
    "GTD",
    MappingProxyType({
        "id": ("eventid",),
        "year": ("iyear",),
        "month": ("imonth",),
        "day": ("iday",),
        "resolution": ("resolution",),
        "country": ("country_txt",),
        "region": ("provstate",),
        "specificity": ("specificity",),
        "group": ("gname",),
        "group2": ("gname2",),
        "group3": ("gname3",),
        "target": ("targtype1",),
        "kill": ("nkill",),
        "own": ("nkillter",),
    }),
    required=("year", "month", "day", "country", "group", "target", "kill"),
    build=_build,
    id="id",
    personal=frozenset({
        "summary", "motive", "target1", "target2", "target3", "corp1", "corp2", "corp3", "city", "location",
        "vicinity", "addnotes", "propcomment", "ransomnote", "scite1", "scite2", "scite3", "weapdetail",
        "gsubname", "gsubname2", "gsubname3",
    }),
)  # fmt: skip
