"""The evidence month by month on a tiny study: what each day may see, and that the end is that of the fit."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from stockade.briefing.ahead import AheadPath, AheadSeries
from stockade.briefing.aheads import ahead_figures, ahead_rows, ahead_sentences
from stockade.briefing.course import Course, CourseWarning, EvidencePath, Told
from stockade.briefing.courses import course_figures, told_sentences
from stockade.briefing.curves import ALL, Fan
from stockade.briefing.document import course_from_json, to_json
from stockade.briefing.terminal_course import print_course
from stockade.inference.nulls import fit_null
from stockade.study import following, route
from stockade.study.fits import first_guesses
from stockade.study.following import follow_study, kept_course
from stockade.study.problems import problem
from stockade.study.read import open_study
from stockade.study.simulators import fitting_simulator
from tests.study.test_route import FIRST, SECOND, part
from tests.study.tiny import series_text


def expected(name: str, kind: str, places: tuple[float, ...], p_value: float) -> AheadPath:
    """Three counts of 5, 20 and 9, expected to be about 10."""
    fan = Fan(name, *((one,) * 3 for one in (4.0, 8.0, 10.0, 12.0, 16.0)))
    return AheadPath(name, kind, fan, (-2.0, -6.0, -1.5), places, 1, 2, 1, (1, 0, 1, 0, 1), p_value)


AHEAD = AheadSeries(
    "carcasses", "carcasses", ("2006-12", "2007-01", "2007-02"), ("2007-01-31", "2007-02-28", "2007-03-31"),
    (5.0, 20.0, 9.0),
    (expected("all", "average", (0.1, 0.99, 0.4), 0.3), expected("a", "mechanism", (0.1, 0.99, 0.4), 0.3),
     expected("c", "null", (0.9, 0.99, 0.95), 0.01)),
)  # fmt: skip


def made(**weights: list[float]) -> Course:
    """A course of three days with given weights."""
    paths = [
        EvidencePath(name, "mechanism", *[(0.0,) * 3] * 2, tuple(one), *[tuple(one)] * 2, (0.0,) * 3)
        for name, one in weights.items()
    ]
    days = ("2007-01-31", "2007-02-28", "2007-03-31")
    told = (Told("a", "b", days[1], days[2], 3.0), Told("b", "c", days[0], None, 1.0))
    return Course(
        "park", days, (days[1],), tuple(paths), told, (("a", "c"),), 0.25, 1, "2020-01-01", ("a: it.",),
        (CourseWarning("low-acceptance", "a", "It.", "Do."),), (-3.0, -2.0, -1.0), (AHEAD,),
    )  # fmt: skip


COURSE = made(a=[0.2, 0.5, 0.7], b=[0.76, 0.47, 0.27], c=[0.04, 0.03, 0.03])


def test_bands_fill_the_figure_and_small_ones_are_one() -> None:
    (figure,) = course_figures(COURSE)
    rows = figure.spec["datasets"]["weights"]
    assert {row["who"] for row in rows} == {"a", "b", "the others"}
    assert all(row["high"] == pytest.approx(1, abs=1e-4) for row in rows if row["who"] == "the others")
    (mark,) = figure.spec["datasets"]["dates"]
    assert mark["says"] == "28 February 2007"


def test_counts_outside_their_interval_have_a_mark_of_their_own() -> None:
    paths = (*COURSE.paths[:2], replace(COURSE.paths[2], kind="null"))
    (figure,) = ahead_figures(replace(COURSE, paths=paths))
    data = figure.spec["datasets"]
    assert [row["y"] for row in data["held"]] == [5.0, 9.0]
    assert [row["y"] for row in data["outside"]] == [20.0]
    assert {row["q50"] for row in data["null"]} == {10.0}
    assert "In fifths of what was expected, from the lowest: 1, 0, 1, 0 and 1" in figure.says


def test_the_rows_begin_with_the_average_and_add_up_the_days_after_the_first() -> None:
    course = replace(COURSE, paths=tuple(
        replace(one, gain=(-9.0, -float(i), -2.0 * i)) for i, one in enumerate(COURSE.paths)
    ))  # fmt: skip
    rows = ahead_rows(course)
    assert [one.who for one in rows] == ["the weighted average", "a", "b", "c"]
    assert [one.density for one in rows] == [
        "\N{MINUS SIGN}3.0",
        "0.0",
        "\N{MINUS SIGN}3.0",
        "\N{MINUS SIGN}6.0",
    ]
    assert rows[1].held == ("67\N{NO-BREAK SPACE}% (33\N{NO-BREAK SPACE}%)",)
    assert rows[2].held == ("",)


def test_how_predictions_were_off_is_said() -> None:
    def said(fifths: tuple[int, ...], places: tuple[float, ...]) -> str:
        path = replace(AHEAD.paths[0], fifths=fifths, pit=places, p_value=0.001)
        (sentence,) = ahead_sentences(replace(COURSE, ahead=(replace(AHEAD, paths=(path,)),)))
        return sentence.split(": ")[-1]

    ends, high = (0.01, 0.99) * 10, (0.9,) * 20
    assert said((10, 0, 0, 0, 10), ends) == "the intervals are too narrow."
    assert said((0, 0, 20, 0, 0), (0.5,) * 20) == "the intervals are too wide."
    assert said((0, 0, 0, 0, 20), high).startswith("counts came higher than expected")
    assert said((4, 4, 4, 4, 4), (0.5,) * 20) == "the predictions are off."


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
    for path in course.paths:
        assert sum(path.gain) == pytest.approx(path.log_evidence[-1])
    all_data = np.logaddexp.reduce([path.log_evidence[-1] for path in course.paths]) - np.log(
        len(course.paths)
    )
    assert sum(course.average_gain) == pytest.approx(all_data)
    holds_what_came(course)
    nulls_are_their_own_fits(course, folder)
    # What is kept is taken again, and the next briefing shows it.
    assert follow_study(folder) == course
    assert kept_course(open_study(folder).study) == course
    assert route.assess_study(folder).course == course


def holds_what_came(course: Course) -> None:
    """The counts are those of the study, and each was expected by everybody the day before it was known."""
    rows = [row.split(",") for row in series_text().splitlines()]
    assert [one.name for one in course.ahead] == ["carcasses", "sightings"]
    for column, series in enumerate(course.ahead, 1):
        counts = {row[0]: float(row[column]) for row in rows[1:]}
        assert series.observed == tuple(counts[month] for month in series.months)
        assert all(course.days[0] < one <= SECOND for one in series.known)
        # Published a month later: known by the end of the next month.
        assert all(month < known[:7] for month, known in zip(series.months, series.known, strict=True))
        assert [one.explanation for one in series.paths] == [ALL, *(one.explanation for one in course.paths)]
        for path in series.paths:
            held = [
                low <= count <= high
                for low, count, high in zip(path.fan.q5, series.observed, path.fan.q95, strict=True)
            ]
            assert sum(held) == path.inside_90
            assert sum(path.fifths) == len(series.months)
        densities = np.array([path.log_density for path in series.paths])
        assert (densities[0] <= densities[1:].max(axis=0) + 1e-9).all()
        assert (densities[0] >= densities[1:].min(axis=0) - 1e-9).all()
    # The counter was ill in February 2006, and the first month was known on the first day.
    assert "2006-02" not in course.ahead[0].months


def nulls_are_their_own_fits(course: Course, folder: Path) -> None:
    """What a null expected of a month is what its fit by quadrature makes of it, the days one by one."""
    study = open_study(folder)
    one = next(one for one in study.study.explanations if one.id == "null-trend")
    last = problem(study, fitting_simulator(study), one, date.fromisoformat(SECOND))
    fit = fit_null(last, "trend", first_guesses(study))
    for series, account in zip(course.ahead, fit.series, strict=True):
        (path,) = (path for path in series.paths if path.explanation == "null-trend")
        places = [12 * (int(month[:4]) - 2006) + int(month[5:]) - 1 for month in series.months]
        np.testing.assert_allclose(path.log_density, account.predictive[places], rtol=1e-5)
