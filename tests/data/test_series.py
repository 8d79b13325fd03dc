from __future__ import annotations

import numpy as np
import pytest

from stockade.data.months import parse_month, parse_window
from stockade.data.series import read_series
from stockade.errors import StockadeError


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes series.csv into an empty folder, and stands there."""
    monkeypatch.chdir(tmp_path)

    def written(text, encoding="utf-8"):
        raw = text if isinstance(text, bytes) else text.encode(encoding)
        (tmp_path / "series.csv").write_bytes(raw)
        return "series.csv"

    return written


def complaint(path) -> str:
    with pytest.raises(StockadeError) as caught:
        read_series(path)
    return str(caught.value)


def test_cells_columns_and_lines(write):
    table = read_series(write('month,a,b\n2006-11,1,\n\n2006-12,"2",0.5\n2007-01,,3e2\n'))
    assert table.columns == ("a", "b")
    assert table.first_month == parse_month("2006-11")
    assert table.lines == (2, 4, 5)
    np.testing.assert_array_equal(table.values["a"], [1, 2, np.nan])
    np.testing.assert_array_equal(table.values["b"], [np.nan, 0.5, 300])


@pytest.mark.parametrize(
    "text", ["month,a\r\n2006-01,1\r\n", "\ufeffmonth,a\n2006-01,1", "month, a \n 2006-01 , 1 \n"]
)
def test_line_ends_byte_order_marks_and_blanks_do_not_matter(write, text):
    table = read_series(write(text))
    assert table.columns == ("a",)
    assert table.values["a"].tolist() == [1.0]


def test_arrays_cannot_be_written(write):
    table = read_series(write("month,a\n2006-01,1\n"))
    with pytest.raises(ValueError, match="read-only"):
        table.values["a"][0] = 2


def test_a_window_reaches_beyond_the_table(write):
    table = read_series(write("month,a\n2006-02,1\n2006-03,2\n2006-04,3\n"))
    np.testing.assert_array_equal(table.over("a", parse_window("2006-01..2006-03")), [np.nan, 1, 2])
    np.testing.assert_array_equal(table.over("a", parse_window("2006-04..2006-06")), [3, np.nan, np.nan])
    assert np.isnan(table.over("a", parse_window("2010"))).all()


def test_everything_wrong_is_said_at_once(write, snapshot):
    text = (
        'month,a,b\n2006-01,-1,2\n2006-02,two,1\n2006-02,1,inf\n2006-05,1,"1,5"\n2006-04,1,NaN\nMay,1,1_0\n'
    )
    assert complaint(write(text)) == snapshot


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("date,a\n2006-01,1\n", id="no month column"),
        pytest.param("month;a\n2006-01;1\n", id="semicolons"),
        pytest.param("month,a,a\n2006-01,1,2\n", id="twice"),
        pytest.param("month,a\n2006-01,1\n2006-02,1,2\n2006-03\n", id="ragged"),
        pytest.param("", id="nothing"),
        pytest.param("month,a\n", id="header only"),
        pytest.param("month,a\n2006-01,1\n2006-02,\xe9\n".encode("latin-1"), id="latin"),
        pytest.param("month,a\n2006-01,1\n".encode("utf-16-le"), id="utf16"),
        pytest.param('month,a\n2006-01,1\n2006-02,"2\n', id="open quote"),
        pytest.param("month,a\n2006-01," + "1" * 200_000 + "\n", id="long cell"),
        pytest.param("month,a,\n2006-01,1,2\n", id="unnamed"),
    ],
)
def test_files_of_another_form_are_refused(write, snapshot, content):
    assert complaint(write(content)) == snapshot


def test_a_missing_file_and_a_folder_are_refused(tmp_path, monkeypatch, snapshot):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    assert complaint("series.csv") == snapshot
    assert complaint("folder") == snapshot


def test_a_huge_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "series.csv"
    with path.open("wb") as stream:
        stream.truncate(40 * 1024 * 1024)
    with pytest.raises(StockadeError) as caught:
        read_series(path)
    assert caught.value.diagnostics[0].code == "file-too-large"


def test_columns_that_name_or_locate_people_stay_at_the_door(write, caplog):
    header = "month,a,victim_name,Latitude,longitude,geomWkt,E-Mail,phone,latency,renamed"
    table = read_series(write(header + "\n2006-01,1,X,1.5,N,P,x@y,1,2,3\n"))
    assert table.columns == ("a", "latency", "renamed")
    assert table.dropped == ("victim_name", "Latitude", "longitude", "geomWkt", "E-Mail", "phone")
    assert [record.getMessage() for record in caplog.records] == [
        f"series.csv: column '{name}' is dropped: it could name or locate a private person"
        for name in table.dropped
    ]


def test_the_iraq_series(iraq_folder):
    table = read_series(iraq_folder / "series.csv")
    assert str(table.window) == "2004-01..2010-12"
    assert table.dropped == ()
    assert table.over("one_sided_deaths", parse_window("2007")).sum() == 1991
    assert table.over("group_deaths", parse_window("2007")).sum() == pytest.approx(1034, abs=1)


def test_the_copied_figures_are_those_of_the_source(iraq_folder, shared):
    assert (iraq_folder / "series.csv").read_bytes() == (shared / "iraq" / "series.csv").read_bytes()
