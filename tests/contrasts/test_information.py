"""Expected information against closed forms and quadrature."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm

from stockade.contrasts.information import (
    Question,
    entropy,
    information,
    outcomes_from,
    which_explanation,
)

DRAWS, OUTCOMES = 1024, 1024


def normal_case(random, means, spread, noise, draws=DRAWS):
    """Draws of levels around means, and outcomes around the levels: (levels, outcomes) by explanation."""
    levels = [mean + spread * random.standard_normal(draws) for mean in means]
    return levels, [one + noise * random.standard_normal(draws) for one in levels]


def densities(levels, outcomes, noise, outer):
    """Log densities (outcome, draw) of normal outcomes by explanation."""
    seen = np.array([outcomes[m][i] for m, i in zip(outer.explanation, outer.draw, strict=True)])
    return [norm.logpdf(seen[:, None], one[None], noise) for one in levels]


def estimate(random, means, spread, noise, weights, draws=DRAWS, **more):
    weights = np.array(weights)
    levels, outcomes = normal_case(random, means, spread, noise, draws)
    outer = outcomes_from(weights, draws, OUTCOMES)
    question = which_explanation(len(means), draws)
    return information(densities(levels, outcomes, noise, outer), question, outer, weights, **more)


def mixture_bits(means, total, weights):
    """Mutual information of component and value of a mixture of normals, by quadrature."""

    def at(y):
        parts = np.array(weights) * norm.pdf(y, means, total)
        after = parts / parts.sum()
        known = after > 0
        return parts.sum() * np.sum(after[known] * np.log2(after[known] / np.array(weights)[known]))

    return quad(at, min(means) - 10 * total, max(means) + 10 * total, limit=400)[0]


@pytest.mark.parametrize(
    ("means", "weights"),
    [((0.0, 2.0), (0.5, 0.5)), ((0.0, 1.0, 5.0), (0.7, 0.2, 0.1)), ((0.0, 0.3), (0.9, 0.1))],
)
def test_the_bayes_factor_of_normals(means, weights):
    spread, noise = 0.8, 0.6
    found = estimate(np.random.default_rng(1), means, spread, noise, weights)
    assert found.bits == pytest.approx(
        mixture_bits(means, np.hypot(spread, noise), weights), abs=4 * found.error
    )
    assert found.error < 0.05
    assert found.most == pytest.approx(entropy(np.array(weights)))


def test_a_gaussian_linear_experiment():
    """Many explanations, each a point: half the log of one and the ratio of variances (Lindley 1956)."""
    spread, noise, draws = 1.0, 0.7, 32
    grid = np.linspace(-4, 4, 33)
    weights = norm.pdf(grid, 0, spread)
    weights /= weights.sum()
    random = np.random.default_rng(2)
    levels = [np.full(draws, one) for one in grid]
    outcomes = [one + noise * random.standard_normal(draws) for one in levels]
    outer = outcomes_from(weights, draws, 800)
    question = which_explanation(len(grid), draws)
    found = information(densities(levels, outcomes, noise, outer), question, outer, weights)
    assert found.bits == pytest.approx(0.5 * np.log2(1 + (spread / noise) ** 2), abs=4 * found.error)
    # Draws of a point do not differ, so there is nothing to be biased.
    assert abs(found.bias) < 1e-9


def test_two_explanations_and_an_outcome_that_happens_or_not():
    random, weights, draws = np.random.default_rng(3), np.array([0.3, 0.7]), 1000
    chances = [random.beta(8, 2, draws), random.beta(2, 5, draws)]
    happened = [random.random(draws) < one for one in chances]
    outer = outcomes_from(weights, draws, 1000)
    seen = np.array([happened[m][i] for m, i in zip(outer.explanation, outer.draw, strict=True)])
    logs = [np.log(np.where(seen[:, None], one[None], 1 - one[None])) for one in chances]
    found = information(logs, which_explanation(2, draws), outer, weights)
    chance = np.array([0.8, 2 / 7])
    joint = np.array([weights * chance, weights * (1 - chance)])
    exact = entropy(weights) - sum(entropy(row / row.sum()) * row.sum() for row in joint)
    assert found.bits == pytest.approx(exact, abs=4 * found.error)


def test_a_claim_about_the_level_of_a_gaussian_experiment():
    """Whether a normal level is above a bound, told by a noisy reading of it: by quadrature."""
    noise, bound = 0.8, 0.5
    random = np.random.default_rng(4)
    levels, outcomes = normal_case(random, (0.0,), 1.0, noise)
    outer = outcomes_from(np.ones(1), DRAWS, OUTCOMES)
    members = [np.stack([levels[0] > bound, levels[0] <= bound], axis=1).astype(float)]
    found = information(
        densities(levels, outcomes, noise, outer), Question(members, members), outer, np.ones(1)
    )
    total = np.hypot(1.0, noise)

    def doubt(y):
        true = norm.sf(bound, y / total**2, noise / total)
        return norm.pdf(y, 0, total) * entropy(np.array([true, 1 - true]))

    exact = entropy(np.array([norm.sf(bound), norm.cdf(bound)])) - quad(doubt, -12, 12)[0]
    assert found.bits == pytest.approx(exact, abs=4 * found.error)


def test_a_claim_about_what_is_observed_is_settled_by_it():
    """Where the claim is about the outcome itself, the outcome tells all there is to tell."""
    random = np.random.default_rng(5)
    levels, outcomes = normal_case(random, (0.0, 1.0), 1.0, 0.5, draws=256)
    weights = np.array([0.6, 0.4])
    outer = outcomes_from(weights, 256, 256)
    seen = np.array([outcomes[m][i] for m, i in zip(outer.explanation, outer.draw, strict=True)])
    truth = np.stack([seen > 0.4, seen <= 0.4], axis=1).astype(float)
    members = [np.repeat(truth[:, None], 256, axis=1)] * 2
    own = [np.stack([one > 0.4, one <= 0.4], axis=1).astype(float) for one in outcomes]
    found = information(densities(levels, outcomes, 0.5, outer), Question(members, own), outer, weights)
    assert found.bits == pytest.approx(found.most, abs=1e-9)
    assert found.most == pytest.approx(1.0, abs=0.05)


def test_two_readings_together_tell_what_the_joint_normal_says():
    """Two months that share a level: the density is that of the level, the product of both."""
    random, noise, weights = np.random.default_rng(6), 0.7, np.array([0.5, 0.5])
    levels = [mean + random.standard_normal(DRAWS) for mean in (0.0, 1.5)]
    outcomes = [one[:, None] + noise * random.standard_normal((DRAWS, 2)) for one in levels]
    outer = outcomes_from(weights, DRAWS, OUTCOMES)
    seen = np.array([outcomes[m][i] for m, i in zip(outer.explanation, outer.draw, strict=True)])
    logs = [norm.logpdf(seen[:, None], one[None, :, None], noise).sum(axis=2) for one in levels]
    found = information(logs, which_explanation(2, DRAWS), outer, weights)
    covariance = np.ones((2, 2)) + noise**2 * np.eye(2)
    grid = np.linspace(-7, 8.5, 400)
    points = np.stack(np.meshgrid(grid, grid), axis=-1)
    each = np.array([0.5 * multivariate_normal([m, m], covariance).pdf(points) for m in (0.0, 1.5)])
    total = each.sum(axis=0)
    cell = (grid[1] - grid[0]) ** 2
    exact = float(np.sum(each * np.log2(np.maximum(each, 1e-300) / np.maximum(0.5 * total, 1e-300))) * cell)
    assert found.bits == pytest.approx(exact, abs=4 * found.error)


def test_what_is_the_same_under_all_tells_nothing():
    found = estimate(np.random.default_rng(7), (1.0, 1.0), 1.0, 0.5, (0.5, 0.5))
    assert found.bits <= 4 * found.error
    assert found.error < 0.01


def test_the_bias_that_is_taken_away_is_the_one_that_there_is():
    """Few inner draws find more than there is; with the correction the mean is right."""
    raw, mended = [], []
    for seed in range(60):
        random, weights = np.random.default_rng(seed), np.array([0.5, 0.5])
        levels, outcomes = normal_case(random, (0.0, 0.8), 1.0, 0.3, draws=48)
        outer = outcomes_from(weights, 48, 96)
        found = information(densities(levels, outcomes, 0.3, outer), which_explanation(2, 48), outer, weights)
        mended.append(found.bits)
        raw.append(found.bits + found.bias)
    exact = mixture_bits((0.0, 0.8), np.hypot(1.0, 0.3), (0.5, 0.5))
    spread = np.std(mended) / np.sqrt(len(mended))
    assert np.mean(raw) - exact > 3 * spread
    assert abs(np.mean(mended) - exact) < 0.5 * (np.mean(raw) - exact)


def test_the_error_is_that_of_repeats():
    found = [
        estimate(np.random.default_rng(seed), (0.0, 1.0), 0.8, 0.5, (0.5, 0.5), draws=256)
        for seed in range(40)
    ]
    spread = np.std([one.bits for one in found], ddof=1)
    assert 0.6 * spread < np.mean([one.error for one in found]) < 1.7 * spread


def test_uncertain_weights_add_to_the_error():
    scattered = np.random.default_rng(0).dirichlet((3, 3), 64)
    exact = estimate(np.random.default_rng(8), (0.0, 1.0), 0.8, 0.5, (0.5, 0.5))
    loose = estimate(np.random.default_rng(8), (0.0, 1.0), 0.8, 0.5, (0.5, 0.5), scattered=scattered)
    assert loose.bits == exact.bits
    assert loose.error > exact.error


def test_silent_explanations_leave_that_much_less_to_tell():
    whole = estimate(np.random.default_rng(9), (0.0, 2.0), 0.8, 0.5, (0.5, 0.5))
    part = estimate(np.random.default_rng(9), (0.0, 2.0), 0.8, 0.5, (0.5, 0.5), silent=0.25)
    assert part.bits == pytest.approx(0.75 * whole.bits)
    assert part.most == pytest.approx(entropy(np.array([0.375, 0.375, 0.25])))
