"""Nothing that was published after a date changes what a study may see as of that date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockade.data.asof import published_on, visible_reports, visible_series
from stockade.data.series import with_values
from stockade.study.inputs import input_paths
from stockade.study.read import open_study
from stockade.study.statements import statements

DAYS = st.dates(date(2006, 3, 1), date(2011, 6, 30))
FIGURES = st.floats(0.1, 1e6)


@pytest.fixture(scope="module")
def folder(iraq_folder):
    return open_study(iraq_folder)


def seen(folder, reports, series, as_of):
    """All that a study may see as of a date, as plain values that compare."""
    study = folder.study
    reports_seen = visible_reports(reports, as_of)
    table = visible_series(series, as_of, study.lag_months, otherwise=study.published_after)
    return (
        reports_seen,
        [statements(study, one, reports_seen) for one in study.definitions],
        {name: np.nan_to_num(values, nan=-1).tolist() for name, values in table.values.items()},
        {name: (x.tolist(), y.tolist()) for name, (x, y) in input_paths(study, reports, as_of).items()},
    )


@settings(max_examples=40, deadline=None)
@given(data=st.data(), as_of=DAYS)
def test_nothing_later_changes_what_is_seen(folder, data, as_of):
    later = [one for one, report in enumerate(folder.reports) if report.reported_on > as_of]
    reports = list(folder.reports)
    for index in data.draw(st.lists(st.sampled_from(later), max_size=5)) if later else []:
        figure = data.draw(FIGURES)
        day = as_of + timedelta(days=data.draw(st.integers(1, 900)))
        reports[index] = replace(reports[index], low=None, best=figure, high=None, reported_on=day)
    values = {name: np.array(one) for name, one in folder.series.values.items()}
    for name, column in values.items():
        lag = folder.study.lag_months.get(name, folder.study.published_after)
        hidden = [
            row for row in range(len(column)) if published_on(folder.series.first_month + row, lag) > as_of
        ]
        if hidden:
            column[data.draw(st.sampled_from(hidden))] = data.draw(FIGURES)
            column[hidden[-1]] = np.nan
    changed = with_values(folder.series, values)
    assert seen(folder, reports, changed, as_of) == seen(folder, folder.reports, folder.series, as_of)


@settings(max_examples=40, deadline=None)
@given(as_of=DAYS)
def test_each_thing_seen_was_published_by_then(folder, as_of):
    study = folder.study
    reports = visible_reports(folder.reports, as_of)
    assert all(one.reported_on <= as_of for one in reports)
    table = visible_series(folder.series, as_of, study.lag_months, otherwise=study.published_after)
    for name, column in table.values.items():
        lag = study.lag_months.get(name, study.published_after)
        for row in np.flatnonzero(np.isfinite(column)):
            assert published_on(table.first_month + int(row), lag) <= as_of
    for one in study.inputs:
        known = {knot.month - study.period.first + 0.5 for knot in one.assumed if knot.known_from <= as_of}
        known |= {each.period.middle - study.period.first for each in reports if each.series == one.report}
        assert set(input_paths(study, folder.reports, as_of)[one.canonical][0].tolist()) <= known


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_an_assumption_that_is_not_yet_known_changes_nothing(folder, data):
    as_of = data.draw(st.dates(date(2006, 3, 1), date(2008, 3, 1)))
    inputs = tuple(
        replace(
            one,
            assumed=tuple(
                k if k.known_from <= as_of else replace(k, figure=k.figure + 1) for k in one.assumed
            ),
        )
        for one in folder.study.inputs
    )
    other = replace(folder.study, inputs=inputs)
    mine, theirs = (input_paths(study, folder.reports, as_of) for study in (folder.study, other))
    for name, (x, y) in mine.items():
        np.testing.assert_array_equal(x, theirs[name][0])
        np.testing.assert_array_equal(y, theirs[name][1])


def test_the_test_can_fail(folder):
    """What was published in time does change what is seen."""
    as_of = date(2008, 3, 21)
    index = next(
        i
        for i, one in enumerate(folder.reports)
        if one.series == "ff_inflow_iraq" and one.reported_on < as_of
    )
    reports = list(folder.reports)
    reports[index] = replace(reports[index], best=1.0)
    assert seen(folder, reports, folder.series, as_of) != seen(folder, folder.reports, folder.series, as_of)
