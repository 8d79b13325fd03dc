"""The evidence month by month on a tiny study: what each day may see, and that the end is that of the fit."""

from __future__ import annotations

import io
import json
from datetime import date

import numpy as np
import pytest
from rich.console import Console

from stockade.briefing.course import Course, EvidencePath, Told
from stockade.briefing.courses import course_figures, told_sentences
from stockade.briefing.document import course_from_json, to_json
from stockade.briefing.terminal_course import print_course
from stockade.study import following, route
from stockade.study.following import follow_study, kept_course
from stockade.study.read import open_study
from tests.study.test_route import FIRST, SECOND, part


def made(**weights: list[float]) -> Course:
    """A course of three days with given weights."""
    paths = [
        EvidencePath(name, "mechanism", *[(0.0,) * 3] * 2, tuple(one), *[tuple(one)] * 2, (0.0,) * 3)
        for name, one in weights.items()
    ]
    days = ("2007-01-31", "2007-02-28", "2007-03-31")
    told = (Told("a", "b", days[1], days[2], 3.0), Told("b", "c", days[0], None, 1.0))
    return Course(
        "park", days, (days[1],), tuple(paths), told, (("a", "c"),), 0.25, 1, "2020-01-01", ("a: it.",)
    )


COURSE = made(a=[0.2, 0.5, 0.7], b=[0.76, 0.47, 0.27], c=[0.04, 0.03, 0.03])


def test_bands_fill_the_figure_and_small_ones_are_one() -> None:
    (figure,) = course_figures(COURSE)
    rows = figure.spec["datasets"]["weights"]
    assert {row["who"] for row in rows} == {"a", "b", "the others"}
    assert all(row["high"] == pytest.approx(1, abs=1e-4) for row in rows if row["who"] == "the others")
    (mark,) = figure.spec["datasets"]["dates"]
    assert mark["says"] == "28 February 2007"


def test_what_could_be_told_when_is_said() -> None:
    assert told_sentences(COURSE) == [
        "a over b: first on 28 February 2007, for good since 31 March 2007.",
        "b over c: first on 31 January 2007, but not on the last day.",
        "Never told apart by a factor of 10: a and c.",
    ]


def test_the_terminal_holds_at_80_columns(snapshot) -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    print_course(COURSE, console)
    assert console.export_text() == snapshot


def test_json_and_back() -> None:
    assert course_from_json(json.loads(json.dumps(to_json(COURSE)))) == COURSE


def test_pairs_are_told_by_the_days_on_which_the_factor_was_above_ten() -> None:
    days = [date(2007, month, 1) for month in range(1, 6)]
    mean = np.array([[-3.0, 3.0, 0.0, 4.0, 5.0], [0.0] * 5, [0.0, 0.0, 0.0, -3.0, -1.0]])
    told, untold = following._told(["a", "b", "c"], mean, days)
    assert [(one.favoured, one.against, one.first, one.since) for one in told] == [
        ("a", "b", "2007-02-01", "2007-04-01"),
        ("a", "c", "2007-02-01", "2007-04-01"),
        ("b", "c", "2007-04-01", None),
    ]
    assert untold == ()


@pytest.mark.slow
@pytest.mark.core
def test_a_tiny_study_month_by_month(assessed, again) -> None:
    folder, document = again, assessed[1]
    course = follow_study(folder)
    assert course.days[-1] == SECOND
    assert FIRST in course.days
    # On the study's own dates the evidence is that of the fits, from another algorithm.
    for day in (FIRST, SECOND):
        at = course.days.index(day)
        fitted = {one.id: one.log_evidence for one in part(document, day).explanations}
        for path in course.paths:
            exact = path.kind == "null"
            assert path.log_evidence[at] == pytest.approx(
                fitted[path.explanation], abs=1e-9 if exact else 0.8
            )
    np.testing.assert_allclose(np.sum([one.weight for one in course.paths], axis=0), 1.0)
    # What is kept is taken again, and the next briefing shows it.
    assert follow_study(folder) == course
    assert kept_course(open_study(folder).study) == course
    assert route.assess_study(folder).course == course
