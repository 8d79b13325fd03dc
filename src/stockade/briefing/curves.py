"""What the figures of a briefing are drawn from: series, fans, the ledger, inputs. Plain data."""

from __future__ import annotations

from dataclasses import dataclass

Number = float | None
Numbers = tuple[float | None, ...]

ALL = "all"
"""The name that a weighted average over explanations goes by in a `Fan`."""


@dataclass(frozen=True)
class Fan:
    """Quantiles over months. All tuples are as long as the ``months`` of what holds the fan.

    Attributes:
        explanation: Whose; ``all`` for the weighted average over explanations.
        q5: 5 % quantile.
        q25: 25 % quantile.
        q50: Median.
        q75: 75 % quantile.
        q95: 95 % quantile.
    """

    explanation: str
    q5: Numbers
    q25: Numbers
    q50: Numbers
    q75: Numbers
    q95: Numbers


@dataclass(frozen=True)
class Series:
    """One observed series against what the explanations make of it.

    Attributes:
        name: Column of series.csv.
        label: What it counts, for a reader.
        months: Months of every tuple below and of the fans.
        observed: The counts; None where there is none.
        visible: Whether each count was known at the as-of date.
        left_out: Whether each count was known but left out of the fit.
        fans: Predictive quantiles: of ``all`` and of single explanations.
    """

    name: str
    label: str
    months: tuple[str, ...]
    observed: Numbers
    visible: tuple[bool, ...]
    left_out: tuple[bool, ...] = ()
    fans: tuple[Fan, ...] = ()


@dataclass(frozen=True)
class Latent:
    """One variable of the model that nobody counts.

    Attributes:
        variable: Canonical name.
        name: As the modeller wrote it.
        units: Its units.
        label: What it is, for a reader.
        months: Months of the fans.
        fans: Posterior quantiles: of ``all`` and of single explanations.
        kind: ``stock``, ``flow`` or ``auxiliary``.
    """

    variable: str
    name: str
    units: str
    label: str
    months: tuple[str, ...]
    fans: tuple[Fan, ...] = ()
    kind: str = "auxiliary"


@dataclass(frozen=True)
class LedgerRow:
    """One dated figure that somebody gave, beside what the posterior makes of the same quantity and period.

    Attributes:
        report: Series of reports.csv, or the study's key for a part of it.
        label: What it states, for a reader.
        period: Months it is about, e.g. ``2007-01..2007-06``.
        kind: ``point``, ``range``, ``upper`` or ``lower``.
        low: Lower figure; None where none was given.
        best: The figure given; None where none was given.
        high: Upper figure; None where none was given.
        grade: Admiralty grade such as ``B2``.
        source: Who said it.
        url: Where it was seen.
        reported_on: The day or month of publication, as written.
        visible: Whether it was public at the as-of date.
        used: Whether the fit used it.
        why: Why it was not used; empty where it was.
        variable: Canonical name of the model's variable it speaks of; empty where there is none.
        unit: Its unit.
        note: The ledger's own note.
        posterior_low: 5 % quantile of the quantity over the period, averaged over explanations.
        posterior_median: Its median.
        posterior_high: Its 95 % quantile.
        bias: Median factor by which this source is taken to overstate (above 1) or understate; or None.
    """

    report: str
    label: str
    period: str
    kind: str
    low: Number
    best: Number
    high: Number
    grade: str
    source: str
    url: str = ""
    reported_on: str = ""
    visible: bool = True
    used: bool = True
    why: str = ""
    variable: str = ""
    unit: str = ""
    note: str = ""
    posterior_low: Number = None
    posterior_median: Number = None
    posterior_high: Number = None
    bias: Number = None


@dataclass(frozen=True)
class Knot:
    """One point of an input's path.

    Attributes:
        month: When.
        value: The figure, in the input's units.
        kind: ``assumed`` or ``reported``.
        source: Who reported it, or why it is assumed.
    """

    month: str
    value: Number
    kind: str
    source: str = ""


@dataclass(frozen=True)
class Input:
    """A path given to the model from outside.

    Attributes:
        name: As the modeller wrote it.
        knots: The path, as far as known at the as-of date.
        held_from: Month from which it stays at its last known level; empty where never.
        because: Where it comes from.
    """

    name: str
    knots: tuple[Knot, ...]
    held_from: str = ""
    because: str = ""
