from __future__ import annotations

import tomllib
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stockade
from stockade.data.series import read_series
from stockade.starter.create import write_folder
from stockade.starter.span import span_of
from stockade.starter.texts import study_texts
from tests.starter.records import START, record, waves

NAMES = [
    "Front de libération du Nord (FLN)", "Ansar/Helpers of 'the' \"Valley\"", "{{ actor }} {% raw %}",
    "Group\nof \x07 lines\u2028", "\\ back \\\" slash", "حركة الشباب", "x" * 3000, "# not a comment",
    "|~ {group}",
]  # fmt: skip


def written(folder, given, as_of=None):
    write_folder(folder, study_texts(given, span_of(given, as_of), str(folder)))
    return folder


@pytest.mark.parametrize("actor", NAMES)
def test_a_study_is_accepted_whatever_the_actor_is_called(tmp_path, actor):
    clashes, civilians, own = waves()
    folder = written(tmp_path / "study", record(clashes, civilians, own, actor=actor, country='Nor"land\\'))
    assert stockade.check(folder) == ()


@pytest.mark.parametrize(
    "given",
    [
        record(np.ones(24)),
        record(np.zeros(40), np.ones(40)),
        record(np.concatenate([np.ones(12), np.zeros(90), np.ones(6)])),
        record(waves(300)[0] * 40, waves(300)[1], waves(300)[2] * 100),
        record(np.where(np.arange(60) % 17 == 0, 1, 0)),
        record(*waves(), country="", government=True),
    ],
    ids=["short", "one-sided only", "returns", "large", "sparse", "a state everywhere"],
)
def test_a_study_is_accepted_for_every_kind_of_record(tmp_path, given):
    assert stockade.check(written(tmp_path / "study", given)) == ()


def test_the_series_are_the_record(tmp_path):
    clashes, civilians, own = waves()
    clashes = clashes.astype(float)
    clashes[30] = np.nan
    table = read_series(written(tmp_path / "study", record(clashes, civilians, own)) / "series.csv")
    assert table.first_month == START
    np.testing.assert_array_equal(table.values["clashes"], clashes)
    np.testing.assert_array_equal(table.values["own_deaths"], own)


def test_three_mechanisms_two_nulls_five_claims_and_six_stocks_at_most(tmp_path):
    folder = written(tmp_path / "study", record(*waves()))
    study = tomllib.loads((folder / "study.toml").read_text())
    explanations = study["explanation"].values()
    assert sum("null" not in one for one in explanations) == 3
    assert sorted(one["null"] for one in explanations if "null" in one) == ["mean", "trend"]
    assert len(study["claim"]) == 5
    assert {one["type"] for one in study["claim"]} == {"observable", "latent", "causal"}
    assert all(one["because"] for one in study["prior"].values())
    model = stockade.load(folder / "model.mdl")
    assert 1 < sum(one.kind == "stock" for one in model.variables) <= 6
    assert all(one.units and one.documentation for one in model.variables)


def test_the_model_stands_every_extreme(tmp_path):
    folder = written(tmp_path / "study", record(*waves()))
    found = stockade.examine(stockade.load(folder / "model.mdl"))
    assert found.findings == ()


def test_the_model_alone_stays_level(tmp_path):
    """At the medians of its priors nothing happens: every stock but the sum of losses stays where it is."""
    folder = written(tmp_path / "study", record(*waves()))
    run = stockade.simulate(stockade.load(folder / "model.mdl"))
    columns = dict(zip(run.names, np.asarray(run.values).T, strict=True))
    for stock, start in (("members", 1000), ("pressure", 1), ("acceptance", 1), ("means", 1)):
        np.testing.assert_allclose(columns[stock], start, rtol=1e-9)


@settings(max_examples=15)
@given(st.text(max_size=60))
def test_toml_holds_any_title(text):
    texts = study_texts(record(*waves(), actor=text), span_of(record(*waves())), "study")
    read = tomllib.loads(texts["study.toml"])["study"]["title"]
    assert "\n" not in read


def test_nothing_after_the_first_date_is_in_the_study_file():
    """study.toml names no count that came later: with another future it is the same, but for nothing."""
    clashes, civilians, own = waves()
    other = [one.copy() for one in (clashes, civilians, own)]
    for one in other:
        one[-12:] += 7
    day = date(2014, 1, 31)
    first, second = (record(*one) for one in ((clashes, civilians, own), other))
    assert (
        study_texts(first, span_of(first, day), "x")["study.toml"]
        == (study_texts(second, span_of(second, day), "x")["study.toml"])
    )
