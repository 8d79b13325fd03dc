from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockade.forecasts.mixture import mix, pick

weights = st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 1.0)), min_size=1, max_size=7).filter(any)


@given(weights, st.integers(1, 300), st.integers(0, 10))
def test_shares_are_exact_to_within_one_and_draws_are_used_evenly(weight, draws, seed):
    sizes = [0 if w == 0 else 10 + 7 * i for i, w in enumerate(weight)]
    picks = pick(sizes, weight, draws, seed)
    counts = np.bincount(picks.explanation, minlength=len(weight))
    assert counts.sum() == draws
    assert np.all(np.abs(counts - draws * np.array(weight) / sum(weight)) < 1 + 1e-9)
    for i, size in enumerate(sizes):
        columns = picks.column[picks.explanation == i]
        if columns.size:
            uses = np.bincount(columns, minlength=size)
            assert uses.size == size
            assert uses.max() - uses.min() <= 1


def test_a_choice_depends_on_its_seed_alone():
    one, same, other = (pick([40, 60], [0.3, 0.7], 25, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.explanation, same.explanation)
    assert np.array_equal(one.column, same.column)
    assert not np.array_equal(one.column, other.column)


def test_mixing_gathers_the_very_draws_of_all_arrays_alike():
    arrays = [np.arange(12.0).reshape(3, 4), 100 + np.arange(15.0).reshape(3, 5)]
    picks = pick([4, 5], [1, 1], 8, 0)
    mixed = mix(arrays, picks)
    assert mixed.shape == (3, 8)
    for draw, (e, c) in enumerate(zip(picks.explanation, picks.column, strict=True)):
        assert np.array_equal(mixed[:, draw], arrays[e][:, c])
    assert np.array_equal(mix([a[1] for a in arrays], picks), mixed[1])


def test_the_mean_of_a_mixture_is_the_weighted_mean():
    draws = [np.random.default_rng(i).normal(10.0 * i, 1.0, (1, 500)) for i in range(3)]
    mixed = mix(draws, pick([500] * 3, [0.5, 0.3, 0.2], 1000, 4))
    expected = sum(w * d.mean() for w, d in zip([0.5, 0.3, 0.2], draws, strict=True))
    # Shares are exact here; within them draws are evenly spaced: 4.5 standard errors of 1000 draws.
    assert abs(mixed.mean() - expected) < 4.5 / np.sqrt(1000)


def test_the_order_is_shuffled():
    picks = pick([1000, 1000], [1, 1], 1000, 0)
    assert 400 < picks.explanation[:500].sum() + 250 < 600  # first half is neither all one nor all the other


@pytest.mark.parametrize(
    ("sizes", "weight", "draws"),
    [
        ([5], [0.0], 3),
        ([5], [-1.0], 3),
        ([5], [np.nan], 3),
        ([0], [1.0], 3),
        ([5], [1.0], 0),
        ([5, 5], [1.0], 3),
        ([], [], 3),
    ],
)
def test_impossible_mixtures_are_refused(sizes, weight, draws):
    with pytest.raises(ValueError):  # noqa: PT011 - each of the four sentences
        pick(sizes, weight, draws, 0)
