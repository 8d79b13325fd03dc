"""The likelihood of a Problem against its parts, computed with SciPy."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from stockade.arrays import Array
from stockade.inference import likelihood
from stockade.inference.noise import stream
from stockade.inference.priors import Prior, sample_prior, to_natural
from stockade.inference.problem import (
    CountObservation,
    Problem,
    ReportObservation,
    arrays_of,
    data_count,
    layout_of,
)
from tests.inference.toys import Toy, decline_counts, decline_problem, point

MONTHS = 6

# Compiled whole: run piece by piece, JAX would compile each of hundreds of operations on its own.
log_likelihood = jax.jit(likelihood.log_likelihood, static_argnums=2)
contributions = jax.jit(likelihood.contributions, static_argnums=2)
monthly_counts = jax.jit(likelihood.monthly_counts, static_argnums=2)


def ramp(constants: Array, inputs: Array | None = None, overrides: None = None) -> Array:
    """Two outputs over six months: a line and its square."""
    month = jnp.arange(1.0, MONTHS + 1)[:, None]
    line = constants[0] + constants[1] * month
    return jnp.stack([line, line**2], axis=1)


def problem(**changes: object) -> Problem:
    def report(
        name: str, kind: str, low: float | None, best: float | None, high: float | None
    ) -> ReportObservation:
        statistic = "peak" if name == "peak" else "mean"
        output, bias = ("square", "bias") if name == "range" else ("line", None)
        return ReportObservation(name, output, 1, 3, statistic, kind, low, best, high, 0.3, bias)

    settings = {
        "simulator": Toy(("level", "slope"), np.array([2.0, 1.0]), ("line", "square"), ramp),
        "parameters": ("slope", "r", "bias"),
        "priors": (
            Prior("slope", "lognormal", 1, 0.5),
            Prior("r", "lognormal", 5, 1),
            Prior("bias", "normal", 0, 1),
        ),
        "free": np.ones(3, dtype=bool),
        "held": np.zeros(3),
        "counts": (CountObservation("n", "line", "r", np.array([3.0, np.nan, 4, 9, 7, np.nan])),),
        "reports": (
            report("point", "point", None, 5.0, None),
            report("range", "range", 20.0, None, 40.0),
            report("peak", "upper", None, None, 6.0),
            report("lower", "lower", 4.0, None, None),
        ),
    }
    return Problem(**{**settings, **changes})


def test_contributions_add_up_to_scipy() -> None:
    one = problem()
    arrays, layout = arrays_of(one), layout_of(one)
    z = sample_prior(stream(0), arrays.priors, 5)
    counts, reports = contributions(z, arrays, layout)
    theta = np.asarray(to_natural(z, arrays.priors))
    for k in range(5):
        slope, r, bias = theta[:, k]
        line = 2.0 + slope * np.arange(1.0, MONTHS + 1)
        seen = [0, 2, 3, 4]
        mass = stats.nbinom.logpmf([3, 4, 9, 7], r, r / (r + line[seen])).sum()
        assert counts[0, k] == pytest.approx(mass, rel=1e-9)
        square = stats.norm(np.log((line[1:4] ** 2).mean()) + bias, 0.3)
        expected = [
            stats.lognorm(0.3, scale=line[1:4].mean()).logpdf(5.0),
            np.log(square.cdf(np.log(40)) - square.cdf(np.log(20))),
            stats.norm(np.log(line[1:4].max()), 0.3).logcdf(np.log(6)),
            stats.norm(np.log(line[1:4].mean()), 0.3).logsf(np.log(4)),
        ]
        np.testing.assert_allclose(reports[:, k], expected, rtol=1e-8, atol=1e-12)
    total = log_likelihood(z, arrays, layout)
    np.testing.assert_allclose(total, counts.sum(axis=0) + reports.sum(axis=0), rtol=1e-13)
    monthly = monthly_counts(z, arrays, layout)
    np.testing.assert_allclose(monthly.sum(axis=1), counts, rtol=1e-9)


def test_unseen_reports_and_months_count_nothing() -> None:
    unseen = tuple(dataclasses.replace(one, seen=False) for one in problem().reports)
    one = problem(reports=unseen)
    arrays, layout = arrays_of(one), layout_of(one)
    z = sample_prior(stream(0), arrays.priors, 4)
    _, reports = contributions(z, arrays, layout)
    assert (np.asarray(reports) == 0).all()
    assert data_count(one) == 4
    assert layout == layout_of(problem())  # what is not seen costs no new program


def test_gradients_agree_with_differences() -> None:
    one = problem()
    arrays, layout = arrays_of(one), layout_of(one)

    def value(z: Array) -> Array:
        return log_likelihood(z[:, None], arrays, layout)[0]

    z = jnp.array([0.3, -0.5, 0.2])
    found = jax.jit(jax.grad(value))(z)
    for index in range(3):
        shift = jnp.zeros(3).at[index].set(1e-5)
        assert found[index] == pytest.approx(float(value(z + shift) - value(z - shift)) / 2e-5, rel=1e-5)


def test_a_likelihood_that_is_not_finite_is_impossible() -> None:
    def broken(constants: Array, inputs: Array | None = None, overrides: None = None) -> Array:
        return jnp.where(constants[1] > 1.0, jnp.nan, ramp(constants))

    one = problem(simulator=Toy(("level", "slope"), np.array([2.0, 1.0]), ("line", "square"), broken))
    z = jnp.array([[0.5, -0.5], [0.0, 0.0], [0.0, 0.0]])
    found = log_likelihood(z, arrays_of(one), layout_of(one))
    assert np.isneginf(found[0])
    assert np.isfinite(found[1])


def test_a_held_parameter_is_the_same_as_a_constant() -> None:
    counts = decline_counts(0)
    held = decline_problem(counts, free=(True, False, True, True))
    arrays = arrays_of(held)
    z = sample_prior(stream(0), arrays.priors, 6)
    shaken = z.at[1].set(3.0)  # the coordinate of a held parameter means nothing
    layout = layout_of(held)
    first = log_likelihood(z, arrays, layout)
    np.testing.assert_array_equal(first, log_likelihood(shaken, arrays, layout))
    np.testing.assert_array_equal(likelihood.log_prior(z, arrays), likelihood.log_prior(shaken, arrays))


def test_problems_are_checked() -> None:
    with pytest.raises(ValueError, match="not among"):
        problem(counts=(CountObservation("n", "cube", "s", np.zeros(6)),))
    with pytest.raises(ValueError, match="one entry"):
        problem(held=np.zeros(2))
    with pytest.raises(ValueError, match="needs positive"):
        point("x", -1.0, 0.3)
    with pytest.raises(ValueError, match="empty period"):
        point("x", 1.0, 0.3, first=2, last=1)


def test_running_only_as_far_as_the_data_reach_changes_nothing() -> None:
    class Stoppable:
        """Adds up its months, and takes the number of them; a month that is not run is 0."""

        average = True
        constants = ("rate",)
        defaults = np.array([2.0])
        outputs = ("level",)

        @staticmethod
        def run(constants, *_, intervals=None):
            months = jnp.arange(1.0, 13.0)[:, None, None]
            level = constants[0] * months
            return level if intervals is None else jnp.where(months <= intervals, level, 0.0)

    counts = np.full(12, np.nan)
    counts[:5] = [1, 5, 4, 9, 11]
    report = ReportObservation("a:1", "level", 5, 6, "mean", "point", None, 13.0, None, 0.3, series="a")
    later = dataclasses.replace(report, report="a:2", first=9, last=10, seen=False)
    stoppable = Problem(
        Stoppable(),
        ("rate", "r"),
        (Prior("rate", "lognormal", 2.0, 0.5), Prior("r", "lognormal", 5.0, 0.5)),
        np.array([True, True]),
        np.zeros(2),
        (CountObservation("n", "level", "r", counts),),
        (report, later),
    )
    arrays, layout = arrays_of(stoppable), layout_of(stoppable)
    assert layout.stoppable
    z = sample_prior(stream(5), arrays.priors, 7)
    whole = likelihood.log_likelihood(z, arrays, layout)
    part = likelihood.log_likelihood(z, arrays, layout, only_seen=True)
    assert np.asarray(part) == pytest.approx(np.asarray(whole))
    assert int(likelihood.months_seen(arrays)) == 7
