"""What a briefing finds: explanations, verdicts, forecast scores, parameters. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

from stockade.briefing.curves import Fan, Number


@dataclass(frozen=True)
class Explanation:
    """One competing explanation, as of one date.

    Attributes:
        id: Its key in study.toml.
        log_evidence: Log marginal likelihood.
        mc_error: Monte Carlo error of the log evidence, from independent repeats.
        weight: Posterior probability among the explanations.
        weight_low: Weight when the log evidences err to its disadvantage.
        weight_high: Weight when they err to its advantage.
        says: What it says, one sentence.
        kind: ``mechanism`` or ``null`` (no mechanism).
        holds: What of the model it holds fixed, e.g. ``elasticity of arrivals = 0``.
        diagnostics: Named numbers of the fit, e.g. ``effective draws``.
        warnings: Diagnostics that failed, one sentence each; empty when the fit is sound.
    """

    id: str
    log_evidence: Number
    mc_error: Number
    weight: Number
    weight_low: Number = None
    weight_high: Number = None
    says: str = ""
    kind: str = "mechanism"
    holds: tuple[str, ...] = ()
    diagnostics: dict[str, Number] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConfidencePart:
    """One ground of a confidence.

    Attributes:
        name: Which ground, e.g. ``source grade`` or ``skill over null``.
        level: ``low``, ``moderate`` or ``high``.
        says: Why, one sentence.
    """

    name: str
    level: str
    says: str = ""


@dataclass(frozen=True)
class Confidence:
    """How far a verdict can be trusted; kept apart from how likely the claim is.

    Attributes:
        level: ``low``, ``moderate`` or ``high``.
        parts: The grounds it was built from.
    """

    level: str
    parts: tuple[ConfidencePart, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """One thing on record that bears on a claim.

    Attributes:
        label: What it is, e.g. a series' or a report's label with its period.
        says: What it says, with its figures.
        source: Who said it.
        url: Where it can be read; empty where nowhere.
        grade: Admiralty grade such as ``B2``; empty for a series.
        visible: Whether it was known at the as-of date.
    """

    label: str
    says: str
    source: str = ""
    url: str = ""
    grade: str = ""
    visible: bool = True


@dataclass(frozen=True)
class ClaimVerdict:
    """What became of one claim, as of one date.

    Attributes:
        id: Its key in study.toml.
        type: ``observable``, ``latent``, ``causal`` or ``opinion``.
        verdict: ``judged``, ``structure-dependent``, ``not resolved``, ``single-model illustration``,
            ``cannot be tested`` or ``ill-posed``.
        probability: Weighted over the explanations that speak to it; None where there is none.
        mc_error: Monte Carlo error of the probability.
        phrase: ICD 203 words, or ``not resolved: low to high``, or ``cannot be tested``.
        by_explanation: Probability under each explanation; None where it is silent.
        quote: The words judged.
        who: Who said them.
        means: What they were taken to mean, one sentence.
        says: The claim as a formula.
        low: Lowest probability among explanations of weight above 0.05.
        high: Highest probability among them.
        prior_probability: Probability before the data.
        reason: Why the verdict is what it is, one or more sentences.
        flags: Short marks, e.g. ``fit not sound``.
        moved_by: What moved it most, one sentence.
        confidence: Kept apart from likelihood; None where nothing was judged.
        silent_weight: Weight of the explanations that say nothing about it.
        scenarios: Ids of the scenarios that it is judged under.
        evidence: What is on record about it.
    """

    id: str
    type: str
    verdict: str
    probability: Number
    mc_error: Number
    phrase: str
    by_explanation: dict[str, Number] = field(default_factory=dict)
    quote: str = ""
    who: str = ""
    means: str = ""
    says: str = ""
    low: Number = None
    high: Number = None
    prior_probability: Number = None
    reason: str = ""
    flags: tuple[str, ...] = ()
    moved_by: str = ""
    confidence: Confidence | None = None
    silent_weight: Number = None
    scenarios: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def headline(self) -> str:
        """The words a table shows first: what hangs on the explanation says so before any likelihood."""
        if self.verdict == "structure-dependent":
            return f"structure-dependent: {self.phrase} on average"
        return self.phrase or self.verdict


@dataclass(frozen=True)
class ForecastScore:
    """How one forecast of one series did against what came.

    Attributes:
        series: Column of series.csv.
        explanation_or_baseline: An explanation's id, a baseline's name, or the average's name.
        crps: Mean continuous ranked probability score; lower is better; in the series' unit.
        coverage50: Share of months that fell into the central 50 % interval.
        coverage90: Share of months that fell into the central 90 % interval.
        kind: ``average`` (explanations weighted), ``explanation``, ``null`` or ``baseline``.
        n: Months scored.
        window: Months forecast, e.g. ``2008-03..2009-12``.
        months: The months of ``fan``.
        fan: The forecast itself; None where it is not kept.
    """

    series: str
    explanation_or_baseline: str
    crps: Number
    coverage50: Number
    coverage90: Number
    kind: str = "explanation"
    n: int = 0
    window: str = ""
    months: tuple[str, ...] = ()
    fan: Fan | None = None


@dataclass(frozen=True)
class Parameter:
    """One parameter under one explanation. Low and high are the 5 % and 95 % quantiles.

    Attributes:
        explanation: Under which explanation.
        name: As the modeller wrote it.
        median: Posterior median.
        low: Posterior 5 % quantile.
        high: Posterior 95 % quantile.
        shrinkage: 1 - (posterior sd / prior sd)^2 on the prior's natural scale.
        units: Its units.
        prior_median: Prior median.
        prior_low: Prior 5 % quantile.
        prior_high: Prior 95 % quantile.
        because: Why the prior is what it is.
    """

    explanation: str
    name: str
    median: Number
    low: Number
    high: Number
    shrinkage: Number
    units: str = ""
    prior_median: Number = None
    prior_low: Number = None
    prior_high: Number = None
    because: str = ""

    @property
    def word(self) -> str:
        """``estimated`` only where the shrinkage is at least 0.3, else ``hardly moved``."""
        return "estimated" if self.shrinkage is not None and self.shrinkage >= 0.3 else "hardly moved"


@dataclass(frozen=True)
class KnownTogether:
    """Parameters of which the data know a combination, while each alone stayed wide.

    Attributes:
        explanation: Under which explanation.
        names: The parameters, as the modeller wrote them.
        says: What is known, in a sentence.
        shrinkage: Of the combination, as that of a parameter: 1 where the data said all.
        alone: Shrinkage of each parameter by itself.
    """

    explanation: str
    names: tuple[str, ...]
    says: str
    shrinkage: Number
    alone: tuple[Number, ...]
