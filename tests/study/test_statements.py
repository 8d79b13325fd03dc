from __future__ import annotations

import pytest

from stockade.study.read import open_study
from stockade.study.statements import biases, left_out, statements
from tests.study.small import write_small


@pytest.fixture
def small(tmp_path):
    return open_study(write_small(tmp_path))


def test_rows_become_statements(small):
    (definition,) = small.study.definitions
    found = statements(small.study, definition, small.reports)
    said = [(one.report.line, one.kind, one.low, one.best, one.high, one.bias) for one in found]
    assert said == [
        (2, "range", 80, None, 120, "bias of Ministry"),
        (3, "point", None, 90, None, "bias of Guild"),
        (7, "upper", None, None, 70, "bias of Guild"),  # a range from 0 bounds from above only
    ]
    assert [one.sigma for one in found] == pytest.approx([0.2, 0.2 * 1.25 * 1.25, 0.2 * 1.6])


def test_what_is_left_out_is_listed_with_its_reason(small, snapshot):
    assert [f"{one.report.line}: {one.reason}" for one in left_out(small.study, small.reports)] == snapshot


def test_every_row_of_a_series_is_used_left_out_or_of_another_unit(iraq_folder):
    folder = open_study(iraq_folder)
    for definition in folder.study.definitions:
        rows = [one for one in folder.reports if one.series == definition.series]
        used = [one.report for one in statements(folder.study, definition, folder.reports)]
        out = [
            one.report for one in left_out(folder.study, folder.reports) if one.definition == definition.name
        ]
        other = [one for one in rows if definition.units and one.unit not in definition.units]
        assert sorted(one.line for one in (*used, *out, *other)) == [one.line for one in rows]


def test_a_source_has_one_bias(small):
    assert biases(small.study, small.reports) == {"bias of Ministry": 0.3, "bias of Guild": 0.3}
