"""What noise was found to change is kept, and runs over some of a study stand beside one another."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stockade.briefing.document import noise_from_json, to_json
from stockade.briefing.noise import AVERAGE, HeldOut, Noise, NoiseRow, NoiseScale, NoisyDate
from stockade.study import route
from stockade.study.noises import keep_noise, kept_noise, noise_out_of_date
from stockade.study.read import open_study
from stockade.study.study import Study
from tests.briefing.example import example_document
from tests.study.tiny import write_tiny

EARLY, LATE = "2007-06-30", "2007-12-31"


def row(name: str, evidence: float, draws: int = 256, **more) -> NoiseRow:
    held = (HeldOut("sightings", 12, 0.5, 0.5, 0.75, 11 / 12, 4.0, 3.5),)
    scales = (NoiseScale("scatter of recruits", 0.1, 0.2, 0.4),)
    given = {"weight_without": 1.0, "weight_with": 1.0, "held_out": held, "made": "2026-11-22"} | more
    return NoiseRow(
        name, evidence - 1, 0.2, evidence, 0.3, particles=64, variance=1.0, ess=0.2, scales=scales,
        draws=draws, **given,
    )  # fmt: skip


def average(**more) -> NoiseRow:
    return replace(
        row(AVERAGE, 0.0), log_evidence_without=None, log_evidence_with=None, error_without=None,
        error_with=None, variance=None, ess=None, scales=(), draws=None, **more,
    )  # fmt: skip


def noise(*rows: NoiseRow, date: str = LATE) -> Noise:
    return Noise("park", ("recruits: in whole persons (gangs).",), (NoisyDate(date, rows),), 1)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return open_study(write_tiny(tmp_path / "park")).study


def test_nothing_is_kept_at_first_and_what_is_kept_comes_back(study: Study) -> None:
    assert kept_noise(study) is None
    assert noise_out_of_date(study) == ()
    keep_noise(study, noise(row("patrols", -10.0), average()))
    found = kept_noise(study)
    assert found is not None
    assert found.dates[0].rows == (row("patrols", -10.0), average())
    assert noise_from_json(json.loads(json.dumps(to_json(found)))) == found
    assert noise_out_of_date(study) == ()


def test_runs_over_some_explanations_stand_together_and_their_weights_are_of_all(study: Study) -> None:
    keep_noise(study, noise(row("patrols", -10.0), average()))
    keep_noise(study, noise(row("weariness", -11.0), average()))
    found = kept_noise(study)
    assert found is not None
    (at,) = found.dates
    assert [one.explanation for one in at.rows] == ["patrols", "weariness"]
    odds = np.exp([-10.0, -11.0])
    assert [one.weight_with for one in at.rows] == pytest.approx(odds / odds.sum())
    # No average is made of rows: it needs their draws.
    assert at.average is None
    assert any("several runs" in one for one in at.says)


def test_a_run_over_all_takes_the_place_of_what_was_kept_and_one_of_the_same_changes_nothing(
    study: Study,
) -> None:
    keep_noise(study, noise(row("patrols", -12.0), average()))
    both = noise(
        row("patrols", -10.0, weight_with=0.5, weight_without=0.5),
        row("weariness", -10.0, weight_with=0.5, weight_without=0.5),
        average(),
    )
    keep_noise(study, both)
    found = kept_noise(study)
    assert found is not None
    assert [one.explanation for one in found.dates[0].rows] == ["patrols", "weariness", AVERAGE]
    # One of them again, the same from kept repeats: the average is still of these rows.
    keep_noise(study, noise(row("patrols", -10.0), average(made="2026-11-23")))
    again = kept_noise(study)
    assert again is not None
    assert again.dates[0].rows == found.dates[0].rows
    # And changed, it no longer is.
    keep_noise(study, noise(row("patrols", -9.0), average()))
    changed = kept_noise(study)
    assert changed is not None
    assert changed.dates[0].average is None


def test_fewer_draws_do_not_take_the_place_of_more(study: Study) -> None:
    keep_noise(study, noise(row("patrols", -10.0), average()))
    keep_noise(study, noise(row("patrols", -8.0, draws=32), average()))
    found = kept_noise(study)
    assert found is not None
    assert found.dates[0].rows == (row("patrols", -10.0), average())


def test_dates_stand_beside_one_another_and_lacking_ones_are_named(study: Study) -> None:
    days = [one.isoformat() for one in sorted(study.as_of)]
    keep_noise(study, noise(row("patrols", -10.0), date=days[-1]))
    found = kept_noise(study)
    assert found is not None
    assert [one for one in found.notes if "Nothing was fitted with noise as of" in one]
    for one in days[:-1]:
        keep_noise(study, noise(row("patrols", -10.0), date=one))
    found = kept_noise(study)
    assert found is not None
    assert [one.date for one in found.dates] == days
    assert found.notes == ()


def test_a_changed_study_is_told_and_the_old_result_not_shown(study: Study, monkeypatch) -> None:
    keep_noise(study, noise(row("patrols", -10.0), average()))
    monkeypatch.setattr(route, "_document", lambda *_, **__: example_document())
    document = route.assess_study(study.folder)
    assert document.noise == kept_noise(study)
    assert not [one for one in document.notes if "out of date" in one]
    with study.series.open("a", encoding="utf-8") as file:
        file.write("\n")
    document = route.assess_study(study.folder)
    assert document.noise is None
    (says,) = (one for one in document.notes if "out of date" in one)
    assert "made on 22 November 2026" in says
    assert f"since then {study.series.name} changed" in says
    # What is made anew does not stand beside what is out of date.
    keep_noise(study, noise(row("weariness", -10.0)))
    found = kept_noise(study)
    assert found is not None
    assert [one.explanation for one in found.dates[0].rows] == ["weariness"]


@pytest.mark.parametrize("spoilt", ["", "{}", '{"digest": "x"}', '{"digest": 1, "document": {"noise": 3}}'])
def test_a_spoilt_file_is_as_good_as_none(spoilt: str, study: Study) -> None:
    keep_noise(study, noise(row("patrols", -10.0)))
    (study.folder / ".stockade" / "noise.json").write_text(spoilt, encoding="utf-8")
    assert kept_noise(study) is None
    assert noise_out_of_date(study) == ()
