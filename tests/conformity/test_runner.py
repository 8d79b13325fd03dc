"""The judge is judged: what it calls a pass, and what it must not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.conformity import (
    Outcome,
    changes,
    column,
    counts_by_format,
    differences,
    document,
    judge,
    model_files,
    outcomes,
    read_expected,
    write_expected,
)

from stockade.simulation.single import Table

MODEL = """{UTF-8}
level = INTEG(inflow, 1) ~~|
inflow = 2 ~~|
INITIAL TIME = 0 ~~| FINAL TIME = 2 ~~| TIME STEP = 1 ~~| SAVEPER = 1 ~~|
"""
RIGHT = "Time\tlevel\tinflow\n0\t1\t2\n1\t3\t\n2\t5\t\n"


def write(folder: Path, output: str | None, model: str = MODEL) -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "model.mdl").write_text(model, encoding="utf-8")
    if output is not None:
        (folder / "output.tab").write_text(output, encoding="utf-8")
    return folder / "model.mdl"


@pytest.mark.parametrize(
    ("output", "status"),
    [
        (RIGHT, "pass"),
        (RIGHT.replace("5", "5.00005"), "pass"),
        (RIGHT.replace("5", "5.00007"), "wrong"),
        (RIGHT.replace("level", "lever"), "wrong"),
        (RIGHT.replace("\n2", "\n2.5"), "wrong"),
        (RIGHT.replace("5", "nan"), "wrong"),
        (None, "no output"),
    ],
)
def test_a_file_is_judged(tmp_path: Path, output: str | None, status: str) -> None:
    assert judge(write(tmp_path, output))[0] == status


def test_what_is_refused_says_why(tmp_path: Path) -> None:
    status, said, code = judge(write(tmp_path, RIGHT, MODEL.replace("= 2", "= NO SUCH(2)", 1)))
    assert (status, code) == ("refused", "unknown-function")
    assert said.startswith("line 3: ")


def test_a_run_that_is_not_a_number_is_no_pass() -> None:
    table = Table(("level",), np.array([0.0]), np.array([[np.nan]]))
    assert list(differences(table, [["Time", "level"], ["0", "1"]]))


def test_columns_are_the_same_however_they_are_quoted() -> None:
    assert column('"Foreign_Fighters"[ A, b ]') == column("foreign fighters[a,B]")
    assert column("a b") != column("ab")


def test_a_folder_is_gone_through_in_order_and_what_changed_is_said(tmp_path: Path) -> None:
    write(tmp_path / "b", RIGHT)
    write(tmp_path / "a", RIGHT.replace("5", "6"))
    found = list(outcomes(tmp_path, model_files(tmp_path), workers=0))
    assert [(one.path, one.status) for one in found] == [("a/model.mdl", "wrong"), ("b/model.mdl", "pass")]
    expected = tmp_path / "expected.tsv"
    expected.write_text("# why\n", encoding="utf-8")
    write_expected(expected, found)
    assert expected.read_text(encoding="utf-8").startswith("# why\n")
    assert changes(found, read_expected(expected)) == []
    (said,) = changes([Outcome("a/model.mdl", "pass")], read_expected(expected))
    assert said == "a/model.mdl: wrong expected, pass found."
    assert counts_by_format(found)[1] == [".mdl", "2", "1", "1"]
    assert "| `a/model.mdl` | wrong | " in document(found)
