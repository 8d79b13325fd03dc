from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from stockade.forecasts.predict import fan, predict_counts, seed_for, with_seen

MANY = 200_000


@pytest.mark.parametrize("r", [0.5, 1.2, 8.0, np.inf])
@pytest.mark.parametrize("mu", [0.3, 4.0, 60.0])
def test_predictive_moments_are_those_of_the_negative_binomial(mu, r):
    draws = predict_counts(np.full((1, MANY), mu), r, 3)[0]
    variance = mu + mu**2 / r
    # Mean within 4.5 standard errors: fails once in 150,000 right programs.
    assert abs(draws.mean() - mu) < 4.5 * np.sqrt(variance / MANY)
    fourth = stats.moment(draws, 4)
    assert abs(draws.var() - variance) < 4.5 * np.sqrt((fourth - variance**2) / MANY)


def test_first_draws_of_many_seeds_have_the_right_variance_too():
    # One stream for both steps would tie the count to its own gamma factor, in the first draws most.
    draws = np.array([predict_counts(np.full((1, 1), 4.0), 1.0, seed)[0, 0] for seed in range(6000)])
    assert abs(draws.mean() - 4) < 4.5 * np.sqrt(20 / draws.size)
    assert abs(draws.var() - 20) < 4.5 * np.sqrt((stats.moment(draws, 4) - 400) / draws.size)


@pytest.mark.parametrize(("mu", "r"), [(3.0, 0.7), (20.0, 8.0)])
def test_whole_distribution_agrees_with_scipy(mu, r):
    draws = predict_counts(np.full((1, MANY), mu), np.full(MANY, r), 5)[0]
    at = np.arange(0, 100)
    ours = (draws[:, None] <= at[None, ::5]).mean(axis=0)
    # Dvoretzky-Kiefer-Wolfowitz: the largest gap passes 0.006 with probability 2 exp(-2 n eps^2) < 2e-6.
    assert np.abs(ours - stats.nbinom.cdf(at[::5], r, r / (r + mu))).max() < 0.006


def test_same_seed_same_bits_other_seed_others():
    mean = np.random.default_rng(0).gamma(3.0, 4.0, (24, 50))
    r = np.linspace(0.5, 9, 50)
    assert np.array_equal(predict_counts(mean, r, 11), predict_counts(mean, r, 11))
    assert not np.array_equal(predict_counts(mean, r, 11), predict_counts(mean, r, 12))
    sequence = seed_for(1, "suicide_attacks", "commentary")
    once = predict_counts(mean, r, sequence)
    assert np.array_equal(once, predict_counts(mean, r, sequence))  # the sequence keeps no count of uses


def test_streams_depend_on_every_word_and_on_where_it_ends():
    states = {
        tuple(seed_for(seed, *words).generate_state(4))
        for seed, words in [
            (1, ("a", "b")),
            (1, ("ab",)),
            (1, ("b", "a")),
            (2, ("a", "b")),
            (1, ("a", "b", "")),
        ]
    }
    assert len(states) == 5
    # Pinned: the words' digest must not follow Python's salted hash.
    entropy = seed_for(1, "a").entropy
    assert entropy is not None
    assert not isinstance(entropy, int)
    assert entropy[1] == 0x128197CA  # the first four bytes of sha256("a"), little-endian


def test_two_scenarios_share_their_gamma_factors():
    mean = np.full((12, 4000), 400.0)
    low, high = predict_counts(mean, 2.0, 9), predict_counts(1.5 * mean, 2.0, 9)
    assert np.corrcoef(low.ravel(), high.ravel())[0, 1] > 0.98


@pytest.mark.parametrize(
    ("mean", "r"),
    [([[-1.0]], 1.0), ([[np.nan]], 1.0), ([[np.inf]], 1.0), ([[1.0]], 0.0), ([1.0], 1.0), ([[1.0]], np.nan)],
)
def test_impossible_means_and_dispersions_are_refused(mean, r):
    with pytest.raises(ValueError, match="must be"):
        predict_counts(np.array(mean), r, 0)


def test_a_mean_of_zero_predicts_zero():
    assert not predict_counts(np.zeros((3, 10)), 1.0, 0).any()


@given(
    st.lists(st.one_of(st.just(np.nan), st.integers(0, 50).map(float)), min_size=1, max_size=8),
    st.integers(1, 5),
)
def test_seen_months_are_seen_and_others_predicted(seen, draws):
    predicted = np.random.default_rng(0).poisson(5.0, (len(seen), draws)).astype(float)
    merged = with_seen(predicted, np.array(seen))
    for month, value in enumerate(seen):
        assert np.array_equal(merged[month], predicted[month] if np.isnan(value) else np.full(draws, value))


def test_months_must_agree():
    with pytest.raises(ValueError, match="months"):
        with_seen(np.zeros((3, 2)), np.zeros(2))


def test_fan_by_hand():
    assert fan(np.array([np.arange(1.0, 101.0)])).tolist() == [[5, 25, 50, 75, 95]]
