from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockade.claims.evaluate import Outcome, evaluate
from stockade.claims.grammar import parse
from stockade.claims.nodes import Not
from stockade.claims.settled import settled
from stockade.claims.worlds import Silence
from tests.claims.helpers import FIRST, MONTHS, flat, null, world

DRAWS = 23
KEYS = np.random.default_rng(5)
BASE = {name: KEYS.lognormal(size=(MONTHS, DRAWS)) for name in ("a", "b", "c")}
KEPT = {name: values * 1.5 for name, values in BASE.items()}
COUNTS = {"n": KEYS.poisson(4, (MONTHS, DRAWS)).astype(float)}
WORLD = world("w", BASE, draws=DRAWS, scenarios={"kept": KEPT}, counts=COUNTS)


def says(text: str, where=WORLD) -> Outcome | Silence:
    return evaluate(parse(text).expression, where, {})


def test_each_statistic_by_hand():
    rows = BASE["a"][24:28]  # 2008-01..2008-04
    window = "2008-01..2008-04"
    by_hand = {
        "total": rows.sum(0),
        "mean": rows.sum(0) / 4,
        "peak": rows.max(0),
        "lowest": rows.min(0),
        "change": rows[3] - rows[0],
    }
    for name, expected in by_hand.items():
        outcome = says(f"{name}(a, {window}) > 1")
        (values,) = outcome.terms.values()
        np.testing.assert_allclose(values, expected, rtol=1e-14)
        np.testing.assert_array_equal(outcome.truth, expected > 1)
    (value,) = says("at(a, 2008-03) > 1").terms.values()
    np.testing.assert_array_equal(value, BASE["a"][26])


def test_mean_of_a_rate_is_not_the_rate_of_means():
    outcome = says("mean(a / b, 2008) > 1")
    (values,) = outcome.terms.values()
    np.testing.assert_allclose(values, (BASE["a"] / BASE["b"])[24:36].mean(0))


def test_under_reads_the_same_draws_of_the_scenario():
    outcome = says("total(a, 2008) under kept >= 1.4 * total(a, 2008)")
    assert outcome.truth.all()
    assert not says("total(a, 2008) under kept >= 1.6 * total(a, 2008)").truth.any()


def test_a_condition_selects_draws():
    outcome = says("if at(a, 2008-03) > 1 then at(b, 2008-03) > 1")
    holds = BASE["a"][26] > 1
    np.testing.assert_array_equal(outcome.counted, holds)
    assert outcome.condition == pytest.approx(holds.mean())


def test_nought_by_nought_is_left_out():
    zero = np.zeros((MONTHS, 4))
    zero[:, 0] = 1.0
    some = world("w", draws=4, counts={"n": zero})
    assert isinstance(says("total(observed(n), 2008) / total(observed(n), 2008) > 0.5", some), Silence)
    zero[:, 1:3] = 1.0
    outcome = says("total(observed(n), 2008) / total(observed(n), 2008) > 0.5", some)
    assert outcome.undefined == pytest.approx(0.25)
    assert outcome.counted.tolist() == [True, True, True, False]


def test_nulls_speak_of_counts_only():
    silent = says("at(a, 2008-03) > 1", null(draws=DRAWS))
    assert isinstance(silent, Silence)
    assert isinstance(says("at(a, 2008-03) under kept > at(a, 2008-03)", null(draws=DRAWS)), Silence)
    assert isinstance(says("total(observed(n), 2008) > 1", null(draws=DRAWS, counts=COUNTS)), Outcome)


def test_a_series_that_is_not_predicted_is_silence_and_a_missing_variable_a_mistake():
    unseen = {"n": np.where(np.arange(MONTHS)[:, None] < 27, COUNTS["n"], np.nan)}
    early = world("w", BASE, draws=DRAWS, counts=unseen)
    assert isinstance(says("total(observed(n), 2008-01..2008-03) > 1", early), Outcome)
    answer = says("total(observed(n), 2008-01..2008-04) > 1", early)
    assert answer == Silence("it does not predict n, and 2008-04 was not yet published")
    assert isinstance(says("total(observed(other), 2008) > 1"), Silence)
    with pytest.raises(KeyError):
        says("at(nothing, 2008-03) > 1")
    with pytest.raises(ValueError, match="2012"):
        says("total(a, 2012) > 1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("total(observed(n), 2008) > 12", True),
        ("total(observed(n), 2008) > 36", False),
        ("not total(observed(n), 2008) > 36", True),
        ("at(a, 2008-03) > 0", None),
        ("at(a, 2008-03) > 0 and total(observed(n), 2008) > 36", False),
        ("at(a, 2008-03) > 0 or total(observed(n), 2008) > 12", True),
        ("at(a, 2008-03) > 0 and total(observed(n), 2008) > 12", None),
        ("total(observed(n), 2009) > 12", None),
        ("-total(observed(n), 2008) / 2 < -6", True),
    ],
)
def test_what_records_settle(text, expected):
    counts = np.full((MONTHS, DRAWS), 2.0)
    counts[36:] = COUNTS["n"][36:]
    worlds = [world("w", BASE, draws=DRAWS, counts={"n": counts}), null(draws=DRAWS, counts={"n": counts})]
    assert settled(parse(text).expression, worlds) is expected


# ---------------------------------------------------------------- against an interpreter of text
# The oracle reads the text with Python's own parser after rewriting it, and evaluates plain arrays.


def quantity(depth: int):
    leaf = st.sampled_from(["a", "b", "c", "observed(n)", "2", "0.5"])
    if depth == 0:
        return leaf
    inner = quantity(depth - 1)
    return st.one_of(
        leaf, st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})")
    )


window = st.tuples(st.integers(0, 40), st.integers(1, 12))
month_words = window.map(lambda w: (w, f"{_month(w[0])}..{_month(w[0] + w[1])}"))


def _month(row: int) -> str:
    return f"{(FIRST + row) // 12}-{(FIRST + row) % 12 + 1:02d}"


def statistic_term(words):
    name, inside, (rows, written), kept = words
    under = " under kept" if kept and "observed" not in inside else ""
    source = "KEPT" if under else "BASE"
    code = inside.replace("observed(n)", "COUNTS['n']")
    for one in "abc":
        code = "".join(
            f"{source}['{one}']" if ch == one and not _in_word(code, i) else ch for i, ch in enumerate(code)
        )
    first, last = rows[0], rows[0] + rows[1]
    return f"{name}({inside}, {written}){under}", f"stat('{name}', {code}, {first}, {last})"


def _in_word(code: str, i: int) -> bool:
    around = (code[i - 1] if i else " ") + (code[i + 1] if i + 1 < len(code) else " ")
    return any(ch.isalnum() or ch in "'_" for ch in around)


def stat(name, values, first, last):
    rows = [np.broadcast_to(values, (MONTHS, DRAWS))[i] for i in range(first, last + 1)]
    if name == "total":
        return sum(rows)
    if name == "mean":
        return sum(rows) / len(rows)
    if name == "change":
        return rows[-1] - rows[0]
    best = rows[0]
    for row in rows:
        best = np.where(row > best if name == "peak" else row < best, row, best)
    return best


term = st.tuples(
    st.sampled_from(["total", "mean", "peak", "lowest", "change"]), quantity(2), month_words, st.booleans()
).map(statistic_term)
number = st.floats(-5, 5).map(lambda v: f"{v:.3f}").map(lambda t: (t, t))
side = st.one_of(
    term,
    st.tuples(term, st.sampled_from("+-*"), number).map(
        lambda p: tuple(f"({p[0][i]} {p[1]} {p[2][i]})" for i in (0, 1))
    ),
)
comparison = st.tuples(side, st.sampled_from(["<", ">", "<=", ">="]), st.one_of(side, number)).map(
    lambda p: tuple(f"({p[0][i]} {p[1]} {p[2][i]})" for i in (0, 1))
)
truth = st.recursive(
    comparison,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([("and", "&"), ("or", "|")]), inner).map(
            lambda p: tuple(f"({p[0][i]} {p[1][i]} {p[2][i]})" for i in (0, 1))
        ),
        inner.map(lambda p: (f"(not {p[0]})", f"(~{p[1]})")),
    ),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None)
@given(truth)
def test_random_claims_agree_with_an_independent_interpreter(pair):
    text, code = pair
    outcome = says(text)
    names = {"BASE": BASE, "KEPT": KEPT, "COUNTS": COUNTS, "stat": stat, "__builtins__": {}}
    expected = eval(code, names)  # noqa: S307 - the test's own text, built above
    # Sums in another order may differ in the last bit; a tie that close may fall either way.
    assert np.mean(outcome.truth != expected) <= 1 / DRAWS
    inner = evaluate(Not(parse(text).expression), WORLD, {})
    np.testing.assert_array_equal(inner.truth, ~outcome.truth)
    np.testing.assert_array_equal(inner.margin, -outcome.margin)


@settings(max_examples=60, deadline=None)
@given(truth)
def test_the_sign_of_the_margin_is_the_truth(pair):
    outcome = says(pair[0])
    clear = np.abs(outcome.margin) > 1e-12
    np.testing.assert_array_equal(outcome.margin[clear] > 0, outcome.truth[clear])


def test_a_claim_is_blind_to_the_order_of_draws():
    order = np.random.default_rng(0).permutation(DRAWS)
    mixed = world("w", {k: v[:, order] for k, v in BASE.items()}, draws=DRAWS)
    text = "mean(a, 2008) > mean(b, 2008) and change(c, 2008) > 0"
    np.testing.assert_array_equal(says(text).truth[order], says(text, mixed).truth)


def test_rescaling_a_unit_changes_nothing():
    thousand = world("w", {k: 1000 * v for k, v in BASE.items()}, draws=DRAWS)
    text = "mean(a, 2008) > 0.9 * mean(b, 2008)"
    np.testing.assert_array_equal(says(text).truth, says(text, thousand).truth)
    np.testing.assert_allclose(says(text).margin, says(text, thousand).margin)


def test_held_values_stay_held():
    steady = world("w", {"a": flat(np.arange(8.0), 8)}, draws=8)
    assert not says("change(a, 2008) > 0 or change(a, 2008) < 0", steady).truth.any()
