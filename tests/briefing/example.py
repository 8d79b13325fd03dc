"""A made-up but plausible briefing of the Iraq study: every number here is invented."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from stockade.briefing.curves import Fan, Input, Knot, Latent, LedgerRow, Series
from stockade.briefing.document import AsOf, Document, LeftOut, Scenario, Source, StudyDetails
from stockade.briefing.findings import (
    ClaimVerdict,
    Confidence,
    ConfidencePart,
    Evidence,
    Explanation,
    ForecastScore,
    Parameter,
)
from tests.briefing.noise_example import example_noise

STUDY = Path(__file__).parents[2] / "studies" / "iraq-2008" / "study.toml"
MONTHS = tuple(f"{2006 + i // 12}-{i % 12 + 1:02d}" for i in range(60))
DATES = ("2008-03-21", "2010-12-31")
SEEN = {"2008-03-21": 26, "2010-12-31": 59}
EVIDENCE = {
    "commentary": (-512.3, -947.4),
    "arrivals-only": (-511.6, -945.1),
    "departures-only": (-514.9, -953.0),
    "supply": (-511.1, -944.2),
    "supply-and-commentary": (-512.8, -946.0),
    "attrition": (-520.4, -968.8),
    "local-guards": (-513.7, -951.2),
    "surge-and-guards": (-512.5, -948.9),
    "occupation": (-519.0, -990.6),
    "null-trend": (-515.2, -951.9),
    "null-mean": (-522.7, -958.3),
}
LABELS = {
    "suicide_attacks": ("suicide attacks a month", 25.0, 8.0),
    "state_based_events": ("lethal clashes a month", 30.0, 17.0),
    "one_sided_deaths": ("civilians killed by the group a month", 90.0, 50.0),
    "group_deaths": ("the group's own recorded dead a month", 120.0, 12.0),
}
LATENTS = (
    ("foreign fighters", "person", "foreign fighters in the country", "stock", 300.0, 40.0),
    ("members", "person", "members of the group", "stock", 4200.0, 900.0),
    ("foreign arrivals", "person/month", "foreign fighters arriving", "flow", 90.0, 12.0),
    ("foreign departures", "person/month", "foreign fighters leaving", "flow", 30.0, 10.0),
    ("removal of foreign fighters", "person/month", "foreign fighters killed or captured", "flow", 40.0, 8.0),
    ("bombers spent", "person/month", "bombers spent", "flow", 22.0, 6.0),
    ("sanctuary", "1", "sanctuary, 0 to 1", "stock", 0.5, 0.12),
    ("local acceptance", "1", "local acceptance, 0 to 1", "stock", 0.6, 0.3),
)
BASELINES = ("last value", "mean of the last 12", "log-trend of the last 12", "same month last year")
REPORTS = (
    (
        "ff_inflow_iraq",
        "foreign arrivals",
        "2007-01..2007-06",
        "range",
        80,
        None,
        110,
        "C2",
        "US officials, New York Times",
    ),
    (
        "ff_inflow_iraq",
        "foreign arrivals",
        "2007-10..2007-10",
        "upper",
        None,
        None,
        40,
        "C2",
        "US officials, New York Times",
    ),
    (
        "ff_inflow_iraq",
        "foreign arrivals",
        "2008-02..2008-03",
        "point",
        None,
        40,
        None,
        "C2",
        "US officials, USA Today",
    ),
    (
        "ff_inflow_iraq",
        "foreign arrivals",
        "2009-12..2009-12",
        "upper",
        None,
        None,
        10,
        "B2",
        "a general, Reuters",
    ),
    (
        "ff_stock_iraq",
        "foreign fighters",
        "2006-11..2006-11",
        "range",
        800,
        None,
        2000,
        "C2",
        "Brookings Iraq Index",
    ),
    (
        "ff_stock_iraq",
        "foreign fighters",
        "2007-12..2007-12",
        "point",
        None,
        200,
        None,
        "B2",
        "the group's own statement",
    ),
    (
        "aqi_strength",
        "members",
        "2006-01..2006-12",
        "lower",
        1000,
        None,
        None,
        "C2",
        "State Department, in a monthly",
    ),
    (
        "aqi_strength",
        "members",
        "2008-10..2008-10",
        "range",
        2000,
        None,
        5000,
        "D3",
        "US intelligence, in a magazine",
    ),
    (
        "aqi_strength",
        "members",
        "2006-01..2007-12",
        "upper",
        None,
        None,
        10000,
        "B2",
        "a think-tank fellow, AP",
    ),
)
LATER = {"2009-12..2009-12", "2008-10..2008-10"}


def example_document() -> Document:
    """Two dates, eleven explanations, 28 claims, 60 months."""
    study = tomllib.loads(STUDY.read_text(encoding="utf-8"))
    return Document(
        study="iraq-2008",
        study_details=StudyDetails(
            title=study["study"]["title"],
            question=study["study"]["question"],
            period=("2006-01", "2010-12"),
            says_who="A news commentary of 21 March 2008, quoting US military officials.",
            limits=("Nothing but contradicting reports sets the scale of membership.",),
            sources=(Source("UCDP GED 19.1", "Sundberg & Melander 2013, CC BY 4.0.", "https://ucdp.uu.se"),),
            model="A stock-and-flow model of 5 stocks; one file holds all explanations.",
        ),
        as_of=tuple(_as_of(study, k) for k in range(2)),
        notes=("This is a made-up document for tests.",),
        versions={"stockade": "0.1.0", "jax": "0.10.2"},
        seed=20080321,
        noise=example_noise(),
    )


def _as_of(study: dict[str, Any], k: int) -> AsOf:
    rng = np.random.default_rng(k)
    weights = _weights(k)
    heavy = [name for name, weight in weights.items() if weight > 0.05 and not name.startswith("null")]
    return AsOf(
        date=DATES[k],
        explanations=tuple(_explanation(study, name, weights[name], k) for name in EVIDENCE),
        claims=tuple(_claim(one, weights, rng, k) for one in study["claim"]),
        forecasts=_forecasts(rng, heavy) if k == 0 else (),
        parameters=_parameters(study, rng),
        series=tuple(_series(name, rng, heavy, SEEN[DATES[k]]) for name in LABELS),
        latents=tuple(_latent(row, heavy, k) for row in LATENTS),
        ledger=tuple(_report(row, rng, k) for row in REPORTS),
        inputs=(
            Input(
                "force level",
                tuple(
                    Knot(m, v, "assumed", "announced as they changed")
                    for m, v in (("2006-01", 0.91), ("2007-10", 1.13))
                ),
                "2008-02" if k == 0 else "2010-12",
                "United States troops / 150,000",
            ),
        ),
        scenarios=tuple(
            Scenario(
                name, one["says"], "2008-01..2008-12", 700.0 + 40 * i, 300.0, 1800.0, 620.0, 280.0, 1500.0
            )
            for i, (name, one) in enumerate(study["scenario"].items())
        ),
        left_out=(
            LeftOut(
                "group_deaths", "2006-01..2006-09", "one event of 1,700 dead is spread over these months"
            ),
        ),
        notes=("One fit is not sound.",) if k == 0 else (),
    )


def _weights(k: int) -> dict[str, float]:
    evidence = np.array([pair[k] for pair in EVIDENCE.values()])
    share = np.exp(evidence - evidence.max())
    return dict(zip(EVIDENCE, (share / share.sum()).tolist(), strict=True))


def _explanation(study: dict[str, Any], name: str, weight: float, k: int) -> Explanation:
    one = study["explanation"][name]
    null = "null" in one
    return Explanation(
        id=name,
        log_evidence=EVIDENCE[name][k],
        mc_error=0.0 if null else 0.12,
        weight=weight,
        weight_low=weight * 0.85,
        weight_high=min(1.0, weight * 1.17),
        says=one["says"],
        kind="null" if null else "mechanism",
        holds=tuple(f"{key} = {value}" for key, value in one.get("hold", {}).items()),
        diagnostics={} if null else {"effective draws": 812.0, "stages": 14.0},
        warnings=("Repeats differ by 0.41 in log evidence.",) if name == "occupation" and k == 0 else (),
    )


def _claim(one: dict[str, Any], weights: dict[str, float], rng: np.random.Generator, k: int) -> ClaimVerdict:
    common: dict[str, Any] = {
        key: one.get(key, "") for key in ("id", "type", "quote", "who", "means", "says")
    }
    if "not_testable" in one:
        return ClaimVerdict(
            **common,
            verdict="cannot be tested",
            probability=None,
            mc_error=None,
            phrase="cannot be tested",
            by_explanation=dict.fromkeys(weights),
            reason=one["not_testable"],
        )
    silent = one["type"] != "observable"
    centre = rng.beta(0.6, 0.6)
    by = {
        name: None
        if silent and name.startswith("null")
        else float(np.clip(centre + rng.normal(0, 0.15), 0, 1))
        for name in weights
    }
    spoken = {name: p for name, p in by.items() if p is not None}
    total = sum(weights[name] for name in spoken)
    probability = sum(weights[name] * p for name, p in spoken.items()) / total
    heavy = [p for name, p in spoken.items() if weights[name] > 0.05]
    verdict, phrase = _phrase(probability, min(heavy), max(heavy))
    return ClaimVerdict(
        **common,
        verdict=verdict,
        probability=probability,
        mc_error=0.008,
        phrase=phrase,
        by_explanation=by,
        low=min(heavy),
        high=max(heavy),
        prior_probability=0.5 * (probability + 0.5),
        reason="Averaged over the explanations that speak to it.",
        flags=("fit not sound: occupation",) if k == 0 and one["id"] == "weakened" else (),
        moved_by="The fall of suicide attacks after August 2007 moved it most.",
        confidence=Confidence(
            "moderate",
            (
                ConfidencePart("source grade", "moderate", "mostly C2"),
                ConfidencePart("skill over null", "low"),
            ),
        ),
        silent_weight=1 - total,
        scenarios=("steady_arrivals",) if one["id"] == "held-arrivals" else (),
        evidence=(
            Evidence(
                "foreign arrivals, 2007-10",
                "no more than 40 a month",
                "US officials",
                "https://example.org/a",
                "C2",
            ),
        ),
    )


def _phrase(p: float, low: float, high: float) -> tuple[str, str]:
    words = (
        (0.05, "almost no chance"),
        (0.2, "very unlikely"),
        (0.45, "unlikely"),
        (0.55, "roughly even chance"),
        (0.8, "likely"),
        (0.95, "very likely"),
        (1.01, "almost certain"),
    )
    word = [next(i for i, (top, _) in enumerate(words) if x < top) for x in (low, p, high)]
    if high - low > 0.5:
        return "structure-dependent", words[word[1]][1]
    if word[2] - word[0] > 2:
        return "not resolved", f"not resolved: {words[word[0]][1]} to {words[word[2]][1]}"
    return "judged", words[word[1]][1]


def _level(start: float, end: float, bend: float = 22.0) -> np.ndarray:
    return end + (start - end) / (1 + np.exp((np.arange(60) - bend) / 4))


def _fan(name: str, middle: np.ndarray, width: np.ndarray) -> Fan:
    quantiles = [tuple((middle * np.exp(z * width)).tolist()) for z in (-1.645, -0.674, 0.0, 0.674, 1.645)]
    return Fan(name, *quantiles)


def _fans(start: float, end: float, heavy: list[str], seen: int, base: float) -> tuple[Fan, ...]:
    width = base * (1 + np.clip(np.arange(60) - seen, 0, None) / 12)
    single = tuple(_fan(n, _level(start, end * (1 + 0.12 * i)), width * 0.8) for i, n in enumerate(heavy))
    return (_fan("all", _level(start, end), width), *single)


def _series(name: str, rng: np.random.Generator, heavy: list[str], seen: int) -> Series:
    label, start, end = LABELS[name]
    middle = _level(start, end)
    counts = rng.negative_binomial(4, 4 / (4 + middle)).astype(float)
    left_out = tuple(name == "group_deaths" and i < 9 for i in range(60))
    return Series(
        name,
        label,
        MONTHS,
        tuple(counts.tolist()),
        tuple(i < seen for i in range(60)),
        left_out,
        _fans(start, end, heavy, seen, 0.45),
    )


def _latent(row: tuple[str, str, str, str, float, float], heavy: list[str], k: int) -> Latent:
    name, units, label, kind, start, end = row
    return Latent(name, name, units, label, MONTHS, _fans(start, end, heavy, SEEN[DATES[k]], 0.25), kind)


def _report(row: tuple[Any, ...], rng: np.random.Generator, k: int) -> LedgerRow:
    report, variable, period, kind, low, best, high, grade, source = row
    visible = k == 1 or period not in LATER
    middle = next(x for x in (best, low, high) if x is not None) * float(rng.uniform(0.6, 1.2))
    return LedgerRow(
        report,
        {"ff_inflow_iraq": "foreign fighters arriving a month"}.get(report, variable),
        period,
        kind,
        low,
        best,
        high,
        grade,
        source,
        "https://example.org/report",
        "2007-11-22",
        visible,
        visible,
        "" if visible else "published after this date",
        variable,
        "persons",
        "",
        middle * 0.6,
        middle,
        middle * 1.5,
        1.4 if report != "ff_inflow_iraq" else None,
    )


def _forecasts(rng: np.random.Generator, heavy: list[str]) -> tuple[ForecastScore, ...]:
    rows = []
    for name, (_, start, end) in LABELS.items():
        who = [("average of all explanations", "average"), *((n, "explanation") for n in heavy)]
        who += [("null-trend", "null"), ("null-mean", "null"), *((n, "baseline") for n in BASELINES)]
        for label, kind in who:
            fan = _fan("all", _level(start, end)[26:48], np.full(22, 0.5)) if kind == "average" else None
            if label == BASELINES[1]:
                fan = _fan(label, np.full(22, start), np.full(22, 0.3))
            rows.append(
                ForecastScore(
                    name,
                    label,
                    start * float(rng.uniform(0.15, 0.45)),
                    float(rng.uniform(0.2, 0.7)),
                    float(rng.uniform(0.6, 1)),
                    kind,
                    22,
                    "2008-03..2009-12",
                    MONTHS[26:48] if fan else (),
                    fan,
                )
            )
    return tuple(rows)


def _parameters(study: dict[str, Any], rng: np.random.Generator) -> tuple[Parameter, ...]:
    rows = []
    for explanation, one in study["explanation"].items():
        if "null" in one:
            continue
        for name, prior in study["prior"].items():
            if "fixed" in prior or name in one.get("hold", {}):
                continue
            median = prior.get("lognormal", {"median": 0.5})["median"]
            spread = prior.get("lognormal", {"sigma": 0.3})["sigma"]
            shrunk = float(rng.beta(0.7, 1.2))
            moved, left = median * float(np.exp(rng.normal(0, spread * 0.5))), spread * np.sqrt(1 - shrunk)
            rows.append(
                Parameter(
                    explanation,
                    name,
                    moved,
                    moved * float(np.exp(-1.645 * left)),
                    moved * float(np.exp(1.645 * left)),
                    shrunk,
                    "1/month" if "hazard" in name else "",
                    median,
                    median * float(np.exp(-1.645 * spread)),
                    median * float(np.exp(1.645 * spread)),
                    prior["because"],
                )
            )
    return tuple(rows)
