"""The sentences follow the numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stockade.briefing.document import AsOf, Document, StudyDetails
from stockade.briefing.findings import ClaimVerdict, Explanation, ForecastScore
from stockade.briefing.summary import (
    answer,
    change_sentence,
    contests,
    forecast_sentences,
    heavy_mechanisms,
    outcome,
    tally_sentence,
    weights_sentence,
)


def _claim(name: str, probability: float | None, verdict: str = "judged") -> ClaimVerdict:
    return ClaimVerdict(name, "latent", verdict, probability, 0.01, "likely")


def _document(*as_of: AsOf) -> Document:
    return Document("s", StudyDetails("T", "Q?", ("2006-01", "2006-12")), as_of)


@pytest.mark.parametrize(
    ("probability", "verdict", "said"),
    [
        (0.56, "judged", "holds"),
        (0.55, "judged", "even"),
        (0.45, "judged", "even"),
        (0.44, "judged", "fails"),
        (0.9, "structure-dependent", "depends"),
        (0.9, "not resolved", "depends"),
        (0.9, "single-model illustration", "illustration"),
        (None, "cannot be tested", "untestable"),
        (None, "ill-posed", "ill-posed"),
        (None, "judged", "unjudged"),
    ],
)
def test_groups_of_verdicts(probability: float | None, verdict: str, said: str) -> None:
    assert outcome(_claim("c", probability, verdict)) == said


def test_the_tally_counts_every_claim_once() -> None:
    as_of = AsOf("2008-03-21", claims=(_claim("a", 0.9), _claim("b", 0.1), _claim("c", 0.8)))
    assert tally_sentence(as_of) == (
        "As of 21 March 2008, of 3 claims 2 hold up (likely or more) and "
        "1 does not hold up (unlikely or less)."
    )


def test_changes_between_the_dates_are_named() -> None:
    first = AsOf("2008-03-21", claims=(_claim("a", 0.9), _claim("b", 0.1)))
    last = AsOf("2010-12-31", claims=(_claim("a", 0.2), _claim("b", 0.2)))
    assert "1 claim went from one group to another: a." in change_sentence(_document(first, last))
    assert "no claim went" in change_sentence(_document(first, first))
    assert change_sentence(_document(first)) == ""


def test_a_lost_forecast_is_said_plainly() -> None:
    rows = (
        ForecastScore("n", "average of all", 3.0, 0.5, 0.9, "average", 10, "2008-03..2008-12"),
        ForecastScore("n", "last value", 2.0, 0.5, 0.9, "baseline", 10, "2008-03..2008-12"),
        ForecastScore("m", "average of all", 1.0, 0.5, 0.9, "average", 10, "2008-03..2008-12"),
        ForecastScore("m", "last value", 2.0, 0.5, 0.9, "baseline", 10, "2008-03..2008-12"),
    )
    as_of = AsOf("2008-03-21", forecasts=rows)
    said = forecast_sentences(as_of, {"n": "attacks a month"})
    assert "on 1 of 2 series" in said[0]
    assert said[1:] == ("The mechanism loses to “last value” on attacks a month.",)
    assert [one.winner.explanation_or_baseline for one in contests(as_of)] == ["last value", "average of all"]


def test_without_an_average_the_heaviest_explanation_speaks_for_the_mechanism() -> None:
    rows = (
        ForecastScore("n", "light", 1.0, 0.5, 0.9, "explanation"),
        ForecastScore("n", "heavy", 3.0, 0.5, 0.9, "explanation"),
        ForecastScore("n", "null-mean", 2.0, 0.5, 0.9, "null"),
    )
    weights = (Explanation("light", -9.0, 0.1, 0.1), Explanation("heavy", -7.0, 0.1, 0.9))
    (contest,) = contests(AsOf("2008-03-21", weights, forecasts=rows))
    assert contest.mechanism is rows[1]
    assert contest.lost_to == (rows[2],)


def test_weights_name_the_heavy_and_the_nulls(document: Document) -> None:
    said = weights_sentence(document.as_of[0])
    assert said.startswith("As of 21 March 2008, the weight lies on “supply” 41")
    assert "No explanation carries half" in said
    assert "without a mechanism carry" in said
    assert heavy_mechanisms(document)[0] == "supply"
    assert not any(name.startswith("null") for name in heavy_mechanisms(document))


def test_an_empty_study_still_answers(document: Document) -> None:
    assert answer(_document()) == ()
    assert all(answer(_document(AsOf("2008-03-21"))))
    assert len(answer(replace(document, as_of=document.as_of[:1]))) >= 3
