"""A study spoilt in one place says so: code, file, line, key, excerpt and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from stockade.errors import StockadeError
from stockade.study.read import open_study
from tests.study.small import REPORTS, STUDY, write_small

PLACES = {
    "unknown key": ('title = "Fish"', 'title = "Fish"\ntitel = "Fish"'),
    "unknown table": ("[forecast]", "[forcast]"),
    "unknown key of an explanation": (
        "says = \"The stock grows.\"",
        ('says = "x"\n'
        'holds = { "birth rate" = 1 }'),
    ),
    "unknown key inside a prior": (
        "lognormal = { median = 0.1, sigma = 0.5 }",
        "lognormal = { mean = 0.1, sigma = 0.5 }",
    ),
    "missing key": ('title = "Fish"\n', ""),
    "missing key of a claim": ('quote = "more fish"\n', ""),
    "text for a number": ("divide_by = 10", 'divide_by = "10"'),
    "number for a text": ('says = "The stock grows."', "says = 3"),
    "neither text nor list": ('unit = "tons"', "unit = 3"),
    "true for a number": ("divide_by = 10", "divide_by = true"),
    "negative": ("divide_by = 10", "divide_by = -10"),
    "infinite": ("divide_by = 10", "divide_by = inf"),
    "word": ('step = "month"', 'step = "week"'),
    "two families": (
        "lognormal = { median = 0.1, sigma = 0.5 }",
        ("lognormal = { median = 0.1, sigma = 0.5 }\n"
        "beta = { a = 1, b = 1 }"),
    ),
    "watch of two noises": (
        "[forecast]",
        ('[watch.gulls]\nis = "catch"\nbecause = "x"\n'
        "noise = { lognormal = 1, negative_binomial = 2 }\n[forecast]"),
    ),
    "watch of nothing": (
        "[forecast]",
        "[watch.gulls]\nis = \"gulls\"\nnoise = { lognormal = 1 }\nbecause = \"x\"\n[forecast]",
    ),
    "watch outside the period": (
        "[forecast]",
        ('[watch.a]\nis = "catch"\nbecause = "x"\n'
        'window = "2007-01"\nnoise = { lognormal = 1 }\n[forecast]'),
    ),
    "no family": ("lognormal = { median = 0.1, sigma = 0.5 }\n", ""),
    "reversed uniform": ("lognormal = { median = 0.1, sigma = 0.5 }", "uniform = { low = 2, high = 1 }"),
    "known from without before": (
        'because = "other waters"',
        ('because = "other waters"\n'
        'known_from = "2006-01-01"'),
    ),
    "fixed outside": ('because = "other waters"', 'because = "other waters"\nfixed = -1'),
    "fixed word": ('because = "other waters"', 'because = "other waters"\nfixed = "mean"'),
    "syntax": ("[observe.landings]", "[observe.landings"),
    "twice": ('because = "other waters"', 'because = "other waters"\nbecause = "again"'),
    "unclosed": ('not_testable = "A matter of taste."', 'not_testable = "A matter'),
    "malformed as-of": ('"2006-06-30", "2007-06-30"]', '"2006-06", "2007-06-30"]'),
    "impossible as-of": ('"2006-06-30", "2007-06-30"]', '"2006-06-31", "2007-06-30"]'),
    "as-of as a date": ('as_of = ["2006-06-30", "2007-06-30"]', "as_of = [2006-06-30]"),
    "as-of twice": ('"2007-06-30"]', '"2006-06-30"]'),
    "as-of before the first datum": ('["2006-06-30",', '["2006-02-27", "2006-06-30",'),
    "period reversed": ('["2006-01", "2006-12"]', '["2006-12", "2006-01"]'),
    "malformed period": ('["2006-01", "2006-12"]', '["2006-01", "2006-13"]'),
    "one month of a period": ('["2006-01", "2006-12"]', '["2006-01"]'),
    "bad lag": ("is = \"catch\"", 'is = "catch"\npublished_after = "30 days"'),
    "prior on nothing": ('[prior."birth rate"]', '[prior."birth rates"]'),
    "prior on a stock": ('[prior."birth rate"]', "[prior.fish]"),
    "prior twice": (
        '[prior."scatter of landings"]',
        ('[prior."Birth_Rate"]\n'
        'beta = { a = 1, b = 1 }\n'
        'because = "x"\n'
        '[prior."scatter of landings"]'),
    ),
    "dispersion without a prior": (
        'negative_binomial = "scatter of landings"',
        'negative_binomial = "scatter of landing"',
    ),
    "hold of nothing": ('hold = { "birth rate" = 0 }', 'hold = { "birthrate" = 0 }'),
    "hold of a stock": ('hold = { "birth rate" = 0 }', "hold = { fish = 0 }"),
    "hold and prior": (
        'hold = { "birth rate" = 0 }',
        ('hold = { "birth rate" = 0 }\n'
        '[explanation.empty.prior."Birth rate"]\n'
        'beta = { a = 1, b = 1 }\n'
        'because = "x"'),
    ),
    "null with mechanism": ('null = "trend"', 'null = "trend"\nhold = { "birth rate" = 0 }'),
    "no trend": ('null = "trend"', 'null = "mean"'),
    "scenario on nothing": ("hold = { boats = 0,", "hold = { boat = 0,"),
    "scenario on a lookup": ("hold = { boats = 0,", 'hold = { "boats table" = 0,'),
    "scenario scales a stock": ("hold = { boats = 0,", "scale = { fish = 0.5 }\nhold = { boats = 0,"),
    "scenario twice on one": ("hold = { boats = 0,", "scale = { catch = 0.5 }\nhold = { boats = 0,"),
    "scenario path backwards": (
        "hold = { boats = 0,", 'replace = { births = { 2006-05 = 1, 2006-04 = 2 } }\nhold = { boats = 0,'),
    "scenario path no month": (
        "hold = { boats = 0,", 'replace = { births = { May = 1 } }\nhold = { boats = 0,'),
    "scenario says nothing": ("its mean over 2006-01..2006-03", "the mean of 2006"),
    "scenario window empty": ("its mean over 2006-01..2006-03", "its mean over 2006-03..2006-01"),
    "scenario outside": ("its mean over 2006-01..2006-03", "its value at 2007-01"),
    "scenario from outside": ('from = "2006-06"', 'from = "2008-06"'),
    "scenario backwards": ('from = "2006-06"', 'from = "2006-06"\nuntil = "2006-05"'),
    "observe is nothing": ('is = "catch"', 'is = "catches"'),
    "observe is a broken expression": ('is = "catch"', 'is = "catch * (0.5 + births"'),
    "observe is an expression of nothing": ('is = "catch"', 'is = "catches * 0.5"'),
    "observe is an expression that stands": ('is = "catch"', 'is = "birth rate * 0.5"'),
    "scenario on an expression": ("hold = { boats = 0,", 'hold = { "2 * boats" = 0,'),
    "observe is a constant": ('is = "catch"', 'is = "birth rate"'),
    "observe no column": ("[observe.landings]", "[observe.landing]"),
    "report is nothing": ('is = "fish"', 'is = "fishes"'),
    "report without a first guess": ("first_guess = { median = 100, sigma = 0.5 }\n", ""),
    "report no series": ("[report.stock]", "[report.stocks]"),
    "report no unit": ('unit = "tons"', 'unit = ["tons", "crate"]'),
    "report no share": ("noise = { lognormal = 0.2 }", "noise = { lognormal = 0.2 }\nshare = true"),
    "input on nothing": ("[input.boats]", "[input.bots]"),
    "input on a stock": ("[input.boats]", "[input.fish]"),
    "input no series": ('report = "fleet"', 'report = "fleets"'),
    "input assumed twice": ('month = "2006-02", figure = 30', 'month = "2006-01", figure = 30'),
    "forecast of another day": ('as_of = "2006-06-30"\n', 'as_of = "2006-06-29"\n'),
    "forecast already known": ('window = "2006-07..2006-12"', 'window = "2006-05..2006-12"'),
    "forecast outside": ('window = "2006-07..2006-12"', 'window = "2006-07..2007-12"'),
    "claim twice": ('id = "better"', 'id = "more"'),
    "claim says and does not": (
        'not_testable = "A matter of taste."',
        ('not_testable = "A matter of taste."\n'
        'says = "1 > 0"'),
    ),
    "opinion that says": ('not_testable = "A matter of taste."', 'says = "1 > 0"'),
    "claim evidence": ('evidence = ["stock", "sightings"]', 'evidence = ["stock", "sighting"]'),
    "name with a blank": ("[scenario.no_boats]", '[scenario."no boats"]'),
    "missing file": ('model = "model.mdl"', 'model = "modell.mdl"'),
    "absolute path": ('model = "model.mdl"', 'model = "/etc/passwd"'),
    "path upwards": ('reports = "reports.csv"', 'reports = "data/../../reports.csv"'),
    "windows path": ('reports = "reports.csv"', 'reports = "..\\\\reports.csv"'),
}  # fmt: skip


@pytest.fixture
def spoil(tmp_path, monkeypatch):
    """Writes the small study with a text exchanged, and returns what reading it says."""
    monkeypatch.chdir(tmp_path)

    def spoilt(*changes, **files) -> str:
        write_small(tmp_path / "fish", *changes, **files)
        with pytest.raises(StockadeError) as caught:
            open_study("fish")
        for one in caught.value.diagnostics:
            assert one.hint, one
            assert one.place.file, one
        return str(caught.value)

    return spoilt


@pytest.mark.parametrize("name", PLACES)
def test_a_spoilt_study(spoil, snapshot, name):
    change = PLACES[name]
    if name == "word":
        change = ('title = "Fish"', f'title = "Fish"\n{change[1]}')
    assert spoil(change) == snapshot


def test_several_mistakes_are_said_together(spoil, snapshot):
    said = spoil(
        ('[prior."birth rate"]', '[prior."birth rates"]'),
        ("[observe.landings]", "[observe.landing]"),
        ('id = "better"', 'id = "more"'),
        ("hold = { boats = 0,", "hold = { boat = 0,"),
    )
    assert said == snapshot


def test_mistakes_in_several_files_are_said_together(spoil, snapshot):
    header = REPORTS.splitlines()[0]
    assert spoil(
        series="month,landings\n2006-01,-1\n2006-03,x\n",
        reports=f"{header}\nstock,2006-01,2006-01,3,,2,tons,2006-02,G,,,C,3\n",
    ) == snapshot  # fmt: skip


def test_biases_that_differ(spoil, snapshot):
    second = (
        '[report.stock2]\nseries = "stock"\nis = "fish"\nnoise = { lognormal = 0.2 }\nbias_per_source = 0.4\n'
        "first_guess = { median = 100, sigma = 0.5 }\n\n[prior."
    )
    assert spoil(("[prior.", second)) == snapshot


def test_an_input_of_which_nothing_was_known(spoil, snapshot):
    changes = [('report = "fleet"\n', ""), ('"2006-01-31"', '"2006-07-31"'), ('"2006-02-01"', '"2006-07-31"')]
    assert spoil(*changes) == snapshot


def test_no_mechanism(spoil, snapshot):
    explanations = STUDY[STUDY.index("[explanation.growth]") : STUDY.index("[explanation.null-trend]")]
    assert spoil((explanations, "")) == snapshot


def test_a_link_out_of_the_folder(spoil, tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text("month,a\n2006-01,1\n", encoding="utf-8")
    (tmp_path / "fish").mkdir()
    (tmp_path / "fish" / "linked.csv").symlink_to(outside)
    assert "path-outside-study" in spoil(
        ('model = "model.mdl"', 'model = "model.mdl"\nseries = "linked.csv"')
    )


def test_a_folder_linked_out_of_the_folder(spoil, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "series.csv").write_text("month,a\n2006-01,1\n", encoding="utf-8")
    (tmp_path / "fish").mkdir()
    (tmp_path / "fish" / "data").symlink_to(tmp_path / "elsewhere")
    said = spoil(('model = "model.mdl"', 'model = "model.mdl"\nseries = "data/series.csv"'))
    assert "path-outside-study" in said


def test_a_link_inside_the_folder_is_followed(tmp_path):
    folder = write_small(
        tmp_path / "fish", ('model = "model.mdl"', 'model = "model.mdl"\nseries = "linked.csv"')
    )
    (folder / "linked.csv").symlink_to(folder / "series.csv")
    assert open_study(folder).series.columns == ("landings", "sightings")


def test_no_study_in_a_folder(tmp_path, monkeypatch, snapshot):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StockadeError) as caught:
        open_study("nowhere")
    assert str(caught.value) == snapshot


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 5000, "a = " + "1" * 5000, "\x00", "a = 1\r", "[a]\n[a]", '"\\ud800" = 1', ""]
)
def test_no_text_is_a_traceback(tmp_path, text):
    (tmp_path / "study.toml").write_bytes(text.encode("utf-8"))
    with pytest.raises(StockadeError):
        open_study(tmp_path)


def test_nothing_of_a_study_is_executed(tmp_path):
    """Text that would leave a trace if any of it were run as Python."""
    trace = tmp_path / "trace"
    poison = f"__import__('pathlib').Path('{trace}').touch()"
    changes = [
        ('says = "The stock grows."', f'says = "{poison}"'),
        ('says = "at(fish, 2006-06) > at(fish, 2006-01)"', f'says = "{poison}"'),
        ('title = "Fish"', f'title = "{poison}"'),
    ]
    open_study(write_small(tmp_path / "fish", *changes))
    with pytest.raises(StockadeError):
        open_study(write_small(tmp_path / "fish", *changes, ('is = "catch"', f'is = "{poison}"')))
    assert not trace.exists()


def test_every_code_is_explained():
    root = Path(__file__).parents[2]
    for room in ("data", "study"):
        explained = [
            line.split("\t")[0]
            for line in (root / "docs" / "errors" / f"{room}.txt").read_text("utf-8").splitlines()
        ]
        assert explained == sorted(set(explained))
        source = "\n".join(
            path.read_text("utf-8") for path in (root / "src" / "stockade" / room).rglob("*.py")
        )
        assert [code for code in explained if f'"{code}"' not in source] == []


def test_no_code_is_left_unexplained():
    root = Path(__file__).parents[2]
    explained = "\n".join(path.read_text("utf-8") for path in (root / "docs" / "errors").glob("*.txt"))
    raised = re.compile(r'(?:Diagnostic|note|_problem|_error|no_twins)\([^"()]*"([a-z-]+)"')
    for room in ("data", "study"):
        for path in (root / "src" / "stockade" / room).glob("*.py"):
            for code in raised.findall(path.read_text("utf-8")):
                assert re.search(rf"^{code}\t", explained, re.MULTILINE), (path.name, code)
