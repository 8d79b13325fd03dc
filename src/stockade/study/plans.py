"""Which forecasts from past days are to be made and scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from stockade.data.months import Window, parse_window
from stockade.errors import Diagnostic, Place, StockadeError

FURTHEST = 60
"""The furthest horizon in months that may be asked for."""


@dataclass(frozen=True)
class Plan:
    """Which forecasts are to be made.

    Attributes:
        horizons: Months after the origin's month, rising, from 1.
        origins: Months at whose last day to look; None for all of the period that allow it.
        every: Months from one origin to the next.
        explanations: Ids of explanations with a mechanism; empty for all. Nulls always stand beside them.
        fit: seed, particles or repeats in the place of the study's.
    """

    horizons: tuple[int, ...] = tuple(range(1, 13))
    origins: Window | None = None
    every: int = 6
    explanations: tuple[str, ...] = ()
    fit: Mapping[str, int] | None = field(default=None, hash=False)


def plan_from(
    horizons: str, origins: str | None, every: int, explanations: Sequence[str], fit: Mapping[str, int]
) -> Plan:
    """Reads a plan as the command line gives it.

    Args:
        horizons: ``1-12``, or ``1,3,6``.
        origins: A window of months; None for all that the period allows.
        every: Months from one origin to the next.
        explanations: Ids; all where empty.
        fit: seed, particles or repeats in the place of the study's.

    Raises:
        StockadeError: ``bad-horizons``, or what a window of months is complained of.
    """
    window = None if origins is None else parse_window(origins, Place(name="--origins"))
    return Plan(read_horizons(horizons), window, every, tuple(explanations), fit)


def read_horizons(text: str) -> tuple[int, ...]:
    """Reads ``1-12`` or ``1,3,6-8`` as months, rising.

    Raises:
        StockadeError: ``bad-horizons``.
    """
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        ends = (first, last if dash else first)
        if not all(one.isascii() and one.isdigit() and len(one) < 4 for one in ends):
            raise _bad(text)
        low, high = int(ends[0]), int(ends[1])
        if not 1 <= low <= high <= FURTHEST:
            raise _bad(text)
        found |= set(range(low, high + 1))
    return tuple(sorted(found))


def _bad(text: str) -> StockadeError:
    return StockadeError(
        Diagnostic(
            "bad-horizons",
            f"'{text}' are not months ahead",
            Place(name="--horizons"),
            text,
            f"write 1-12, or 1,3,6; from 1 to {FURTHEST}",
        )
    )
