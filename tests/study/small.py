"""A small study in a folder, whole, for tests that spoil it in one place."""

from __future__ import annotations

from pathlib import Path

MODEL = """{UTF-8}
fish = INTEG(births - catch, initial fish) ~ fish ~ |
initial fish = 100 ~ fish ~ |
births = birth rate * fish ~ fish/Month ~ |
birth rate = 0.1 ~ 1/Month ~ |
catch = boats * catch per boat ~ fish/Month ~ |
boats = boats table(Time) ~ boat ~ |
boats table((0,1),(12,2)) ~ boat ~ |
catch per boat = 2 ~ fish/(boat*Month) ~ |
INITIAL TIME = 0 ~ Month ~ |
FINAL TIME = 12 ~ Month ~ |
TIME STEP = 0.25 ~ Month ~ |
SAVEPER = 1 ~ Month ~ |
"""

SERIES = "month,landings,sightings\n" + "".join(
    f"{2005 + index // 12}-{index % 12 + 1:02d},{index},{index * 2}\n" for index in range(24)
)

REPORTS = """\
series,period_from,period_to,low,best,high,unit,reported_on,source,seen_at_url,note,reliability,credibility
stock,2006-01,2006-03,80,,120,tons,2006-05,Ministry,,,B,2
stock,2006-06,2006-06,,90,,tons,2006-07-10,Guild,,,C,3
stock,2005-06,2005-06,,95,,tons,2005-07-10,Guild,,,C,3
stock,2006-07,2006-07,,,,tons,2006-08-10,Guild,,many,C,3
stock,2006-08,2006-08,,0,,tons,2006-09-10,Guild,,,C,3
stock,2006-08,2006-08,0,,70,tons,2006-09-11,Guild,,,D,1
stock,2006-09,2006-09,5,,,crates,2006-10-01,Guild,,,D,1
fleet,2006-02,2006-02,,12,,boats,2006-02-20,Harbour,,,A,1
fleet,2006-02,2006-02,,14,,boats,2006-04-20,Guild,,,A,1
fleet,2006-05,2006-08,10,,20,boats,2006-09,Harbour,,,A,1
fleet,2006-10,2006-10,9,,,boats,2006-11,Harbour,,,A,1
"""

STUDY = """\
[study]
title = "Fish"
model = "model.mdl"
reports = "reports.csv"
period = ["2006-01", "2006-12"]
as_of = ["2006-06-30", "2007-06-30"]

[input.boats]
report = "fleet"
divide_by = 10
because = "counted now and then"
assumed = [
  { month = "2006-01", figure = 11, known_from = "2006-01-31" },
  { month = "2006-02", figure = 30, known_from = "2006-02-01" },
]

[observe.landings]
is = "catch"
noise = { negative_binomial = "scatter of landings" }

[report.stock]
unit = "tons"
is = "fish"
noise = { lognormal = 0.2 }
bias_per_source = 0.3
first_guess = { median = 100, sigma = 0.5 }

[prior."birth rate"]
lognormal = { median = 0.1, sigma = 0.5 }
because = "other waters"

[prior."scatter of landings"]
lognormal = { median = 5, sigma = 0.5 }
because = "as elsewhere"

[explanation.growth]
says = "The stock grows."

[explanation.empty]
says = "It does not."
hold = { "birth rate" = 0 }

[explanation.null-trend]
says = "As it went."
null = "trend"

[explanation.null-mean]
says = "As it was."
null = "mean"

[scenario.no_boats]
says = "Nobody fishes."
hold = { boats = 0, catch = "its mean over 2006-01..2006-03" }
from = "2006-06"

[forecast]
as_of = "2006-06-30"
window = "2006-07..2006-12"

[[claim]]
id = "more"
quote = "more fish"
who = "the guild"
on = "2006-06-30"
type = "latent"
means = "There were more fish in June than in January."
says = "at(fish, 2006-06) > at(fish, 2006-01)"
evidence = ["stock", "sightings"]

[[claim]]
id = "better"
quote = "better fish"
who = "the guild"
on = "2006-06-30"
type = "opinion"
means = "The fish are better."
not_testable = "A matter of taste."
"""


def write_small(folder: Path, *changes: tuple[str, str], **files: str) -> Path:
    """Writes the study into a folder, with texts of study.toml replaced and whole files exchanged."""
    text = files.pop("study", STUDY)
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    folder.mkdir(exist_ok=True)
    contents = {"model.mdl": MODEL, "series.csv": SERIES, "reports.csv": REPORTS, "study.toml": text}
    contents |= {f"{name}.csv": content for name, content in files.items()}
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder
