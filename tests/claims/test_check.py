from __future__ import annotations

from dataclasses import replace

import pytest

from stockade.claims.check import check
from stockade.claims.grammar import parse
from stockade.errors import Place
from tests.claims.helpers import NAMES, iraq_names, iraq_specs

ILL = {
    "claim-unknown-variable": "at(membres, 2008-03) > 1",
    "claim-unknown-series": "total(observed(suicide_attack), 2008) > 1",
    "claim-unknown-report": "mean(reported(ff_shares), 2008) > 1",
    "claim-unknown-scenario": "at(members, 2008-03) under fighters_keep > 1",
    "claim-unknown-explanation": "explanation in (comentary) against (supply)",
    "claim-explanation-twice": "explanation in (commentary) against (commentary, supply)",
    "claim-empty-window": "total(suicide attacks, 2008-03..2007-12) > 1",
    "claim-window-outside-study": "total(suicide attacks, 2010-12..2011-02) > 1",
    "claim-at-several-months": "at(members, 2008) > 1",
    "claim-change-in-one-month": "change(members, 2008-03) > 1",
    "claim-record-under-scenario": "total(observed(clashes), 2008) under no_surge > 1",
    "claim-reported-alone": "mean(2 * reported(ff_inflow), 2008) > 1",
    "claim-says-nothing": "total(suicide attacks, 2008) > total(suicide attacks, 2008)",
    "claim-count-is-rate": "total(foreign departures / foreign fighters, 2008) > 1",
    "claim-total-of-stock": "total(members, 2008) > 1",
    "claim-units-mismatch": "total(foreign departures, 2008) > mean(foreign departures, 2007)",
    "claim-unequal-windows": "total(suicide attacks, 2008-01..2008-03) < total(suicide attacks, 2007)",
}


@pytest.mark.parametrize("code", ILL)
def test_each_mistake_has_its_code(code, snapshot):
    found = check(parse(ILL[code], Place("study.toml", 312, None, "a-claim")), NAMES)
    assert [one.code for one in found] == [code]
    assert "\n".join(map(str, found)) == snapshot


def codes(text: str) -> list[str]:
    return [one.code for one in check(parse(text), NAMES)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("total(exit hazard, 2008) > 1", "claim-count-is-rate"),
        ("total(attacks per foreign fighter, 2008) > 1", "claim-count-is-rate"),
        ("total(sanctuary, 2008) > 1", "claim-total-of-stock"),
        ("total(attacks per foreign fighter * foreign fighters, 2008) > 1", None),
        ("total(2 * foreign departures + 1, 2008) > 1", None),
        ("mean(foreign departures / foreign fighters, 2008) > 0.1", None),
        ("mean(foreign departures / foreign fighters, 2008) > mean(exit hazard, 2008)", None),
        ("at(members, 2008-03) > at(sanctuary, 2008-03)", "claim-units-mismatch"),
        ("at(members, 2008-03) + at(sanctuary, 2008-03) > 1", "claim-units-mismatch"),
        ("mean(members + sanctuary, 2008) > 1", "claim-units-mismatch"),
        ("total(foreign departures, 2008) < 0.5 * at(members, 2007-12)", None),
        ("total(suicide attacks, 2008) < total(observed(suicide_attacks), 2008)", None),
        ("total(observed(opponent_deaths), 2008) > total(foreign arrivals, 2008)", None),
        ("total(nameless, 2008) > at(members, 2008-01)", None),
        ("mean(foreign arrivals, 2008) < mean(foreign arrivals, 2007-01..2007-03)", None),
        ("1 + 1 > 2", "claim-says-nothing"),
        ("mean(3, 2008) > 2", "claim-says-nothing"),
        ("total(opponent_deaths, 2008) > 2", "claim-unknown-variable"),
        ("total(reported(ff_inflow), 2008) > 2", "claim-reported-alone"),
    ],
)
def test_units_and_words(text, expected):
    assert codes(text) == ([] if expected is None else [expected])


def test_a_series_named_as_a_variable_is_pointed_out():
    found = check(parse("total(opponent_deaths, 2008) > 2"), NAMES)
    assert "observed(opponent_deaths)" in found[0].hint


def test_several_mistakes_are_found_at_once():
    text = "at(membres, 2008) > 1 and total(observed(x), 2012) > 1"
    assert codes(text) == [
        "claim-unknown-variable",
        "claim-unknown-series",
        "claim-at-several-months",
        "claim-window-outside-study",
    ]


def test_only_unequal_windows_are_a_warning():
    severities = {code: check(parse(text), NAMES)[0].severity for code, text in ILL.items()}
    assert {code for code, one in severities.items() if one == "warning"} == {"claim-unequal-windows"}


def test_a_reversed_window_is_told_once():
    text = "total(suicide attacks, 2008-03..2007-12) < total(suicide attacks, 2007-01..2007-03)"
    assert [one.code for one in check(parse(text), NAMES)] == ["claim-empty-window"]


def test_units_may_be_missing_altogether():
    bare = replace(
        NAMES, variables=dict.fromkeys(NAMES.variables, ""), series=dict.fromkeys(NAMES.series, "")
    )
    for text in ("total(members, 2008) > 1", "at(members, 2008-03) > at(sanctuary, 2008-03)"):
        assert check(parse(text), bare) == ()


def test_broken_units_are_not_the_claims_fault():
    broken = replace(NAMES, variables={**NAMES.variables, "members": "person/(("})
    assert check(parse("total(members, 2008) > 1"), broken) == ()


def test_the_founding_case_is_clean(iraq_folder):
    names = iraq_names(iraq_folder)
    assert names.variables["viability abroad"] == "Dmnl"
    assert names.variables["exit hazard"] == "1/Month"
    for spec in iraq_specs(iraq_folder):
        if not spec.not_testable:
            assert check(parse(spec.says, spec.place), names) == (), spec.id


def test_every_code_is_documented(repository):
    listed = (repository / "docs" / "errors" / "claims.txt").read_text(encoding="utf-8")
    documented = {line.split("\t")[0] for line in listed.splitlines() if line}
    of_drafts = {"text-too-long", "text-without-date", "text-without-sentences"}
    assert documented == {*ILL, "claim-syntax", "claim-needs-window", *of_drafts}
