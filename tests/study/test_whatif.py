"""What-if on a tiny study: the same draws under two histories, against a loop by hand."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from stockade.briefing.document import to_json
from stockade.briefing.terminal_contrasts import print_contrasts
from stockade.errors import StockadeError
from stockade.study import whatif
from stockade.study.whatif import whatif_study
from tests.study.test_noising import QUICK, noisy_tiny
from tests.study.test_route import kept, rewrite
from tests.study.tiny import patrols_at

pytestmark = [pytest.mark.slow, pytest.mark.core]

LAST = "2009-06-30"
MONTHS, STEPS = 36, 2
FIRST = 10  # November 2006
CALM = """\
[scenario.calm]
says = "Half the harm, and a steady herd."
from = "2007-01"
scale = { "people hurt per poacher" = 0.5 }
replace = { births = { 2007-01 = 30, 2007-12 = 40 } }

[forecast]"""


@pytest.fixture(scope="module")
def contrast(assessed):
    (found,) = whatif_study(assessed[0], ["few_patrols"])
    return found


def row(contrast, variable: str, explanation: str):
    (found,) = (x for x in contrast.rows if (x.variable, x.explanation) == (variable, explanation))
    return found


def by_hand(draws: dict[str, np.ndarray], patrols) -> np.ndarray:
    """Returns poachers (month, draw): a plain loop that shares no code."""
    level, found = draws["initial poachers"], []
    for month in range(MONTHS):
        total = 0.0
        for step in range(STEPS):
            time = month + step / STEPS
            total = total + level / STEPS
            hazard = draws["base hazard"] + draws["effect of patrols"] * patrols(time)
            level = level + (draws["normal recruits"] - level * hazard) / STEPS
        found.append(total)
    return np.array(found)


def test_an_explanation_s_numbers_are_those_of_a_loop_by_hand(assessed, contrast) -> None:
    posterior = kept(assessed[0])[LAST, "patrols"]
    draws = {name: posterior.draws[:, i] for i, name in enumerate(posterior.names)}
    # As of the last date all of the true patrols have been reported.
    base = by_hand(draws, patrols_at)
    under = by_hand(draws, lambda time: patrols_at(0.5) if time >= FIRST else patrols_at(time))
    found = row(contrast, "poachers", "patrols")
    low, median, high = np.quantile(under[-1] - base[-1], (0.05, 0.5, 0.95))
    np.testing.assert_allclose(
        [found.difference_low, found.difference_median, found.difference_high], [low, median, high], rtol=1e-9
    )
    np.testing.assert_allclose(
        found.path_median, np.median(under - base, axis=1)[FIRST:], rtol=1e-9, atol=1e-9
    )


def test_strength_and_civilian_deaths_stand_first_together(contrast) -> None:
    averaged = [one.variable for one in contrast.rows if one.explanation == "all"]
    assert tuple(averaged[:2]) == contrast.beside == ("poachers", "people hurt")
    assert {"herd", "recruits", "departures", "births", "kills", "sightings"} <= set(averaged)


def test_where_patrols_do_nothing_nothing_changes(contrast) -> None:
    found = row(contrast, "poachers", "weariness")
    assert found.difference_low == found.difference_high == 0
    assert found.more == 0.5
    assert row(contrast, "poachers", "patrols").more == 1


def test_weights_are_those_among_explanations_with_a_mechanism(contrast) -> None:
    shares = [row(contrast, "herd", one).weight for one in ("patrols", "weariness")]
    assert sum(shares) == pytest.approx(1)
    assert 0 <= contrast.silent < 1


def test_together_and_in_json(again, tmp_path) -> None:
    rewrite(again, ("[forecast]", CALM))
    both, alone = whatif_study(again, ["few_patrols+calm", "calm"], as_of=["2007-12-31"])
    assert both.scenarios == ("few_patrols", "calm")
    assert both.window == "2006-11..2008-12"
    hurt = row(alone, "people hurt", "all")
    assert hurt.median == pytest.approx(hurt.base_median / 2, rel=1e-9)
    births = row(alone, "births", "all")
    assert births.low == births.high == births.median
    assert to_json(both)["rows"][0]["explanation"] == "all"


@pytest.mark.parametrize(
    ("wanted", "as_of"),
    [(["few_patrol"], []), (["few_patrols"], ["2007-12-30"])],
    ids=["no such scenario", "no such date"],
)
def test_mistakes(assessed, wanted, as_of, snapshot) -> None:
    with pytest.raises(StockadeError) as caught:
        whatif_study(assessed[0], wanted, as_of=as_of)
    assert str(caught.value).replace(str(assessed[0]), "park") == snapshot


def test_the_terminal_shows_each_variable(contrast) -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    print_contrasts([contrast], console)
    text = console.export_text()
    assert "Patrols stay as they were at first." in text
    assert text.index("poachers") < text.index("people hurt") < text.index("herd")


def test_with_noise_a_draw_has_the_same_luck_in_both_histories(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(whatif, "NOISY_SETTINGS", QUICK)
    folder = noisy_tiny(tmp_path)
    (found,) = whatif_study(folder, ["few_patrols"], as_of=["2007-12-31"], noise=True)
    assert found.noise
    # Recruits do not hang on patrols: the same come, to a person, which independent chance would not do.
    recruits, poachers = row(found, "recruits", "patrols"), row(found, "poachers", "patrols")
    assert recruits.difference_low == recruits.difference_high == 0.0
    assert recruits.base_low < recruits.base_high
    assert poachers.difference_low >= 0.0
    assert poachers.difference_median > 0.0
    console = Console(width=100, record=True, file=io.StringIO())
    print_contrasts([found], console)
    assert "same chance in its flows" in " ".join(console.export_text().split())


def test_with_noise_there_must_be_some(assessed) -> None:
    with pytest.raises(StockadeError) as caught:
        whatif_study(assessed[0], ["few_patrols"], noise=True)
    assert caught.value.diagnostics[0].code == "no-noise"
