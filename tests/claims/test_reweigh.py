"""Claims where draws count unequally: weights that are whole numbers are draws repeated."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stockade.claims.evaluate import Outcome
from stockade.claims.grammar import parse
from stockade.claims.reweigh import Voice, reweighed
from stockade.claims.worlds import Silence

CLAIM = parse("at(stock, 2007-01) > 3").expression
RATIO = parse("explanation in (a) against (b, c)").expression


def outcome(truth: list[bool], counted: list[bool] | None = None) -> Outcome:
    truths = np.array(truth)
    speaks = np.ones(len(truth), dtype=bool) if counted is None else np.array(counted)
    return Outcome(truths, truths * 1.0, speaks, float(speaks.mean()), 0.0, {})


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 5)), min_size=2, max_size=12))
def test_a_weight_of_two_is_a_draw_twice(rows: list[tuple[bool, int]]) -> None:
    truth, times = [one for one, _ in rows], np.array([n for _, n in rows])
    weighed = reweighed(CLAIM, {"a": Voice(outcome(truth), times / times.sum())}, {"a": 0.0})
    repeated = [one for one, n in rows for _ in range(n)]
    plain = reweighed(CLAIM, {"a": Voice(outcome(repeated))}, {"a": 0.0})
    assert weighed is not None
    assert plain is not None
    if 0 < sum(repeated) < len(repeated):
        # Bounds by the number of draws differ where the shares lie beyond them.
        edge = 0.5 / (len(truth) + 1)
        assert abs(weighed - min(max(plain, edge), 1 - edge)) < 1e-12


def test_explanations_are_averaged_by_their_evidence() -> None:
    voices = {
        "a": Voice(outcome([True, True, True, False])),
        "b": Voice(outcome([False, False, True, False]), np.array([0.1, 0.2, 0.6, 0.1])),
        "c": Voice(Silence("it knows nothing of it")),
    }
    found = reweighed(CLAIM, voices, {"a": np.log(3.0), "b": 0.0, "c": 9.0})
    np.testing.assert_allclose(found, 0.75 * 0.75 + 0.25 * 0.6)


def test_a_condition_counts_into_the_weight() -> None:
    voices = {
        "a": Voice(outcome([True, True, False, False], [True, True, False, False])),
        "b": Voice(outcome([False, False, False, False])),
    }
    found = reweighed(CLAIM, voices, {"a": 0.0, "b": 0.0})
    np.testing.assert_allclose(found, 1 / 3)


def test_a_claim_on_explanations_goes_by_the_evidence_alone() -> None:
    found = reweighed(RATIO, {}, {"a": np.log(2.0), "b": 0.0, "c": 0.0, "d": 5.0})
    np.testing.assert_allclose(found, 0.5)
    assert reweighed(RATIO, {}, {"a": 0.0, "b": 0.0}) is None


def test_nobody_speaks() -> None:
    assert reweighed(CLAIM, {"a": Voice(Silence("nothing"))}, {"a": 0.0}) is None
