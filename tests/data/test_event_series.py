"""Monthly series out of events: against pandas, by closed forms, and by what must hold for any file."""

from __future__ import annotations

import csv
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockade.data.actors import Alias, read_aliases
from stockade.data.event_choice import Selection
from stockade.data.event_reading import read_events
from stockade.data.event_series import EventSeries, monthly
from stockade.data.months import format_month, parse_month, parse_window
from stockade.data.series import read_series, series_csv
from stockade.errors import StockadeError
from tests.data.event_files import example

KINDS = {1: "state_based", 2: "non_state", 3: "one_sided"}


def column(series: EventSeries, name: str) -> dict[str, float]:
    """A column by month, months of 0 left out."""
    months = series.window.months()
    return {
        format_month(month): value
        for month, value in zip(months, series.values[name].tolist(), strict=True)
        if value
    }


def codes(series: EventSeries) -> dict[str, int]:
    return {one.code: one.count for one in series.notes}


# ------------------------------------------------------------------ an oracle that shares no code


def frame(path) -> pd.DataFrame:
    table = pd.read_csv(path, parse_dates=["date_start", "date_end"])
    table["month"] = table["date_start"].dt.strftime("%Y-%m")
    return table


def sums(table: pd.DataFrame, what: str) -> dict[str, float]:
    return {month: value for month, value in table.groupby("month")[what].sum().items() if value}


def agree(path, actor: str | None, country: str | None) -> None:
    events = read_events(path)
    actors = () if actor is None else (actor,)
    series = monthly(events, Selection(actors=actors, countries=() if country is None else (country,)))
    table = frame(path)
    if country is not None:
        table = table[table["country"] == country]
    named = {side: table[side].str.split(", (?=Government of )", regex=True) for side in ("side_a", "side_b")}
    first = named["side_a"].map(lambda names: actor in names)
    second = named["side_b"].map(lambda names: actor in names)
    if actor is not None:
        table, first, second = table[first | second], first[first | second], second[first | second]
    for level in ("best", "low", "high"):
        assert column(series, f"deaths_{level}") == sums(table, level)
        for kind, name in KINDS.items():
            assert column(series, f"deaths_{level}_{name}") == sums(
                table[table["type_of_violence"] == kind], level
            )
    for kind, name in KINDS.items():
        found = table[table["type_of_violence"] == kind].groupby("month").size().to_dict()
        assert column(series, f"events_{name}") == found
    assert column(series, "events") == table.groupby("month").size().to_dict()
    assert column(series, "deaths_civilians") == sums(table, "deaths_civilians")
    assert column(series, "deaths_unknown") == sums(table, "deaths_unknown")
    if actor is not None:
        own = table["deaths_a"].where(first, 0) + table["deaths_b"].where(second, 0)
        others = table["deaths_a"].where(~first, 0) + table["deaths_b"].where(~second, 0)
        assert column(series, "deaths_own") == sums(table.assign(own=own), "own")
        assert column(series, "deaths_opponents") == sums(table.assign(others=others), "others")


@pytest.mark.parametrize(
    "actor", [None, "Northern Front", "Government of Ostia", "Sudmark Brigades", "Civilians"]
)
@pytest.mark.parametrize("country", [None, "Norland"])
def test_counts_are_those_of_pandas(actor, country):
    agree(example("ged_24_1"), actor, country)


@pytest.mark.parametrize(
    "actor", [None, "IS", "al-Mahdi Army", "Government of United Kingdom", "Government of Iraq"]
)
def test_counts_of_a_real_file_are_those_of_pandas(shared, actor):
    path = shared / "conflict" / "ucdp_ged_iraq_2003_2010.csv"
    if not path.is_file():
        pytest.skip("needs shared/conflict/ucdp_ged_iraq_2003_2010.csv: a copy of the GED for Iraq")
    agree(path, actor, None)


# ------------------------------------------------------------------ months


def test_a_month_without_events_is_0_and_one_outside_the_file_is_missing():
    series = monthly(read_events(example("ged_24_1")), Selection(window=parse_window("2011-12..2013-04")))
    events = series.values["events"]
    assert np.isnan(events[[0, -1, -2]]).all()
    assert events[1:4].tolist() == [2, 1, 1]
    assert events[parse_month("2012-08") - series.first_month] == 0
    assert "outside" in codes(series)


def test_what_a_file_covers_can_be_said():
    series = monthly(read_events(example("ged_24_1")), Selection(covers=parse_window("2011..2013")))
    assert str(series.window) == "2011-01..2013-12"
    assert series.values["events"].sum() == 12
    assert "span" not in codes(series)


def test_events_outside_of_what_is_covered_are_told():
    series = monthly(read_events(example("ged_24_1")), Selection(covers=parse_window("2012")))
    assert series.values["events"].sum() == 11
    assert codes(series)["outside-events"] == 1


def test_the_year_that_a_database_lost_is_missing():
    series = monthly(read_events(example("gtd")))
    lost = [month for month in series.window.months() if month // 12 == 1993]
    assert np.isnan(series.values["events"][[month - series.first_month for month in lost]]).all()
    assert np.nansum(series.values["events"]) == 7
    assert "gap" in codes(series)


def test_a_country_of_acled_is_covered_from_its_first_event_on():
    """ACLED began in different years with different countries."""
    events = read_events(example("acled_current"))
    assert str(monthly(events, Selection(countries=("Sudmark",))).window) == "2019-08..2019-11"
    assert str(monthly(events).window) == "2019-03..2019-11"


# ------------------------------------------------------------------ events over many days


def test_an_event_over_months_is_counted_whole_or_shared_out_over_its_days():
    events = read_events(example("ged_24_1"))
    wanted = {"actors": ("Government of Ostia",)}
    assert column(monthly(events, Selection(**wanted)), "deaths_best") == {"2012-03": 60}
    spread = column(monthly(events, Selection(**wanted, spread=True)), "deaths_best")
    expected = {"2012-03": 31, "2012-04": 30, "2012-05": 31, "2012-06": 28}
    assert spread == pytest.approx({month: 60 * days / 120 for month, days in expected.items()})


def test_sharing_out_keeps_every_sum():
    events = read_events(example("ged_24_1"))
    whole, spread = monthly(events), monthly(events, Selection(spread=True))
    for name, values in whole.values.items():
        assert spread.values[name].sum() == pytest.approx(values.sum()), name


def test_a_day_that_is_known_badly_can_be_left_out_and_is_told_either_way():
    events = read_events(example("ged_24_1"))
    assert codes(monthly(events))["date-longer-than-month"] == 1
    strict = monthly(events, Selection(coarsest_date="week"))
    assert codes(strict)["date-too-coarse"] == 2
    assert strict.values["deaths_best"].sum() == 110 - 60 - 5


# ------------------------------------------------------------------ sides, names, places


def test_sides():
    events = read_events(example("ged_24_1"))
    first = monthly(events, Selection(actors=("Northern Front",), side="a"))
    second = monthly(events, Selection(actors=("Northern Front",), side="b"))
    both = monthly(events, Selection(actors=("Northern Front",)))
    assert (first.values["events"].sum(), second.values["events"].sum()) == (4, 5)
    assert both.values["events"].sum() == 9
    assert second.values["deaths_own"].sum() == 3 + 4 + 20


def test_actors_on_both_sides_have_all_deaths_for_their_own():
    wanted = Selection(actors=("Northern Front", "Sudmark Brigades"), countries=("Norland",))
    series = monthly(read_events(example("ged_24_1")), wanted)
    assert codes(series)["both-sides"] == 1
    assert column(series, "deaths_own")["2012-04"] == 5


def test_one_sided_deaths_that_are_not_civilian_are_told():
    series = monthly(read_events(example("ged_24_1")))
    assert series.values["deaths_best_one_sided"].sum() == 21
    told = next(one.text for one in series.notes if one.code == "one-sided-not-civilian")
    assert told == "Of 21 deaths in one-sided violence 2 are not civilians'."


def test_another_name_counts_on_its_days_only(tmp_path):
    path = tmp_path / "names.csv"
    rows = (
        "actor,also,from,to,because",
        "The Front,northern front,2012-02-01,2012-09-30,renamed",
        "The Front,Northern Front - Faction,,,split",
    )
    path.write_text("\n".join(rows) + "\n")
    aliases = read_aliases(path)
    assert aliases[1] == Alias("The Front", "Northern Front - Faction", because="split")
    series = monthly(read_events(example("ged_24_1")), Selection(actors=("The Front",), aliases=aliases))
    assert column(series, "events") == {"2012-02": 1, "2012-03": 1, "2012-04": 1, "2012-09": 1, "2012-12": 1}


def test_those_who_were_only_associated_can_be_left_out():
    events = read_events(example("acled_current"))
    series = monthly(events, Selection(actors=("Northern Front",)))
    without = monthly(events, Selection(actors=("Northern Front",), associates=False))
    assert codes(series)["only-associated"] == codes(without)["only-associated"] == 1
    assert series.values["events"].sum() - without.values["events"].sum() == 1
    assert np.nansum(series.values["events_not_violent"]) == 1


def test_a_region_is_the_finest_place():
    events = read_events(example("ged_24_1"))
    series = monthly(events, Selection(region="upper vale"))
    assert series.values["events"].sum() == 5
    assert codes(series)["no-region"] == 1


def test_names_are_found_whatever_their_case_and_accents(tmp_path):
    path = tmp_path / "ged.csv"
    path.write_text(example("ged_24_1").read_text().replace("Northern Front", "Fr\u00e9nte  d\u2019Est"))
    series = monthly(read_events(path), Selection(actors=("frente d'est",)))
    assert series.values["events"].sum() == 9


@pytest.mark.parametrize(
    ("wanted", "code", "hint"),
    [
        ({"actors": ("Nothern Front",)}, "unknown-actor", "Did you mean Northern Front"),
        ({"actors": ("NF",)}, "unknown-actor", "Did you mean Northern Front"),
        ({"actors": ("front",)}, "unknown-actor", "Did you mean Northern Front"),
        ({"actors": ("Zzyzx",)}, "unknown-actor", "--aliases"),
        ({"countries": ("Norlnd",)}, "unknown-country", "Did you mean Norland?"),
        ({"countries": ("Zzyzx",)}, "unknown-country", "There are: Norland, Sudmark."),
        ({"region": "Harbor"}, "unknown-region", "Did you mean Harbour?"),
        ({"actors": ("Government of Ostia",), "countries": ("Sudmark",)}, "no-events", "Ask for less"),
    ],
)
def test_what_is_not_there_is_told_with_near_names(wanted, code, hint):
    with pytest.raises(StockadeError) as caught:
        monthly(read_events(example("ged_24_1")), Selection(**wanted))
    (one,) = caught.value.diagnostics
    assert one.code == code
    assert hint in one.hint


# ------------------------------------------------------------------ what was known when


def test_a_yearly_release_is_out_in_june():
    events = read_events(example("ged_24_1"))
    for day, count in ((date(2013, 6, 29), None), (date(2013, 6, 30), 10), (date(2014, 6, 30), 12)):
        wanted = Selection(known_by=day)
        if count is None:
            with pytest.raises(StockadeError, match="no-events"):
                monthly(events, wanted)
        else:
            assert np.nansum(monthly(events, wanted).values["events"]) == count


def test_candidates_are_out_a_month_later_and_months_not_yet_out_are_missing():
    series = monthly(read_events(example("ged_candidate")), Selection(known_by=date(2012, 5, 31)))
    assert np.nansum(series.values["events"]) == 4  # that of March lasted until June
    seen = ~np.isnan(series.values["events"])
    assert seen.sum() == 4
    assert codes(series)["not-yet-known"] == 8


def test_each_entry_of_acled_has_its_day():
    series = monthly(read_events(example("acled_current")), Selection(known_by=date(2019, 12, 31)))
    assert series.release.rule == "each"
    assert np.nansum(series.values["events"]) == 5  # that of 16 May was changed in January


def test_where_nobody_knows_when_figures_came_out_somebody_must_say():
    events = read_events(example("gtd"))
    with pytest.raises(StockadeError, match="no-release-rule"):
        monthly(events, Selection(known_by=date(1995, 1, 1)))
    series = monthly(events, Selection(known_by=date(1994, 3, 31), published_after=1))
    assert np.nansum(series.values["events"]) == 5


# ------------------------------------------------------------------ what must hold for any file


EVENT = st.tuples(
    st.sampled_from((1, 2, 3)),
    st.integers(0, 900),
    st.integers(0, 400),
    st.tuples(*[st.integers(0, 40)] * 4),
    st.sampled_from(("Norland", "Sudmark")),
)


def written(path, events) -> None:
    header = (
        "id,type_of_violence,side_a,side_b,country,date_start,date_end,deaths_a,deaths_b,deaths_civilians,"
        "deaths_unknown,best,low,high"
    )
    start = np.datetime64("2010-01-01")
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header.split(","))
        for at, (kind, first, days, parts, country) in enumerate(events):
            writer.writerow(
                [at, kind, "A", "B", country, start + first, start + first + days, *parts, sum(parts), 0, 99]
            )


@settings(max_examples=25)
@given(st.lists(EVENT, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_totals_are_kept_whatever_the_order_of_rows_and_however_they_are_shared_out(
    tmp_path_factory, events, random
):
    path = tmp_path_factory.mktemp("events") / "ged.csv"
    written(path, events)
    series, spread = monthly(read_events(path)), monthly(read_events(path), Selection(spread=True))
    assert series.values["events"].sum() == len(events)
    assert series.values["deaths_best"].sum() == sum(sum(parts) for _, _, _, parts, _ in events)
    by_country = [
        monthly(read_events(path), Selection(countries=(one,))).values["deaths_best"]
        for one in {country for *_, country in events}
    ]
    np.testing.assert_array_equal(sum(by_country), series.values["deaths_best"])
    by_type = sum(series.values[f"deaths_best_{name}"] for name in KINDS.values())
    np.testing.assert_array_equal(by_type, series.values["deaths_best"])
    for name, values in series.values.items():
        assert spread.values[name].sum() == pytest.approx(values.sum(), rel=1e-12)
    mixed = list(events)
    random.shuffle(mixed)
    written(path, mixed)
    again = monthly(read_events(path))
    for name, values in series.values.items():
        np.testing.assert_array_equal(again.values[name], values, err_msg=name)


# ------------------------------------------------------------------ as a study's series


@pytest.mark.parametrize("name", ["ged_24_1", "acled_current", "gtd", "cpost"])
@pytest.mark.parametrize("spread", [False, True])
def test_a_series_is_written_as_a_study_reads_it(tmp_path, name, spread):
    series = monthly(read_events(example(name)), Selection(spread=spread))
    path = tmp_path / "series.csv"
    path.write_text(series_csv(series.table()))
    back = read_series(path)
    assert back.window == series.window
    assert back.columns == tuple(series.values)
    for column_, values in series.values.items():
        np.testing.assert_array_equal(back.values[column_], values)
    assert back.lines == series.table().lines


def test_the_series_of_the_founding_study_come_out_of_the_file_of_events(shared, repository):
    """Others made them, for the study of Iraq: events by their first day, deaths of sides shared out.

    They are rounded to a tenth.
    """
    path = shared / "conflict" / "ucdp_ged_iraq_2003_2010.csv"
    if not path.is_file():
        pytest.skip("needs shared/conflict/ucdp_ged_iraq_2003_2010.csv: a copy of the GED for Iraq")
    study = read_series(repository / "studies" / "iraq-2008" / "series.csv")
    events, window = read_events(path), parse_window("2004-01..2010-12")
    whole = monthly(events, Selection(actors=("IS",), window=window)).values
    spread = monthly(events, Selection(actors=("IS",), window=window, spread=True)).values
    for name, ours in (
        ("state_based_events", whole["events_state_based"]),
        ("one_sided_events", whole["events_one_sided"]),
        ("one_sided_deaths", whole["deaths_best_one_sided"]),
    ):
        np.testing.assert_array_equal(ours, study.over(name, window), err_msg=name)
    for name, ours in (
        ("group_deaths", spread["deaths_own"]),
        ("opponent_deaths", spread["deaths_opponents"]),
    ):
        np.testing.assert_allclose(ours, study.over(name, window), atol=0.0501, err_msg=name)
