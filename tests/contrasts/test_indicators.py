"""Thresholds against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from stockade.contrasts.indicators import indicator, rounded
from stockade.contrasts.information import entropy, which_explanation

DRAWS = 20000
WEIGHTS = np.array([0.5, 0.5])


def normals(means, seed=1, draws=DRAWS):
    random = np.random.default_rng(seed)
    return [mean + random.standard_normal(draws) for mean in means]


def test_two_normals_split_in_their_middle():
    found = indicator(normals((0.0, 2.0)), which_explanation(2, DRAWS).members, WEIGHTS)
    assert found is not None
    assert found.threshold == pytest.approx(1.0, abs=0.2)
    above, below = found.above, found.below
    assert (above.favours, below.favours) == (1, 0)
    chance = norm.sf(found.threshold - 2.0), norm.sf(found.threshold)
    assert above.if_so == pytest.approx(chance[0], abs=0.01)
    assert above.misleads == pytest.approx(chance[1], abs=0.01)
    assert above.seen == pytest.approx(sum(chance) / 2, abs=0.01)
    assert above.after == pytest.approx(chance[0] / sum(chance), abs=0.01)
    assert below.misleads == pytest.approx(1 - above.if_so, abs=1e-12)
    assert above.seen + below.seen == pytest.approx(1.0)
    assert abs(above.misleads - chance[1]) < 4 * above.misleads_error
    exact = 1.0 - sum(
        p * entropy(np.array([q / (2 * p), 1 - q / (2 * p)]))
        for p, q in ((sum(chance) / 2, chance[0]), (1 - sum(chance) / 2, 1 - chance[0]))
    )
    assert found.bits == pytest.approx(exact, abs=0.01)


def test_an_explanation_without_weight_misleads_nobody():
    three = normals((0.0, 2.0, 2.0))
    found = indicator(three, which_explanation(3, DRAWS).members, np.array([0.5, 0.5, 0.0]))
    assert found is not None
    assert found.above.misleads == pytest.approx(norm.sf(found.threshold), abs=0.01)


def test_a_claim_within_one_explanation():
    """Draws belong to the claim's sides; those that say nothing do not count."""
    random = np.random.default_rng(2)
    truth = random.random(DRAWS) < 0.3
    values = np.where(truth, 1.5, 0.0) + 0.5 * random.standard_normal(DRAWS)
    members = np.stack([truth, ~truth], axis=1).astype(float)
    members[::5] = 0.0
    found = indicator([values], [members], np.ones(1))
    assert found is not None
    assert found.above.favours == 0
    assert found.above.before == pytest.approx(0.3, abs=0.02)
    assert found.above.if_so == pytest.approx(norm.sf(found.threshold, 1.5, 0.5), abs=0.02)
    assert found.above.misleads == pytest.approx(norm.sf(found.threshold, 0.0, 0.5), abs=0.02)


def test_silent_explanations_keep_their_weight():
    found = indicator(normals((0.0, 2.0)), which_explanation(2, DRAWS).members, WEIGHTS, silent=0.2)
    assert found is not None
    above = found.above
    assert above.before == pytest.approx(0.4)
    assert above.after < 0.8
    # Had a silent one been true, the value would have been seen as often as on average.
    wrong = (0.8 * (above.seen - 0.5 * above.if_so) + 0.2 * above.seen) / 0.6
    assert above.misleads == pytest.approx(wrong)


@pytest.mark.parametrize(
    "values", [[np.zeros(50), np.zeros(50)], [np.ones(2), np.ones(2)]], ids=["all the same", "hardly any"]
)
def test_where_nothing_splits_there_is_no_indicator(values):
    members = which_explanation(2, len(values[0])).members
    assert indicator(values, members, WEIGHTS) is None


def test_a_question_that_is_settled_has_no_indicator():
    members = [np.repeat([[1.0, 0.0]], DRAWS, axis=0)] * 2
    assert indicator(normals((0.0, 2.0)), members, WEIGHTS) is None


def test_thresholds_are_numbers_that_one_can_look_for():
    assert [rounded(one) for one in (41.7362, 123.0, 0.0123456, 4021.0)] == [41.7, 123.0, 0.0123, 4020.0]
