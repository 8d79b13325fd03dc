from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from stockade.study.inputs import at_steps, input_paths
from stockade.study.read import open_study
from tests.study.small import write_small


@pytest.fixture
def small(tmp_path):
    return open_study(write_small(tmp_path))


def knots(small, as_of):
    (path,) = input_paths(small.study, small.reports, as_of).values()
    return list(zip(path[0].tolist(), path[1].tolist(), strict=True))


def test_knots_come_as_they_become_known(small):
    assert knots(small, date(2006, 1, 30)) == []
    assert knots(small, date(2006, 1, 31)) == [(0.5, 1.1)]
    assert knots(small, date(2006, 2, 1)) == [(0.5, 1.1), (1.5, 3.0)]


def test_a_report_displaces_an_assumption_on_its_month(small):
    assert knots(small, date(2006, 2, 19)) == [(0.5, 1.1), (1.5, 3.0)]
    assert knots(small, date(2006, 2, 20)) == [(0.5, 1.1), (1.5, 1.2)]


def test_statements_on_the_same_month_are_averaged(small):
    assert knots(small, date(2006, 4, 20)) == [(0.5, 1.1), (1.5, 1.3)]


def test_a_period_stands_in_its_middle_a_range_in_its_own_and_a_bound_nowhere(small):
    assert knots(small, date(2006, 9, 29))[-1] == (1.5, 1.3)
    assert knots(small, date(2006, 9, 30))[-1] == (6.0, 1.5)
    assert knots(small, date(2010, 1, 1))[-1] == (6.0, 1.5)


def test_paths_are_linear_between_knots_and_level_outside(small):
    paths = input_paths(small.study, small.reports, date(2007, 1, 1))
    values = at_steps(paths, np.array([0.0, 0.5, 1.0, 3.75, 6.0, 12.0]))
    np.testing.assert_allclose(values["boats"], [1.1, 1.1, 1.2, 1.4, 1.5, 1.5])


def test_the_iraq_paths_as_of_the_article_s_day(iraq_folder):
    folder = open_study(iraq_folder)
    paths = input_paths(folder.study, folder.reports, date(2008, 3, 21))
    x, y = paths["force level"]
    np.testing.assert_allclose(x, [0.5, 5.5, 8.5, 10.5, 12.5, 21.5, 25.5])
    np.testing.assert_allclose(y * 150000, [136000, 125000, 147000, 140000, 132000, 170000, 158000])
    guards = at_steps(paths, np.arange(0, 60.25, 0.25))["local guards"]
    assert guards.max() == guards[-1] == 0.85
