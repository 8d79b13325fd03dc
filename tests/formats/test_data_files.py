"""Files of time series for data variables without an equation, and what is written of external data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stockade.errors import StockadeError
from stockade.formats.convert import convert
from stockade.formats.load import load
from stockade.formats.vensim.write import write_mdl
from stockade.simulation.single import simulate
from tests.formats.external_helpers import SERIES, loaded, refused, run, write_xlsx
from tests.formats.test_convert import assert_same_numbers, same

EQUATIONS = (
    "both: A, B ~~|\n"
    "x ~~|\n"
    '"held: sales":HOLD BACKWARD: ~~|\n'
    "z[both]:LOOK FORWARD: ~~|\n"
    "sum = x + SUM(z[both!]) ~~|\n"
)
TABLE = [
    ["Time", "X", "held: sales", "z[A]", "z [ b ]", "other"],
    ["0", "1", "10", "0", "5", "text"],
    ["2", "", "20", "4", "NA", ""],
    ["10", "6", "30", "8", "7", "1"],
]
HALVES = np.arange(0, 10.5, 0.5)


def written(path: Path, rows: list[list[str]]) -> Path:
    sign = "," if path.suffix == ".csv" else "\t"
    path.write_text("\n".join(sign.join(row) for row in rows))
    return path


def as_dat(path: Path, rows: list[list[str]]) -> Path:
    lines = []
    for at, name in enumerate(rows[0][1:-1], 1):
        lines += [f"{name}", *(f"{row[0]}\t{row[at]}" for row in rows[1:] if row[at] not in ("", "NA"))]
    path.write_text("\n".join(lines) + "\n")
    return path


def turned(rows: list[list[str]]) -> list[list[str]]:
    return [list(row) for row in zip(*rows, strict=True) if row[-1] != "1"]


@pytest.mark.parametrize("form", ["d.tab", "d.csv", "turned.tab", "turned.csv", "d.dat"])
def test_data_files_give_the_variables_without_an_equation(tmp_path: Path, form: str) -> None:
    rows = [row[:-1] for row in TABLE]
    if form.endswith(".dat"):
        file = as_dat(tmp_path / form, TABLE)
    else:
        file = written(tmp_path / form, turned(TABLE) if form.startswith("turned") else rows)
    found = run(tmp_path, EQUATIONS, data=[file])
    np.testing.assert_allclose(found["x"], 1 + 0.5 * HALVES)
    held = np.where(HALVES < 2, 10, np.where(HALVES < 10, 20, 30))
    np.testing.assert_array_equal(found["held: sales"], held)
    z = np.where(HALVES == 0, 0, np.where(HALVES <= 2, 4, 8))
    np.testing.assert_array_equal(found["z[A]"], z)
    np.testing.assert_array_equal(found["z[B]"], np.where(HALVES == 0, 5, 7))
    np.testing.assert_allclose(found["sum"], found["x"] + found["z[A]"] + found["z[B]"])


def test_columns_that_no_variable_asks_for_may_hold_anything(tmp_path: Path) -> None:
    file = written(tmp_path / "d.tab", TABLE)
    assert run(tmp_path, "x ~~|\n", data=[file])["x"][-1] == 6


def test_the_last_file_that_holds_a_variable_counts(tmp_path: Path) -> None:
    first = written(tmp_path / "1.csv", [["t", "x", "y"], ["0", "1", "1"]])
    second = written(tmp_path / "2.csv", [["t", "x"], ["0", "2"]])
    found = run(tmp_path, "x ~~|\ny ~~|\n", data=[first, second])
    assert (found["x"][0], found["y"][0]) == (2, 1)


def test_a_variable_with_an_equation_keeps_it(tmp_path: Path) -> None:
    file = written(tmp_path / "1.csv", [["t", "x"], ["0", "1"]])
    assert run(tmp_path, "x = 7 ~~|\n", data=[file])["x"][0] == 7


def test_a_tag_is_given_beside_the_files(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "s.xlsx", {"S": SERIES})
    call = "x := GET DIRECT DATA('?Tag', 'S', '1', 'B2') ~~|\n"
    assert run(tmp_path, call, data=["?tag=s.xlsx"])["x"][0] == 1.5


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("d.vdf", "", "data-file-unknown-format"),
        ("d.csv", "", "data-file-without-names"),
        ("d.csv", "0,1\n1,2\n", "data-file-without-names"),
        ("d.csv", "t,x\n0,one\n", "external-not-a-number"),
        ("d.csv", "t,x\nnow,1\n", "external-not-a-number"),
        ("d.csv", "t,x\n0,1\n0,2\n", "external-time-twice"),
        ("d.csv", "t,x[B]\n0,1\n", "external-element-missing"),
        ("d.dat", "x\n0\t1\n1\t2\t3\n", "data-file-without-names"),
        ("none.tab", None, "external-no-file"),
    ],
)
def test_broken_data_files(tmp_path: Path, name: str, text: str | None, code: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    model = "both: A, B ~~|\nx[both] ~~|\n" if "B" in (text or "") else "x ~~|\n"
    assert refused(tmp_path, model, data=[tmp_path / name]).code == code


def test_a_variable_that_no_file_holds_is_told_when_it_is_run(tmp_path: Path) -> None:
    file = written(tmp_path / "1.csv", [["t", "y"], ["0", "1"]])
    with pytest.raises(StockadeError) as caught:
        run(tmp_path, "x ~~|\n", data=[file])
    assert [one.code for one in caught.value.diagnostics] == ["data-without-path"]
    assert "--data" in caught.value.diagnostics[0].hint


RICH = """
names: GET XLS SUBSCRIPT('d.xlsx', 'S', 'A2', 'A3', '') -> other ~~|
other: o1, o2 ~~|
x[names] :HOLD BACKWARD: := GET XLS DATA('d.xlsx', 'S', '1', 'B2') ~ person ~ a note |
y[names] := GET XLS DATA('d.xlsx', 'S', '1', 'B2') ~~|
curve[names]( GET XLS LOOKUPS('d.xlsx', 'S', '1', 'B2') ) ~~|
c[names] = GET XLS CONSTANTS('d.xlsx', 'S', 'B2*') ~~|
d == GET XLS CONSTANTS('d.xlsx', 'S', 'B2') ~~|
given :RAW: ~~|
twice := given * 2 ~~|
z[names] = x[names] + curve[names](Time) * c[names] + d ~~|
"""


def test_what_was_read_from_files_is_written_as_the_modeller_wrote_it(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "d.xlsx", {"S": SERIES})
    data = [written(tmp_path / "g.csv", [["t", "given"], ["0", "1"]])]
    model = loaded(tmp_path, RICH, data=data)
    text = write_mdl(model)
    assert "GET XLS SUBSCRIPT('d.xlsx', 'S', 'A2', 'A3', '') -> other" in text
    (tmp_path / "again.mdl").write_text(text, encoding="utf-8")
    again = load(tmp_path / "again.mdl", data=data)
    assert same(again, model)
    assert write_mdl(again) == text
    assert_same_numbers(model, again)


def test_xmile_gets_the_numbers_themselves(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "d.xlsx", {"S": SERIES})
    equations = "".join(line for line in RICH.splitlines(keepends=True) if "given" not in line)
    model = loaded(tmp_path, equations.replace(" -> other", ""))
    (tmp_path / "out").mkdir()
    convert(tmp_path / "model.mdl", tmp_path / "out" / "m.xmile")
    first, second = simulate(model), simulate(load(tmp_path / "out" / "m.xmile"))
    ours = dict(zip(first.names, first.values.T, strict=True))
    found = dict(zip(second.names, second.values.T, strict=True))
    for name in ("x[A]", "y[B]", "z[A]", "z[B]", "c[A]", "d"):
        key = name if name in found else next(one for one in found if one.lower() == name.lower())
        np.testing.assert_allclose(found[key], ours[name], rtol=1e-12, err_msg=name)


def test_data_that_are_held_become_a_discrete_graphical_function(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "d.xlsx", {"S": SERIES})
    loaded(tmp_path, "x :HOLD BACKWARD: := GET XLS DATA('d.xlsx', 'S', '1', 'B2') ~~|\n")
    convert(tmp_path / "model.mdl", tmp_path / "m.xmile")
    assert '<gf type="discrete"><xpts>0.0,4.0,6.0</xpts><ypts>1.5,3.5,9.0</ypts>' in (
        tmp_path / "m.xmile"
    ).read_text(encoding="utf-8")


def test_xmile_has_no_word_for_looking_forward(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "d.xlsx", {"S": SERIES})
    loaded(tmp_path, "x :LOOK FORWARD: := GET XLS DATA('d.xlsx', 'S', '1', 'B2') ~~|\n")
    with pytest.raises(StockadeError) as caught:
        convert(tmp_path / "model.mdl", tmp_path / "m.xmile")
    assert [one.code for one in caught.value.diagnostics] == ["cannot-be-written"]
