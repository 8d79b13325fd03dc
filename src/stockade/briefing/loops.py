"""The feedback loops of a run as the briefing shows them. Plain data."""

from __future__ import annotations

from dataclasses import dataclass

from stockade.briefing.curves import Number, Numbers


@dataclass(frozen=True)
class FeedbackLoop:
    """One feedback loop and how much of the run was its doing.

    Attributes:
        label: Such as ``R1`` or ``B2``: R reinforces, B balances, U changes; the number is the rank.
        polarity: ``reinforcing``, ``balancing``, ``mostly reinforcing``, ``mostly balancing`` or
            ``changing``.
        variables: In the order of causation, as the modeller wrote them; the last one acts on the first.
        signs: From each variable to the next: ``+`` the same way, ``-`` opposite ways, ``±`` now one, now
            the other, ``?`` never.
        group: Loops of one group act on the same stocks; shares of different groups cannot be compared.
        share: Mean size of its influence over the run.
        share_low: 5 % quantile of that over the posterior; None for a single run.
        share_high: 95 % quantile.
        dominates: When it is among the fewest loops that have more than half of the influence together.
        influence: Its share of the change at each time, negative where it balances.
    """

    label: str
    polarity: str
    variables: tuple[str, ...]
    signs: tuple[str, ...]
    group: int
    share: Number
    share_low: Number
    share_high: Number
    dominates: tuple[str, ...]
    influence: Numbers


@dataclass(frozen=True)
class Phase:
    """A stretch of time in which the same loops dominate.

    Attributes:
        span: First and last time of it, e.g. ``2007-01..2007-06``.
        group: The group of loops that it is about.
        loops: Labels of the fewest loops that have more than half of the influence together.
    """

    span: str
    group: int
    loops: tuple[str, ...]


@dataclass(frozen=True)
class Feedback:
    """The feedback loops of one run, or of one explanation at the medians of its posterior.

    Attributes:
        explanation: Whose; empty for a run of a model without a study.
        times: Model time of every influence; empty where there are months.
        months: Months of every influence; empty for a run without a study.
        loops: The weightiest group first, and in it the weightiest loop.
        phases: Which loops dominate when, group by group.
        others: How many loops acted and weigh too little to be listed.
        structural: How many loops the equations allow; None for more than could be counted.
        complete: Whether all loops that acted were looked at.
        draws: Of the posterior, for the quantiles of shares; 0 for a single run.
    """

    explanation: str
    times: Numbers
    months: tuple[str, ...]
    loops: tuple[FeedbackLoop, ...]
    phases: tuple[Phase, ...]
    others: int
    structural: int | None
    complete: bool
    draws: int
