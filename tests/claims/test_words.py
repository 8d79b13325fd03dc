from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockade.claims.words import SCALE, percent, phrase, position, span, words_spanned

LADDER = ["almost no chance", "very unlikely", "unlikely", "roughly even chance", "likely", "very likely"]


@pytest.mark.parametrize(
    ("probability", "word"),
    [
        (0.0, "almost no chance"),
        (0.01, "almost no chance"),
        (0.049, "almost no chance"),
        (0.05, "very unlikely"),
        (0.199, "very unlikely"),
        (0.20, "unlikely"),
        (0.449, "unlikely"),
        (0.45, "roughly even chance"),
        (0.5, "roughly even chance"),
        (0.55, "roughly even chance"),
        (0.551, "likely"),
        (0.80, "likely"),
        (0.801, "very likely"),
        (0.95, "very likely"),
        (0.951, "almost certain"),
        (0.99, "almost certain"),
        (1.0, "almost certain"),
    ],
)
def test_words_of_icd_203(probability, word):
    assert phrase(probability) == word


@given(st.floats(0, 1))
def test_a_claim_and_its_negation_get_mirrored_words(probability):
    assert position(probability) + position(1 - probability) == 6


@given(st.floats(0, 1), st.floats(0, 1))
def test_words_rise_with_probability(one, other):
    assert position(min(one, other)) <= position(max(one, other))


@given(st.floats(0, 1))
def test_never_0_or_100_percent(probability):
    printed = percent(probability)
    assert printed not in {"0 %", "100 %"}
    if printed[0] not in "<>":
        assert 1 <= int(printed.removesuffix(" %")) <= 99


@pytest.mark.parametrize(
    ("probability", "printed"),
    [
        (0, "<1 %"),
        (0.00999, "<1 %"),
        (0.01, "1 %"),
        (0.5, "50 %"),
        (0.99, "99 %"),
        (0.991, ">99 %"),
        (0.996, ">99 %"),
        (1, ">99 %"),
    ],
)
def test_percent(probability, printed):
    assert percent(probability) == printed


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan")])
def test_no_probability(wrong):
    with pytest.raises(ValueError, match="no probability"):
        phrase(wrong)
    with pytest.raises(ValueError, match="no probability"):
        percent(wrong)


def test_spans():
    assert span(0.3, 0.9) == "unlikely to very likely"
    assert span(0.6, 0.7) == "likely"
    assert words_spanned(0.3, 0.9) == 4
    assert [word for word, _ in SCALE][:6] == LADDER
