"""A whole study small enough to be assessed within a test: poachers, patrols and a herd, of a known truth.

The series come from a plain NumPy loop that shares no code with Stockade, with a fixed seed. The truth is
the explanation `patrols`: poachers fall because patrols rise, nobody grows weary.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

MODEL = """{UTF-8}
poachers = INTEG(recruits - departures, initial poachers)
    ~ person ~ People who hunt in the park. |
herd = INTEG(births - kills, initial herd)
    ~ animal ~ Animals in the park. |
recruits = normal recruits
    ~ person/Month ~ |
departures = poachers * hazard
    ~ person/Month ~ |
hazard = base hazard + effect of patrols * patrols + weariness * Time / FINAL TIME
    ~ 1/Month ~ |
kills = kills per poacher * poachers
    ~ animal/Month ~ Animals found dead. |
births = birth rate * herd
    ~ animal/Month ~ |
sightings = sightings per poacher * poachers
    ~ sighting/Month ~ |
people hurt = people hurt per poacher * poachers
    ~ person/Month ~ Villagers hurt by poachers. |
patrols = patrols table(Time)
    ~ Dmnl ~ Patrols, in hundreds. |
patrols table((0,0),(36,1)) ~ Dmnl ~ |
initial poachers = 200 ~ person ~ |
initial herd = 3000 ~ animal ~ |
normal recruits = 20 ~ person/Month ~ |
base hazard = 0.1 ~ 1/Month ~ |
effect of patrols = 0.3 ~ 1/Month ~ |
weariness = 0.2 ~ 1/Month ~ |
kills per poacher = 0.2 ~ animal/(person*Month) ~ |
birth rate = 0.01 ~ 1/Month ~ |
sightings per poacher = 0.1 ~ sighting/(person*Month) ~ |
people hurt per poacher = 0.02 ~ 1/Month ~ |
INITIAL TIME = 0 ~ Month ~ |
FINAL TIME = 36 ~ Month ~ |
TIME STEP = 0.5 ~ Month ~ |
SAVEPER = 1 ~ Month ~ |
"""

TRUTH = {
    "initial poachers": 210.0,
    "normal recruits": 22.0,
    "base hazard": 0.1,
    "effect of patrols": 0.3,
    "kills per poacher": 0.2,
    "sightings per poacher": 0.1,
}

REPORTS = """\
series,period_from,period_to,low,best,high,unit,reported_on,source,seen_at_url,note,reliability,credibility
gangs,2006-03,2006-03,,220,,persons,2006-05-10,Rangers,,,B,2
gangs,2006-06,2006-11,150,,300,persons,2007-02-01,Wardens,,,C,3
gangs,2007-09,2007-09,,,180,persons,2007-11-01,Rangers,,,B,2
gangs,2006-10,2006-10,90,,,persons,2006-12-01,Wardens,,,C,3
gangs,2007-10,2007-10,,95,,persons,2008-06-01,Wardens,,,B,2
trophies,2006-05,2006-05,0.2,,0.4,share of trophies,2006-07-01,Customs,,,B,2
trophies,2007-05,2007-05,,0.5,,share of trophies,2008-07-01,Customs,,,B,2
patrols,2006-01,2006-01,,10,,patrols,2006-01-31,Rangers,,,A,1
patrols,2007-03,2007-03,,80,,patrols,2007-04-30,Rangers,,,A,1
patrols,2008-06,2008-06,,100,,patrols,2008-07-31,Rangers,,,A,1
"""

STUDY = """\
[study]
title = "Poachers of the park"
question = "Did patrols drive the poachers out?"
model = "model.mdl"
series = "series.csv"
reports = "reports.csv"
period = ["2006-01", "2008-12"]
as_of = ["2007-12-31", "2009-06-30"]

[fit]
seed = 7
particles = 64
repeats = 2

[input.patrols]
report = "patrols"
divide_by = 100
because = "Counted now and then."
assumed = [
  { month = "2006-10", figure = 12, known_from = "2006-11-30" },
  { month = "2007-09", figure = 85, known_from = "2008-02-28" },
]

[observe.carcasses]
is = "kills"
noise = { negative_binomial = "scatter of carcasses" }
published_after = "1 month"
leave_out = [{ window = "2006-02", because = "the counter was ill" }]

[observe.sightings]
is = "sightings"
noise = { negative_binomial = "scatter of sightings" }
published_after = "1 month"

[report.gangs]
is = "poachers"
noise = { lognormal = 0.2 }
bias_per_source = 0.2
first_guess = { median = 200, sigma = 0.5 }

[report.trophies]
share = true
noise = { lognormal = 0.1 }

[prior."initial poachers"]
lognormal = { median = 200, sigma = 0.3 }
because = "what the rangers say"

[prior."normal recruits"]
lognormal = { median = 20, sigma = 0.3 }
because = "enough to replace those who leave"

[prior."base hazard"]
lognormal = { median = 0.1, sigma = 0.3 }
because = "a season or so"

[prior."effect of patrols"]
lognormal = { median = 0.2, sigma = 0.7 }
because = "other parks"

[prior.weariness]
lognormal = { median = 0.2, sigma = 0.7 }
because = "other parks"

[prior."kills per poacher"]
lognormal = { median = 0.2, sigma = 0.3 }
because = "one in five months"

[prior."sightings per poacher"]
lognormal = { median = 0.1, sigma = 0.3 }
because = "one in ten months"

[prior."people hurt per poacher"]
lognormal = { median = 0.02, sigma = 0.5 }
because = "no figure of the study says anything about it"

[prior."birth rate"]
lognormal = { median = 0.01, sigma = 0.3 }
fixed = "median"
because = "it is not at stake"

[prior."scatter of carcasses"]
lognormal = { median = 20, sigma = 0.5 }
because = "as elsewhere"

[prior."scatter of sightings"]
lognormal = { median = 20, sigma = 0.5 }
because = "as elsewhere"

[explanation.patrols]
says = "Patrols drove them out."
hold = { weariness = 0 }

[explanation.weariness]
says = "They grew weary by themselves."
hold = { "effect of patrols" = 0 }

[explanation.null-trend]
says = "As it went."
null = "trend"

[explanation.null-mean]
says = "As it was."
null = "mean"

[scenario.few_patrols]
says = "Patrols stay as they were at first."
hold = { patrols = "its value at 2006-01" }
from = "2006-11"

[forecast]
as_of = "2007-12-31"
window = "2008-01..2008-12"

[briefing]
latent = ["poachers", "herd", "departures"]
civilian_deaths = "people hurt"
limits = ["Nobody counts poachers."]

[[claim]]
id = "fewer-kills"
quote = "fewer kills"
who = "the warden"
on = "2007-12-31"
type = "observable"
means = "Fewer carcasses in 2008 than in 2006."
says = "total(observed(carcasses), 2008-01..2008-12) < total(observed(carcasses), 2006-01..2006-12)"

[[claim]]
id = "fewer-poachers"
quote = "they have gone"
who = "the warden"
on = "2007-12-31"
type = "latent"
means = "Fewer poachers at the end of 2007 than at its beginning."
says = "at(poachers, 2007-12) < at(poachers, 2007-01)"
evidence = ["gangs", "carcasses"]

[[claim]]
id = "patrols-did-it"
quote = "thanks to our patrols"
who = "the warden"
on = "2007-12-31"
type = "causal"
means = "With few patrols there would have been half as many poachers again."
says = "at(poachers, 2008-06) under few_patrols > 1.5 * at(poachers, 2008-06)"

[[claim]]
id = "patrols-explain"
quote = "patrols, not weariness"
who = "the warden"
on = "2007-12-31"
type = "causal"
means = "Patrols explain the data better than weariness."
says = "explanation in (patrols) against (weariness)"

[[claim]]
id = "trophies"
quote = "a third of all trophies"
who = "customs"
on = "2007-12-31"
type = "observable"
means = "At least a quarter of trophies came from the park."
says = "mean(reported(trophies), 2006-05..2007-05) >= 0.25"

[[claim]]
id = "better"
quote = "a better park"
who = "the minister"
on = "2007-12-31"
type = "opinion"
means = "The park is better."
not_testable = "A matter of taste."
"""

BEFORE = 12
"""Months of series before the period."""


def patrols_at(month: float) -> float:
    """Returns the true patrols, in hundreds, at a time in months since January 2006."""
    return float(np.interp(month, [0.5, 9.5, 14.5, 20.5, 29.5], [0.10, 0.12, 0.80, 0.85, 1.00]))


def true_poachers(months: int = 36, step: float = 0.5) -> np.ndarray:
    """Returns the true mean number of poachers (month,), stepped by hand."""
    level, found = TRUTH["initial poachers"], np.zeros(months)
    per_month = round(1 / step)
    for index in range(months * per_month):
        found[index // per_month] += level / per_month
        hazard = TRUTH["base hazard"] + TRUTH["effect of patrols"] * patrols_at(index * step)
        level += step * (TRUTH["normal recruits"] - level * hazard)
    return found


def series_text(seed: int = 3, dispersion: float = 30.0) -> str:
    """Returns series.csv: counts around the truth, a year before the period at its first level."""
    random = np.random.default_rng(seed)
    poachers = np.concatenate([np.full(BEFORE, TRUTH["initial poachers"]), true_poachers()])
    columns = [
        random.poisson(TRUTH[rate] * poachers * random.gamma(dispersion, 1 / dispersion, len(poachers)))
        for rate in ("kills per poacher", "sightings per poacher")
    ]
    rows = [
        f"{2005 + index // 12}-{index % 12 + 1:02d},{one},{two}"
        for index, (one, two) in enumerate(zip(*columns, strict=True))
    ]
    return "\n".join(["month,carcasses,sightings", *rows, ""])


def write_tiny(folder: Path, *changes: tuple[str, str], **files: str) -> Path:
    """Writes the study into a folder.

    Args:
        folder: Where; made if it is not there.
        *changes: Texts of study.toml and what stands in their place.
        **files: model, series or reports in the place of the study's own.
    """
    text = STUDY
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    folder.mkdir(exist_ok=True, parents=True)
    contents = {
        "model.mdl": files.get("model", MODEL),
        "series.csv": files.get("series", series_text()),
        "reports.csv": files.get("reports", REPORTS),
        "study.toml": text,
    }
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder
