"""The tables of study.toml, one model each; see `stockade.study.schema`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Sentence = Annotated[str, Field(min_length=1)]
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}$", examples=["2006-01"])]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2008-03-21"])]
Lag = Annotated[str, Field(pattern=r"^[0-9]{1,3} months?$", examples=["1 month"])]
Span = Annotated[str, Field(min_length=4, examples=["2006-01..2006-06", "2006-01", "2006"])]
Positive = Annotated[float, Field(gt=0)]
FAMILIES = ("lognormal", "normal", "beta", "uniform")


class Table(BaseModel):
    """A table: its keys are all known, its values of the type asked for, its numbers finite."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class StudyTable(Table):
    """What the study is called, asks and looks at."""

    title: Sentence = Field(description="What the study is called.")
    question: str = Field(default="", description="What it asks, in a sentence.")
    model: Sentence = Field(description="Model file inside the study's folder.")
    model_data: list[Sentence] = Field(
        default_factory=list,
        description="Files with time series for the model, inside the study's folder; `?tag=file` for a tag.",
    )
    series: Sentence = Field(default="series.csv", description="Monthly series inside the study's folder.")
    reports: Sentence | None = Field(
        default=None, description="Ledger of reported figures inside the study's folder."
    )
    period: Annotated[list[Month], Field(min_length=2, max_length=2)] = Field(
        description="First and last month of the model's time axis; its time 0 is the start of the first."
    )
    step: Literal["month"] = Field(default="month", description="Unit of the model's time.")
    published_after: Lag = Field(
        default="1 month", description="Time to publication of series that no [observe] names."
    )
    as_of: Annotated[list[Day], Field(min_length=1)] = Field(
        description="Days from which the study looks; each sees only what was published by then."
    )


class FitTable(Table):
    """How the explanations are fitted."""

    seed: int = Field(default=1, ge=0, lt=2**32, description="Seed of everything random.")
    particles: int = Field(default=512, ge=16, le=65536, description="Particles of one repeat.")
    repeats: int = Field(
        default=4, ge=2, le=64, description="Independent repeats; their spread is the Monte Carlo error."
    )


class ReliabilityTable(Table):
    """Factors on sigma by the reliability of the source."""

    A: Positive = Field(default=1.0, description="Completely reliable.")
    B: Positive = Field(default=1.0, description="Usually reliable.")
    C: Positive = Field(default=1.25, description="Fairly reliable.")
    D: Positive = Field(default=1.6, description="Not usually reliable.")
    E: Positive = Field(default=2.0, description="Unreliable.")
    F: Positive = Field(default=2.0, description="Reliability cannot be judged.")


class CredibilityTable(Table):
    """Factors on sigma by the credibility of the statement."""

    one: Positive = Field(default=1.0, alias="1", description="Confirmed by other sources.")
    two: Positive = Field(default=1.0, alias="2", description="Probably true.")
    three: Positive = Field(default=1.25, alias="3", description="Possibly true.")
    four: Positive = Field(default=1.6, alias="4", description="Doubtful.")
    five: Positive = Field(default=2.0, alias="5", description="Improbable.")
    six: Positive = Field(default=2.0, alias="6", description="Truth cannot be judged.")


class GradesTable(Table):
    """Factors on a report's sigma by its Admiralty grade."""

    reliability: ReliabilityTable = Field(
        default_factory=ReliabilityTable, description="By the source's letter."
    )
    credibility: CredibilityTable = Field(
        default_factory=CredibilityTable, description="By the statement's digit."
    )


class AssumedTable(Table):
    """A knot that nobody reported."""

    month: Month = Field(description="The month that it stands in the middle of.")
    figure: float = Field(description="The figure, in the units of the reports.")
    known_from: Day = Field(description="First as-of date at which it counts.")


class InputTable(Table):
    """A model variable that follows a path of what was known, linear between knots, level outside them."""

    report: Sentence | None = Field(default=None, description="Series of reports.csv that gives knots.")
    unit: Sentence | Annotated[list[Sentence], Field(min_length=1)] | None = Field(
        default=None, description="Units of that series that count; all where it is left out."
    )
    divide_by: Positive = Field(default=1.0, description="What a figure is divided by.")
    because: Sentence = Field(description="Why the path is what it is, above all why knots are assumed.")
    assumed: list[AssumedTable] = Field(
        default_factory=list,
        description="Knots that are assumptions; a report of the same month displaces one.",
    )


class CountNoise(Table):
    """How counts scatter."""

    negative_binomial: Sentence = Field(
        description="Parameter that is the dispersion: variance = mean + mean^2 / dispersion. It has a prior."
    )


class LeaveOutTable(Table):
    """Months of a series that are not fitted."""

    window: Span = Field(description="The months.")
    because: Sentence = Field(description="Why.")


class ObserveTable(Table):
    """A column of series.csv and the model variable that it counts."""

    is_: Sentence = Field(
        alias="is", description="The model variable, or an expression over variables in Vensim's notation."
    )
    noise: CountNoise = Field(description="How the counts scatter around it.")
    published_after: Lag | None = Field(
        default=None,
        description="Whole months from a month's end to publication; that of [study] where left out.",
    )
    label: Sentence | None = Field(default=None, description="What figures call it; the key where left out.")
    leave_out: list[LeaveOutTable] = Field(default_factory=list, description="Months that are not fitted.")


class ReportNoise(Table):
    """How reported figures scatter."""

    lognormal: Positive = Field(description="Sd of the log of a figure of the best grade.")


class FirstGuessTable(Table):
    """A log-normal."""

    median: Positive = Field(description="Its median, in the variable's units.")
    sigma: Positive = Field(description="Sd of its log.")


class ReportTable(Table):
    """A series of reports.csv and the model variable that it speaks of."""

    series: Sentence | None = Field(default=None, description="The series; the key where left out.")
    unit: Sentence | Annotated[list[Sentence], Field(min_length=1)] | None = Field(
        default=None, description="Units that count; all where it is left out."
    )
    is_: Sentence | None = Field(
        default=None,
        alias="is",
        description="The model variable, or an expression over variables; left out where there is none.",
    )
    statistic: Literal["mean", "peak"] = Field(
        default="mean", description="Whether a figure speaks of the mean over its period or of its peak."
    )
    share: bool = Field(default=False, description="Whether figures are shares between 0 and 1.")
    noise: ReportNoise = Field(description="How figures scatter; widened by the grade.")
    bias_per_source: Positive | None = Field(
        default=None, description="Prior sd of each source's own log bias; none where left out."
    )
    first_guess: FirstGuessTable | None = Field(
        default=None, description="What a null expects of the first report; asked for where 'is' is given."
    )
    label: Sentence | None = Field(default=None, description="What figures call it; the key where left out.")


class EnvironmentalTable(Table):
    """How much a flow is larger or smaller from month to month."""

    lognormal: Sentence = Field(
        description="Parameter that is the sd of the log of a month's factor, of mean one. It has a prior."
    )


class NoiseTable(Table):
    """A flow that has noise of its own; used by `stockade noise`."""

    demographic: bool = Field(
        default=False, description="Whether whole persons move: binomial out of a stock, else Poisson."
    )
    environmental: EnvironmentalTable | None = Field(
        default=None, description="A factor drawn anew each month."
    )
    because: Sentence = Field(description="Why.")

    @model_validator(mode="after")
    def _some(self) -> NoiseTable:
        if not self.demographic and self.environmental is None:
            raise ValueError("'demographic = true' or 'environmental' should be given")
        return self


class WatchNoise(Table):
    """How an observation that nobody makes yet would scatter. Exactly one of the two."""

    lognormal: Positive | None = Field(
        default=None, description="Sd of the log of one figure for the mean over the months."
    )
    negative_binomial: Positive | None = Field(
        default=None, description="Dispersion of monthly counts: variance = mean + mean^2 / dispersion."
    )

    @model_validator(mode="after")
    def _one_kind(self) -> WatchNoise:
        if (self.lognormal is None) == (self.negative_binomial is None):
            raise ValueError("one of lognormal and negative_binomial should be given")
        return self


class WatchTable(Table):
    """A series that nobody collects yet, or a source not yet asked; aggregates only."""

    is_: Sentence = Field(
        alias="is", description="The model variable, or an expression over variables in Vensim's notation."
    )
    noise: WatchNoise = Field(description="How what would be seen scatters around it.")
    because: Sentence = Field(description="Who could collect it, and why it would scatter so.")
    window: Span | None = Field(
        default=None, description="Months it would be about; the coming months where left out."
    )
    first_guess: FirstGuessTable | None = Field(
        default=None,
        description="What a null expects of a month of it; nulls say nothing of it where left out.",
    )
    label: Sentence | None = Field(default=None, description="What tables call it; the key where left out.")


class LognormalTable(Table):
    """A log-normal prior."""

    median: Positive = Field(description="Its median, in the variable's units.")
    sigma: Positive = Field(description="Sd of its log.")


class NormalTable(Table):
    """A normal prior."""

    mean: float = Field(description="Its mean, in the variable's units.")
    sd: Positive = Field(description="Its standard deviation.")


class BetaTable(Table):
    """A beta prior, between 0 and 1."""

    a: Positive = Field(description="First shape.")
    b: Positive = Field(description="Second shape.")


class UniformTable(Table):
    """A uniform prior."""

    low: float = Field(description="Its lower end.")
    high: float = Field(description="Its upper end.")

    @model_validator(mode="after")
    def _ordered(self) -> UniformTable:
        if self.low >= self.high:
            raise ValueError("'low' should be below 'high'")
        return self


class PriorTable(Table):
    """A prior, and why. Exactly one of lognormal, normal, beta and uniform."""

    lognormal: LognormalTable | None = Field(default=None, description="Log-normal by median and sigma.")
    normal: NormalTable | None = Field(default=None, description="Normal by mean and sd.")
    beta: BetaTable | None = Field(default=None, description="Beta by a and b.")
    uniform: UniformTable | None = Field(default=None, description="Uniform from low to high.")
    because: Sentence = Field(description="Why this prior.")
    fixed: Literal["median"] | float | None = Field(
        default=None, description="Value at which it is held and not fitted: a number, or 'median'."
    )
    known_from: Day | None = Field(
        default=None, description="First as-of date at which anyone could have held it; needs 'before'."
    )
    before: float | None = Field(
        default=None, description="Value at which it is held as of a date before 'known_from'."
    )

    @model_validator(mode="after")
    def _one_family(self) -> PriorTable:
        given = [name for name in FAMILIES if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"one of {', '.join(FAMILIES)} should be given, not {' and '.join(given) or 'none'}"
            )
        if (self.known_from is None) != (self.before is None):
            raise ValueError("'known_from' and 'before' should come together")
        return self


class ExplanationTable(Table):
    """A competing account."""

    says: Sentence = Field(description="The account in a sentence.")
    hold: dict[str, float] = Field(
        default_factory=dict, description="Constants that it holds at a number, by name."
    )
    prior: dict[str, PriorTable] = Field(
        default_factory=dict, description="Priors of its own; they stand in the place of the study's."
    )
    null: Literal["trend", "mean"] | None = Field(
        default=None, description="No mechanism: the trend or the mean of each series' last 12 months."
    )


class ScenarioTable(Table):
    """What would have been: variables changed from a month on, by at least one of the four tables."""

    says: Sentence = Field(description="The scenario in a sentence.")
    hold: dict[str, float | str] = Field(
        default_factory=dict,
        description="By variable: a number, 'its mean over WINDOW' or 'its value at MONTH' of the same draw.",
    )
    scale: dict[str, float] = Field(
        default_factory=dict, description="By variable: what its own value is multiplied by."
    )
    shift: dict[str, float] = Field(
        default_factory=dict, description="By variable: what is added to its own value."
    )
    replace: dict[str, Annotated[dict[str, float], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="By variable: a path as a table of values by month, linear from one month to the next.",
    )
    from_: Month = Field(alias="from", description="First month in which they are changed.")
    until: Month | None = Field(
        default=None, description="Last such month; the period's last where left out."
    )


class ForecastTable(Table):
    """A forecast scored against what came."""

    as_of: Day = Field(description="One of the study's as-of dates.")
    window: Span = Field(description="Months forecast; none of them visible at that date.")


class SourceTable(Table):
    """What the study stands on."""

    name: Sentence = Field(description="What it is called.")
    says: str = Field(default="", description="Citation, licence, what it counts.")
    url: str = Field(default="", description="Where it is; empty where nowhere.")


class BriefingTable(Table):
    """What the briefing shows beside verdicts and observed series."""

    latent: list[Sentence] = Field(
        default_factory=list, description="Model variables shown over time; all stocks where left out."
    )
    civilian_deaths: Sentence | None = Field(
        default=None,
        description="Model variable that stands beside every scenario: civilian deaths a month by the group.",
    )
    limits: list[Sentence] = Field(
        default_factory=list, description="What the study cannot say, a sentence each."
    )
    source: list[SourceTable] = Field(default_factory=list, description="What the study stands on.")


class ClaimTable(Table):
    """A written claim."""

    id: Sentence = Field(description="Names it.")
    quote: Sentence = Field(description="A few words of whoever claims it.")
    who: Sentence = Field(description="Who claims it.")
    on: Day = Field(description="When.")
    type: Literal["observable", "latent", "causal", "opinion"] = Field(
        description="What it would take to see it: data, the model, the model otherwise, or nothing could."
    )
    means: Sentence = Field(description="The proposition in plain words.")
    says: Sentence | None = Field(default=None, description="The proposition in the grammar of claims.")
    not_testable: Sentence | None = Field(
        default=None, description="Why it cannot be tested, in the place of 'says'."
    )
    evidence: list[Sentence] = Field(
        default_factory=list, description="Series of the ledger or of series.csv shown beside it."
    )

    @model_validator(mode="after")
    def _says_or_not(self) -> ClaimTable:
        if (self.says is None) == (self.not_testable is None):
            raise ValueError("one of 'says' and 'not_testable' should be given")
        if self.type == "opinion" and self.says is not None:
            raise ValueError("an opinion has no 'says'; say in 'not_testable' why it cannot be tested")
        return self
