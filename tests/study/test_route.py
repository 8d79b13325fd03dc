"""The whole route on a tiny study: nothing leaks, same seed same bits, and what is kept is used again."""

from __future__ import annotations

import json
from contextlib import contextmanager

import numpy as np
import pytest

from stockade.briefing.document import to_json
from stockade.errors import StockadeError
from stockade.inference.netcdf import read_posterior
from stockade.study import fits, pool, route
from tests.study.tiny import MODEL, REPORTS, TRUTH, series_text, write_tiny

pytestmark = [pytest.mark.slow, pytest.mark.core]

MECHANISMS = ("patrols", "weariness")
EXPLANATIONS = (*MECHANISMS, "null-trend", "null-mean")
FIRST, SECOND = "2007-12-31", "2009-06-30"
ALL_REPEATS = 2 * 2 * 2  # mechanisms, dates, repeats
CLAIM_IDS = ["fewer-kills", "fewer-poachers", "patrols-did-it", "patrols-explain", "trophies", "better"]


@contextmanager
def counted():
    """Counts the repeats that are computed meanwhile: (explanation's free names, repeat)."""
    with pytest.MonkeyPatch.context() as patch:
        calls, honest = [], fits.sample_one_repeat

        def spy(problem, **how):
            calls.append((problem.free_names, how["repeat"]))
            return honest(problem, **how)

        patch.setattr(fits, "sample_one_repeat", spy)
        yield calls


def kept(folder):
    """Returns (date, explanation) -> posterior of all that a study has kept."""
    found = [read_posterior(path) for path in folder.glob(".stockade/fits/*/*/posterior.nc")]
    return {(one.as_of, one.explanation): one for one in found}


def bits(posterior):
    """Returns all numbers of a posterior as bytes."""
    arrays = (posterior.draws, posterior.prior_draws, posterior.log_likelihood, posterior.repeats)
    return [one.tobytes() for one in arrays]


def part(document, day):
    (found,) = (one for one in document.as_of if one.date == day)
    return found


def rewrite(folder, *changes, file="study.toml"):
    text = (folder / file).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / file).write_text(text)


# ------------------------------------------------------------------ what a date may not see


def later_figures_changed(folder):
    """Writes the study with every figure changed that was not out at the first date."""
    rows = series_text().splitlines()
    known = rows.index(next(row for row in rows if row.startswith("2007-11"))) + 1  # published by 2007-12-31
    series = [*rows[:known], *(f"{row.split(',')[0]},{7 * n},{3 * n}" for n, row in enumerate(rows[known:]))]
    reports = REPORTS.replace("2007-10,2007-10,,95,", "2007-10,2007-10,,950,")
    reports = reports.replace("2007-05,2007-05,,0.5,", "2007-05,2007-05,,0.9,")
    reports = reports.replace("2008-06,2008-06,,100,", "2008-06,2008-06,,10,")
    assert sum(one != two for one, two in zip(REPORTS.split("\n"), reports.split("\n"), strict=True)) == 3
    assumed = ('figure = 85, known_from = "2008-02-28"', 'figure = 20, known_from = "2008-02-28"')
    return write_tiny(folder, assumed, series="\n".join([*series, ""]), reports=reports)


@pytest.fixture(scope="module")
def changed_later(tmp_path_factory):
    """The folder and the document of the study with another future."""
    folder = later_figures_changed(tmp_path_factory.mktemp("later") / "park")
    return folder, route.assess_study(folder)


def test_what_came_later_changes_no_bit_of_an_earlier_fit(assessed, changed_later):
    mine, theirs = kept(assessed[0]), kept(changed_later[0])
    for name in MECHANISMS:
        assert bits(mine[FIRST, name]) == bits(theirs[FIRST, name])
        assert bits(mine[SECOND, name]) != bits(theirs[SECOND, name])  # the change was one


def test_what_came_later_changes_no_verdict_weight_or_forecast(assessed, changed_later):
    mine, theirs = (part(one[1], FIRST) for one in (assessed, changed_later))
    for field in ("explanations", "claims", "parameters", "latents", "inputs", "scenarios", "left_out"):
        assert getattr(mine, field) == getattr(theirs, field), field
    for one, other in zip(mine.series, theirs.series, strict=True):
        assert one.fans == other.fans
        assert one.visible == other.visible
        assert one.observed != other.observed
    assert [(one.series, one.explanation_or_baseline, one.fan) for one in mine.forecasts] == [
        (one.series, one.explanation_or_baseline, one.fan) for one in theirs.forecasts
    ]
    assert [one.crps for one in mine.forecasts] != [one.crps for one in theirs.forecasts]
    hindsight = (part(one[1], SECOND) for one in (assessed, changed_later))
    assert len({str(one.claims) for one in hindsight}) == 2


# ------------------------------------------------------------------ same seed, same bits


def test_one_thread_gives_the_bits_of_many(assessed, tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "cores", lambda: 1)
    folder = write_tiny(tmp_path / "park")
    route.fit_study(folder)
    mine, theirs = kept(assessed[0]), kept(folder)
    assert mine.keys() == theirs.keys()
    assert all(bits(mine[key]) == bits(theirs[key]) for key in mine)


def test_another_seed_computes_anew_and_gives_other_bits(assessed, again):
    with counted() as calls:
        document = route.fit_study(again, seed=8)
    assert len(calls) == ALL_REPEATS
    assert document.seed == 8
    mine, theirs = kept(assessed[0]), kept(again)
    assert all(bits(mine[key]) != bits(theirs[key]) for key in mine)


# ------------------------------------------------------------------ what is kept is used again


def test_nothing_is_computed_twice(assessed, again):
    with counted() as calls:
        assert to_json(route.assess_study(again)) == to_json(assessed[1])
        (again / ".stockade" / "assess.json").unlink()
        assert to_json(route.assess_study(again)) == to_json(assessed[1])
    assert calls == []


def test_another_claim_is_judged_without_fitting(assessed, again):
    rewrite(again, ("at(poachers, 2007-12) < at(poachers, 2007-01)", "at(poachers, 2007-12) > 1e6"))
    with counted() as calls:
        document = route.judge_study(again)
    assert calls == []
    probability = {one.id: one.probability for one in part(document, FIRST).claims}
    before = {one.id: one.probability for one in part(assessed[1], FIRST).claims}
    assert probability["fewer-poachers"] < 0.01
    assert before["fewer-poachers"] > 0.9
    assert probability | {"fewer-poachers": 0} == before | {"fewer-poachers": 0}


def test_a_comment_in_the_model_refits_nothing(again):
    comment = "{ A comment,\n on two lines. }\npoachers  =  INTEG"
    rewrite(again, ("poachers = INTEG", comment), file="model.mdl")
    with counted() as calls:
        route.fit_study(again)
    assert calls == []


def test_another_equation_refits_all(again):
    rewrite(again, ("kills per poacher * poachers", "kills per poacher * 1.01 * poachers"), file="model.mdl")
    with counted() as calls:
        route.fit_study(again)
    assert len(calls) == ALL_REPEATS


def test_an_added_explanation_fits_itself_only(assessed, again):
    added = '[explanation.both]\nsays = "Both."\nhold = { "birth rate" = 0.02 }\n\n[explanation.null-trend]'
    rewrite(again, ("[explanation.null-trend]", added))
    with counted() as calls:
        document = route.fit_study(again)
    assert len(calls) == 4  # two dates, two repeats
    assert {one.id for one in part(document, FIRST).explanations} == {*EXPLANATIONS, "both"}
    mine, theirs = kept(assessed[0]), kept(again)
    assert all(bits(mine[key]) == bits(theirs[key]) for key in mine)


def test_an_explanation_that_holds_what_no_other_speaks_of_fits_itself_only(assessed, again):
    """The others hold it too, at the model's own value: nothing about them has changed."""
    added = '[explanation.small]\nsays = "Few animals."\nhold = { "initial herd" = 9 }\n\n'
    rewrite(again, ("[explanation.null-trend]", f"{added}[explanation.null-trend]"))
    with counted() as calls:
        route.fit_study(again)
    assert len(calls) == 4


def test_a_report_of_a_new_source_leaves_earlier_dates_alone(assessed, again):
    row = "gangs,2008-01,2008-01,,90,,persons,2008-09-01,Newspaper,,,C,3\n"
    (again / "reports.csv").write_text(REPORTS + row)
    with counted() as calls:
        document = route.judge_study(again)
    assert len(calls) == 4  # the second date only
    assert part(document, FIRST).claims == part(assessed[1], FIRST).claims


@pytest.mark.parametrize("damage", [b"", b"no such format", None])
def test_a_spoilt_file_is_computed_anew(assessed, again, damage):
    (again / ".stockade" / "fit.json").write_bytes(b"{")
    (again / ".stockade" / "assess.json").write_bytes(b"[1]")
    (path,) = again.glob(f".stockade/fits/{FIRST}/patrols-*/posterior.nc")
    path.write_bytes(path.read_bytes()[:3000] if damage is None else damage)
    with counted() as calls:
        document = route.assess_study(again)
    assert len(calls) == 2
    assert to_json(document) == to_json(assessed[1])


# ------------------------------------------------------------------ interrupted


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_run_goes_on_where_it_was(assessed, tmp_path, error):
    folder = write_tiny(tmp_path / "park")

    def stop(stage, done, total):
        if stage == "fitting" and done == 3:
            raise error

    with pytest.raises(error):
        route.assess_study(folder, progress=stop)
    with counted() as calls:
        document = route.assess_study(folder)
    assert len(calls) == ALL_REPEATS - 3  # what was told as done was kept
    mine, theirs = kept(assessed[0]), kept(folder)
    assert mine.keys() == theirs.keys()
    assert all(bits(mine[key]) == bits(theirs[key]) for key in mine)
    assert to_json(document) == to_json(assessed[1])


# ------------------------------------------------------------------ the document


def test_the_document_holds_what_its_schema_says(assessed, repository):
    jsonschema = pytest.importorskip("jsonschema")
    data = json.loads(json.dumps(to_json(assessed[1]), allow_nan=False))
    jsonschema.validate(data, json.loads((repository / "docs" / "briefing.schema.json").read_text()))
    assert data["study"] == "park"
    for day in data["as_of"]:
        for key, fields in {
            "explanations": "id log_evidence mc_error weight",
            "claims": "id type verdict probability mc_error phrase by_explanation",
            "parameters": "explanation name median low high shrinkage",
        }.items():
            assert day[key]
            assert all(set(fields.split()) <= set(one) for one in day[key])
    fields = {"series", "explanation_or_baseline", "crps", "coverage50", "coverage90"}
    assert all(fields <= set(one) for one in data["as_of"][0]["forecasts"])


def test_every_claim_stands_at_every_date_and_nothing_is_certain(assessed):
    for day in assessed[1].as_of:
        assert [one.id for one in day.claims] == CLAIM_IDS
        for one in day.claims:
            numbers = [one.probability, one.low, one.high, one.prior_probability]
            numbers += one.by_explanation.values()
            assert all(0 < number < 1 for number in numbers if number is not None), one
            assert one.phrase
            assert (one.probability is None) == (one.id == "better")


def test_nulls_stand_among_the_weights_and_the_forecasts(assessed):
    for day in assessed[1].as_of:
        assert tuple(one.id for one in day.explanations) == EXPLANATIONS
        assert sum(one.weight for one in day.explanations) == pytest.approx(1)
    for series in ("carcasses", "sightings"):
        scored = [one for one in part(assessed[1], FIRST).forecasts if one.series == series]
        names = [one.explanation_or_baseline for one in scored]
        assert set(EXPLANATIONS) <= set(names)
        assert [one.kind for one in scored].count("baseline") == 6  # four rules, a regression, an ensemble
        assert [one.kind for one in scored].count("average") == 1
        assert all(one.crps >= 0 and one.n == 12 for one in scored)
    assert part(assessed[1], SECOND).forecasts == ()


def test_deaths_of_civilians_stand_beside_every_scenario(assessed):
    for day in assessed[1].as_of:
        (scenario,) = day.scenarios
        assert 0 < scenario.deaths_low < scenario.deaths_median < scenario.deaths_high
        assert scenario.deaths_median > scenario.base_median  # fewer patrols, more poachers


def test_what_the_data_did_not_move_is_not_called_estimated(assessed):
    for day in assessed[1].as_of:
        for one in day.parameters:
            assert one.word == ("estimated" if one.shrinkage >= 0.3 else "hardly moved")
        unmoved = [one.name for one in day.parameters if one.shrinkage < 0.3]
        assert unmoved.count("people hurt per poacher") == 2
        assert "effect of patrols" not in unmoved


ILL_POSED = {
    "at(poacher, 2007-12) > 1": "poacher",  # no such name
    "mean(poachers, 2007-12..2007-01) > 1": "ends before it begins",
    "total(hazard, 2007-01..2007-12) > 1": "rate",
}


def test_an_ill_posed_claim_is_said_to_be_so_and_the_rest_is_judged(assessed, again):
    text = (again / "study.toml").read_text()
    for index, says in enumerate(ILL_POSED):
        text += (
            f'\n[[claim]]\nid = "ill-{index}"\nquote = "x"\nwho = "y"\non = "2007-12-31"\n'
            f'type = "latent"\nmeans = "z"\nsays = "{says}"\n'
        )
    (again / "study.toml").write_text(text)
    with counted() as calls:
        document = route.judge_study(again)
    assert calls == []
    for day in document.as_of:
        assert day.claims[: len(CLAIM_IDS)] == part(assessed[1], day.date).claims
        ill = day.claims[len(CLAIM_IDS) :]
        assert [one.verdict for one in ill] == ["ill-posed"] * 3
        assert [one.probability for one in ill] == [None] * 3
        assert all(word in one.reason for one, word in zip(ill, ILL_POSED.values(), strict=True))


def test_a_scenario_that_leaves_the_numbers_says_where_and_loses_no_fit(tmp_path):
    """Claims would pass over such draws in silence."""
    model = MODEL.replace("INITIAL TIME", "share = 1 / patrols\n    ~ Dmnl ~ |\nINITIAL TIME")
    scenario = ('hold = { patrols = "its value at 2006-01" }', "hold = { patrols = 0 }")
    claim = (
        "at(poachers, 2008-06) under few_patrols > 1.5 * at(poachers, 2008-06)",
        "at(share, 2008-06) under few_patrols > 1.5 * at(share, 2008-06)",
    )
    folder = write_tiny(tmp_path / "park", scenario, claim, model=model)
    with pytest.raises(StockadeError) as caught:
        route.judge_study(folder)
    (wrong,) = caught.value.diagnostics
    assert wrong.code == "not-finite"
    assert "under the scenario 'few_patrols', share is the first" in wrong.message
    assert "at time 10" in wrong.message
    assert len(kept(folder)) == 4


# ------------------------------------------------------------------ recovery


def test_the_true_explanation_outweighs_the_wrong_one(assessed):
    for day in assessed[1].as_of:
        weight = {one.id: one.weight for one in day.explanations}
        assert weight["patrols"] > max(share for name, share in weight.items() if name != "patrols")


def test_intervals_hold_the_truth(assessed):
    """Six 90 % intervals at each of two dates; were they independent, fewer than 4 would hold it in 1.6 %."""
    for day in assessed[1].as_of:
        mine = {one.name: one for one in day.parameters if one.explanation == "patrols"}
        inside = [mine[name].low <= true <= mine[name].high for name, true in TRUTH.items()]
        assert sum(inside) >= 4, dict(zip(TRUTH, inside, strict=True))


# ------------------------------------------------------------------ what is kept is open to others


def test_arviz_opens_what_is_kept(assessed):
    arviz = pytest.importorskip("arviz")
    (path,) = assessed[0].glob(f".stockade/fits/{FIRST}/patrols-*/posterior.nc")
    data = arviz.from_netcdf(path)
    assert {"posterior", "prior", "sample_stats"} <= set(data.groups())
    assert "effect of patrols" in data.posterior["parameter"].values.tolist()
    np.testing.assert_array_equal(
        data.posterior["parameters"].values[0], kept(assessed[0])[FIRST, "patrols"].draws
    )
