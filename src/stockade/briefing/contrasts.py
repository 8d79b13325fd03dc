"""What-if: what a scenario would have changed, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from stockade.briefing.curves import Number


@dataclass(frozen=True)
class ContrastRow:
    """One variable, as it was and under a scenario, as one explanation says or all of them together.

    Attributes:
        variable: Canonical name.
        name: As the modeller wrote it.
        units: Of the variable; a total has them times a month.
        kind: ``stock``, ``flow`` or ``auxiliary``.
        measure: ``end`` (the window's last month), ``total`` (summed over the window) or ``mean``.
        explanation: ``all``: averaged over the explanations with a mechanism; else an explanation's id.
        weight: Its weight among those with a mechanism; 1 for ``all``.
        base_low: As it was, 5 % quantile.
        base_median: Median.
        base_high: 95 % quantile.
        low: Under the scenario, 5 % quantile.
        median: Median.
        high: 95 % quantile.
        difference_low: Under the scenario less as it was, draw by draw, 5 % quantile.
        difference_median: Median.
        difference_high: 95 % quantile.
        more: Probability that the scenario gives more; a draw without any difference counts as half.
        months: The difference month by month, from the window's first: the months.
        path_low: 5 % quantile in each of them.
        path_median: Median.
        path_high: 95 % quantile.
    """

    variable: str
    name: str
    units: str
    kind: str
    measure: str
    explanation: str
    weight: float
    base_low: Number
    base_median: Number
    base_high: Number
    low: Number
    median: Number
    high: Number
    difference_low: Number
    difference_median: Number
    difference_high: Number
    more: float
    months: tuple[str, ...] = ()
    path_low: tuple[Number, ...] = ()
    path_median: tuple[Number, ...] = ()
    path_high: tuple[Number, ...] = ()


@dataclass(frozen=True)
class Contrast:
    """What one scenario, or several together, would have changed, as of one date.

    Attributes:
        scenarios: Ids in study.toml; several hold together.
        says: What is different, a sentence each.
        date: As of which day.
        window: Months compared: from the first change to the end of the study.
        beside: Canonical names of the group's strength and of civilian deaths, which stand first.
        structure_dependent: Canonical names of variables on whose direction explanations of weight disagree.
        silent: Weight of the explanations without a mechanism, which say nothing of a scenario.
        rows: Every variable, first as all explanations say, then one by one.
        doubts: What the fits failed, if anything, a sentence each.
        noise: Whether there was chance in the flows, the same in both histories.
    """

    scenarios: tuple[str, ...]
    says: tuple[str, ...]
    date: str
    window: str
    beside: tuple[str, ...]
    structure_dependent: tuple[str, ...]
    silent: float
    rows: tuple[ContrastRow, ...]
    doubts: tuple[str, ...] = ()
    noise: bool = False
