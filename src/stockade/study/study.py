"""What study.toml says, as frozen data in the words of that file. No meaning, no arrays.

Names of model variables stand here as written in the study; `canonical` beside a name is the form under
which the model knows it. Months are numbers as in `stockade.data.months`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from stockade.data.months import Window
from stockade.errors import NOWHERE, Place

Family = Literal["lognormal", "normal", "beta", "uniform"]
Statistic = Literal["mean", "peak"]
NullKind = Literal["trend", "mean"]
ClaimType = Literal["observable", "latent", "causal", "opinion"]


@dataclass(frozen=True, slots=True)
class Fit:
    """How the explanations are fitted."""

    seed: int
    particles: int
    repeats: int


@dataclass(frozen=True)
class Grades:
    """Factors on a report's sigma by the letters and digits of its Admiralty grade."""

    reliability: Mapping[str, float]
    credibility: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Assumption:
    """A knot of an input's path that nobody reported: month, figure as a report gives it, first day known."""

    month: int
    figure: float
    known_from: date
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Input:
    """A model variable that follows a path of what was known, linear between its knots.

    Attributes:
        name: The variable as written.
        canonical: The variable as the model knows it.
        report: Series of the ledger whose figures are knots; None where assumptions alone make the path.
        units: Units of the ledger that count; empty where all do.
        divide_by: What a figure is divided by to give the variable's value.
        assumed: Knots that are assumptions, in the order of the file.
        because: Why they are assumed.
    """

    name: str
    canonical: str
    report: str | None
    units: tuple[str, ...]
    divide_by: float
    assumed: tuple[Assumption, ...]
    because: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """Months of a series that are not fitted, and why."""

    window: Window
    because: str


@dataclass(frozen=True, slots=True)
class Observe:
    """A column of series.csv as counts around a model variable.

    Attributes:
        column: The column of series.csv.
        is_: The model variable it counts, as written.
        canonical: The same as the model knows it.
        dispersion: Parameter that is the negative binomial's dispersion, as written; it has a prior.
        published_after: Months from a month's end to the publication of its figure.
        label: What to call it in a figure.
        leave_out: Months not fitted.
    """

    column: str
    is_: str
    canonical: str
    dispersion: str
    published_after: int
    label: str
    leave_out: tuple[LeaveOut, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class FirstGuess:
    """What a null expects of the first report of a kind: a log-normal by median and sigma."""

    median: float
    sigma: float


@dataclass(frozen=True, slots=True)
class ReportDefinition:
    """How statements of the ledger bear on a model variable.

    Attributes:
        name: The key in study.toml; claims say ``reported(name)``.
        series: The series of the ledger.
        units: Units of the ledger that count; empty where all do.
        is_: The model variable it speaks of, as written; None where no variable does.
        canonical: The same as the model knows it.
        statistic: Whether a statement speaks of the mean over its period or of the peak in it.
        share: Whether figures are shares between 0 and 1.
        sigma: Sd of the log of a figure from a source of the best grade.
        bias_per_source: Prior sd of a source's own log bias; None where sources have none.
        first_guess: What a null expects of the first report; None where nulls are not scored on it.
        label: What to call it in a figure.
    """

    name: str
    series: str
    units: tuple[str, ...]
    is_: str | None
    canonical: str | None
    statistic: Statistic
    share: bool
    sigma: float
    bias_per_source: float | None
    first_guess: FirstGuess | None
    label: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class StudyPrior:
    """A prior, and why.

    Attributes:
        name: The constant or dispersion, as written.
        canonical: The same as the model knows it.
        family: ``lognormal`` (median, sigma), ``normal`` (mean, sd), ``beta`` (a, b) or ``uniform``
            (low, high).
        a: First number of the family.
        b: Second number of the family.
        because: Why.
        fixed: Value at which it is held and not fitted; None where it is fitted.
        fixed_text: What study.toml says for `fixed`: ``median`` or the number.
        known_from: First as-of date at which anyone could have held it; None where always.
        before: Value at which it is held as of an earlier date.
    """

    name: str
    canonical: str
    family: Family
    a: float
    b: float
    because: str
    fixed: float | None = None
    fixed_text: str = ""
    known_from: date | None = None
    before: float | None = None
    place: Place = field(default=NOWHERE, compare=False)

    def held_as_of(self, as_of: date) -> float | None:
        """Returns the value at which it is held as of a date; None where it is fitted."""
        if self.known_from is not None and as_of < self.known_from:
            return self.before
        return self.fixed


@dataclass(frozen=True, slots=True)
class FlowNoise:
    """A flow of the model that has noise of its own.

    Attributes:
        name: The flow as written.
        canonical: The same as the model knows it.
        demographic: Whether whole persons move.
        scale: Parameter that is the sd of the log of a month's factor, as written; None where there is none.
        because: Why.
    """

    name: str
    canonical: str
    demographic: bool
    scale: str | None
    because: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Explanation:
    """A competing account: what it holds of the model and its own priors, or a null without mechanism.

    Attributes:
        id: The key in study.toml.
        says: The account in a sentence.
        hold: Values of constants by canonical name.
        priors: Priors that this explanation alone has; they come before the study's.
        null: ``trend`` or ``mean`` where it has no mechanism; None where it is the model.
    """

    id: str
    says: str
    hold: Mapping[str, float]
    priors: tuple[StudyPrior, ...] = ()
    null: NullKind | None = None
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def mechanism(self) -> bool:
        """Says whether the explanation is the model, and not a null."""
        return self.null is None


@dataclass(frozen=True, slots=True)
class Intervention:
    """What a scenario does to a variable.

    Attributes:
        name: The variable as written.
        canonical: The variable as the model knows it.
        does: ``hold``: it reads as the reference; ``scale``: as its own value times it; ``shift``: as its
            own value plus it; ``replace``: as a path.
        kind: The reference: ``number``, or ``mean`` or ``value`` of the same draw's base run, or ``path``.
        number: The number; None where it is taken from the base run, or a path.
        window: Months that mean or value are taken over (one for a value); None otherwise.
        points: Months and values of a path, ascending; empty otherwise.
        text: What study.toml says.
    """

    name: str
    canonical: str
    does: Literal["hold", "scale", "shift", "replace"]
    kind: Literal["number", "mean", "value", "path"]
    number: float | None
    window: Window | None
    text: str
    points: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """The model with variables changed from a month on; `until` is the last such month, None for the end."""

    id: str
    says: str
    interventions: tuple[Intervention, ...]
    from_: int
    until: int | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Watch:
    """A series that nobody collects yet: what it would be about, and how it would scatter.

    Attributes:
        name: The key in study.toml.
        is_: The model variable, as written.
        canonical: The same as the model knows it.
        noise: ``lognormal``: one figure for the mean over the months; ``negative_binomial``: monthly counts.
        spread: Sd of the figure's log, or the dispersion of the counts.
        because: Who could collect it, and why it would scatter so.
        window: Months it would be about; None for the coming ones.
        first_guess: What a null expects of a month of it; None where nulls say nothing.
        label: What to call it.
    """

    name: str
    is_: str
    canonical: str
    noise: Literal["lognormal", "negative_binomial"]
    spread: float
    because: str
    window: Window | None
    first_guess: FirstGuess | None
    label: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Forecast:
    """A forecast from one as-of date over a window, scored against what came."""

    as_of: date
    window: Window


@dataclass(frozen=True, slots=True)
class Source:
    """What the study stands on: its name, what is to be said of it, and where it is."""

    name: str
    says: str
    url: str


@dataclass(frozen=True, slots=True)
class Briefing:
    """What the briefing shows beside verdicts and observed series.

    Attributes:
        latent: Model variables shown over time, by canonical name; empty means all stocks.
        civilian_deaths: The variable that stands beside every scenario, by canonical name.
        limits: What the study cannot say.
        sources: What it stands on.
    """

    latent: tuple[str, ...] = ()
    civilian_deaths: str | None = None
    limits: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A written claim, as text; `place.line` is the line of ``says`` where there is one.

    Attributes:
        id: Names it.
        quote: A few words of whoever claims it.
        who: Who claims it.
        on: When.
        type: ``observable``, ``latent``, ``causal`` or ``opinion``.
        means: The proposition in plain words.
        says: The proposition in the grammar of claims; None where it is not testable.
        not_testable: Why it cannot be tested; None where it can.
        evidence: Series or report definitions shown beside it.
    """

    id: str
    quote: str
    who: str
    on: date
    type: ClaimType
    means: str
    says: str | None
    not_testable: str | None
    evidence: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Study:
    """All of a study.toml, checked.

    Attributes:
        folder: The study's folder.
        title: What the study is called.
        question: What it asks.
        model: Path of the model file, inside the folder.
        model_data: Files with time series for the model, as `stockade.load` takes them.
        model_reads: All files that the model's numbers come from beside its own; empty before it is read.
        series: Path of series.csv.
        reports: Path of reports.csv; None where the study has none.
        period: Months of the model's time axis; the model's time 0 is the start of the first.
        step: Unit of the model's time; ``month``.
        published_after: Months to publication of columns that nothing observes.
        as_of: The days from which the study looks, in the order of the file.
    """

    folder: Path
    title: str
    question: str
    model: Path
    series: Path
    reports: Path | None
    period: Window
    step: Literal["month"]
    published_after: int
    as_of: tuple[date, ...]
    fit: Fit
    grades: Grades
    inputs: tuple[Input, ...]
    observes: tuple[Observe, ...]
    definitions: tuple[ReportDefinition, ...]
    priors: tuple[StudyPrior, ...]
    explanations: tuple[Explanation, ...]
    scenarios: tuple[Scenario, ...]
    forecast: Forecast | None
    claims: tuple[Claim, ...]
    briefing: Briefing = field(default_factory=Briefing)
    noises: tuple[FlowNoise, ...] = ()
    watches: tuple[Watch, ...] = ()
    model_data: tuple[str, ...] = ()
    model_reads: tuple[Path, ...] = ()
    file: str = field(default="study.toml", compare=False)

    @property
    def reports_name(self) -> str:
        """Name of the ledger's file, for messages."""
        return "the ledger" if self.reports is None else self.reports.name

    @cached_property
    def lag_months(self) -> dict[str, int]:
        """Months to publication by column, for `stockade.data.asof.visible_series`."""
        return {one.column: one.published_after for one in self.observes}

    def priors_of(self, explanation: Explanation) -> dict[str, StudyPrior]:
        """Returns the priors under an explanation by canonical name; its own stand in the study's place."""
        return {one.canonical: one for one in (*self.priors, *explanation.priors)}
