"""Every count beside what was expected of it the day before it became known, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from stockade.briefing.curves import Fan, Number, Numbers


@dataclass(frozen=True)
class AheadPath:
    """What one explanation, or their weighted average, expected of a series, one step ahead.

    All tuples are as long as the ``months`` of what holds them.

    Attributes:
        explanation: Its id; ``all`` for the average with the weights of the day before.
        kind: ``average``, ``mechanism`` or ``null``.
        fan: Quantiles of the count expected, the scatter of counts included.
        log_density: Log predictive probability of the count that came, by itself.
        pit: Where the count fell in its predictive distribution, 0 to 1; an equal count is split by chance.
            Uniform where the predictions are right.
        inside_50: How many counts the 50 % intervals held, ends included.
        inside_90: How many the 90 % intervals held.
        above_90: How many came above the 90 % interval.
        fifths: How many fell in each fifth of the predictive distribution, the lowest first.
        p_value: How often predictions that are right depart as far from uniformity; None without counts.
    """

    explanation: str
    kind: str
    fan: Fan
    log_density: Numbers
    pit: Numbers
    inside_50: int
    inside_90: int
    above_90: int
    fifths: tuple[int, ...]
    p_value: Number = None


@dataclass(frozen=True)
class AheadSeries:
    """One series, each month as it was expected on the day before it became known.

    Attributes:
        name: Column of series.csv.
        label: What it counts, for a reader.
        months: Months that became known after the first day.
        known: The day, of those looked from, by which each was known.
        observed: The counts.
        paths: The average first, then the explanations and the nulls.
    """

    name: str
    label: str
    months: tuple[str, ...]
    known: tuple[str, ...]
    observed: Numbers
    paths: tuple[AheadPath, ...]
