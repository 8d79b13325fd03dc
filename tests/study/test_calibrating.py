"""Calibration of a tiny study: what is made up, kept, resumed and shown; and that it fails where it must."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from stockade.briefing.calibration import Calibration, ClaimKept, Covered, Ranked, WordKept
from stockade.briefing.calibrations import headline
from stockade.briefing.document import calibration_from_json, to_json
from stockade.briefing.html import render_html
from stockade.briefing.terminal import print_calibrations
from stockade.briefing.terminal_calibration import print_calibration
from stockade.errors import Diagnostic, StockadeError
from stockade.inference.records import Repeat
from stockade.inference.smc import sample_one_repeat
from stockade.study import replicates
from stockade.study.calibrating import calibrate_study, summary
from stockade.study.calibrations import keep_calibrations, kept_calibrations
from stockade.study.carried import carried
from stockade.study.read import open_study
from stockade.study.replicates import Question, Replicate, bench, from_rows, run_replicate, to_rows
from stockade.tasks.here import Here
from stockade.tasks.processes import Processes
from tests.briefing.example import example_document
from tests.study.tiny import write_tiny

FIRST, SECOND = "2007-12-31", "2009-06-30"

RANKS = (
    Ranked("base hazard", "parameter", 200, 0.00004, 0.0008, 0.61, 0.4, 0.7, 0.8, alarm=True),
    Ranked("at(herd, 2008-01)", "quantity", 200, 0.4, 1.0, 0.5, 0.52, 0.79, 0.91, alarm=False),
    Ranked("log likelihood", "data", 200, 0.7, 1.0, 0.49, 0.5, 0.81, 0.9, alarm=False),
)
COVERAGE = (
    Covered("parameter", 0.9, 0.8, 0.01, 0.0001),
    Covered("quantity", 0.5, 0.51, 0.02, 1.0),
    Covered("quantity", 0.9, 0.91, None, 1.0),
)
FOUND = Calibration(
    "park", SECOND, "patrols", 198, 200, 2, ("It ran away.",), 1, 512, 1, 127, 7, 0.05, RANKS, COVERAGE,
    (
        ClaimKept("", 396, 0.6, 0.5, 0.2, 0.15, 0.25, 0.01, 0.02),
        ClaimKept("more", 198, 0.8, 0.7, 0.19, 0.16, 0.21, 0.3, 0.4),
    ),
    (WordKept("likely", 20, 0.7, 0.6, 0.4, 0.8), WordKept("very likely", 0)),
    {"trophies": "it cannot be tested"}, "2020-01-02",
)  # fmt: skip


def shown(found: Calibration) -> str:
    console = Console(width=80, record=True, file=io.StringIO())
    print_calibration(found, console)
    return console.export_text()


def test_the_terminal_holds_at_80_columns(snapshot) -> None:
    assert shown(FOUND) == snapshot


def test_json_and_back() -> None:
    assert calibration_from_json(json.loads(json.dumps(to_json(FOUND)))) == FOUND


def test_the_headline_names_what_is_wrong() -> None:
    assert headline(FOUND) == (
        "1 quantity not calibrated, intervals too narrow by up to 10.0 points of coverage and claims did not "
        "come true as often as was said"
    )
    well = replace(FOUND, ranks=RANKS[1:], coverage=COVERAGE[1:], claims=())
    assert headline(well) == "no sign of miscalibration"
    assert headline(replace(FOUND, replicates=0)) == "nothing could be calibrated"


def test_the_briefing_shows_it_with_its_date() -> None:
    document = replace(example_document(), calibrations=(FOUND,))
    page = render_html(document)
    assert "Calibration: made-up studies of known truths" in page
    assert "Made on 2 January 2020." in page
    assert "Calibration: made-up" not in render_html(example_document())
    console = Console(width=300, record=True, file=io.StringIO())
    print_calibrations(document, console)
    assert "198 replicates, made on 2 January 2020: 1 quantity not calibrated" in console.export_text()


@pytest.mark.parametrize(
    "asked",
    [
        {"explanations": ["patrol"]},
        {"explanations": ["null-mean"]},
        {"as_of": "2009-06-29"},
        {"replicates": 9},
    ],
    ids=lambda one: next(iter(one)) + str(next(iter(one.values()))),
)
def test_what_cannot_be_asked_is_told(tmp_path: Path, asked: dict, snapshot) -> None:
    with pytest.raises(StockadeError) as told:
        calibrate_study(write_tiny(tmp_path / "park"), **asked)
    assert [(one.code, one.message, one.hint) for one in told.value.diagnostics] == snapshot


def test_results_stand_beside_one_another(tmp_path: Path) -> None:
    study = open_study(write_tiny(tmp_path / "park")).study
    assert kept_calibrations(study) == ()
    early = replace(FOUND, date=FIRST)
    keep_calibrations(study, [FOUND])
    keep_calibrations(study, [early, replace(FOUND, made="2020-01-03")])
    assert [(one.date, one.made) for one in kept_calibrations(study)] == [
        (FIRST, "2020-01-02"),
        (SECOND, "2020-01-03"),
    ]
    (study.folder / ".stockade" / "calibrate.json").write_text("{", encoding="utf-8")
    assert kept_calibrations(study) == ()


def made_up_replicate(index: int) -> Replicate:
    noise = np.random.default_rng(index)
    if index == 3:
        raise StockadeError(Diagnostic("ran-away", "It ran away."))
    ranks = {"base hazard": int(noise.integers(0, 64))}
    said = {"fewer-poachers": (0.75, bool(noise.random() < 0.75))}
    return Replicate(index, 63, ranks, {"at(herd, 2008-01)": 5}, int(noise.integers(0, 64)), said, index == 5)


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """A tiny study whose replicates are made up out of hand; `ran` says which were computed."""
    ran: list[int] = []

    def run(shared: object, index: int) -> Replicate:
        ran.append(index)
        return made_up_replicate(index)

    monkeypatch.setattr(replicates, "run_replicate", run)
    return write_tiny(tmp_path / "park"), ran


def question(folder: Path) -> Question:
    study = open_study(folder).study
    return Question(carried(study, whole=True), "patrols", date(2009, 6, 30), replace(study.fit, repeats=1))


def one_of(folder: Path, **more) -> Calibration:
    (found,) = calibrate_study(
        folder, **{"replicates": 12, "explanations": ["patrols"], "opened": Here, **more}
    )
    return found


def test_a_stopped_run_goes_on_where_it_was(quick) -> None:
    folder, ran = quick

    def stop(_: str, done: int, __: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        one_of(folder, progress=stop)
    assert ran == [0, 1, 2, 3, 4]
    found = one_of(folder)
    # What failed is tried again: it may have been for want of memory.
    assert ran == [*range(5), 3, *range(5, 12)]
    assert (found.replicates, found.failed, found.redrawn) == (11, 1, 1)
    assert found.failures == ("replicate 3: error[ran-away] <input>: It ran away.",)
    ran.clear()
    assert one_of(folder, replicates=15).replicates == 14
    assert ran == [3, 12, 13, 14]
    ran.clear()
    assert one_of(folder, fresh=True) == found
    assert ran == list(range(12))
    assert kept_calibrations(open_study(folder).study) == (found,)


def test_what_changes_a_replicate_makes_it_anew(quick) -> None:
    folder, ran = quick
    one_of(folder)
    one_of(folder, seed=8)
    assert len(ran) == 24
    ran.clear()
    text = (folder / "study.toml").read_text()
    (folder / "study.toml").write_text(text.replace("it is not at stake", "it does not matter"))
    one_of(folder, seed=8)
    assert ran == [3]
    (folder / "study.toml").write_text(
        text.replace("median = 0.2, sigma = 0.7", "median = 0.2, sigma = 0.6", 1)
    )
    one_of(folder, seed=8)
    assert ran == [3, *range(12)]


def test_a_spoilt_replicate_is_made_anew(quick) -> None:
    folder, ran = quick
    found = one_of(folder)
    kept = sorted((folder / ".stockade" / "replicates").glob("*.parquet"))
    assert len(kept) == 11
    kept[0].write_bytes(kept[0].read_bytes()[:-20])
    kept[1].write_bytes(b"")
    ran.clear()
    assert one_of(folder) == found
    assert len(ran) == 3


def test_another_order_gives_the_same(quick) -> None:
    folder, _ = quick
    found = one_of(folder)
    shared = bench(question(folder))
    backwards = [made_up_replicate(index) for index in reversed(range(12)) if index != 3]
    assert summary(shared, backwards, 12, {3: "error[ran-away] <input>: It ran away."}) == found


def test_causes_are_named_once_with_all_that_they_ended(quick) -> None:
    folder, _ = quick
    failed = {7: "too long\n  hint", 2: "too long", 4: "its process died"}
    found = summary(bench(question(folder)), [made_up_replicate(1)], 12, failed)
    assert found.failures == ("replicates 2, 7: too long", "replicate 4: its process died")
    assert found.failed == 3


def test_a_replicate_survives_being_kept() -> None:
    one = made_up_replicate(5)
    assert from_rows(to_rows(one)) == one


# ---------------------------------------------------------------- with the study's own sampler


def too_narrow(problem, **more) -> Repeat:
    """The study's sampler, its draws drawn together to a third."""
    found = sample_one_repeat(problem, **more)
    middle = np.median(found.draws, axis=0)
    return replace(found, draws=middle + (found.draws - middle) / 3)


def half_the_noise(problem, **more) -> Repeat:
    """The study's sampler on a likelihood that takes reports for four times as exact as they are."""
    reports = tuple(replace(one, sigma=one.sigma / 4) for one in problem.reports)
    return sample_one_repeat(replace(problem, reports=reports), **more)


@pytest.fixture(scope="module")
def tiny_bench(tmp_path_factory):
    folder = write_tiny(tmp_path_factory.mktemp("calibrate") / "park")
    return bench(question(folder))


@pytest.mark.slow
@pytest.mark.core
def test_a_tiny_study_is_calibrated_and_spoilt_fits_are_caught(tiny_bench) -> None:
    count = 40
    well = summary(tiny_bench, [run_replicate(tiny_bench, one) for one in range(count)], count)
    assert (well.replicates, well.failed) == (count, 0)
    assert well.alarms == ()
    together = well.claims[0]
    assert min(together.p_too_high, together.p_too_sure) > 0.01
    assert {one.kind for one in well.ranks} == {"parameter", "quantity", "data"}
    assert set(well.left_out) == {"patrols-explain", "trophies", "better"}
    assert "under few_patrols" in " ".join(one.quantity for one in well.ranks)
    for spoilt in (too_narrow, half_the_noise):
        ill = summary(tiny_bench, [run_replicate(tiny_bench, one, spoilt) for one in range(count)], count)
        assert ill.alarms, spoilt.__name__
        assert headline(ill) != "no sign of miscalibration"


@pytest.mark.slow
@pytest.mark.core
def test_months_unseen_at_the_date_are_made_up_for_the_truth(tiny_bench) -> None:
    """The fit gets made-up figures where, and only where, the date had seen real ones."""
    early = bench(replace(tiny_bench.question, when=date(2007, 12, 31)))
    seen = {}

    def spying(problem, **more) -> Repeat:
        seen["problem"] = problem
        return sample_one_repeat(problem, **more)

    run_replicate(early, 0, spying)
    for made, real in zip(seen["problem"].counts, early.problem.counts, strict=True):
        np.testing.assert_array_equal(np.isfinite(made.values), np.isfinite(real.values))
        assert not np.array_equal(np.nan_to_num(made.values), np.nan_to_num(real.values))


@pytest.mark.slow
def test_processes_of_their_own_give_the_same_numbers(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path / "park")
    asked = {"replicates": 10, "explanations": ["patrols"]}
    here = calibrate_study(folder, opened=Here, **asked)
    shutil.rmtree(folder / ".stockade")
    # Sent as its files, as to a cluster.
    assert calibrate_study(folder, opened=partial(Processes, 2), elsewhere=True, **asked) == here
