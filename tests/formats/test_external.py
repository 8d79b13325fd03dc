"""What a model reads from spreadsheets and delimited text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stockade.formats.external import library
from stockade.formats.external.grids import address, cell, column
from stockade.formats.external.library import locate
from tests.formats.external_helpers import SERIES, loaded, run, write_xlsx

XLS = Path(__file__).parent / "external_data" / "named.xls"
RANGES = "row: r1, r2 ~~|\ncol: c1, c2, c3 ~~|\nthird: t1, t2 ~~|\n"
BLOCK = [["", "", "", ""], ["", 1, 2, 3], ["", 4, 5, 6], ["", 7, 8, 9]]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    names = {
        "block": "Data!$B$2:$D$3",
        "one": "Data!$C$3",
        "down": "Data!$B$2:$B$3",
        "elsewhere": "Other!$A$1",
    }
    local = {("Other", "one"): "Other!$A$1", ("Other", "block"): "Data!$B$2:$D$3"}
    write_xlsx(tmp_path / "book.xlsx", {"Data": BLOCK, "Other": [[-1]], "Series": SERIES}, names, local)
    return tmp_path


def constants(folder: Path, head: str, where: str, tab: str = "Data") -> dict[str, float]:
    equations = f"{RANGES}x{head} = GET XLS CONSTANTS('book.xlsx', '{tab}', '{where}') ~~|\n"
    return {name: values[0] for name, values in run(folder, equations).items() if name.startswith("x")}


@pytest.mark.parametrize(
    ("head", "where", "expected"),
    [
        ("", "C3", {"x": 5}),
        ("", "$c$3*", {"x": 5}),
        ("", "one", {"x": 5}),
        ("[row]", "B2", {"x[r1]": 1, "x[r2]": 2}),
        ("[row]", "B2*", {"x[r1]": 1, "x[r2]": 4}),
        ("[row]", "down*", {"x[r1]": 1, "x[r2]": 4}),
        ("[row,c2]", "B2", {"x[r1,c2]": 1, "x[r2,c2]": 2}),
        ("[c2,row]", "B2*", {"x[c2,r1]": 1, "x[c2,r2]": 4}),
        ("[r2,c3]", "D4", {"x[r2,c3]": 9}),
        ("[row,col]", "B2", {"x[r1,c1]": 1, "x[r1,c3]": 3, "x[r2,c1]": 4, "x[r2,c2]": 5}),
        ("[row,col]", "B2*", {"x[r1,c1]": 1, "x[r1,c3]": 7, "x[r2,c1]": 2, "x[r2,c2]": 5}),
        ("[row,t2,col]", "BLOCK", {"x[r1,t2,c3]": 3, "x[r2,t2,c1]": 4}),
        ("[row,col] :EXCEPT: [r1,c1]", "B2", {"x[r1,c2]": 2, "x[r2,c1]": 4}),
    ],
)  # fmt: skip
def test_constants_run_to_the_right_and_down(book: Path, head: str, where: str, expected: dict) -> None:
    found = constants(book, head, where)
    assert {name: found[name] for name in expected} == expected


def test_a_name_of_the_sheet_goes_before_one_of_the_workbook(book: Path) -> None:
    assert constants(book, "", "one", "OTHER") == {"x": -1}
    assert constants(book, "", "elsewhere", "Other") == {"x": -1}


def test_constants_stay_constants_that_can_be_set(book: Path) -> None:
    model = loaded(book, RANGES + "x[row] := GET DIRECT CONSTANTS('book.xlsx', 'Data', 'B2') ~~|\n")
    assert model.by_name["x"].kind == "constant"


A, B = {0: 1.5, 4: 3.5, 6: 9.0}, {0: 10.0, 2: 20.0, 6: 40.0}
HALVES = np.arange(0, 10.5, 0.5)


def by_hand(points: dict[float, float], between: str) -> list[float]:
    """The rule of each kind, point by point, without any library."""
    found = []
    for t in HALVES:
        before = [x for x in points if x <= t] or [min(points)]
        after = [x for x in points if x >= t] or [max(points)]
        x0, x1 = max(before), min(after)
        if between == "raw":
            found.append(points.get(float(t), -(2.0**109)))
        elif between == "hold backward":
            found.append(points[x0])
        elif between == "look forward":
            found.append(points[x1])
        else:
            share = 0.0 if x1 <= x0 else (t - x0) / (x1 - x0)
            found.append(points[x0] + share * (points[x1] - points[x0]))
    return found


KINDS = {"": "interpolate", ":INTERPOLATE:": "interpolate", ":RAW:": "raw"} | {
    f":{kind.upper()}:": kind for kind in ("hold backward", "look forward")
}


@pytest.mark.parametrize("keyword", KINDS)
@pytest.mark.parametrize("turned", [False, True])
def test_data_between_before_and_behind_their_points(tmp_path: Path, keyword: str, turned: bool) -> None:
    rows = list(map(list, zip(*SERIES, strict=True))) if turned else SERIES
    write_xlsx(tmp_path / "data.xlsx", {"S": rows}, {"times": "S!$A$2:$A$7" if turned else "S!$B$1:$G$1"})
    where = ("A", "B2") if turned else ("1", "B2")
    call = f"GET XLS DATA('data.xlsx', 'S', '{where[0]}', '{where[1]}')"
    named = f"GET DIRECT DATA('data.xlsx', 'S', 'times', '{where[1]}')"
    equations = (
        f"both: A, B ~~|\nx[both] {keyword} := {call} ~~|\ny[both] {keyword} := {named} ~~|\n"
        f"last {keyword} := GET XLS DATA('data.xlsx', 'S', '{where[0]}', '{'C2' if turned else 'B3'}') ~~|\n"
    )
    found = run(tmp_path, equations)
    for name, points in (("x[A]", A), ("x[B]", B), ("y[A]", A), ("y[B]", B), ("last", B)):
        np.testing.assert_allclose(found[name], by_hand(points, KINDS[keyword]), rtol=1e-14, err_msg=name)


def test_lookups_are_called_by_name_and_take_any_argument(book: Path) -> None:
    equations = (
        "both: A, B ~~|\nx[both](GET XLS LOOKUPS('book.xlsx', 'Series', '1', 'B2')) ~~|\n"
        "alone = GET DIRECT LOOKUPS('book.xlsx', 'Series', '1', 'B3') ~~|\n"
        "y[both] = x[both](Time * 2 - 3) ~~|\nz = alone(-Time) ~~|\n"
    )
    found = run(book, equations)
    for name, points in (("y[A]", A), ("y[B]", B)):
        expected = np.interp(HALVES * 2 - 3, list(points), list(points.values()))
        np.testing.assert_allclose(found[name], expected, rtol=1e-14)
    np.testing.assert_array_equal(found["z"], 10.0)


@pytest.mark.parametrize(
    ("first", "last", "prefix", "expected"),
    [
        ("B1", "D1", "", ["b", "c", "d e"]),
        ("B1", "1", "", ["b", "c", "d e"]),
        ("A1", "A", "y", ["y2020", "y2021", "yz"]),
        ("A1", "B3", "", ["2020", "b", "2021", "z"]),
        ("A2", "", "", ["2021", "z", "2.5"]),
        ("all", "", "p ", ["p 2020", "p b", "p c", "p d e", "p 2021"]),
    ],
)
def test_subscripts_are_read_across_and_then_down(
    tmp_path: Path, first: str, last: str, prefix: str, expected: list[str]
) -> None:
    rows = [[2020, "b", "c", "d e"], [2021, None, None, None], ["z", None, 2.5, None]]
    write_xlsx(tmp_path / "s.xlsx", {"S": rows}, {"all": "S!$A$1:$D$2"})
    equation = f"names: GET XLS SUBSCRIPT('s.xlsx', 'S', '{first}', '{last}', '{prefix}') ~~|\n"
    found = run(tmp_path, equation + "x[names] = 1 ~~|\n")
    assert [name for name in found if name.startswith("x")] == [f"x[{one}]" for one in expected]


def test_a_range_from_a_file_maps_to_another(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "s.xlsx", {"S": [["a1", "a2"]]})
    equations = (
        "names: GET DIRECT SUBSCRIPT('s.xlsx', 'S', 'A1', 'B1', '') -> others ~~|\nothers: b1, b2 ~~|\n"
        "x[others] = 1, 2 ~~|\ny[names] = x[others] ~~|\n"
    )
    found = run(tmp_path, equations)
    assert (found["y[a1]"][0], found["y[a2]"][0]) == (1, 2)


@pytest.mark.parametrize(
    ("file", "tab", "text"),
    [
        ("d.csv", ",", "t,0,10\nA , 1,5\n"),
        ("d.csv", "Sheet1", "t,0,10\nA,1,5\n"),
        ("d.csv", ";", "t;0;10\nA;1;5\n"),
        ("d.tab", "", "t\t0\t10\nA\t1\t5\n"),
        ("d.txt", "\\t", "t\t0\t10\nA\t1\t5\n"),
        ("d.csv", "tab", "t\t0\t10\nA\t1\t5\n"),
        ("d.csv", ",", '\ufefft,0,10\r\n"A, quoted","1","5"\r\n'),
    ],
)
def test_text_is_cut_by_the_delimiter_of_the_call_or_the_suffix(
    tmp_path: Path, file: str, tab: str, text: str
) -> None:
    (tmp_path / file).write_bytes(text.encode())
    found = run(
        tmp_path,
        f"x := GET DIRECT DATA('{file}', '{tab}', '1', 'B2') ~~|\n"
        f"c = GET DIRECT CONSTANTS('{file}', '{tab}', 'c2') ~~|\n",
    )
    np.testing.assert_allclose(found["x"], 1 + 0.4 * HALVES)
    assert found["c"][0] == 5


def test_xls_workbooks_and_their_names(tmp_path: Path) -> None:
    (tmp_path / "Book.XLS").write_bytes(XLS.read_bytes())
    equations = (
        "both: A, B ~~|\nx[both] := GET XLS DATA('book.xls', 'data', 'TIMES', 'B2') ~~|\n"
        "rate[both] = GET XLS CONSTANTS('book.xls', 'Data', 'rates') ~~|\n"
    )
    found = run(tmp_path, equations)
    np.testing.assert_allclose(found["x[A]"], np.interp(HALVES, [0, 5, 10], [1.5, 2.5, 4.5]))
    np.testing.assert_allclose(found["x[B]"], np.interp(HALVES, [0, 10], [10, 30]))
    assert (found["rate[A]"][0], found["rate[B]"][0]) == (0.25, 0.75)


def test_files_may_lie_in_folders_below_as_windows_writes_them(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "Data.csv").write_text("1,2\n")
    assert run(tmp_path, "x = GET DIRECT CONSTANTS('in\\data.csv', ',', 'B1') ~~|\n")["x"][0] == 2


def test_a_macro_reads_files_too(book: Path) -> None:
    macro = (
        ":MACRO: M(a)\nM = a * k ~~|\nk = GET XLS CONSTANTS('book.xlsx', 'Data', 'C3') ~~|\n:END OF MACRO:\n"
    )
    assert run(book, macro + "x = M(2) ~~|\n")["x"][0] == 10


@pytest.mark.parametrize(
    ("text", "place"), [("A1", (0, 0)), ("$Z$10", (9, 25)), ("aa3", (2, 26)), ("XFD1", (0, 16383))]
)
def test_addresses(text: str, place: tuple[int, int]) -> None:
    assert cell(text) == place
    assert address(*place) == text.replace("$", "").upper()


@pytest.mark.parametrize("text", ["A0", "XFE1", "A1048577", "1A", "var_1", "", "A1B"])
def test_what_is_no_address(text: str) -> None:
    assert cell(text) is None
    assert column("XFE") is None


def test_a_file_is_sought_and_opened_once(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sought: list[str] = []
    monkeypatch.setattr(
        library, "locate", lambda folder, name, **rest: (sought.append(name), locate(folder, name, **rest))[1]
    )
    equations = "".join(
        f"x{i}[row,col] = GET XLS CONSTANTS('book.xlsx', 'Data', 'B2') ~~|\n" for i in range(5)
    )
    loaded(book, RANGES + equations)
    assert sought == ["book.xlsx"]
