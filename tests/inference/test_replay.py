"""Paths run again with the chance that made them: the same paths, and the same luck under another history."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from scipy import stats

from stockade.compiler.compile import compile
from stockade.compiler.overrides import Overrides
from stockade.inference.noisy import draw_paths, filter_problem
from stockade.inference.noisy_fit import noisy_paths
from stockade.inference.noisy_month import Drawn
from stockade.inference.problem import arrays_of
from stockade.inference.replay import fresh_luck, replay
from stockade.simulation.leaps import uniforms, uniforms_at
from tests.inference.test_noisy import at_hazard, noisy_problem, report

MONTHS, DRAWS = 10, 40
KINDS = {"arrivals": "de", "leaving": "d"}
SCALE = 0.3


def made():
    """A problem whose reports make a filter resample."""
    said = ((0, 110.0), (2, 85.0), (3, 120.0), (7, 100.0))
    reports = tuple(report("point", month, month, best=best, sigma=0.05) for month, best in said)
    return noisy_problem(KINDS, MONTHS, 0.25, {}, reports, scale=SCALE)


@pytest.fixture(scope="module")
def filtered():
    """Paths of a filter, with their luck."""
    problem, noisy = made()
    paths, luck = noisy_paths(np.asarray(at_hazard(DRAWS)), arrays_of(problem), noisy, 16, seed=3)
    return problem, noisy, paths, luck


def again(filtered, luck=None, *, simulator=None, overrides=None, draws=DRAWS):
    """Runs draws of the very parameters again."""
    problem, noisy, _, own = filtered
    simulator = simulator or problem.simulator
    constants = np.repeat(np.asarray(simulator.defaults)[:, None], draws, axis=1)
    drawn = Drawn(constants, np.full((1, draws), SCALE))
    return replay(simulator.stepper, noisy.noise, luck or own, drawn, overrides)


def changed(start: float, value: float, factor: float | None, stop: float = np.inf) -> Overrides:
    """Arrivals changed from a time on; leaving left as it is."""
    rows = np.array([start, np.inf]), np.array([stop, np.inf])
    numbers = np.full((2, DRAWS), value), None if factor is None else np.full((2, DRAWS), factor)
    return Overrides(*rows, *numbers)


def test_one_number_of_a_stream_is_made_without_the_rest() -> None:
    key, shape = jax.random.key(9), (3, 5, 7)
    whole = np.asarray(uniforms(key, shape))
    for row, column in ((0, 0), (4, 6), (2, 3)):
        found = uniforms_at(key, shape, np.array(row), np.array(column))
        np.testing.assert_array_equal(found, whole[:, row, column])


def test_the_filter_resampled_so_that_paths_moved_between_places() -> None:
    problem, noisy = made()
    z = at_hazard(DRAWS)
    found = filter_problem(jax.random.key(1), z, arrays_of(problem), noisy, 16, keep=True)
    places = np.asarray(draw_paths(jax.random.key(2), found)[1])
    assert (places[0] != places[-1]).mean() > 0.5


def test_run_again_they_are_the_same_paths(filtered) -> None:
    np.testing.assert_allclose(again(filtered), filtered[2], rtol=1e-9)


def test_overrides_that_change_nothing_change_nothing(filtered) -> None:
    nothing = changed(np.inf, 0.0, 1.0)
    np.testing.assert_allclose(again(filtered, overrides=nothing), filtered[2], rtol=1e-9)


def test_before_a_scenario_begins_nothing_differs_and_luck_stays(filtered) -> None:
    problem, _, paths, _ = filtered
    people, arrivals, leaving = (
        problem.simulator.outputs.index(one) for one in ("people", "arrivals", "leaving")
    )
    under = again(filtered, overrides=changed(4.0, 0.0, 0.5))
    np.testing.assert_allclose(under[:4], paths[:4], rtol=1e-9)
    # Half of what is expected, and the same uniform: never more come, and whole persons a quarter month.
    assert (under[4:, arrivals] <= paths[4:, arrivals] + 1e-9).all()
    assert under[4:, arrivals].sum() == pytest.approx(0.5 * paths[4:, arrivals].sum(), rel=0.1)
    np.testing.assert_allclose(under[:, arrivals], np.rint(under[:, arrivals]), atol=1e-9)
    assert (under[5:, people] <= paths[5:, people] + 1e-9).all()
    # Those who leave are fewer, with the luck of the months kept: they go up and down together.
    together = [np.corrcoef(under[4:, leaving, i], paths[4:, leaving, i])[0, 1] for i in range(DRAWS)]
    assert np.mean(together) > 0.7


def test_what_is_held_is_held_without_noise(filtered) -> None:
    problem, _, paths, _ = filtered
    arrivals = problem.simulator.outputs.index("arrivals")
    for overrides in (changed(3.0, 7.5, None, 6.0), changed(3.0, 7.5, 0.0, 6.0)):
        under = again(filtered, overrides=overrides)
        np.testing.assert_allclose(under[3:6, arrivals], 7.5)
        # Afterwards the flow is noisy again, and as lucky as it was: nothing else decides it.
        np.testing.assert_allclose(under[6:, arrivals], paths[6:, arrivals], rtol=1e-9)


def test_a_shifted_flow_scatters_around_where_it_is_shifted_to(filtered) -> None:
    arrivals = filtered[0].simulator.outputs.index("arrivals")
    under = again(filtered, overrides=changed(0.0, 40.0, 1.0))[:, arrivals]
    assert under.mean() == pytest.approx(50.0, rel=0.08)
    assert under.std() > 7.0


def test_luck_is_uniform_whatever_was_seen_did_not_ask_for(filtered) -> None:
    # After the last report the numbers are those of chance alone.
    late = np.asarray(filtered[3].leaps)[8:].ravel()
    assert stats.kstest(late, "uniform").pvalue > 1e-4


def test_fresh_luck_is_that_of_the_model_alone(filtered) -> None:
    draws = 4000
    luck = fresh_luck(5, filtered[0].simulator.stepper, filtered[1].noise, draws)
    arrivals = filtered[0].simulator.outputs.index("arrivals")
    came = again(filtered, luck, draws=draws)[3, arrivals]
    # A month's arrivals are Poisson around 10 times a log-normal of mean one and sd-log 0.3.
    wanted = 10 + 100 * np.expm1(SCALE**2)
    assert came.mean() == pytest.approx(10.0, abs=4 * np.sqrt(wanted / draws))
    assert came.var() == pytest.approx(wanted, rel=0.12)
    shares = np.array([np.mean(came == count) for count in range(5, 16)])
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    factor = np.exp(SCALE * nodes - SCALE**2 / 2)
    law = [np.sum(weights * stats.poisson(10 * factor).pmf(k)) / weights.sum() for k in range(5, 16)]
    np.testing.assert_allclose(shares, law, atol=4 * np.sqrt(0.1 / draws))


def test_a_simulator_of_more_variables_gives_the_same_paths(filtered) -> None:
    problem, noisy, paths, _ = filtered
    wide = compile(
        problem.simulator.model, outputs=["leaving", "hazard", "people"],
        overridable=["hazard", "arrivals", "leaving"], average=True, together=False,
    )  # fmt: skip
    del noisy
    found = again(filtered, simulator=wide)
    old = {name: i for i, name in enumerate(problem.simulator.outputs)}
    for name in ("leaving", "people"):
        np.testing.assert_allclose(found[:, wide.outputs.index(name)], paths[:, old[name]], rtol=1e-9)
