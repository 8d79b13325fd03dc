"""What to watch on a tiny study: rankings, indicators and what is kept, against reckonings by hand."""

from __future__ import annotations

import io
import shutil
from datetime import date

import numpy as np
import pytest
from rich.console import Console
from scipy.stats import nbinom

from stockade.briefing.document import to_json, watchlist_from_json
from stockade.briefing.html import render_html
from stockade.briefing.terminal_watch import print_watchlist
from stockade.data.months import parse_month
from stockade.errors import StockadeError
from stockade.study import route
from stockade.study.candidates import coming, next_month
from stockade.study.inputs import input_paths
from stockade.study.read import open_study
from stockade.study.watching import kept_watchlist, watch_study
from tests.study.test_route import kept, rewrite

pytestmark = [pytest.mark.slow, pytest.mark.core]

WATCHED = """\
[watch.leavers]
is = "departures"
noise = { lognormal = 0.1 }
window = "2007-06..2007-12"
because = "a gate that nobody stands at"
label = "poachers leaving a month"

[watch.snares]
is = "2 * kills"
noise = { negative_binomial = 1000000 }
because = "rangers could count them"
first_guess = { median = 20, sigma = 0.5 }

[forecast]"""
CLAIMS = ("patrols-explain", "fewer-kills")


@pytest.fixture(scope="module")
def watched(assessed, tmp_path_factory):
    """The folder of a copy with things to watch, and its list."""
    folder = shutil.copytree(assessed[0], tmp_path_factory.mktemp("watch") / "park")
    rewrite(folder, ("[forecast]", WATCHED))
    return folder, watch_study(folder, CLAIMS)


def candidate(watchlist, name):
    (found,) = (one for one in watchlist.candidates if one.id == name)
    return found


def answer(watchlist, name, question="explanations"):
    (found,) = (one for one in candidate(watchlist, name).answers if one.question == question)
    return found


def test_every_candidate_is_there(watched) -> None:
    found = watched[1]
    assert {(one.id, one.kind) for one in found.candidates} == {
        ("carcasses", "series"),
        ("sightings", "series"),
        ("gangs", "report"),
        ("leavers", "not collected"),
        ("snares", "not collected"),
    }
    assert [one.id for one in found.questions] == ["explanations", *CLAIMS]
    assert found.date == "2007-12-31"  # the later date leaves no month
    assert candidate(found, "carcasses").window == "2007-12..2008-02"
    assert candidate(found, "carcasses").known_by == "2008-03-31"
    assert candidate(found, "leavers").window == "2007-06..2007-12"


def test_candidates_are_ranked_by_the_last_question(watched) -> None:
    bits = [one.answers[-1].bits for one in watched[1].candidates]
    assert bits == sorted(bits, reverse=True)
    for one in watched[1].candidates:
        for two, question in zip(one.answers, watched[1].questions, strict=True):
            assert 0 <= two.bits <= question.open + 4 * two.error + 1e-9
            assert two.error >= 0


def test_nulls_take_part_and_say_nothing_of_what_they_have_no_guess_at(watched, assessed) -> None:
    found = watched[1]
    (part,) = (one for one in assessed[1].as_of if one.date == found.date)
    nulls = sum(one.weight for one in part.explanations if one.kind == "null")
    assert candidate(found, "carcasses").silent == pytest.approx(0, abs=1e-9)
    assert candidate(found, "snares").silent == pytest.approx(0, abs=1e-9)
    assert candidate(found, "leavers").silent == pytest.approx(nulls)


def test_what_a_series_tells_is_what_a_reckoning_by_hand_says(watched, assessed) -> None:
    """Two mechanisms alone, by plain sums over the posterior: shares no code with the estimator."""
    folder, found = watched
    (part,) = (one for one in assessed[1].as_of if one.date == found.date)
    weights = {one.id: one.weight for one in part.explanations}
    posteriors = kept(folder)
    random = np.random.default_rng(0)
    names = ("patrols", "weariness")
    levels = {}
    for name in names:
        one = posteriors[found.date, name]
        draws = {key: one.draws[:, i] for i, key in enumerate(one.names)} | dict.fromkeys(one.held, 0.0)
        draws |= {key: np.full(len(one.draws), value) for key, value in one.held.items()}
        levels[name] = _kills(draws, folder), draws["scatter of carcasses"]
    share = np.array([weights[one] for one in names])
    share /= share.sum()
    told = []
    for which, name in enumerate(names):
        mean, scatter = levels[name]
        for draw in np.repeat(np.arange(mean.shape[1]), 4):
            r = scatter[draw]
            y = random.negative_binomial(r, r / (r + mean[:, draw]))
            each = [nbinom.pmf(y[:, None], s, s / (s + m)).prod(axis=0).mean() for m, s in levels.values()]
            after = share * each / (share @ each)
            told.append((share[which] / (4 * mean.shape[1]), np.sum(after * np.log2(after / share))))
    exact = sum(weight * bits for weight, bits in told)
    mine = answer(found, "carcasses", "patrols-explain")
    assert mine.bits == pytest.approx(exact, abs=4 * mine.error + 0.01)


def _kills(draws, folder) -> np.ndarray:
    """Returns expected carcasses (month, draw) of December 2007 to February 2008 by a plain loop."""
    study = open_study(folder)
    times, values = input_paths(study.study, study.reports, date(2007, 12, 31))["patrols"]
    level, found = draws["initial poachers"], []
    for month in range(26):
        total = 0.0
        for step in range(2):
            patrols = np.interp(month + step / 2, times, values)
            total = total + level / 2
            hazard = draws["base hazard"] + draws["effect of patrols"] * patrols
            hazard = hazard + draws["weariness"] * _tired(month + step / 2)
            level = level + (draws["normal recruits"] - level * hazard) / 2
        found.append(total * draws["kills per poacher"])
    return np.array(found[23:])


def _tired(time: float) -> float:
    return time / 36


def test_the_bits_are_those_of_the_same_seed_and_are_kept(watched) -> None:
    folder, found = watched
    assert watch_study(folder, CLAIMS) == found
    again = watch_study(folder, CLAIMS, fresh=False, months=3)
    assert again == found == kept_watchlist(open_study(folder).study)
    assert watchlist_from_json(to_json(found)) == found


def test_the_next_briefing_shows_it(watched) -> None:
    folder, found = watched
    document = route.assess_study(folder)
    assert document.watchlist == found
    page = render_html(document)
    assert "What to watch" in page
    assert "poachers leaving a month" in page


def test_an_exact_new_source_tells_more_than_a_loose_one(watched) -> None:
    folder = watched[0]
    exact, loose = (watch_study(folder, precision=one) for one in (0.05, 1.5))
    assert answer(exact, "gangs").bits > answer(loose, "gangs").bits


def test_the_terminal_names_thresholds(watched) -> None:
    console = Console(width=110, record=True, file=io.StringIO())
    print_watchlist(watched[1], console)
    text = console.export_text()
    assert "What to watch" in text
    assert "not collected yet: poachers leaving a month" in text
    assert "Explanations with up to" in text or candidate(watched[1], "leavers").silent < 0.01


@pytest.mark.parametrize(
    ("claims", "as_of"),
    [(["fewer-kilts"], None), (["better"], None), ([], "2007-12-30"), ([], "2009-06-30")],
    ids=["no such claim", "an opinion", "no such date", "the period is over"],
)
def test_mistakes(assessed, claims, as_of, snapshot) -> None:
    with pytest.raises(StockadeError) as caught:
        watch_study(assessed[0], claims, as_of=as_of)
    assert str(caught.value).replace(str(assessed[0]), "park") == snapshot


def test_coming_months_are_those_not_yet_out(assessed) -> None:
    study = open_study(assessed[0]).study
    (observe,) = (one for one in study.observes if one.column == "carcasses")
    assert next_month(observe, date(2007, 12, 31), study.period) == parse_month("2007-12")
    assert next_month(observe, date(2007, 12, 30), study.period) == parse_month("2007-11")
    assert coming(study.period.last + 1, 3, study.period) is None
    window = coming(study.period.last, 3, study.period)
    assert window is not None
    assert len(window) == 1
