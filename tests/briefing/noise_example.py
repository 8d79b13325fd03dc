"""What noise might change in the Iraq study: every number here is invented."""

from __future__ import annotations

import numpy as np

from stockade.briefing.noise import AVERAGE, HeldOut, Noise, NoiseClaim, NoiseRow, NoiseScale, NoisyDate
from stockade.briefing.noises import told

EVIDENCE = {
    "commentary": (-512.3, -509.2),
    "arrivals-only": (-511.6, -509.9),
    "departures-only": (-514.9, -510.4),
    "supply": (-511.1, -508.6),
    "supply-and-commentary": (-512.8, -508.1),
    "attrition": (-520.4, -513.0),
    "local-guards": (-513.7, -514.1),
}
SERIES = ("suicide_attacks", "state_based_events", "one_sided_deaths", "group_deaths")
INSIDE = ((17, 19, 27, 31), (14, 16, 23, 29), (21, 19, 31, 32), (12, 15, 24, 28))
"""Months of 33 within the 50 % interval without and with noise, then within the 90 %."""


def _held_out(shift: int = 0) -> tuple[HeldOut, ...]:
    rows = []
    for name, inside in zip(SERIES, INSIDE, strict=True):
        first, second, third, fourth = (min(33, one + shift) / 33 for one in inside)
        rows.append(HeldOut(name, 33, first, second, third, fourth, 9.1, 8.4 + shift / 2))
    return tuple(rows)


def _weights(column: int) -> np.ndarray:
    logs = np.array([one[column] for one in EVIDENCE.values()])
    return np.exp(logs - logs.max()) / np.exp(logs - logs.max()).sum()


def example_noise() -> Noise:
    before, after = _weights(0), _weights(1)
    rows = [
        NoiseRow(
            name, without, 0.12, with_, 0.6, float(before[i]), float(after[i]), 256,
            4.7 if name == "attrition" else 1.1, 0.013 if name == "attrition" else 0.18,
            scales=(NoiseScale("scatter of arrivals", 0.12, 0.31, 0.58 + i / 50),),
            held_out=_held_out(i % 3 - 1),
            warnings=("With 256 particles the variance is 4.7.",) * (name == "attrition"),
            collapsed=name == "attrition", draws=256, made="2026-11-22",
        )
        for i, (name, (without, with_)) in enumerate(EVIDENCE.items())
    ]  # fmt: skip
    average = NoiseRow(
        AVERAGE, None, None, None, None, 1.0, 1.0, 256, None, None, held_out=_held_out(), made="2026-11-22"
    )
    late = [
        NoiseRow(
            name, without, 0.2, with_, 0.4, first, last, 128, 0.9, 0.22, draws=64, made="2026-11-23",
            scales=(NoiseScale("scatter of arrivals", 0.1, 0.24, 0.4),),
        )
        for name, without, with_, first, last in (
            ("supply", -944.2, -940.0, 0.86, 0.62), ("commentary", -946.0, -940.5, 0.14, 0.38),
        )
    ]  # fmt: skip
    untried = tuple(one for one in EVIDENCE if one not in ("supply", "commentary"))
    claims = (
        NoiseClaim("capability-falls", "capability falls", 0.83, 0.74, 0.01, 0.02, "very likely", "likely"),
        NoiseClaim("bombers-dry-up", "<b>dry up</b>", 0.31, 0.33, 0.01, 0.02, "unlikely", "unlikely"),
    )
    first = NoisyDate("2008-03-21", (*rows, average), claims=claims)
    dates = (first, NoisyDate("2010-12-31", tuple(late), untried))
    flows = (
        "foreign arrivals: in whole persons and times a factor, its scale 'scatter of arrivals' (gangs).",
        "foreign departures: in whole persons (each goes by himself).",
    )
    return Noise("iraq-2008", flows, tuple(told(one) for one in dates), 20080321)
