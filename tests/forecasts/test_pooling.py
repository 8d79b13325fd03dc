"""The weighted pool against pairs counted one by one, truths with known weights, and shuffled futures."""

from __future__ import annotations

import numpy as np
import pytest

from stockade.forecasts.pooling import distances, fit_weights, pooled_crps, weighted_pool
from stockade.forecasts.scores import crps


def made_up(seed: int, countries: int = 30, leads: int = 6, draws: int = 60):
    """A panel of countries: three forecasts, and what came, 0.7 of it as the first says.

    The third forecast knows no country: it draws from the months of all of them.
    """
    rng = np.random.default_rng(seed)
    level = rng.lognormal(3.0, 1.0, (countries, 1, 1))
    shape = (countries, leads, draws)
    low, high = rng.poisson(level / 2, shape).astype(float), rng.poisson(3 * level, shape).astype(float)
    first = rng.random((countries, leads)) < 0.7
    truth = rng.poisson(np.where(first, level[..., 0] / 2, 3 * level[..., 0])).astype(float)
    return [low, high, rng.choice(np.concatenate([low, high]).ravel(), shape)], truth


def test_distances_are_those_of_all_pairs_one_by_one():
    rng = np.random.default_rng(0)
    forecasts = [rng.poisson(mean, (2, 3, 5)).astype(float) for mean in (4.0, 9.0)]
    truth = rng.poisson(5.0, (2, 3)).astype(float)
    found = distances(forecasts, truth)
    for at in np.ndindex(2, 3):
        x, y = forecasts[0][at], forecasts[1][at]
        assert found.missed[at][1] == pytest.approx(np.mean([abs(one - truth[at]) for one in y]))
        assert found.apart[at][0, 1] == pytest.approx(np.mean([abs(one - other) for one in x for other in y]))
        different = [abs(x[i] - x[j]) for i in range(5) for j in range(5) if i != j]
        assert found.apart[at][0, 0] == pytest.approx(np.mean(different))


def test_the_quadratic_form_is_the_score_of_the_pools_own_draws():
    forecasts, truth = made_up(1, countries=4, leads=3, draws=2000)
    found = distances(forecasts, truth)
    for alone in np.eye(3):
        one = forecasts[int(alone.argmax())]
        expected = crps(one.reshape(12, -1), truth.ravel()).reshape(4, 3)
        np.testing.assert_allclose(pooled_crps(found, alone), expected, rtol=1e-9, atol=1e-9)
    weights = np.array([0.5, 0.3, 0.2])
    pooled = weighted_pool(forecasts, weights, 2000, 3)
    drawn = crps(pooled.reshape(12, -1), truth.ravel()).mean()
    assert pooled_crps(found, weights).mean() == pytest.approx(drawn, rel=0.03)


def test_each_forecast_has_its_share_of_the_draws():
    pooled = weighted_pool([np.full((2, 3, 50), one) for one in (0.0, 1.0)], np.array([0.2, 0.8]), 100, 1)
    assert pooled.shape == (2, 3, 100)
    assert pooled.sum(axis=-1).tolist() == [[80.0] * 3] * 2


def test_weights_of_a_known_truth_are_found_again():
    record = [distances(*made_up(seed, countries=120)) for seed in range(6)]
    weights = fit_weights(record)
    assert weights.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(weights, [0.7, 0.3, 0.0], atol=0.08)


@pytest.mark.parametrize("seed", range(5))
def test_on_its_record_the_pool_is_no_worse_than_any_mixture(seed):
    rng = np.random.default_rng(seed)
    record = [distances(*made_up(100 * seed + one, countries=5, leads=3, draws=20)) for one in range(3)]
    score = [np.mean([pooled_crps(one, w) for one in record]) for w in rng.dirichlet(np.ones(3) / 2, 200)]
    alone = [np.mean([pooled_crps(one, w) for one in record]) for w in np.eye(3)]
    fitted = np.mean([pooled_crps(one, fit_weights(record)) for one in record])
    assert fitted <= min(*score, *alone) + 1e-9


def test_on_later_years_the_pool_beats_its_best_part_and_on_shuffled_futures_not_even_chance():
    weights = fit_weights([distances(*made_up(seed)) for seed in range(6)])
    forecasts, truth = made_up(50, countries=200)
    found = distances(forecasts, truth)
    fitted = pooled_crps(found, weights).mean()
    assert fitted < 0.95 * min(pooled_crps(found, alone).mean() for alone in np.eye(3))
    # Futures that went to another country: what is known of the country no longer helps, and the forecast
    # that draws from all countries' months is chance.
    shuffled = distances(forecasts, np.random.default_rng(0).permutation(truth, axis=0))
    chance = pooled_crps(shuffled, np.eye(3)[2]).mean()
    assert pooled_crps(shuffled, weights).mean() > chance
    assert fitted < 0.8 * chance


def test_months_that_have_not_come_decide_nothing():
    forecasts, truth = made_up(3)
    other = truth.copy()
    other[:, 4:] = 1e5
    known, changed = distances(forecasts, truth).first(4), distances(forecasts, other).first(4)
    np.testing.assert_array_equal(fit_weights([known]), fit_weights([changed]))
    assert not np.array_equal(fit_weights([known]), fit_weights([distances(forecasts, other)]))


def test_forecasts_that_cannot_be_pooled_are_refused():
    forecasts, truth = made_up(0, countries=2, leads=2, draws=4)
    with pytest.raises(ValueError, match="one shape"):
        distances([forecasts[0], forecasts[1][..., :3]], truth)
    with pytest.raises(ValueError, match="what came"):
        distances(forecasts, truth[:, :1])
    with pytest.raises(ValueError, match="finite"):
        distances(forecasts, np.full_like(truth, np.nan))
    with pytest.raises(ValueError, match="record"):
        fit_weights([])
