"""``stockade calibrate`` from the command line, without fitting anything."""

from __future__ import annotations

import json

import pytest

from stockade.tasks.cluster import Cluster
from stockade.tasks.processes import Processes
from tests.study.test_calibrating import FOUND


@pytest.fixture
def asked(monkeypatch):
    calls = []

    def calibrate_study(folder, *, progress, **options):
        calls.append((str(folder), options))
        return (FOUND,)

    monkeypatch.setattr("stockade.study.calibrating.calibrate_study", calibrate_study)
    return calls


def test_it_prints_and_writes_what_was_found(run, study, asked, tmp_path):
    result = run("calibrate", study, "--json", "out.json")
    assert result.exit_code == 0
    assert "Calibration of “patrols” as of 30 June 2009" in result.stdout
    written = json.loads((tmp_path / "out.json").read_text())
    assert written["calibrations"][0]["ranks"][0]["quantity"] == "base hazard"


def test_options_reach_the_verb_only_where_given(run, study, asked):
    run("calibrate", study)
    run(
        "calibrate", study, "--replicates", 20, "--explanation", "a", "--explanation", "b", "--as-of",
        "2008-01-01", "--workers", 3, "--seed", 4, "--particles", 64, "--fresh",
    )  # fmt: skip
    usual = {"replicates": 200, "explanations": (), "as_of": None, "elsewhere": False, "fresh": False}
    given = {
        "replicates": 20,
        "explanations": ("a", "b"),
        "as_of": "2008-01-01",
        "elsewhere": False,
        "fresh": True,
    }
    opened = [options.pop("opened") for _, options in asked]
    assert asked == [("study", usual), ("study", given | {"seed": 4, "particles": 64})]
    assert [(one.func, one.args) for one in opened] == [(Processes, (None,)), (Processes, (3,))]


def test_a_cluster_gets_the_study_as_files(run, study, asked):
    run("calibrate", study, "--scheduler", "tcp://127.0.0.1:8786")
    ((_, options),) = asked
    assert options["elsewhere"]
    assert (options["opened"].func, options["opened"].args) == (Cluster, ("tcp://127.0.0.1:8786",))


def test_too_few_replicates_are_told(run, study):
    result = run("calibrate", study, "--replicates", 3)
    assert result.exit_code == 2
    assert "too-few-replicates" in result.stderr
