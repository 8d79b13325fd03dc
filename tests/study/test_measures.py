"""What a series or a report measures may be an expression over the model's variables."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stockade.study.folder import StudyFolder
from stockade.study.read import open_study
from stockade.study.simulators import fitting_simulator
from tests.study.small import write_small


def _opened(folder: Path, *changes: tuple[str, str]) -> StudyFolder:
    return open_study(write_small(folder, *changes))


def test_an_expression_is_measured(tmp_path: Path) -> None:
    folder = _opened(tmp_path, ('is = "catch"', 'is = "0.5 * catch + MAX(births, 0)"'))
    plain = _opened(tmp_path / "plain")
    simulator, other = fitting_simulator(folder), fitting_simulator(plain)
    name = "0.5 * catch + max(births, 0)"
    assert simulator.outputs == (name, "fish")
    inputs = np.ones((1, len(simulator.steps)))
    found = np.asarray(simulator.run(simulator.defaults, inputs))[:, 0]
    # By hand, from a plain loop over the four steps of each month.
    fish, expected = 100.0, []
    for _ in range(12):
        values = []
        for _ in range(4):
            births, catch = 0.1 * fish, 2.0
            values.append(0.5 * catch + max(births, 0.0))
            fish += 0.25 * (births - catch)
        expected.append(np.mean(values))
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert other.outputs == ("catch", "fish")


def test_its_units_are_worked_out(tmp_path: Path) -> None:
    folder = _opened(tmp_path, ('is = "catch"', 'is = "catch / boats"'))
    assert folder.units("catch / boats") == "fish/(boat*month)"
    assert folder.written("catch / boats") == "catch / boats"


def test_a_name_stays_a_name(tmp_path: Path) -> None:
    folder = _opened(tmp_path)
    assert {one.name for one in folder.model.variables} >= {"catch", "fish"}
    assert not any(one.documentation == "Measured by the study." for one in folder.model.variables)


def test_one_expression_twice_is_one_variable(tmp_path: Path) -> None:
    opened = _opened(tmp_path, ('is = "catch"', 'is = "catch * 2"'), ('is = "fish"', 'is = "Catch  *  2"'))
    assert [one.name for one in opened.model.variables if "*" in one.name] == ["catch * 2"]
