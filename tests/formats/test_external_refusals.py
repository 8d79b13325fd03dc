"""What is refused of files that a model reads: outside of its folder, missing, broken, hostile."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from stockade.errors import StockadeError
from stockade.formats.external.grids import Budget
from stockade.formats.external.library import Library
from stockade.formats.external.trouble import Trouble
from stockade.formats.load import load
from stockade.model.checks import check
from tests.formats.external_helpers import SERIES, loaded, refused, run, write_xlsx

XLS = (Path(__file__).parent / "external_data" / "named.xls").read_bytes()
RANGES = "row: r1, r2 ~~|\ncol: c1, c2, c3 ~~|\nthird: t1, t2 ~~|\n"
NUMBERS = [[1, 2, 3], [4, None, "six"], ["=1/0", True, "7,5"]]
CALLS = {
    "no file": "x = GET XLS CONSTANTS('none.xlsx', 'Data', 'A1')",
    "another suffix": "x = GET XLS CONSTANTS('book.xls', 'Data', 'A1')",
    "no sheet": "x = GET XLS CONSTANTS('book.xlsx', 'Date', 'A1')",
    "no name": "x = GET XLS CONSTANTS('book.xlsx', 'Data', 'rates')",
    "a name for a formula": "x = GET XLS CONSTANTS('book.xlsx', 'Data', 'formula')",
    "an empty cell": "x = GET XLS CONSTANTS('book.xlsx', 'Data', 'B2')",
    "a text": "x[col] = GET XLS CONSTANTS('book.xlsx', 'Data', 'C1*')",
    "beyond the sheet": "x = GET XLS CONSTANTS('book.xlsx', 'Data', 'C9')",
    "a wrong shape": "x[row] = GET XLS CONSTANTS('book.xlsx', 'Data', 'block')",
    "a turned shape": "x[row] = GET XLS CONSTANTS('book.xlsx', 'Data', 'down')",
    "three ranges": "x[row,col,third] = GET XLS CONSTANTS('book.xlsx', 'Data', 'A1')",
    "two ranges of data": "x[row,col] := GET XLS DATA('book.xlsx', 'Data', '1', 'A2')",
    "a text among data": "x := GET XLS DATA('book.xlsx', 'Data', '1', 'A2')",
    "no times": "x := GET XLS DATA('book.xlsx', 'Data', '9', 'A2')",
    "no values": "x := GET XLS DATA('book.xlsx', 'Data', '1', 'A7')",
    "a time twice": "x := GET XLS DATA('book.xlsx', 'Twice', 'A', 'B1')",
    "too few rows": "x[row] := GET XLS DATA('book.xlsx', 'Data', '1', 'block')",
    "times that are a block": "x := GET XLS DATA('book.xlsx', 'Data', 'square', 'A1')",
    "no subscripts": "x: GET XLS SUBSCRIPT('book.xlsx', 'Data', 'J1', '', '')",
    "subscripts twice": "x: GET XLS SUBSCRIPT('book.xlsx', 'Twice', 'A1', 'A2', '')",
    "a delimiter of two signs": "x = GET DIRECT CONSTANTS('text.csv', ',;', 'A1')",
    "a tag": "x = GET DIRECT CONSTANTS('?data', 'Data', 'A1')",
    "too few arguments": "x = GET DIRECT CONSTANTS('book.xlsx', 'A1')",
    "no text": "x = GET DIRECT CONSTANTS('book.xlsx', 'Data', 1)",
    "not a workbook": "x = GET XLS CONSTANTS('fake.xlsx', 'Data', 'A1')",
    "half a workbook": "x = GET XLS CONSTANTS('half.xlsx', 'Data', 'A1')",
    "half an old workbook": "x = GET XLS CONSTANTS('half.xls', 'Data', 'A1')",
    "not text": "x = GET DIRECT CONSTANTS('zeros.csv', ',', 'A1')",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("refusals")
    names = {
        "block": "Data!$A$1:$C$1",
        "down": "Data!$A$1:$A$2",
        "square": "Data!$A$1:$B$2",
        "formula": "OFFSET(Data!$A$1,1,1)",
    }
    path = write_xlsx(found / "book.xlsx", {"Data": NUMBERS, "Twice": [[1, 5], [1, 6]]}, names)
    (found / "half.xlsx").write_bytes(path.read_bytes()[:2000])
    (found / "half.xls").write_bytes(XLS[:3000])
    (found / "fake.xlsx").write_text("a,b\n")
    (found / "text.csv").write_text("1,2\n")
    (found / "zeros.csv").write_bytes(b"1,\0\n")
    return found


def test_each_mistake_is_told_with_variable_and_cell(folder: Path, snapshot: SnapshotAssertion) -> None:
    said = {}
    for name, equation in CALLS.items():
        found = refused(folder, f"{RANGES}{equation} ~~|\n")
        assert found.place.line is not None
        assert found.place.name == "x"
        text = str(found).replace(str(folder), "FOLDER")
        # How a library words what is broken is its own affair.
        said[name] = text.partition("cannot be read:")[0] if name.startswith("half") else text
    assert said == snapshot


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    equations = "".join(f"x{i} = GET XLS CONSTANTS('book.xlsx', 'Data', 'B{i}') ~~|\n" for i in (2, 4, 5))
    with pytest.raises(StockadeError) as caught:
        loaded(folder, equations)
    assert [one.place.name for one in caught.value.diagnostics] == ["x2", "x4", "x5"]


@pytest.mark.parametrize(
    "name",
    [
        "../up.csv",
        "in/../../up.csv",
        "..\\up.csv",
        "{up}",
        "C:\\up.csv",
        "\\\\host\\share\\up.csv",
        "link.csv",
        "way/up.csv",
    ],
)
def test_no_file_outside_of_the_folder_is_read_unless_allowed(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    (home / "in").mkdir(parents=True)
    up = tmp_path / "up.csv"
    up.write_text("1,2\n")
    (home / "link.csv").symlink_to(up)
    (home / "way").symlink_to(tmp_path)
    equation = f"x = GET DIRECT CONSTANTS('{name.format(up=up)}', ',', 'A1') ~~|\n"
    assert refused(home, equation).code == "external-outside"
    if "C:" not in name and "host" not in name:
        assert run(home, equation, outside=True)["x"][0] == 1


def test_a_link_within_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1\n")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    assert run(tmp_path, "x = GET DIRECT CONSTANTS('b.csv', ',', 'A1') ~~|\n")["x"][0] == 1
    assert (
        refused(tmp_path, "x = GET DIRECT CONSTANTS('loop.csv', ',', 'A1') ~~|\n").code == "external-no-file"
    )


@pytest.mark.parametrize("name", ["a folder", "", ".", "x" * 5000, "a\tb"])
def test_names_that_no_file_has(tmp_path: Path, name: str) -> None:
    (tmp_path / "a folder").mkdir()
    equation = f"x = GET DIRECT CONSTANTS('{name}', ',', 'A1') ~~|\n"
    assert refused(tmp_path, equation).code == "external-no-file"


def workbook(sheet: bytes, **more: bytes) -> bytes:
    """Packs a workbook with one sheet by hand."""
    parts = {
        "xl/workbook.xml": b'<workbook xmlns:r="r"><sheets><sheet name="S" r:id="i"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": b'<R><Relationship Id="i" Target="worksheets/s.xml"/></R>',
        "xl/worksheets/s.xml": sheet,
    } | {name.replace("__", "/").replace("_xml", ".xml"): text for name, text in more.items()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stream.getvalue()


def cells(inside: bytes) -> bytes:
    return b"<worksheet><sheetData>" + inside + b"</sheetData></worksheet>"


HOSTILE = {
    "bomb": (workbook(cells(b" " * (300 * 2**20))), "external-too-large"),
    "document type": (workbook(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "external-unreadable"),
    "cell outside": (workbook(cells(b'<c r="XFE1"><v>1</v></c>')), "external-unreadable"),
    "row outside": (workbook(cells(b'<c r="A9999999"><v>1</v></c>')), "external-unreadable"),
    "no cell": (workbook(cells(b'<c r="12"><v>1</v></c><c r="?1"/>')), "external-unreadable"),
    "no number": (workbook(cells(b'<c r="A1"><v>one</v></c>')), "external-unreadable"),
    "encoding": (workbook(b'<?xml version="1.0" encoding="UT8"?><worksheet/>'), "external-unreadable"),
    "no xml": (workbook(b"<worksheet><c"), "external-unreadable"),
    "no member": (workbook(b"").replace(b"worksheets/s", b"worksheets/t", 1), "external-unreadable"),
    "shared": (workbook(cells(b'<c r="A1" t="s"><v>7</v></c>')), "external-empty-cell"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks_are_refused(tmp_path: Path, name: str) -> None:
    raw, code = HOSTILE[name]
    (tmp_path / "h.xlsx").write_bytes(raw)
    assert refused(tmp_path, "x = GET XLS CONSTANTS('h.xlsx', 'S', 'A1') ~~|\n").code == code


def test_cells_in_opposite_corners_cost_nothing(tmp_path: Path) -> None:
    raw = workbook(cells(b'<row r="1"><c r="A1"><v>1</v></c></row><c r="XFD1048576"><v>2</v></c>'))
    (tmp_path / "h.xlsx").write_bytes(raw)
    tracemalloc.start()
    loaded(tmp_path, "x = GET XLS CONSTANTS('h.xlsx', 'S', 'XFD1048576') ~~|\n")
    assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    tracemalloc.stop()


def test_what_is_read_together_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,2,3\n" * 10)
    library = Library(tmp_path, budget=Budget(cells=29))
    with pytest.raises(Trouble) as caught:
        library.sheet("a.csv", ",")
    assert caught.value.code == "external-too-large"
    (tmp_path / "b.csv").write_bytes(b"1," * (17 * 2**20))
    assert (
        refused(tmp_path, "x = GET DIRECT CONSTANTS('b.csv', ',', 'A1') ~~|\n").code == "external-too-large"
    )


def test_ranges_cannot_ask_for_more_than_there_is_time_for(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,2\n3,4\n")
    start = time.process_time()
    equations = "a: (a1-a9999) ~~|\n"
    for name in ("x", "y", "z"):
        equations += f"{name}[a,a] := GET DIRECT DATA('a.csv', ',', '1', 'A2') ~~|\n"
    equations += "d[a,a,a] ~~|\nc[a,a] = GET DIRECT CONSTANTS('a.csv', ',', 'A1') ~~|\n"
    with pytest.raises(StockadeError):
        loaded(tmp_path, equations)
    assert time.process_time() - start < 10


SETTINGS = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
EQUATIONS = """
both: A, B ~~|
x[both] := GET XLS DATA('f', 'Data', 'times', 'B2') ~~|
y = GET XLS CONSTANTS('f', 'Data', 'B1') ~~|
z: GET XLS SUBSCRIPT('f', 'Data', 'A1', 'B2', '') ~~|
"""


def survives(folder: Path, raw: bytes, equations: str = EQUATIONS) -> None:
    (folder / "f").write_bytes(raw)
    try:
        found = check(loaded(folder, equations))
    except StockadeError as error:
        found = error.diagnostics
    assert all(one.hint and one.place.file for one in found)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, ...]:
    path = write_xlsx(tmp_path_factory.mktemp("x") / "b.xlsx", {"Data": SERIES}, {"times": "Data!$B$1:$G$1"})
    return path.read_bytes(), XLS, b"t,0,10\nA,1,5\n"


@SETTINGS
@given(which=st.integers(0, 2), data=st.data())
def test_broken_files_give_a_model_or_an_error(
    tmp_path: Path, sources: tuple[bytes, ...], which: int, data: st.DataObject
) -> None:
    raw = bytearray(sources[which])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    survives(tmp_path, bytes(raw) or b"1")


@SETTINGS
@given(arguments=st.lists(st.text("AB12$*:!? tims.xlf/\\é", max_size=6), min_size=1, max_size=5))
def test_odd_arguments_give_a_model_or_an_error(
    tmp_path: Path, sources: tuple[bytes, ...], arguments: list[str]
) -> None:
    inside = ", ".join(f"'{one}'" for one in ["f", "Data", *arguments][:5])
    calls = ("DATA", "CONSTANTS", "LOOKUPS")
    equations = "".join(f"x{name} := GET XLS {name}({inside}) ~~|\n" for name in calls)
    survives(tmp_path, sources[0], equations + f"r: GET XLS SUBSCRIPT({inside}) ~~|\n")


def test_a_model_without_files_reads_none(tmp_path: Path) -> None:
    (tmp_path / "model.mdl").write_text("x = 1 ~~|\nd ~~|\n")
    assert load(tmp_path / "model.mdl").by_name["d"].read_by is None


def test_sectors_that_lead_in_a_circle_are_refused(tmp_path: Path) -> None:
    raw = bytearray(XLS)
    sector = int.from_bytes(raw[76:80], "little")
    raw[512 * (1 + sector) : 512 * (1 + sector) + 4] = bytes(4)  # the first sector is followed by itself
    (tmp_path / "h.xls").write_bytes(raw)
    equation = "x = GET XLS CONSTANTS('h.xls', 'Data', 'B2') ~~|\n"
    assert refused(tmp_path, equation).code == "external-unreadable"
