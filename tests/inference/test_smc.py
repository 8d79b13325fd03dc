"""The sampler against closed forms, a mixture, a second sampler and synthetic truth."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from stockade.arrays import Array
from stockade.errors import StockadeError
from stockade.inference import chains
from stockade.inference.diagnostics import log_mean_evidence
from stockade.inference.nuts import sample_nuts
from stockade.inference.priors import Prior
from stockade.inference.problem import CountObservation, Problem
from stockade.inference.records import SmcSettings
from stockade.inference.smc import Repeat, sample_one_repeat, warm
from tests.inference.toys import (
    Toy,
    conjugate,
    decline_counts,
    decline_problem,
    log_normals,
    point,
)

QUICK = SmcSettings(particles=256, settle=1)


def repeats(problem: Problem, count: int, settings: SmcSettings = QUICK) -> list[Repeat]:
    return [sample_one_repeat(problem, seed=1, repeat=one, settings=settings) for one in range(count)]


@pytest.mark.parametrize(("size", "sigma"), [(1, 0.3), (10, 0.2)])
def test_a_conjugate_case(size: int, sigma: float) -> None:
    values = np.exp(np.random.default_rng(0).normal(size=size))
    sigmas, scales = np.full(size, sigma), np.linspace(0.5, 1.5, size)
    mean, sd, evidence = conjugate(values, sigmas, scales)
    runs = repeats(log_normals(values, sigmas, scales), 3)
    draws = np.log(np.concatenate([one.draws for one in runs]))
    assert (np.abs(draws.mean(axis=0) - mean) / sd < 0.2).all()
    assert (np.abs(draws.std(axis=0) / sd - 1) < 0.15).all()
    found, error = log_mean_evidence([one.log_evidence for one in runs])
    assert found == pytest.approx(evidence, abs=0.02 + 3 * error)
    tempered, error = log_mean_evidence([one.log_evidence_tempered for one in runs])
    assert tempered == pytest.approx(evidence, abs=0.1 + 4 * error)


def test_a_bimodal_mixture() -> None:
    # One figure about |log x|: the posterior has a mode on either side of 1, alike in weight.
    def fold(constants: Array, inputs: Array | None = None, overrides: None = None) -> Array:
        return jnp.exp(jnp.abs(jnp.log(constants)))[None]

    problem = Problem(
        simulator=Toy(("x",), np.ones(1), ("x",), fold),
        parameters=("x",),
        priors=(Prior("x", "lognormal", 1.0, 1.0),),
        free=np.ones(1, dtype=bool),
        held=np.ones(1),
        counts=(),
        reports=(point("x", float(np.exp(1.5)), 0.2),),
    )
    grid = np.linspace(-8, 8, 20001)
    integrand = np.exp(-0.5 * grid**2 - 0.5 * ((np.abs(grid) - 1.5) / 0.2) ** 2) / (2 * np.pi * 0.2)
    evidence = np.log(np.trapezoid(integrand, grid)) - 1.5
    runs = repeats(problem, 3)
    assert log_mean_evidence([one.log_evidence for one in runs])[0] == pytest.approx(evidence, abs=0.05)
    above = np.mean(np.concatenate([one.draws for one in runs]) > 1)
    assert above == pytest.approx(0.5, abs=0.12)


def test_a_share_through_the_bijection() -> None:
    # A count around 20 x with x ~ Beta(2, 5): one dimension, integrated on a grid.
    problem = Problem(
        simulator=Toy(("x", "mean"), np.array([0.5, 20.0]), ("n",), lambda c, *_: (c[:1] * c[1:])[None]),
        parameters=("x", "r"),
        priors=(Prior("x", "beta", 2.0, 5.0), None),
        free=np.array([True, False]),
        held=np.array([0.0, 50.0]),
        counts=(CountObservation("n", "n", "r", np.array([9.0])),),
    )
    x = np.linspace(1e-6, 1 - 1e-6, 20001)
    density = stats.beta(2, 5).pdf(x) * stats.nbinom.pmf(9, 50, 50 / (50 + 20 * x))
    total = np.trapezoid(density, x)
    mean = np.trapezoid(x * density, x) / total
    sd = np.sqrt(np.trapezoid((x - mean) ** 2 * density, x) / total)
    runs = repeats(problem, 3)
    draws = np.concatenate([one.draws[:, 0] for one in runs])
    assert draws.mean() == pytest.approx(mean, abs=0.15 * sd)
    assert log_mean_evidence([one.log_evidence for one in runs])[0] == pytest.approx(np.log(total), abs=0.02)


def test_the_same_seed_gives_the_same_bits_in_threads_too() -> None:
    problem = decline_problem(decline_counts(0))
    first = repeats(problem, 2)
    with ThreadPoolExecutor(2) as pool:
        again = list(
            pool.map(lambda one: sample_one_repeat(problem, seed=1, repeat=one, settings=QUICK), (0, 1))
        )
    for one, two in zip(first, again, strict=True):
        assert one.log_evidence == two.log_evidence
        assert one.stages == two.stages
        np.testing.assert_array_equal(one.draws, two.draws)
    assert first[0].log_evidence != first[1].log_evidence
    other = sample_one_repeat(problem, seed=2, settings=QUICK)
    assert other.log_evidence != first[0].log_evidence


def test_explanations_and_dates_share_what_is_compiled() -> None:
    counts = decline_counts(0)
    warm(decline_problem(counts), QUICK)
    programs = (chains.evaluate, chains._begin, chains._propose, chains._accept)
    before = [one._cache_size() for one in programs]
    early = np.where(np.arange(36) < 20, counts, np.nan)
    for problem in (
        decline_problem(early),
        decline_problem(counts, free=(True, False, True, True)),
        decline_problem(early, free=(True, True, False, True)),
    ):
        run = sample_one_repeat(problem, seed=0, settings=QUICK)
        held = ~np.asarray(problem.free)
        assert (run.draws[:, held] == problem.held[held]).all()
    assert [one._cache_size() for one in programs] == before


def test_draws_agree_with_nuts() -> None:
    # Measured on other seeds: a mean of one repeat scatters by 0.04 posterior sd, one of these NUTS runs by
    # 0.013. The difference scatters by 0.02, so that 0.1 is five standard errors: a right sampler fails at
    # fewer than one in 100,000 seeds or machines, one that is 0.15 off is caught in 99 of 100.
    problem = decline_problem(decline_counts(4))
    runs = repeats(problem, 6, SmcSettings(particles=1024))
    draws = np.log(np.concatenate([one.draws for one in runs]))
    other = np.log(sample_nuts(problem, seed=0, chains=4, draws=3000, warmup=500)).reshape(-1, 4)
    sd = other.std(axis=0)
    assert (np.abs(draws.mean(axis=0) - other.mean(axis=0)) / sd < 0.1).all()
    assert (np.abs(draws.std(axis=0) / sd - 1) < 0.12).all()


def test_a_model_that_is_never_finite_is_said_to_be_so(snapshot: object) -> None:
    def broken(constants: Array, inputs: Array | None = None, overrides: None = None) -> Array:
        return jnp.full((36, 1, constants.shape[1]), jnp.nan)

    problem = decline_problem(decline_counts(0))
    names = ("start", "arrivals", "hazard")
    hopeless = Problem(
        Toy(names, problem.simulator.defaults, ("stock",), broken),
        problem.parameters,
        problem.priors,
        problem.free,
        problem.held,
        problem.counts,
    )
    with pytest.raises(StockadeError) as impossible:
        sample_one_repeat(hopeless, seed=0, settings=QUICK)
    hasty = SmcSettings(particles=256, settle=1, most_stages=1)
    with pytest.raises(StockadeError) as unfinished:
        sample_one_repeat(problem, seed=0, settings=hasty)
    assert str(impossible.value) == snapshot
    assert unfinished.value.diagnostics[0].code == "too-many-stages"


def test_progress_rises_to_a_hundred() -> None:
    heard: list[int] = []
    sample_one_repeat(
        decline_problem(decline_counts(0)),
        seed=0,
        settings=QUICK,
        progress=lambda _, done, __: heard.append(done),
    )
    assert heard == sorted(heard)
    assert heard[-1] == 100


@pytest.mark.parametrize("changes", [{"particles": 100}, {"states": 2}, {"settle": 0}])
def test_settings_are_checked(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="particles come in eights"):
        SmcSettings(**changes)


def covered(seeds: range) -> np.ndarray:
    """Ranks (seed, parameter) of truths drawn from the prior among the draws of their fits, in 0..1."""
    generator = np.random.default_rng(12)
    ranks = []
    for seed in seeds:
        truth = (
            40 * np.exp(0.5 * generator.normal()),
            3 * np.exp(0.6 * generator.normal()),
            generator.beta(2, 8),
            8 * np.exp(0.5 * generator.normal()),
        )
        run = sample_one_repeat(decline_problem(decline_counts(seed, truth)), seed=seed, settings=QUICK)
        ranks.append((run.draws < np.array(truth)).mean(axis=0))
    return np.array(ranks)


def test_truths_are_recovered() -> None:
    ranks = covered(range(8))
    inside = (ranks > 0.05) & (ranks < 0.95)
    assert inside.mean() > 0.7  # nine in ten expected of 32


@pytest.mark.slow
def test_ranks_of_truths_are_uniform() -> None:
    for column in covered(range(100)).T:
        assert stats.kstest(column, "uniform").pvalue > 0.001
