"""The folder of results: whole files, one a task, that others can read."""

from __future__ import annotations

import math

import pandas as pd
import pytest
import xarray
from hypothesis import given, settings
from hypothesis import strategies as st

from stockade.errors import StockadeError
from stockade.tasks.results import Results
from stockade.tasks.task import Task
from tests.tasks.helpers import expected, walk, walks

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            'a "quoted", name': st.none() | st.text(st.characters(exclude_categories=["Cs"])),
            "number": st.none() | NUMBERS,
            "count": st.none() | st.integers(-(2**63), 2**63 - 1),
            "yes": st.none() | st.booleans(),
        }
    ),
    min_size=1,
    max_size=4,
)


def same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return one == other and type(one) is type(other)


@settings(max_examples=40)
@given(rows=ROWS)
def test_what_is_kept_comes_back_to_the_bit(rows, tmp_path_factory):
    results, task = Results(tmp_path_factory.mktemp("r")), Task("k'1", "d", walk)
    results.keep(task, rows)
    back = results.rows([task])
    assert len(back) == len(rows)
    for one, other in zip(rows, back, strict=True):
        assert list(other) == ["task", "digest", *rows[0]]
        assert all(same(one[name], other[name]) for name in one)


def test_pandas_and_xarray_read_the_folder(tmp_path):
    results, tasks = Results(tmp_path / "results"), walks(3)
    for task in tasks:
        results.keep(task, task.function(*task.arguments))
    table = pd.read_parquet(tmp_path / "results")
    rows = expected(tasks)
    assert table.sort_values(["task", "at"]).value.tolist() == [
        row["value"] for row in sorted(rows, key=lambda row: (row["task"], row["at"]))
    ]
    labelled = xarray.Dataset.from_dataframe(table.set_index(["task", "at"])[["value"]])
    assert labelled.value.sel(task="walk 1", at=0) == rows[3]["value"]


def test_another_digest_takes_the_place_of_what_was_kept(tmp_path):
    results = Results(tmp_path, sole=True)
    old, new = Task("k", "old", walk), Task("k", "new", walk)
    results.keep(old, [{"x": 1}])
    assert results.has(old)
    assert not results.has(new)
    results.keep(new, [{"x": 2}])
    assert not results.has(old)
    assert [row["x"] for row in results.rows([old, new])] == [2]
    assert len(list(tmp_path.iterdir())) == 1


def test_runs_with_other_settings_keep_what_is_theirs(tmp_path):
    results = Results(tmp_path)
    old, new = Task("k", "old", walk), Task("k", "new", walk)
    results.keep(old, [{"x": 1}])
    results.keep(new, [{"x": 2}])
    assert [row["x"] for row in results.rows([old, new])] == [1, 2]


def test_half_a_file_is_not_a_result(tmp_path):
    results, task = Results(tmp_path), Task("k", "d", walk)
    (tmp_path / f".{task.file}.123").write_bytes(b"PAR1")
    assert not results.has(task)
    assert results.rows([task]) == []


@pytest.mark.parametrize("rows", [[], [{"x": 1}, {"y": 1}], [{"task": "k"}], [{"x": 1}, {"x": "one"}]])
def test_rows_that_are_no_table_are_a_mistake_of_ours(rows, tmp_path):
    with pytest.raises(ValueError, match=r"k: a result is rows|column of a result"):
        Results(tmp_path).keep(Task("k", "d", walk), rows)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_told(tmp_path, snapshot):
    (tmp_path / "results").write_text("")
    with pytest.raises(StockadeError) as caught:
        Results(tmp_path / "results").keep(Task("k", "d", walk), [{"x": 1}])
    assert str(caught.value.diagnostics[0]).replace(str(tmp_path), "FOLDER") == snapshot
