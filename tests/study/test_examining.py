"""The structure tests of a study's model, its inputs along the paths that were last known."""

from __future__ import annotations

from pathlib import Path

import pytest

from stockade.study.examining import examine_study, with_paths
from stockade.study.read import open_study
from tests.study.small import write_small


def test_inputs_become_tables_of_what_was_known(tmp_path: Path):
    folder = open_study(write_small(tmp_path))
    boats = with_paths(folder).by_name["boats"]
    assert boats.equation != folder.model.by_name["boats"].equation
    (_, table) = boats.equation.arguments
    times = [x for x, _ in table.points]
    assert times == sorted(times)


def test_a_study_is_tried_as_its_model_is(tmp_path: Path):
    found = examine_study(write_small(tmp_path))
    assert [one.name for one in found.trials][:2] == ["mass balance", "extreme conditions"]
    assert [(one.flow, one.from_, one.to) for one in found.flows] == [
        ("births", (), ("fish",)), ("catch", ("fish",), ()),
    ]  # fmt: skip
    # Boats catch what they catch, however few fish are left.
    assert "stock-goes-negative" in {one.code for one in found.findings}


@pytest.mark.slow
def test_the_iraq_model_stands_its_trials(iraq_folder: Path):
    found = examine_study(iraq_folder)
    verdicts = {one.name: one.verdict for one in found.trials}
    assert verdicts.pop("extreme conditions") == "found"
    assert set(verdicts.values()) == {"sound"}
    # Its limits allow an initial sanctuary of 0, by which viability abroad divides.
    assert [(one.code, one.place.name) for one in found.findings] == [
        ("extreme-not-finite", "viability abroad")
    ]
