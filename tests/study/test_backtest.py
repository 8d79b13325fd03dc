"""Forecasts from past days: what they may see, what they are scored on, what is kept, what fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

import numpy as np
import pandas as pd
import pytest

from stockade.briefing.scoreboard import plain
from stockade.data.months import Window, parse_month
from stockade.data.series import with_values
from stockade.errors import StockadeError
from stockade.progress import silent
from stockade.study.backtest import bench_of, lean, look_from, origins_of
from stockade.study.calibrating import calibrate_study
from stockade.study.carried import carried, opened
from stockade.study.contests import score_studies
from stockade.study.lookouts import look_rows, rows_of, tracks_of
from stockade.study.plans import Plan, plan_from, read_horizons
from stockade.study.read import open_study
from stockade.study.store import Store
from stockade.tasks.cluster import Cluster
from stockade.tasks.here import Here
from stockade.tasks.processes import Processes
from tests.study.tiny import REPORTS, write_tiny

ORIGIN = parse_month("2007-12")
WHEN = date(2007, 12, 31)
PLAN = Plan(horizons=(1, 2, 3), origins=Window(ORIGIN, ORIGIN), explanations=("patrols",))


def drawn(folder, tmp_path, name):
    """All forecasts of the origin, fitted anew in a store of their own, as the scores see them."""
    bench = replace(bench_of(folder, PLAN), store=Store(tmp_path / name))
    return look_from(bench, WHEN, silent)


@pytest.fixture(scope="module")
def park(tmp_path_factory):
    return write_tiny(tmp_path_factory.mktemp("backtest") / "park")


@pytest.fixture(scope="module")
def first(park, tmp_path_factory):
    return drawn(open_study(park), tmp_path_factory.mktemp("first"), "store")


def test_every_forecaster_is_scored_on_what_came(park, first):
    folder = open_study(park)
    names = [one.name for one in first if one.series == "sightings"]
    assert names == [
        "patrols", "null-trend", "null-mean", "weighted average", "last-value", "mean-12", "trend-12",
        "same-month", "glm-lags", "ensemble-12",
    ]  # fmt: skip
    window = Window(ORIGIN + 1, ORIGIN + 3)
    for one in first:
        np.testing.assert_array_equal(one.truth, folder.series.over(one.series, window))
        assert np.isfinite(one.scores["crps"]).all()


def test_nothing_published_after_the_origin_changes_a_bit_of_a_forecast(park, first, tmp_path, monkeypatch):
    """Every later figure, report and assumption is changed; draws are compared, not scores."""
    seen = {}

    def keep(store):
        def track(forecast, truth, origin, horizons, seed):
            store[forecast.series, forecast.name] = forecast.draws
            return forecast.name

        return track

    folder = open_study(park)
    values = {name: column.copy() for name, column in folder.series.values.items()}
    # With a month to publication the figure of December 2007 is out on 31 January 2008.
    later = ORIGIN - folder.series.first_month
    for column in values.values():
        column[later:] = column[later:] * 7 + 1000
    reports = tuple(
        replace(one, best=999.0, low=None, high=None) if one.reported_on > WHEN else one
        for one in folder.reports
    )
    assert reports != folder.reports
    inputs = tuple(
        replace(
            one,
            assumed=tuple(
                replace(knot, figure=1.0) if knot.known_from > WHEN else knot for knot in one.assumed
            ),
        )
        for one in folder.study.inputs
    )
    assert inputs != folder.study.inputs
    changed = replace(
        folder, series=with_values(folder.series, values), reports=reports,
        study=replace(folder.study, inputs=inputs),
    )  # fmt: skip
    for name, one in (("as-it-was", folder), ("changed", changed)):
        seen[name] = {}
        monkeypatch.setattr("stockade.study.backtest.track", keep(seen[name]))
        drawn(one, tmp_path, name)
    assert seen["as-it-was"].keys() == seen["changed"].keys()
    for key, draws in seen["as-it-was"].items():
        assert draws.tobytes() == seen["changed"][key].tobytes(), key


def test_the_test_before_can_fail(park, first, tmp_path):
    folder = open_study(park)
    values = {name: column.copy() for name, column in folder.series.values.items()}
    for column in values.values():
        column[ORIGIN - 1 - folder.series.first_month] += 50  # November, out on the day itself
    other = drawn(replace(folder, series=with_values(folder.series, values)), tmp_path, "seen")
    assert all(
        not np.array_equal(one.scores["crps"], two.scores["crps"])
        for one, two in zip(first, other, strict=True)
        if one.name != "same-month"
    )


def scored(park, plan=PLAN, **more):
    """The scores of one study, done in this process."""
    return score_studies([park], plan, **{"opened": Here, **more})


def test_what_is_finished_is_kept_and_is_the_same(park):
    once, again = scored(park, fresh=True), scored(park, opened=nobody)
    assert (once.studies[0].kept, again.studies[0].kept) == (0, 1)
    assert plain(once)["studies"][0] | {"kept": 1} == plain(again)["studies"][0]


def nobody():
    raise AssertionError("nothing was to be done")


def test_tracks_survive_being_kept(first):
    kept = tracks_of(rows_of("park", "2007-12-31", first))
    assert len(kept) == len(first)
    for one, two in zip(first, kept, strict=True):
        assert (one.series, one.name, one.kind, one.origin) == (two.series, two.name, two.kind, two.origin)
        assert one.horizons == two.horizons
        for measure, values in one.scores.items():
            np.testing.assert_array_equal(values, two.scores[measure])
    assert tracks_of(rows_of("park", "2007-12-31", [])) == []


def test_a_stopped_run_goes_on_and_nothing_is_lost_or_counted_twice(park, tmp_path, monkeypatch):
    looked = []

    def look(label, study, plan, day, fresh):
        looked.append(day)
        return look_rows(label, study, plan, day, fresh)

    def stop(_: str, done: int, __: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("stockade.study.lookouts.look_rows", look)
    plan = replace(PLAN, origins=Window(ORIGIN - 2, ORIGIN + 1), every=1)
    results = tmp_path / "scores"
    with pytest.raises(KeyboardInterrupt):
        scored(park, plan, results=results, progress=stop)
    days = ["2007-10-31", "2007-11-30", "2007-12-31", "2008-01-31"]
    assert looked == days[:2]
    told = []
    found = scored(park, plan, results=results, progress=lambda *what: told.append(what))
    assert looked == days
    assert told[0] == ("scoring", 2, 4)
    assert found.studies[0].kept == 2
    whole = scored(park, plan, results=tmp_path / "other")
    assert plain(whole)["studies"][0] | {"kept": 2} == plain(found)["studies"][0]
    assert found.studies[0].series[0].origins == tuple(days)
    # Anybody's tools read what was kept: a row for each origin, series, forecaster and horizon.
    table = pd.read_parquet(results)
    assert not table.duplicated(["study", "origin", "series", "forecaster", "horizon"]).any()
    assert len(table) == 4 * 2 * 10 * 3
    mean = table[(table.forecaster == "glm-lags") & (table.series == "sightings")].crps.mean()
    (series,) = (one for one in found.studies[0].series if one.series == "sightings")
    (line,) = (one for one in series.lines if one.name == "glm-lags")
    assert mean == pytest.approx(line.crps, rel=1e-12)


@pytest.mark.slow
@pytest.mark.core
def test_two_processes_and_a_cluster_give_the_numbers_of_one(park, tmp_path):
    distributed = pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    plan = replace(PLAN, origins=Window(ORIGIN, ORIGIN + 2), every=1)
    fit = {"particles": 64, "repeats": 2}
    here = scored(park, replace(plan, fit=fit), results=tmp_path / "here", fresh=True)
    assert not here.failures
    two = partial(Processes, 2)
    assert scored(park, replace(plan, fit=fit), results=tmp_path / "two", opened=two, fresh=True) == here
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", protocol="tcp://"
    ) as local:
        opened = partial(Cluster, local.scheduler_address)
        away = scored(
            park, replace(plan, fit=fit), results=tmp_path / "cluster", opened=opened, elsewhere=True
        )
        assert away == here
        asked = {"replicates": 10, "explanations": ["patrols"], "particles": 32}
        calibrated = calibrate_study(park, opened=opened, elsewhere=True, **asked)
    assert calibrated == calibrate_study(park, opened=Here, fresh=True, **asked)


def test_origins_are_those_that_can_be_scored(park):
    folder = open_study(park)
    found = origins_of(folder, Plan(every=6))
    assert found[0] == parse_month("2007-01")  # a year of the period, out a month later
    assert found[-1] <= parse_month("2008-11")
    assert set(np.diff(found)) == {6}
    asked = Plan(origins=Window(parse_month("2007-03"), parse_month("2030-01")), every=12)
    assert origins_of(folder, asked) == (parse_month("2007-03"), parse_month("2008-03"))
    with pytest.raises(StockadeError) as caught:
        origins_of(folder, Plan(origins=Window(ORIGIN + 99, ORIGIN + 100)))
    assert caught.value.diagnostics[0].code == "no-origin-to-score"


def test_a_bad_study_and_a_bad_origin_are_named_and_end_nothing(park, tmp_path):
    broken = write_tiny(tmp_path / "broken", ('is = "kills"', 'is = "killls"'))
    missing = tmp_path / "nowhere"
    board = score_studies([broken, park, missing], PLAN, opened=Here)
    assert [one.study for one in board.studies] == ["park"]
    assert [(one.study, one.origin) for one in board.failures] == [("broken", ""), ("nowhere", "")]
    assert "killls" in board.failures[0].why


def test_an_origin_that_knows_nothing_is_named(tmp_path):
    lines = REPORTS.splitlines()
    reports = "\n".join([*(one for one in lines if "patrols,2006-01" not in one), ""])
    late = write_tiny(tmp_path / "late", reports=reports)
    month = parse_month("2006-10")
    board = scored(late, replace(PLAN, origins=Window(month, month)))
    assert board.studies == ()
    (failure,) = board.failures
    assert failure.origin == "2006-10-31"
    assert "patrols" in failure.why
    assert "hint" not in failure.why
    # What ends all of them alike is said once.
    board = scored(late, replace(PLAN, origins=Window(month, month), explanations=("partols",)))
    (failure,) = board.failures
    assert (failure.origin, "partols" in failure.why) == ("", True)


def test_what_ends_all_days_alike_is_said_once(park, tmp_path, monkeypatch):
    def look(*_):
        raise ZeroDivisionError("in the model")

    monkeypatch.setattr("stockade.study.lookouts.look_rows", look)
    plan = replace(PLAN, origins=Window(ORIGIN - 1, ORIGIN), every=1)
    board = scored(park, plan, results=tmp_path)
    assert [(one.origin, one.why) for one in board.failures] == [("", "ZeroDivisionError: in the model")]


def test_a_study_is_named_once(park):
    with pytest.raises(StockadeError) as caught:
        score_studies([park, park], PLAN)
    assert caught.value.diagnostics[0].code == "study-twice"


def test_an_unknown_explanation_is_told(park):
    with pytest.raises(StockadeError) as caught:
        lean(open_study(park), replace(PLAN, explanations=("partols",)))
    assert caught.value.diagnostics[0].code == "unknown-explanation-to-score"
    assert "patrols, weariness" in caught.value.diagnostics[0].hint


def test_a_window_past_the_models_time_is_cut(park, tmp_path):
    bench = replace(bench_of(open_study(park), PLAN), store=Store(tmp_path))
    tracks = look_from(bench, date(2008, 11, 30), silent)
    assert tracks
    assert all(np.isfinite(one.scores["crps"]).tolist() == [True, False, False] for one in tracks)


@pytest.mark.parametrize(
    ("text", "want"), [("1-12", tuple(range(1, 13))), ("3", (3,)), ("6,1, 3-4", (1, 3, 4, 6))]
)
def test_horizons_are_read(text, want):
    assert read_horizons(text) == want


@pytest.mark.parametrize("text", ["", "0-3", "5-2", "1-99", "a", "1..3", "-3", "٣"])
def test_bad_horizons_are_told(text):
    with pytest.raises(StockadeError) as caught:
        plan_from(text, None, 6, (), {})
    assert caught.value.diagnostics[0].code == "bad-horizons"


def test_work_on_a_study_that_was_edited_meanwhile_is_refused(tmp_path) -> None:
    folder = write_tiny(tmp_path / "park")
    study = open_study(folder).study
    sent, whole = carried(study, whole=False), carried(study, whole=True)
    assert opened(sent).study.title == study.title
    (folder / "reports.csv").write_text(REPORTS.replace("220", "221"), encoding="utf-8")
    with pytest.raises(StockadeError) as caught:
        opened(sent)
    assert caught.value.diagnostics[0].code == "study-changed"
    assert opened(whole).study.title == study.title
