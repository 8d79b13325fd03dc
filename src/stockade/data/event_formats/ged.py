"""UCDP GED: the yearly releases from 17.1 on, candidate events, and copies that others made of them.

Sundberg and Melander (2013), "Introducing the UCDP Georeferenced Event Dataset", Journal of Peace Research
50(4); the codebook of each release; Hegre and others (2020) for the candidate events.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from stockade.data.event_formats.cells import choice, deaths
from stockade.data.event_formats.layout import Draft, EventFormat, Raw
from stockade.data.events import FIGURES, Release

_DATE_PRECISION = np.array([0, 1, 2, 2, 3, 4], dtype=np.int8)
_YEARLY = Release(
    "yearly", (6, 17), "a yearly release, out in the June after: 6 to 17 months after a month's end"
)
_CANDIDATE = Release("monthly", (1, 1), "candidate events, out within the month after")

_LAYOUT = (
    "id", "relid", "year", "active_year", "code_status", "type_of_violence", "conflict_dset_id",
    "conflict_new_id", "conflict_name", "dyad_dset_id", "dyad_new_id", "dyad_name", "side_a_dset_id",
    "side_a_new_id", "side_a", "side_b_dset_id", "side_b_new_id", "side_b", "number_of_sources",
    "source_article", "source_office", "source_date", "source_headline", "source_original", "where_prec",
    "where_coordinates", "where_description", "adm_1", "adm_2", "latitude", "longitude", "geom_wkt",
    "priogrid_gid", "country", "country_id", "region", "event_clarity", "date_prec", "date_start", "date_end",
    "deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "best", "high", "low", "gwnoa", "gwnob",
)  # fmt: skip


def _build(raw: Raw) -> Draft:
    kinds = raw.parsed("type", choice(range(1, 4), "type of violence"), 0, "int8")
    if np.any(missing := kinds == 0):
        hint = "It is 1 (state-based), 2 (non-state) or 3 (one-sided)."
        _blank_faults(raw, "type", missing, "The event has no type of violence.", hint)
    dates = raw.parsed("date_prec", choice(range(1, 6), "precision of a date"), 0, "int8")
    status = raw.words("status")
    unclear = np.array([one.lower() not in ("", "clear") for one in status.words], dtype=bool)
    candidate = bool(status.has(unclear).any())
    told = "not 'Clear' in code_status: candidates, whose date, place or deaths may change."
    raw.remark("not-clear", told, status.has(unclear))
    return Draft(
        "UCDP GED candidate" if candidate else "UCDP GED",
        raw.days("start"),
        raw.days("end"),
        kinds,
        (raw.side("side_a", governments, needed=True),),
        (raw.side("side_b", governments, needed=True),),
        raw.words("country"),
        raw.words("region"),
        _DATE_PRECISION[dates],
        raw.parsed("where_prec", choice(range(1, 8), "precision of a place"), 0, "int8"),
        {name: raw.parsed(name, deaths, np.nan, "float64") for name in FIGURES},
        np.full(raw.count, np.datetime64("NaT", "D")),
        _CANDIDATE if candidate else _YEARLY,
    )


def _blank_faults(raw: Raw, name: str, rows: np.ndarray, message: str, hint: str) -> None:
    """Notes rows whose cell is blank; those that hold anything else have their fault already."""
    already = {int(row) for one in raw.faults for row in one.rows}
    left = np.array([row for row in np.flatnonzero(rows) if int(row) not in already], dtype=np.int64)
    raw.fault("event-code", name, left, message, hint)


def governments(side: str) -> tuple[str, ...]:
    """Returns the actors of a side: UCDP lists several governments with commas, and nobody else."""
    parts = tuple(side.split(", "))
    return parts if all(one.startswith("Government of ") for one in parts) else (side,)


GED = EventFormat(
    "UCDP GED",
    MappingProxyType({
        "id": ("id",),
        "type": ("type_of_violence",),
        "side_a": ("side_a",),
        "side_b": ("side_b",),
        "country": ("country",),
        "region": ("adm_1",),
        "where_prec": ("where_prec",),
        "date_prec": ("date_prec",),
        "start": ("date_start",),
        "end": ("date_end",),
        "status": ("code_status",),
        "best": ("best", "best_est"),
        "low": ("low", "low_est"),
        "high": ("high", "high_est"),
        "deaths_a": ("deaths_a",),
        "deaths_b": ("deaths_b",),
        "deaths_civilians": ("deaths_civilians", "deaths_civilian"),
        "deaths_unknown": ("deaths_unknown",),
    }),
    required=("type", "side_a", "side_b", "country", "start", "end", "best"),
    build=_build,
    id="id",
    personal=frozenset({
        "source_article", "source_office", "source_headline", "source_original", "where_coordinates",
        "where_description", "adm_2", "geom_wkt", "priogrid_gid",
    }),
    harmless=frozenset({"conflict_name", "dyad_name"}),
    headless=_LAYOUT,
)  # fmt: skip
