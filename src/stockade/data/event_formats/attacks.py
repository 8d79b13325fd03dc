"""Tables of attacks, one row each, as CPOST's databases on suicide attacks (DSAT, CPOST-SAD) give them.

The groups behind an attack stand in one cell. Deaths are those of others than the attackers; a table that has
a lowest and a highest number only has no best one, and the lowest is what its makers print.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from stockade.data.event_formats.cells import deaths_or_unknown
from stockade.data.event_formats.dated import dated
from stockade.data.event_formats.layout import Draft, EventFormat, Raw, coded
from stockade.data.events import ONE_SIDED, STATE_BASED, UNTYPED, Release

_TARGETS = MappingProxyType({
    "security": STATE_BASED, "political": STATE_BASED, "military": STATE_BASED, "police": STATE_BASED,
    "government": STATE_BASED, "security forces": STATE_BASED, "civilian": ONE_SIDED,
    "civilians": ONE_SIDED,
})  # fmt: skip
_RELEASE = Release("unknown", (1, 24), "irregular: the file does not say when it came out")


def _build(raw: Raw) -> Draft:
    low = raw.parsed("low", deaths_or_unknown, np.nan, "float64")
    high = raw.parsed("high", deaths_or_unknown, np.nan, "float64")
    best = raw.parsed("best", deaths_or_unknown, np.nan, "float64") if raw.has("best") else low
    if not raw.has("best"):
        raw.remark(
            "best-is-low", "without a best number of deaths: the lowest stands for it.", ~np.isnan(low)
        )
    civilians = raw.parsed("civilians", deaths_or_unknown, np.nan, "float64")
    status = raw.words("status")
    doubtful = np.array(["possible" in one.lower() for one in status.words], dtype=bool)
    raw.remark(
        "not-confirmed", "only possible, not confirmed, in the column of status.", status.has(doubtful)
    )
    types = coded(_TARGETS, raw.words("target"))
    if not raw.has("civilians"):
        civilians = np.where(types == ONE_SIDED, best, np.nan)
    start, end, precision = _days(raw)
    return Draft(
        "attack table",
        start,
        end,
        np.where(types == 0, UNTYPED, types).astype(np.int8),
        (raw.side("group", groups, needed=True),),
        (),
        raw.words("country"),
        raw.words("region"),
        precision,
        np.zeros(raw.count, dtype=np.int8),
        raw.figures(best=best, low=low, high=high, deaths_civilians=civilians),
        np.full(raw.count, np.datetime64("NaT", "D")),
        _RELEASE,
    )


def groups(cell: str) -> tuple[str, ...]:
    """Returns the groups of a cell: they stand with semicolons or bars between."""
    return tuple(one.strip() for one in cell.replace("|", ";").split(";"))


def _days(raw: Raw) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns first days, last days and their precision: from one column, or from year, month and day."""
    if not raw.has("date"):
        return dated(raw)
    start = raw.days("date")
    return start, start, np.ones(raw.count, dtype=np.int8)


ATTACKS = EventFormat(
    "attack table",
    MappingProxyType({
        "id": ("attack_id", "id"),
        "date": ("date", "attack_date", "event_date"),
        "year": ("date_year", "year"),
        "month": ("date_month", "month"),
        "day": ("date_day", "day"),
        "group": ("groups", "group", "group_name", "group_txt", "attacker_group", "perpetrator"),
        "country": ("target_country", "country", "admin0_txt"),
        "region": ("target_region", "admin1_txt", "admin1", "province"),
        "target": ("target_type", "tt1_txt", "target_category"),
        "status": ("status",),
        "best": ("killed", "killed_best", "deaths", "fatalities", "best"),
        "low": ("statistics_killed_low", "killed_low", "low"),
        "high": ("statistics_killed_high", "killed_high", "high"),
        "civilians": (
            "killed_civilian", "killed_civilians", "killed_low_civilian", "statistics_killed_low_civilian",
        ),
    }),
    required=("group", "country"),
    either=(("date", "year"), ("best", "low")),
    build=_build,
    id="id",
    harmless=frozenset({"campaign_name"}),
    personal=frozenset({
        "campaign_sponsor", "target_desc", "target_location", "target_city", "city", "city_txt", "location",
        "target_desc_txt", "attacker_age", "attacker_gender", "attacker_birth_location", "claim_text",
        "notes", "summary",
    }),
)  # fmt: skip
