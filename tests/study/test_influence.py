"""Every figure left out in turn on a tiny study: what can be left out, what it changes, and what is shown."""

from __future__ import annotations

import io
import json
from datetime import date

import numpy as np
import pytest
from rich.console import Console

from stockade.briefing.document import influence_from_json, to_json
from stockade.briefing.influence import Influence, InfluenceAt, PartLeftOut
from stockade.briefing.influences import influence_figures, influence_sentences
from stockade.briefing.terminal_influence import print_influence
from stockade.errors import StockadeError
from stockade.inference.leaving import without_data
from stockade.inference.nulls import fit_null
from stockade.study import route
from stockade.study.fits import first_guesses
from stockade.study.influence import influence_study, kept_influence
from stockade.study.parts import masks, parts
from stockade.study.problems import problem
from stockade.study.read import open_study
from stockade.study.simulators import fitting_simulator
from stockade.study.without import _nulls
from tests.study.test_route import FIRST, SECOND, part
from tests.study.tiny import write_tiny

WHEN = date.fromisoformat(FIRST)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return open_study(write_tiny(tmp_path_factory.mktemp("influence") / "park"))


def left_out(
    kind: str, what: str, weight: tuple[float, float], moved: float, most: str, **more
) -> PartLeftOut:
    fields = {"window": "", "figure": "", "source": "", "figures": 1, "probability": (0.5,)} | more
    return PartLeftOut(
        kind, what, log_predictive=(-1.0, -2.0), mc_error=(0.1, 0.0), pareto_k=(0.2, None),
        how=("weights", "exact"), weight=weight, moved=moved, moved_most=most, **fields,
    )  # fmt: skip


AT = InfluenceAt(
    "2007-12-31", ("patrols", "weariness"), (0.8, 0.2), ("gone",), (0.7,),
    (
        left_out("reports", "gangs", (0.3, 0.7), 0.5, "patrols", figures=3),
        left_out(
            "report", "gangs", (0.6, 0.4), 0.3, "gone", window="2007-01..2007-03", figure="at most 40",
            probability=(0.4,),
        ),
        left_out("month", "carcasses", (0.79, 0.21), 0.01, "weariness", window="2007-02", figure="27"),
    ),
    2,
)  # fmt: skip
INFLUENCE = Influence("park", (AT,), "2020-01-01", ("a: it.",))


def test_what_changes_is_said() -> None:
    turned, single, moved = (one.replace("\u00a0", "") for one in influence_sentences(AT))
    assert turned == (
        "Without gangs (all reports), weariness leads with 70% instead of 20%, and patrols has 30% instead "
        "of 80%."
    )
    assert single == "No single figure changes which explanation leads: patrols does without any of them."
    assert moved == (
        "1 single figure would move a weight or a claim by 10% or more if left out; most of all gangs, "
        "Jan 2007 to Mar 2007: at most 40, without which gone is 40% instead of 70%."
    )


def test_the_figure_has_a_row_for_each_part_and_the_first_leaves_nothing_out() -> None:
    (figure,) = influence_figures(INFLUENCE)
    rows = figure.spec["datasets"]["parts"]
    assert len(rows) == 8
    assert [row["change"] for row in rows[:2]] == [0, 0]
    assert rows[2]["change"] == pytest.approx(-0.5)


def test_the_terminal_holds_at_80_columns(snapshot) -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    print_influence(INFLUENCE, console)
    assert console.export_text() == snapshot


def test_json_and_back() -> None:
    assert influence_from_json(json.loads(json.dumps(to_json(INFLUENCE)))) == INFLUENCE


def test_every_figure_and_every_origin_can_be_left_out(folder) -> None:
    found = parts(folder, WHEN)
    kinds = {kind: [one for one in found if one.kind == kind] for kind in ("series", "reports", "source")}
    # 23 months of carcasses (one is left out) and of sightings known by the end of 2007, less the last.
    assert sum(one.kind == "month" for one in found) == 22 + 23
    reports = [one for one in found if one.kind == "report"]
    assert {one.what for one in reports} == {"gangs", "trophies"}
    assert {one.what: one.figures for one in kinds["series"]} == {"carcasses": 22, "sightings": 23}
    assert {one.what: one.figures for one in kinds["reports"]} == {"gangs": 4, "trophies": 1}
    assert {one.what: one.figures for one in kinds["source"]} == {"Rangers": 2, "Wardens": 2, "Customs": 1}


def test_a_part_hides_its_own_rows_only(folder) -> None:
    (explanation, *_) = folder.study.explanations
    whole = problem(folder, fitting_simulator(folder), explanation, WHEN)
    for one in parts(folder, WHEN):
        months, reports = masks(one, whole)
        assert months.sum() == len(one.months)
        assert reports.sum() <= len(one.lines)
        less = without_data(whole, months, reports)
        before, after = (np.array([x.values for x in two.counts]) for two in (whole, less))
        assert (np.isfinite(before) & ~np.isfinite(after) == months).all()


def test_a_null_without_a_part_is_that_fitted_without_it(folder) -> None:
    explanation = next(one for one in folder.study.explanations if one.null)
    whole = problem(folder, fitting_simulator(folder), explanation, WHEN)
    guesses = first_guesses(folder)
    full = fit_null(whole, explanation.null, guesses)
    some = [one for one in parts(folder, WHEN) if one.kind != "month"] + list(parts(folder, WHEN))[-40::10]
    found = _nulls(folder, whole, full, explanation.null, {one.name: one for one in some})
    for one in some:
        again = fit_null(without_data(whole, *masks(one, whole)), explanation.null, guesses)
        assert full.log_evidence - found[one.name].log_predictive == pytest.approx(
            again.log_evidence, abs=1e-9
        )


def test_a_date_that_the_study_has_not_is_refused(folder) -> None:
    with pytest.raises(StockadeError) as error:
        influence_study(folder.study.folder, as_of=["2007-01-01"])
    assert error.value.diagnostics[0].code == "unknown-as-of"


@pytest.mark.slow
@pytest.mark.core
def test_a_tiny_study_without_each_figure(assessed, again) -> None:
    document = assessed[1]
    found = influence_study(again)
    assert [at.date for at in found.as_of] == [FIRST, SECOND]
    for at in found.as_of:
        known = part(document, at.date)
        np.testing.assert_allclose(at.weight, [one.weight for one in known.explanations], rtol=1e-4)
        judged = {one.id: one.probability for one in known.claims if one.probability is not None}
        assert set(at.claims) == set(judged)
        np.testing.assert_allclose(at.probability, list(judged.values()), rtol=1e-4)
        for one in at.parts:
            assert sum(value or 0.0 for value in one.weight) == pytest.approx(1.0, abs=1e-3)
            assert all(how in {"exact", "unused"} for how in one.how[2:])
        moved = [one.moved for one in at.parts]
        assert moved == sorted(moved, reverse=True)
        # What carcasses tell of poachers is what speaks for patrols: they were made so.
        (series,) = (one for one in at.parts if one.kind == "series" and one.what == "carcasses")
        assert "refit" in series.how
        assert series.weight[0] < at.weight[0] - 0.1
        # A report that no variable speaks to moves its own claim and nothing else.
        (own,) = (one for one in at.parts if one.kind == "reports" and one.what == "trophies")
        assert own.weight == at.weight
        assert own.moved_most == "trophies"
    # What is kept is taken again, and the next briefing shows it.
    assert influence_study(again) == found
    assert kept_influence(open_study(again).study) == found
    assert route.assess_study(again).influence == found
