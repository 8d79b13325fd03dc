from __future__ import annotations

from datetime import date

import pytest

from stockade.data.months import parse_month, parse_window
from stockade.study.read import open_study, read_study
from tests.study.small import write_small


@pytest.fixture(scope="module")
def iraq(iraq_folder):
    return open_study(iraq_folder)


def test_the_iraq_study_loads_as_it_stands(iraq):
    study = iraq.study
    assert study.title == "Foreign fighters in Iraq"
    assert study.as_of == (date(2008, 3, 21), date(2010, 12, 31))
    assert study.period == parse_window("2006..2010")
    assert (study.fit.seed, study.fit.particles, study.fit.repeats) == (20080321, 512, 4)
    assert study.model.name == "model.mdl"
    assert len(study.claims) == 28
    assert [one.id for one in study.explanations if not one.mechanism] == ["null-trend", "null-mean"]


def test_the_iraq_claims_are_those_of_the_list(iraq, shared):
    text = (shared / "iraq" / "CLAIMS.md").read_text(encoding="utf-8")
    listed = [
        name.strip()
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith(("| id", "|--"))
        for name in line.split("|")[1].split(",")
    ]
    assert [one.id for one in iraq.study.claims] == listed


def test_words_of_the_iraq_study_arrive(iraq):
    study = iraq.study
    forces = next(one for one in study.inputs if one.name == "force level")
    assert (forces.report, forces.divide_by, len(forces.assumed)) == ("us_troops_iraq", 150000, 7)
    assert forces.assumed[-1].known_from == date(2008, 3, 20)
    own_dead = next(one for one in study.observes if one.column == "group_deaths")
    assert own_dead.leave_out[0].window == parse_window("2006-01..2006-09")
    assert own_dead.dispersion == "dispersion of own deaths"
    assert study.lag_months["suicide_attacks"] == 1
    peak = next(one for one in study.definitions if one.name == "aqi_strength_peak")
    assert (peak.series, peak.units, peak.statistic) == ("aqi_strength", ("persons (peak)",), "peak")
    share = next(one for one in study.definitions if one.share)
    assert (share.is_, share.canonical, share.first_guess) == (None, None, None)
    kept = next(one for one in study.scenarios if one.id == "fighters_kept")
    assert (kept.interventions[0].kind, kept.interventions[0].window) == ("value", parse_window("2007-05"))
    assert kept.from_ == parse_month("2007-06")


def test_priors_of_an_explanation_stand_before_the_study_s(iraq):
    supply = next(one for one in iraq.study.explanations if one.id == "supply")
    second = iraq.study.priors_of(supply)["month of second closure"]
    assert second.held_as_of(date(2008, 3, 21)) == 31.5
    assert second.held_as_of(date(2008, 9, 1)) is None
    assert supply.hold["effect of rejection"] == 0
    assert "month of second closure" not in {one.canonical for one in iraq.study.priors}


def test_fixed_at_the_median(iraq):
    by_name = {one.name: one for one in iraq.study.priors}
    assert by_name["initial sanctuary"].fixed == pytest.approx(0.5)
    assert by_name["time to recover acceptance"].fixed == 12
    assert by_name["normal arrivals"].fixed is None


def test_a_median_of_a_beta_is_its_median(tmp_path):
    stats = pytest.importorskip("scipy.stats")
    change = ("lognormal = { median = 0.1, sigma = 0.5 }", 'beta = { a = 2, b = 7 }\nfixed = "median"')
    study = read_study(write_small(tmp_path, change))
    assert study.priors[0].fixed == pytest.approx(stats.beta(2, 7).median())


def test_each_place_is_the_line_of_the_words(iraq, iraq_folder):
    lines = (iraq_folder / "study.toml").read_text(encoding="utf-8").splitlines()
    for one in iraq.study.claims:
        assert lines[one.place.line - 1].startswith("says =" if one.says else "[[claim]]")
    for one in iraq.study.priors:
        assert lines[one.place.line - 1] == f'[prior."{one.name}"]'


def test_the_file_of_a_study_may_be_named_itself(tmp_path):
    folder = write_small(tmp_path)
    assert read_study(folder / "study.toml") == read_study(folder)


def test_defaults(tmp_path):
    study = read_study(write_small(tmp_path))
    assert (study.fit.seed, study.fit.particles, study.fit.repeats) == (1, 512, 4)
    assert study.observes[0].published_after == 1
    assert study.observes[0].label == "landings"
    assert dict(study.grades.reliability) == {"A": 1, "B": 1, "C": 1.25, "D": 1.6, "E": 2, "F": 2}
    assert dict(study.grades.credibility) == {"1": 1, "2": 1, "3": 1.25, "4": 1.6, "5": 2, "6": 2}


def test_a_study_without_reports(tmp_path):
    report = "[report.stock]"
    folder = write_small(tmp_path)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    text = text.replace('reports = "reports.csv"\n', "").replace('report = "fleet"\n', "")
    start, end = text.index(report), text.index("[prior.")
    text = (text[:start] + text[end:]).replace('["stock", "sightings"]', '["sightings"]')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    assert open_study(folder).reports == ()
